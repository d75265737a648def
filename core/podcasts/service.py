"""Podcasts from the options card to the request: what is chosen, what it takes of the plan, and how it is taken back.

Changes of a script stand in editing.py; what the jobs bring back in recording.py.
"""

from dataclasses import replace
from datetime import timedelta

from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold
from core.db import ReadSession
from core.deliveries.withdrawing import withdraw_notices
from core.errors import AppError, Conflict, InvalidInput
from core.podcasts.models import WORKING, Podcast, PodcastStatus
from core.podcasts.options import FOCUS_CHARACTERS, SOURCES_MOST, TITLE_CHARACTERS, PodcastOptions
from core.podcasts.queries import Material, deletable_podcast_of, material_of, options_of, podcast_of
from core.podcasts.quotes import is_outdated, quoted_minutes
from core.podcasts.showing import (
    EPISODE,
    show_cancelled,
    show_deleted,
    show_done,
    show_failed,
    show_progress,
    show_script,
)
from core.posts.writing import Place
from core.providers.scripts import SOURCES_MIN_CHARACTERS
from core.providers.text import SOURCE_MAX_CHARACTERS
from core.queue import MEDIA, TEXT, JobSpec
from core.sources.service import source_of
from core.tx import Tx
from core.work.service import error_row, request_cancel, request_work

SCRIPT = JobSpec("jobs.podcasts.write_script", queue=TEXT, attempts=3, timeout_s=330)
RENDER = JobSpec("jobs.podcasts.render", queue=MEDIA, attempts=3, timeout_s=1800, fair=True)
SECTION = JobSpec("jobs.podcasts.rewrite_section", queue=TEXT, attempts=3, timeout_s=330)
LINE = JobSpec("jobs.podcasts.rewrite_line", queue=TEXT, attempts=3, timeout_s=90)
CANCELLED = "work.cancelled"
UNSTARTED = (PodcastStatus.DRAFT, PodcastStatus.FAILED, PodcastStatus.CANCELLED)
RESTING = (PodcastStatus.SCRIPT_READY, PodcastStatus.READY, PodcastStatus.FAILED, PodcastStatus.CANCELLED)
"""With a script, these can be changed, and made audio of."""
UNDO_WITHIN = timedelta(days=7)


class NotNow(Conflict):
    """The podcast is in a state that doesn't admit it: it is at work, or done. Params: status."""

    code = "podcasts.not_now"


