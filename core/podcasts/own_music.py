"""The piece of music that an owner has sent for their episodes: kept once, replaced, changed, removed.

Files that no row names any more are removed later (tidying.py): an episode on its way may still need them.
"""

from dataclasses import replace

from sqlalchemy import cast, delete, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from core import ids
from core.db import ReadSession
from core.errors import NotFound
from core.podcasts.models import Podcast, PodcastMusic
from core.podcasts.music_choices import Meeting, MusicChoices, Plays
from core.podcasts.queries import options_of, podcast_of
from core.podcasts.service import RESTING, UNSTARTED, NotNow
from core.tx import Tx

FILE_BYTES = 20_000_000
"""What a bot can fetch. https://core.telegram.org/bots/api#getfile"""
KEPT_S = 30.0
"""Of its beginning: more than ever plays."""
KBIT_S = 192
TITLE_CHARACTERS = 60


class MusicNotFound(NotFound):
    code = "podcasts.music_not_found"


async def music_of(session: ReadSession, *, owner_id: ids.UserId) -> PodcastMusic | None:
    return await session.get(PodcastMusic, owner_id)


def choices_of(music: PodcastMusic) -> MusicChoices:
    return MusicChoices(Plays(music.plays), Meeting(music.meeting))


async def keep_music(tx: Tx, *, owner_id: ids.UserId, storage_key: str, title: str, duration_ms: int) -> PodcastMusic:
    """Take this from now on, in place of what was there; how it plays stays as it was chosen."""
    fresh = MusicChoices()
    values = {
        "storage_key": storage_key,
        "title": " ".join(title.split())[:TITLE_CHARACTERS],
        "duration_ms": duration_ms,
        "created_at": tx.now,
    }
    upsert = insert(PodcastMusic).values(owner_id=owner_id, plays=fresh.plays, meeting=fresh.meeting, **values)
    await tx.session.execute(upsert.on_conflict_do_update(index_elements=["owner_id"], set_=values))
    return await own(tx, owner_id=owner_id)


async def choose_music(
    tx: Tx, *, owner_id: ids.UserId, plays: Plays | None = None, meeting: Meeting | None = None
) -> PodcastMusic:
    """What is None stays as it is. Raises MusicNotFound."""
    music = await own(tx, owner_id=owner_id)
    music.plays, music.meeting = plays or music.plays, meeting or music.meeting
    return music


async def remove_music(tx: Tx, *, owner_id: ids.UserId) -> None:
    """Episodes that were to have it are made without. Again, it does no harm."""
    await tx.session.execute(delete(PodcastMusic).where(PodcastMusic.owner_id == owner_id))
    with_music = Podcast.options.contains({"music": True})
    without = Podcast.options.concat(cast({"music": False}, JSONB))
    await tx.session.execute(update(Podcast).where(Podcast.owner_id == owner_id, with_music).values(options=without))


async def set_episode_music(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, on: bool) -> Podcast:
    """Whether this episode has it; chosen until its audio is made. Raises NotNow, and MusicNotFound without any."""
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    if podcast.status not in (*UNSTARTED, *RESTING):
        raise NotNow(status=podcast.status)
    if on:
        await own(tx, owner_id=owner_id)
    podcast.options = replace(options_of(podcast), music=on).to_json()
    return podcast


async def switch_on_if_possible(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId) -> ids.PodcastId | None:
    """For an episode that may have been begun, or deleted, meanwhile: then None."""
    try:
        await set_episode_music(tx, owner_id=owner_id, podcast_id=podcast_id, on=True)
    except (NotNow, NotFound):
        return None
    return podcast_id


async def own(tx: Tx, *, owner_id: ids.UserId) -> PodcastMusic:
    """Locked. Raises MusicNotFound."""
    found = await tx.session.get(PodcastMusic, owner_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise MusicNotFound
    return found
