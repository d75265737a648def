"""A post as the template of what recurs: it becomes one, and a draft again."""

from core import ids
from core.errors import Conflict
from core.posts.awaiting import check_may_go
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of
from core.posts.scheduling import take_back
from core.posts.targets import chat_for
from core.tx import Tx


async def begin_recurring(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """Make a post a template; what was arranged for it alone is taken back. One that is a template stays one.

    Raises BeingSent when it is on its way or out, Conflict ("series.is_a_copy") for what another template has made,
    NotReady or ChannelNotFound when its target takes no posts, AwaitsApproval while others have yet to agree to it.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.status == PostStatus.RECURRING:
        return post
    check_may_go(post)
    if post.series_id is not None:
        raise Conflict("series.is_a_copy", post_id=str(post_id))
    await take_back(tx, post)
    await chat_for(tx.session, post)
    post.status, post.due_at, post.queue_id, post.error = PostStatus.RECURRING, None, None, None
    post.updated_at = tx.now
    return post


async def end_recurring(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """A template becomes a draft again; any other post stays what it is."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.status == PostStatus.RECURRING:
        post.status, post.updated_at = PostStatus.DRAFT, tx.now
    return post
