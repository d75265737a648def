"""What brands leave behind, removed when nobody can want it any more. A logo's file goes with what no row names."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_, select

from core.brands.models import Brand, BrandInvite, HeardPost
from core.channels.queries import connected_chats
from core.tx import Tx

KEPT_FOR: Final = timedelta(days=7)
"""How long a deletion can be taken back."""
AT_ONCE: Final = 200


async def remove_deleted_brands(tx: Tx) -> int:
    """Those whose deletion can't be taken back any more, with all that belongs to them; some at a time. Posts stay."""
    gone = select(Brand.id).where(Brand.deleted_at < tx.now - KEPT_FOR).order_by(Brand.id).limit(AT_ONCE)
    ids = (await tx.session.scalars(gone.with_for_update(skip_locked=True))).all()
    await tx.session.execute(delete(Brand).where(Brand.id.in_(ids)))
    return len(ids)


async def forget_old_invites(tx: Tx) -> None:
    """Those that ended a week ago, however they did."""
    before = tx.now - KEPT_FOR
    await tx.session.execute(
        delete(BrandInvite).where(
            or_(BrandInvite.expires_at < before, BrandInvite.used_at < before, BrandInvite.withdrawn_at < before)
        )
    )


async def forget_unconnected(tx: Tx) -> None:
    """What was heard in chats that nobody has connected any more."""
    heard = (await tx.session.scalars(select(HeardPost.chat_id).distinct())).all()
    connected = await connected_chats(tx.session, heard)
    for chat_id in {*heard} - connected:
        await tx.session.execute(delete(HeardPost).where(HeardPost.chat_id == chat_id))
