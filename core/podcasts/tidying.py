"""What podcasts leave behind, removed when nobody wants it any more: rows first, then the files that no row names."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import load_only

from core.db import ReadSession
from core.podcasts.models import Podcast, PodcastMusic, PodcastRecording
from core.podcasts.recording import files_of
from core.podcasts.service import UNDO_WITHIN
from core.tx import Tx

KINDS = ("recordings", "episodes", "transcripts", "covers", "music")
"""Of stored files that are all of podcasts."""
GRACE = timedelta(days=2)
"""How long a file that no row names is left alone: work may be about to name it, and a link may lead to it."""
DELETED_FOR = UNDO_WITHIN + timedelta(days=1)
RECORDINGS_LIFE = timedelta(days=30)
RECORDINGS_MOST = 3000
"""Of one owner, the newest: about thirty long episodes."""
AT_ONCE = 200


async def remove_deleted_podcasts(tx: Tx) -> list[str]:
    """Those whose deletion can't be undone any more, some at a time. Gives the keys of their files, to be deleted."""
    gone = (
        select(Podcast)
        .where(Podcast.deleted_at < tx.now - DELETED_FOR)
        .order_by(Podcast.deleted_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    podcasts = (await tx.session.scalars(gone)).all()
    for podcast in podcasts:
        await tx.session.delete(podcast)
    return [key for podcast in podcasts for key in files_of(podcast)]


async def forget_old_recordings(tx: Tx, *, most: int = RECORDINGS_MOST) -> int:
    """What was spoken longer ago than `RECORDINGS_LIFE`, and what an owner has beyond the newest `most`: it would be
    spoken again. Gives how many."""
    old = delete(PodcastRecording).where(PodcastRecording.created_at < tx.now - RECORDINGS_LIFE)
    by_age = await tx.session.scalars(old.returning(PodcastRecording.name))
    newest_first = func.row_number().over(
        partition_by=PodcastRecording.owner_id, order_by=PodcastRecording.created_at.desc()
    )
    ranked = select(PodcastRecording.owner_id, PodcastRecording.name, newest_first.label("place")).subquery()
    beyond = select(ranked.c.owner_id, ranked.c.name).where(ranked.c.place > most)
    too_many = delete(PodcastRecording).where(tuple_(PodcastRecording.owner_id, PodcastRecording.name).in_(beyond))
    by_number = await tx.session.scalars(too_many.returning(PodcastRecording.name))
    return len(by_age.all()) + len(by_number.all())


async def unnamed(session: ReadSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys that no row names."""
    named: set[str] = set()
    for column in (PodcastRecording.storage_key, PodcastMusic.storage_key):
        named.update((await session.scalars(select(column).where(column.in_(keys)))).all())
    owners = {UUID(key.partition("/")[0]) for key in keys if key.split("/")[1] != "recordings"}
    if owners:
        files = load_only(Podcast.parts, Podcast.transcript_key, Podcast.picture_key, Podcast.thumbnail_key)
        for podcast in await session.scalars(select(Podcast).where(Podcast.owner_id.in_(owners)).options(files)):
            named.update(files_of(podcast))
    return [key for key in keys if key not in named]
