"""What voiceovers leave behind, removed when nobody wants it any more: rows with their files, and unnamed files."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, or_, select

from core.db import ReadSession
from core.tx import Tx
from core.voiceovers.models import Voiceover, VoiceoverStatus
from core.voiceovers.service import UNDO_WITHIN

KINDS = ("voiceovers",)
GRACE = timedelta(days=2)
"""How long a file that no row names is left alone: work may be about to name it."""
KEPT_FOR = UNDO_WITHIN + timedelta(days=1)
AT_ONCE = 200


async def remove_old_voiceovers(tx: Tx) -> list[str]:
    """Those whose deletion can't be undone any more, and cards that nobody has pressed for as long; some at a time.
    Gives the keys of their files, to be deleted."""
    before = tx.now - KEPT_FOR
    unused = and_(Voiceover.status == VoiceoverStatus.CHOOSING, Voiceover.updated_at < before)
    gone = (
        select(Voiceover)
        .where(or_(Voiceover.deleted_at < before, unused))
        .order_by(Voiceover.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = (await tx.session.scalars(gone)).all()
    for voiceover in found:
        await tx.session.delete(voiceover)
    return [key for voiceover in found for key in (voiceover.voice_key, voiceover.file_key) if key is not None]


async def unnamed(session: ReadSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys that no row names."""
    named: set[str | None] = set()
    for column in (Voiceover.voice_key, Voiceover.file_key):
        named.update((await session.scalars(select(column).where(column.in_(keys)))).all())
    return [key for key in keys if key not in named]