async def open_podcast(
    tx: Tx, *, owner_id: ids.UserId, source_ids: list[ids.SourceId], options: PodcastOptions
) -> Podcast:
    """An options card's worth of choices, to be changed until it starts."""
    for source_id in source_ids:
        await source_of(tx.session, owner_id=owner_id, source_id=source_id)
    podcast = Podcast(
        id=ids.new(),
        owner_id=owner_id,
        source_ids=[str(source_id) for source_id in source_ids],
        options=options.to_json(),
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(podcast)
    await tx.session.flush()
    return podcast


async def change_options(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, options: PodcastOptions
) -> Podcast:
    """Once there is a script that waits, only its voices change; what it says stays.

    Raises NotNow while it is worked on and for finished audio, InvalidInput "podcasts.focus_too_long".
    """
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    if podcast.status not in (*UNSTARTED, PodcastStatus.SCRIPT_READY):
        raise NotNow(status=podcast.status)
    if len(options.focus) > FOCUS_CHARACTERS:
        raise InvalidInput("podcasts.focus_too_long", characters=len(options.focus), most=FOCUS_CHARACTERS)
    if podcast.status == PodcastStatus.SCRIPT_READY:
        chosen = options_of(podcast)
        options = replace(chosen, provider=options.provider, host=options.host, guest=options.guest)
    podcast.options = options.to_json()
    return podcast


async def toggle_source(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, source_id: ids.SourceId) -> Podcast:
    """Take a source in, or out again.

    Raises NotNow, and InvalidInput "podcasts.too_many_sources" or "podcasts.last_source": one stays.
    """
    podcast = await _unstarted(tx, owner_id, podcast_id)
    await source_of(tx.session, owner_id=owner_id, source_id=source_id)
    chosen = [each for each in podcast.source_ids if each != str(source_id)]
    if len(chosen) == len(podcast.source_ids):
        chosen.append(str(source_id))
    if len(chosen) > SOURCES_MOST:
        raise InvalidInput("podcasts.too_many_sources", most=SOURCES_MOST)
    if not chosen:
        raise InvalidInput("podcasts.last_source")
    podcast.source_ids = chosen
    return podcast


async def request_script(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    podcast_id: ids.PodcastId,
    place: Place,
    then_audio: bool = False,
    offline: bool = False,
) -> Podcast:
    """Hold an episode and its minutes, and start writing; the message at `place` tells how far it is.

    `then_audio` goes on without showing the script first. `offline`: the writer invents nothing, so that no more
    minutes are held than the sources are enough for. Raises NotNow on a second press, LimitReached, and
    InvalidInput "script.source_length".
    """
    podcast = await _unstarted(tx, owner_id, podcast_id)
    material = await material_of(tx.session, podcast)
    check_length(material)
    await _hold(tx, podcast, minutes=quoted_minutes(podcast, material if offline else None))
    podcast.status, podcast.error, podcast.audio_wanted = PodcastStatus.SCRIPTING, None, then_audio
    podcast.script, podcast.updated_at = None, tx.now
    await request_work(tx, SCRIPT, owner_id=owner_id, subject_id=podcast.id, payload=_payload(place))
    await show_progress(tx, podcast, place, step="queued", percent=0, message_id=place.message_id)
    return podcast


async def make_audio(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, place: Place) -> Podcast:
    """Have the script as it is now spoken. What was spoken before and didn't change isn't spoken again.

    Of a finished episode the audio is made again: that takes no further episode, and only the minutes of new lines.
    Raises NotNow on a second press, and when the audio says the script already; LimitReached.
    """
    podcast = await editable(tx, owner_id=owner_id, podcast_id=podcast_id)
    if podcast.status == PodcastStatus.READY and not is_outdated(podcast):
        raise NotNow(status=podcast.status)
    await _hold(tx, podcast, minutes=quoted_minutes(podcast))
    await request_render(tx, podcast, place, message_id=place.message_id)
    return podcast


async def request_render(tx: Tx, podcast: Podcast, place: Place, *, message_id: int | None = None) -> None:
    """The heavy part begins. The holds are there."""
    podcast.status, podcast.error, podcast.updated_at = PodcastStatus.RENDERING, None, tx.now
    await request_work(tx, RENDER, owner_id=podcast.owner_id, subject_id=podcast.id, payload=_payload(place))
    await show_progress(tx, podcast, place, step="voices", percent=25, message_id=message_id)


async def retry_podcast(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, place: Place, offline: bool = False
) -> Podcast:
    """Go on with what failed or was cancelled, from where it got to. Raises NotNow for anything else.

    `offline` as of `request_script`.
    """
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    if podcast.status not in (PodcastStatus.FAILED, PodcastStatus.CANCELLED) and not is_outdated(podcast):
        raise NotNow(status=podcast.status)
    if podcast.script is not None:
        return await make_audio(tx, owner_id=owner_id, podcast_id=podcast_id, place=place)
    return await request_script(
        tx,
        owner_id=owner_id,
        podcast_id=podcast_id,
        place=place,
        then_audio=podcast.audio_wanted,
        offline=offline,
    )


async def cancel_podcast(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, place: Place) -> bool:
    """Stop the work at it; nothing is charged. A finished episode that is being sent isn't sent any further, and stays.

    False when there is nothing to stop.
    """
    met = await request_cancel(tx, owner_id=owner_id, subject_id=podcast_id)  # first: jobs lock in this order
    minutes = await _unsent_minutes(tx, owner_id, podcast_id) if met is None else None
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    if met == "queued":
        await end_work(tx, podcast, place, error=AppError(CANCELLED))
    if minutes is not None:
        await show_done(tx, podcast, place, minutes=minutes, parts=len(podcast.parts), sent=False, withdrawn=True)
    return met is not None or minutes is not None


async def rename_podcast(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, title: str) -> Podcast:
    """Call it something else. Raises InvalidInput "podcasts.title_length"."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_CHARACTERS:
        raise InvalidInput("podcasts.title_length", characters=len(title), most=TITLE_CHARACTERS)
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    podcast.title, podcast.updated_at = title, tx.now
    return podcast


async def delete_podcast(
    tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId, place: Place
) -> tuple[Podcast, bool]:
    """Out of the list and the feed; True when work at it was stopped, which isn't charged.

    Again, it does no harm. Raises PodcastNotFound, also when it was deleted longer ago than `UNDO_WITHIN`.
    """
    await request_cancel(tx, owner_id=owner_id, subject_id=podcast_id)  # first: jobs lock in this order
    minutes = await _unsent_minutes(tx, owner_id, podcast_id)
    podcast = await deletable_podcast_of(
        tx.session, owner_id=owner_id, podcast_id=podcast_id, deleted_since=tx.now - UNDO_WITHIN
    )
    working = podcast.status in WORKING
    if podcast.deleted_at is None:
        await release_holds(tx, podcast)
        podcast.deleted_at = podcast.updated_at = tx.now
    if working:
        podcast.status = at_rest(podcast, otherwise=PodcastStatus.CANCELLED)
    if working or minutes is not None:
        await show_deleted(tx, podcast, place, minutes=None if working else minutes)
    return podcast, working


async def undelete_podcast(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId) -> Podcast:
    """Back into the list and the feed, as it was; work that was stopped stays stopped.

    Again, it does no harm. Raises PodcastNotFound, also when it was deleted longer ago than `UNDO_WITHIN`.
    """
    podcast = await deletable_podcast_of(
        tx.session, owner_id=owner_id, podcast_id=podcast_id, deleted_since=tx.now - UNDO_WITHIN
    )
    if podcast.deleted_at is not None:
        podcast.deleted_at, podcast.updated_at = None, tx.now
    return podcast


async def editable(tx: Tx, *, owner_id: ids.UserId, podcast_id: ids.PodcastId) -> Podcast:
    """A podcast whose script may be changed, locked. Raises NotNow."""
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    if podcast.script is None or podcast.status not in RESTING:
        raise NotNow(status=podcast.status)
    return podcast


async def end_work(tx: Tx, podcast: Podcast, place: Place, *, error: AppError) -> None:
    """It failed or was cancelled: the plan gets back what was held, and the message says so.

    When only a part of the script was written anew, the script is as it was before; and so is audio that was to be
    made again.
    """
    podcast.error, podcast.updated_at = error_row(error), tx.now
    if podcast.status == PodcastStatus.SCRIPTING and podcast.script is not None:
        podcast.status = at_rest(podcast, otherwise=PodcastStatus.SCRIPT_READY)
        await show_script(tx, podcast, place, problem=podcast.error)
        return
    cancelled = error.error_code == CANCELLED
    podcast.status = at_rest(podcast, otherwise=PodcastStatus.CANCELLED if cancelled else PodcastStatus.FAILED)
    await release_holds(tx, podcast)
    await (show_cancelled if cancelled else show_failed)(tx, podcast, place)


async def release_holds(tx: Tx, podcast: Podcast) -> None:
    """Again, it does no harm."""
    for hold_id in (podcast.episode_hold_id, podcast.minutes_hold_id):
        if hold_id is not None:
            await release_hold(tx, hold_id)
    podcast.episode_hold_id = podcast.minutes_hold_id = None


def at_rest(podcast: Podcast, *, otherwise: PodcastStatus) -> PodcastStatus:
    """What it is without work at it: an episode that is there stays there."""
    return PodcastStatus.READY if podcast.parts else otherwise


def check_length(material: Material) -> None:
    """Raises InvalidInput "script.source_length"."""
    if not SOURCES_MIN_CHARACTERS <= material.characters <= SOURCE_MAX_CHARACTERS:
        raise InvalidInput(
            "script.source_length",
            characters=material.characters,
            least=SOURCES_MIN_CHARACTERS,
            most=SOURCE_MAX_CHARACTERS,
        )


async def language_of(session: ReadSession, podcast: Podcast) -> str:
    """What the episode will be in: what was chosen, or the sources' own."""
    return options_of(podcast).language or (await material_of(session, podcast)).language


async def _unsent_minutes(tx: Tx, owner_id: ids.UserId, podcast_id: ids.PodcastId) -> int | None:
    """Take back the audio that isn't delivered yet. Gives the minutes that it took, None when it isn't new or there is
    none."""
    unsent = await withdraw_notices(tx, owner_id=owner_id, subject_id=podcast_id, notice=EPISODE)
    return next((data["minutes"] for data in unsent if data.get("minutes") is not None), None)


async def _unstarted(tx: Tx, owner_id: ids.UserId, podcast_id: ids.PodcastId) -> Podcast:
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id, lock=True)
    if podcast.status not in UNSTARTED:
        raise NotNow(status=podcast.status)
    return podcast


async def _hold(tx: Tx, podcast: Podcast, *, minutes: int) -> None:
    """An episode and minutes, unless they are held. Audio that is made again is no further episode."""
    reason = f"podcast:{podcast.id}"
    for feature, name, amount in (
        (Feature.PODCASTS, "episode_hold_id", 0 if podcast.parts else 1),
        (Feature.PODCAST_MINUTES, "minutes_hold_id", minutes),
    ):
        if amount and getattr(podcast, name) is None:
            held = await hold_quota(tx, owner_id=podcast.owner_id, feature=feature, amount=amount, reason=reason)
            setattr(podcast, name, held)


def _payload(place: Place) -> dict[str, object]:
    return {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
