"""What the jobs bring back: scripts, what voices have said, episodes, and how each attempt ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.billing.service import settle_hold
from core.db import Json
from core.deliveries.service import send_notice
from core.errors import NotFound
from core.podcasts.models import Podcast, PodcastRecording, PodcastStatus
from core.podcasts.queries import podcast_of
from core.podcasts.quotes import counted_minutes, quoted_minutes
from core.podcasts.script import Script
from core.podcasts.service import at_rest, request_render
from core.podcasts.showing import EPISODE, podcast_data, show_done, show_progress, show_script
from core.posts.writing import Place
from core.providers.text import Note
from core.tx import Tx


@dataclass(frozen=True, slots=True)
class StoredPart:
    """One file of an episode. `chapters` are (title, start_ms), `cues` (start_ms, speaker's name, text)."""

    key: str
    size_bytes: int
    duration_ms: int
    kbit_s: int
    chapters: Sequence[tuple[str, int]]
    cues: Sequence[tuple[int, str, str]]

    def to_json(self) -> Json:
        return {
            "key": self.key,
            "size_bytes": self.size_bytes,
            "duration_ms": self.duration_ms,
            "kbit_s": self.kbit_s,
            "chapters": [{"title": title, "start_ms": start_ms} for title, start_ms in self.chapters],
            "cues": [{"start_ms": start_ms, "speaker": speaker, "text": text} for start_ms, speaker, text in self.cues],
        }


@dataclass(frozen=True, slots=True)
class StoredEpisode:
    """`thumbnail_key` is a JPEG for Telegram, `picture_key` the cover; either may be missing. `title` is what its tags,
    its cover and its transcript say."""

    title: str
    parts: Sequence[StoredPart]
    transcript_key: str
    picture_key: str | None = None
    thumbnail_key: str | None = None

    @property
    def duration_ms(self) -> int:
        return sum(part.duration_ms for part in self.parts)


class Renamed(Exception):
    """It was called something else while its audio was made, so the files say the old title."""


async def record_script(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    podcast_id: ids.PodcastId,
    place: Place,
    script: Script,
    notes: Sequence[Note],
    engine: str,
) -> Podcast:
    """Keep it, and show it, or go straight on to its audio when that was asked for."""
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    _put_script(tx, podcast, script, notes)
    podcast.title, podcast.engine = podcast.title or script.title, engine
    if podcast.audio_wanted:
        await request_render(tx, podcast, place)
    else:
        podcast.status = PodcastStatus.SCRIPT_READY
        await show_script(tx, podcast, place)
    return podcast


async def record_rewrite(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    podcast_id: ids.PodcastId,
    place: Place,
    script: Script,
    page: int,
    notes: Sequence[Note],
) -> Podcast:
    """Keep the script of which a line or a section was written anew, and show the page where that is."""
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    _put_script(tx, podcast, script, notes)
    podcast.status = at_rest(podcast, otherwise=PodcastStatus.SCRIPT_READY)
    await show_script(tx, podcast, place, page=page)
    return podcast


async def tell_progress(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, place: Place, step: str, percent: int
) -> None:
    """Without effect for a podcast that is deleted or not at work."""
    try:
        podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    except NotFound:
        return
    if podcast.status in (PodcastStatus.SCRIPTING, PodcastStatus.RENDERING):
        await show_progress(tx, podcast, place, step=step, percent=percent)


async def record_spoken(
    tx: Tx, *, owner_id: ids.UserId, name: str, storage_key: str, characters: int, cost_usd: float | None
) -> None:
    """A line was spoken and is stored: it won't be spoken again."""
    values = {
        "owner_id": owner_id,
        "name": name,
        "storage_key": storage_key,
        "characters": characters,
        "cost_usd": cost_usd,
        "created_at": tx.now,
    }
    upsert = insert(PodcastRecording).values(**values)
    await tx.session.execute(
        upsert.on_conflict_do_update(index_elements=["owner_id", "name"], set_={"storage_key": storage_key})
    )


async def forget_spoken(tx: Tx, *, owner_id: ids.UserId, name: str) -> None:
    """It can't be used and has to be spoken again."""
    await tx.session.execute(
        delete(PodcastRecording).where(PodcastRecording.owner_id == owner_id, PodcastRecording.name == name)
    )


async def record_episode(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    podcast_id: ids.PodcastId,
    place: Place,
    episode: StoredEpisode,
    work_id: ids.WorkId,
) -> Podcast:
    """Keep the audio, settle the plan, and send it to its owner.

    A new episode takes its real length, one that was made again what was quoted for it. Raises Renamed.
    """
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    if podcast.title != episode.title:
        raise Renamed
    minutes = quoted_minutes(podcast) if podcast.parts else counted_minutes(episode.duration_ms / 1000)
    podcast.parts = [part.to_json() for part in episode.parts]
    podcast.transcript_key, podcast.picture_key = episode.transcript_key, episode.picture_key
    podcast.thumbnail_key, podcast.audio_version = episode.thumbnail_key, podcast.script_version
    podcast.status, podcast.error, podcast.updated_at = PodcastStatus.READY, None, tx.now
    podcast.ready_at = podcast.ready_at or tx.now
    await _settle(tx, podcast, minutes=minutes)
    await show_progress(tx, podcast, place, step="sending", percent=95)
    await send_episode(tx, podcast, place, dedupe=str(work_id), minutes=minutes)
    return podcast


def files_of(podcast: Podcast) -> list[str]:
    """The keys of everything that is stored of its audio."""
    others = (podcast.transcript_key, podcast.picture_key, podcast.thumbnail_key)
    return [*(part["key"] for part in podcast.parts), *(key for key in others if key is not None)]


async def send_episode(tx: Tx, podcast: Podcast, place: Place, *, dedupe: str, minutes: int | None = None) -> None:
    """The audio as a message, one for each part. `dedupe` names the occasion: it isn't sent twice for the same.

    `minutes`: it is sent because it was made, and took so many.
    """
    for number, part in enumerate(podcast.parts, start=1):
        data = podcast_data(
            podcast,
            language=place.language,
            key=part["key"],
            duration_ms=part["duration_ms"],
            thumbnail_key=podcast.thumbnail_key,
            minutes=minutes,
            part=number,
            parts=len(podcast.parts),
            chapters=part["chapters"],
        )
        await send_notice(
            tx,
            owner_id=podcast.owner_id,
            chat_id=place.chat_id,
            subject_id=podcast.id,
            notice=EPISODE,
            data=data,
            language=place.language,
            dedupe_key=f"episode:{dedupe}:{number}",
        )


async def record_sent(tx: Tx, *, owner_id: ids.UserId, data: Json, place: Place, delivered: bool) -> None:
    """Telegram has taken the audio, or doesn't want it: the status message ends with that.

    What its owner has asked for again has no status message.
    """
    if data["part"] != data["parts"] or data.get("minutes") is None:
        return
    podcast_id = ids.PodcastId(UUID(data["podcast_id"]))
    try:
        podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    except NotFound:
        return
    await show_done(tx, podcast, place, minutes=data["minutes"], parts=len(podcast.parts), sent=delivered)


async def _settle(tx: Tx, podcast: Podcast, *, minutes: int) -> None:
    for hold_id, used in ((podcast.episode_hold_id, 1), (podcast.minutes_hold_id, minutes)):
        if hold_id is not None:
            await settle_hold(tx, hold_id, used=used)
    podcast.episode_hold_id = podcast.minutes_hold_id = None


def _put_script(tx: Tx, podcast: Podcast, script: Script, notes: Sequence[Note]) -> None:
    podcast.script, podcast.updated_at = script.to_json(), tx.now
    podcast.script_version += 1
    podcast.notes = [{"code": note.code, "params": note.params} for note in notes]
