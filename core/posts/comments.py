"""The first comment: what a post's owner wants to write below it once it is out. It is kept beside the post and shown
when it is out; nothing sends it, since most platforms let nobody but a person comment."""

from core import ids
from core.errors import InvalidInput
from core.posts.models import Post
from core.posts.queries import post_of
from core.tx import Tx

COMMENT_LIMIT = 1_000


async def set_first_comment(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, text: str) -> Post:
    """Keep it, in the place of the one before; "": none. Also of a post that is out.

    Raises PostNotFound, InvalidInput ("comments.too_long", with length and limit).
    """
    plain = text.strip()
    if len(plain) > COMMENT_LIMIT:
        raise InvalidInput("comments.too_long", length=len(plain), limit=COMMENT_LIMIT)
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    post.first_comment, post.updated_at = plain, tx.now
    return post
