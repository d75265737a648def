"""Looking at voiceovers, always their owner's."""

from datetime import datetime

from sqlalchemy import or_, select

from core import ids
from core.db import Page, Paged, ReadSession, paged
from core.errors import NotFound
from core.voiceovers.models import Voiceover, VoiceoverStatus
from core.voiceovers.options import VoiceoverOptions


class VoiceoverNotFound(NotFound):
    code = "voiceovers.not_found"


async def voiceover_of(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    voiceover_id: ids.VoiceoverId,
    lock: bool = False,
    deleted_since: datetime | None = None,
) -> Voiceover:
    """`lock`: nobody else changes it until the transaction ends. `deleted_since`: also one deleted since then.

    Raises VoiceoverNotFound, also for somebody else's.
    """
    there = [Voiceover.deleted_at.is_(None)]
    since = [Voiceover.deleted_at > deleted_since] if deleted_since is not None else []
    wanted = select(Voiceover).where(Voiceover.id == voiceover_id, Voiceover.owner_id == owner_id, or_(*there, *since))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(wanted)
    if found is None:
        raise VoiceoverNotFound(voiceover_id=str(voiceover_id))
    return found


async def voiceovers_of(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Voiceover]:
    """Newest first, all but mere options cards."""
    mine = select(Voiceover).where(
        Voiceover.owner_id == owner_id,
        Voiceover.deleted_at.is_(None),
        Voiceover.status != VoiceoverStatus.CHOOSING,
    )
    return await paged(session, mine.order_by(Voiceover.id.desc()), page)


async def last_options(session: ReadSession, *, owner_id: ids.UserId) -> VoiceoverOptions | None:
    """What the owner chose for their newest voiceover, deleted or not."""
    stored = await session.scalar(
        select(Voiceover.options).where(Voiceover.owner_id == owner_id).order_by(Voiceover.id.desc()).limit(1)
    )
    return None if stored is None else VoiceoverOptions.from_json(stored)


def options_of(voiceover: Voiceover) -> VoiceoverOptions:
    return VoiceoverOptions.from_json(voiceover.options)
