"""The one message that tells how far a podcast is. What it says is data; bot/notices.py makes screens of it."""

from datetime import datetime

from core import ids
from core.db import Json, ReadSession, TelegramId
from core.deliveries.statuses import show_status
from core.podcasts.models import Podcast
from core.podcasts.options import PodcastOptions
from core.podcasts.pages import script_page
from core.podcasts.quotes import is_outdated, quote_of
from core.posts.writing import Place
from core.tx import Tx

PROGRESS, SCRIPT_CARD, FAILED = "podcasts.progress", "podcasts.script", "podcasts.failed"
STOPPED, DELETED, DONE, EPISODE = "podcasts.cancelled", "podcasts.deleted", "podcasts.done", "podcasts.episode"


def podcast_data(podcast: Podcast, *, language: str, **more: object) -> Json:
    """A podcast as its screens show it. `language` is the reader's."""
    options = PodcastOptions.from_json(podcast.options)
    return {
        "podcast_id": str(podcast.id),
        "title": podcast.title,
        "podcast_status": podcast.status,
        "length": options.length,
        "host": options.host.name,
        "guest": options.guest.name,
        "has_script": podcast.script is not None,
        "has_audio": bool(podcast.parts),
        "outdated": is_outdated(podcast),
        "version": podcast.script_version,
        "engine": podcast.engine,
        "error": podcast.error,
        "language": language,
        **more,
    }


async def show_progress(
    tx: Tx, podcast: Podcast, place: Place, *, step: str, percent: int, message_id: int | None = None
) -> None:
    """`step`: queued, outline, script, section, line, voices, combine, upload, sending."""
    await _show(tx, podcast, place, PROGRESS, message_id=message_id, step=step, percent=percent)


async def show_script(tx: Tx, podcast: Podcast, place: Place, *, page: int = 1, problem: Json | None = None) -> None:
    """The script as a card, with the reason when something asked for it didn't work."""
    data = await script_data(tx.session, podcast, page, language=place.language, now=tx.now)
    await _show_data(tx, podcast, place, SCRIPT_CARD, {**data, "problem": problem})


async def script_data(session: ReadSession, podcast: Podcast, page: int, *, language: str, now: datetime) -> Json:
    """One page of the script with the price of its audio; `language` is the reader's."""
    quote = await quote_of(session, podcast, now=now)
    return podcast_data(podcast, language=language, **script_page(podcast, page), quote=quote.to_json())


async def show_failed(tx: Tx, podcast: Podcast, place: Place) -> None:
    await _show(tx, podcast, place, FAILED)


async def show_cancelled(tx: Tx, podcast: Podcast, place: Place) -> None:
    await _show(tx, podcast, place, STOPPED)


async def show_deleted(tx: Tx, podcast: Podcast, place: Place, *, minutes: int | None = None) -> None:
    """`minutes`: it was ready already, and took so many."""
    await _show(tx, podcast, place, DELETED, minutes=minutes)


async def show_done(
    tx: Tx, podcast: Podcast, place: Place, *, minutes: int, parts: int, sent: bool = True, withdrawn: bool = False
) -> None:
    """`sent`: whether Telegram took the audio; `withdrawn`: its owner didn't want it to be sent."""
    await _show(tx, podcast, place, DONE, minutes=minutes, parts=parts, sent=sent, withdrawn=withdrawn)


def place_of(payload: Json) -> Place:
    """Where a job's message is, and the language of who reads it."""
    return Place(TelegramId(payload["chat_id"]), TelegramId(payload["message_id"]), payload["language"])


async def _show(
    tx: Tx, podcast: Podcast, place: Place, notice: str, *, message_id: int | None = None, **more: object
) -> None:
    data = podcast_data(podcast, language=place.language, **more)
    await _show_data(tx, podcast, place, notice, data, message_id=message_id)


async def _show_data(
    tx: Tx, podcast: Podcast, place: Place, notice: str, data: Json, *, message_id: int | None = None
) -> None:
    await show_status(
        tx,
        owner_id=ids.UserId(podcast.owner_id),
        subject_id=podcast.id,
        chat_id=place.chat_id,
        message_id=None if message_id is None else TelegramId(message_id),
        notice=notice,
        data=data,
    )
