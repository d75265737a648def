"""Looking at podcasts, always their owner's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from core import ids
from core.db import Page, Paged, ReadSession, paged
from core.errors import NotFound
from core.podcasts.models import Podcast, PodcastRecording, PodcastStatus
from core.podcasts.options import PodcastOptions
from core.podcasts.script import Script
from core.providers.scripts import ScriptSource
from core.sources.service import source_of


class PodcastNotFound(NotFound):
    code = "podcasts.not_found"


async def podcast_of(
    session: ReadSession, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, lock: bool = False
) -> Podcast:
    """`lock`: nobody else changes it until the transaction ends. Raises PodcastNotFound, also for somebody else's."""
    wanted = select(Podcast).where(Podcast.id == podcast_id, Podcast.owner_id == owner_id, Podcast.deleted_at.is_(None))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    podcast = await session.scalar(wanted)
    if podcast is None:
        raise PodcastNotFound(podcast_id=str(podcast_id))
    return podcast


async def deletable_podcast_of(
    session: ReadSession, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, deleted_since: datetime
) -> Podcast:
    """There, or deleted since then; locked. Raises PodcastNotFound."""
    podcast = await session.scalar(
        select(Podcast)
        .where(
            Podcast.id == podcast_id,
            Podcast.owner_id == owner_id,
            or_(Podcast.deleted_at.is_(None), Podcast.deleted_at > deleted_since),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if podcast is None:
        raise PodcastNotFound(podcast_id=str(podcast_id))
    return podcast


async def podcasts_of(
    session: ReadSession, *, owner_id: ids.UserId, statuses: Sequence[PodcastStatus] = (), page: Page
) -> Paged[Podcast]:
    """Newest first; all but mere options cards when no statuses are given."""
    fits = Podcast.status.in_(statuses) if statuses else Podcast.status != PodcastStatus.DRAFT
    mine = select(Podcast).where(Podcast.owner_id == owner_id, Podcast.deleted_at.is_(None), fits)
    return await paged(session, mine.order_by(Podcast.id.desc()), page)


async def last_options(session: ReadSession, *, owner_id: ids.UserId) -> PodcastOptions | None:
    """What the owner chose for their newest podcast, deleted or not."""
    stored = await session.scalar(
        select(Podcast.options).where(Podcast.owner_id == owner_id).order_by(Podcast.id.desc()).limit(1)
    )
    return None if stored is None else PodcastOptions.from_json(stored)


@dataclass(frozen=True, slots=True)
class Material:
    """What an episode is made from. `language` is the first source's."""

    sources: tuple[ScriptSource, ...]
    language: str

    @property
    def title(self) -> str:
        return next((source.title for source in self.sources if source.title), "")

    @property
    def characters(self) -> int:
        return sum(len(source.text.strip()) for source in self.sources)


async def podcasts_from_source(session: ReadSession, *, owner_id: ids.UserId, source_id: ids.SourceId) -> int:
    """How many are made, or being made, from it."""
    mine = (
        Podcast.owner_id == owner_id,
        Podcast.deleted_at.is_(None),
        Podcast.status != PodcastStatus.DRAFT,
        Podcast.source_ids.contains([str(source_id)]),
    )
    return await session.scalar(select(func.count()).select_from(Podcast).where(*mine)) or 0


async def material_of(session: ReadSession, podcast: Podcast) -> Material:
    """The sources, in the order in which they were chosen."""
    found = [
        await source_of(session, owner_id=podcast.owner_id, source_id=ids.SourceId(UUID(source_id)), also_deleted=True)
        for source_id in podcast.source_ids
    ]
    return Material(tuple(ScriptSource(each.text, each.title) for each in found), found[0].language)


async def recordings_of(session: ReadSession, *, owner_id: ids.UserId, names: Sequence[str]) -> dict[str, str]:
    """The storage keys of what has been spoken already, by name."""
    rows = await session.execute(
        select(PodcastRecording.name, PodcastRecording.storage_key).where(
            PodcastRecording.owner_id == owner_id, PodcastRecording.name.in_(names)
        )
    )
    return {row.name: row.storage_key for row in rows}


def options_of(podcast: Podcast) -> PodcastOptions:
    return PodcastOptions.from_json(podcast.options)


def script_of(podcast: Podcast) -> Script | None:
    return None if podcast.script is None else Script.from_json(podcast.script)
