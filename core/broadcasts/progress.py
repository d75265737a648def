"""What the message about a broadcast says: how far it is, and about how long it will take."""

from typing import Any, Final

from core.accounts.service import count_reachable, user_of
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.broadcasts.service import OVER
from core.db import ReadSession, TelegramId
from core.deliveries.broadcasting import Counts, counts_of
from core.deliveries.statuses import show_status, status_message_of
from core.tx import Tx

PROGRESS: Final = "broadcasts.progress"
"""The notice."""


async def show_progress(
    tx: Tx, broadcast: Broadcast, *, per_s: float | None = None, message_id: TelegramId | None = None
) -> None:
    """Let its message, in the chat of who has drafted it, say how far it is. What it says already isn't said again.

    `per_s`: how fast it goes, if known. `message_id` names the message to take over.
    """
    await tx.session.flush()
    admin = await user_of(tx.session, broadcast.admin_id)
    data = await progress_of(tx.session, broadcast, per_s=per_s) | {"language": admin.language}
    there = await status_message_of(tx.session, owner_id=admin.id, subject_id=broadcast.id)
    if there is not None and there.data == data and message_id is None:
        return
    await show_status(
        tx,
        owner_id=admin.id,
        subject_id=broadcast.id,
        chat_id=admin.telegram_user_id,
        notice=PROGRESS,
        data=data,
        message_id=message_id,
    )


async def progress_of(session: ReadSession, broadcast: Broadcast, *, per_s: float | None = None) -> dict[str, Any]:
    """Counts, and about how many seconds are left (`left_s`), as far as that is known."""
    counts = await counts_of(session, broadcast_id=broadcast.id)
    left = await _left(session, broadcast, counts)
    running = broadcast.status == BroadcastStatus.RUNNING
    return {
        "broadcast_id": str(broadcast.id),
        "status": broadcast.status,
        "sent": counts.sent + counts.unconfirmed,
        "blocked": counts.blocked,
        "failed": counts.failed,
        "cancelled": counts.cancelled,
        "doubtful": counts.doubtful,
        "left": left,
        "left_s": round(left / per_s) if per_s and left and running else None,
    }


async def _left(session: ReadSession, broadcast: Broadcast, counts: Counts) -> int:
    """Rows that aren't final, and people for whom there is none yet."""
    if broadcast.status in OVER:
        return 0
    return counts.left + await count_reachable(session, after=broadcast.reached)
