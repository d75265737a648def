"""Looking at pictures. Every query is the owner's: somebody else's is not found."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from core import ids
from core.db import Page, Paged, ReadSession, paged
from core.errors import NotFound
from core.images.models import Image, ImageStatus


class ImageNotFound(NotFound):
    code = "images.not_found"


async def image_of(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    image_id: ids.ImageId,
    lock: bool = False,
    deleted: bool = False,
) -> Image:
    """Raises ImageNotFound, also for somebody else's; for a deleted one unless `deleted`."""
    mine = select(Image).where(Image.id == image_id, Image.owner_id == owner_id)
    if not deleted:
        mine = mine.where(Image.deleted_at.is_(None))
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    image = await session.scalar(mine)
    if image is None:
        raise ImageNotFound(image_id=str(image_id))
    return image


async def newest_image(session: ReadSession, *, owner_id: ids.UserId) -> Image | None:
    """The one that was asked for last, whatever came of it: the next card begins with its choices."""
    mine = select(Image).where(Image.owner_id == owner_id)
    return await session.scalar(mine.order_by(Image.created_at.desc(), Image.id.desc()).limit(1))


async def ready_images(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Image]:
    """What was made, the newest first."""
    mine = select(Image).where(
        Image.owner_id == owner_id, Image.status == ImageStatus.READY, Image.deleted_at.is_(None)
    )
    return await paged(session, mine.order_by(Image.created_at.desc(), Image.id.desc()), page)


async def keys_of_images(session: ReadSession, keys: Collection[str]) -> Sequence[str]:
    """Those of the keys that a picture has."""
    named = await session.scalars(select(Image.storage_key).where(Image.storage_key.in_(keys)))
    return [key for key in named if key is not None]
