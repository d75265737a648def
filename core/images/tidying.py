"""What pictures leave behind, removed when nobody wants it any more: rows first, then the files that nothing names."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, or_, select

from core import ids
from core.brands.look import LOGOS, logo_keys
from core.db import ReadSession, any_found
from core.images.models import Image, ImageStatus
from core.images.queries import keys_of_images
from core.images.service import UNDO_WITHIN
from core.posts.stored_media import keys_in_posts
from core.tx import Tx

KINDS: Final = ("images", LOGOS)
"""Of stored files that are all of pictures, and of brands' logos."""
GRACE: Final = timedelta(days=2)
"""How long a file that nothing names is left alone: a row may be about to name it, a message about to be sent."""
DELETED_FOR: Final = UNDO_WITHIN + timedelta(days=1)
UNMADE_LIFE: Final = timedelta(days=30)
"""Of choices that never became a picture."""
AT_ONCE: Final = 500


async def forget_images(tx: Tx) -> int:
    """Those deleted for good, and old choices, some at a time; gives how many. Their files go by `unnamed`, unless a
    post has them."""
    over = (
        select(Image.id)
        .where(
            or_(
                Image.deleted_at < tx.now - DELETED_FOR,
                Image.status.in_((ImageStatus.CHOOSING, ImageStatus.FAILED))
                & (Image.created_at < tx.now - UNMADE_LIFE),
            )
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    gone = await tx.session.scalars(delete(Image).where(Image.id == any_found(over)).returning(Image.id))
    return len(gone.all())


async def unnamed(session: ReadSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys that neither a picture nor a post nor a brand names."""
    left = set(keys) - set(await keys_of_images(session, keys)) - set(await logo_keys(session, keys))
    for owner in {key.partition("/")[0] for key in left}:
        theirs = [key for key in left if key.partition("/")[0] == owner]
        left -= await keys_in_posts(session, owner_id=ids.UserId(UUID(owner)), keys=theirs)
    return sorted(left)
