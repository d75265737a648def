"""Which stored files posts still need."""

from collections.abc import Collection

from sqlalchemy import select

from core.db import ReadSession
from core.ids import UserId
from core.posts.models import Post


async def keys_in_posts(session: ReadSession, *, owner_id: UserId, keys: Collection[str]) -> set[str]:
    """Those of the keys that go with one of the owner's posts, a deleted one's, too: it can come back."""
    rows = await session.scalars(select(Post.media).where(Post.owner_id == owner_id, Post.media != []))
    return {row["storage_key"] for media in rows for row in media if row.get("storage_key") in keys}
