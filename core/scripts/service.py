"""Scripts: keeping them, having them analysed or written, and how that ends."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.db import TelegramId
from core.deliveries.statuses import show_status
from core.errors import AppError, Conflict, InvalidInput
from core.posts.writing import Place
from core.providers.critique import CRITIQUE_S, Critique, Written
from core.queue import TEXT, JobSpec
from core.scripts.measures import Measures, measured, words_in
from core.scripts.models import Script, ScriptKind, ScriptStatus
from core.scripts.queries import script_from_video, script_of
from core.scripts.results import critique_to_json
from core.sources.reading import TITLE_LIMIT, Reading, SourceKind, clean_text, title_of
from core.tx import Tx
from core.viral.creators import creator_of
from core.viral.queries import video_seen
from core.work.service import error_row, request_cancel, request_work

TRANSCRIPT_S = 130.0
"""Instagram's takes up to half a minute, and what may pass is tried again."""
ANALYSE = JobSpec("jobs.scripts.analyse", queue=TEXT, attempts=3, timeout_s=TRANSCRIPT_S + CRITIQUE_S + 30, backoff_s=5)
WRITE = JobSpec("jobs.scripts.write", queue=TEXT, attempts=3, timeout_s=CRITIQUE_S + 30, backoff_s=5)
CANCELLED = "work.cancelled"
NO_TRANSCRIPT = "scripts.no_transcript"
ANALYSING, WRITING, ANALYSED, FAILED, STOPPED = (
    "scripts.analysing",
    "scripts.writing",
    "scripts.analysed",
    "scripts.failed",
    "scripts.cancelled",
)
WORDS_LEAST = 5
CHARACTERS_MOST = 20_000
"""Twenty minutes of speech."""
TOPIC_LEAST, TOPIC_MOST = 3, 1_500
BEGINNING_CHARACTERS = 500
DELETED_LIFE = timedelta(days=8)


class AlreadyWorking(Conflict):
    """It is being worked on: a second press."""

    code = "scripts.already_working"


def checked(text: str) -> str:
    """A script's text.

    Raises InvalidInput "scripts.too_short" (words, least), "scripts.too_long" (characters, most).
    """
    if is_too_short(text):
        raise InvalidInput("scripts.too_short", words=words_in(text), least=WORDS_LEAST)
    if len(text) > CHARACTERS_MOST:
        raise InvalidInput("scripts.too_long", characters=len(text), most=CHARACTERS_MOST)
    return text


def is_too_short(text: str) -> bool:
    """Nothing can be told of it."""
    return words_in(text) < WORDS_LEAST


def checked_topic(text: str) -> str:
    """Raises InvalidInput "scripts.topic_length" (characters, least, most)."""
    topic = clean_text(text)
    if not TOPIC_LEAST <= len(topic) <= TOPIC_MOST or not words_in(topic):
        raise InvalidInput("scripts.topic_length", characters=len(topic), least=TOPIC_LEAST, most=TOPIC_MOST)
    return topic


async def keep_script(tx: Tx, *, owner_id: ids.UserId, reading: Reading, kind: ScriptKind = ScriptKind.MINE) -> Script:
    """Keep a text as a script. Raises as `checked`."""
    script = Script(
        id=ids.new(),
        owner_id=owner_id,
        kind=kind,
        status=ScriptStatus.KEPT,
        title=reading.title,
        text=checked(reading.text),
        language=reading.language,
        created_at=tx.now,
    )
    tx.session.add(script)
    await tx.session.flush()
    return script


async def grow_script(tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId, reading: Reading) -> Script:
    """The text goes on: `reading` is all of it. Raises as `checked`, AlreadyWorking."""
    text = checked(reading.text)
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True)
    if script.status != ScriptStatus.KEPT:
        raise AlreadyWorking
    script.text, script.title, script.language = text, reading.title, reading.language
    return script


async def keep_video_script(tx: Tx, *, owner_id: ids.UserId, video_id: ids.VideoId) -> Script:
    """The script of a video, one for each: its words come with the analysis. Raises VideoNotFound."""
    known = await script_from_video(tx.session, owner_id=owner_id, video_id=video_id)
    if known is not None:
        return known
    seen = await video_seen(tx.session, video_id, now=tx.now)
    script = Script(
        id=ids.new(),
        owner_id=owner_id,
        kind=ScriptKind.VIDEO,
        status=ScriptStatus.KEPT,
        title=" ".join(seen.video.title.split())[:TITLE_LIMIT] or f"@{seen.creator.handle}",
        text="",
        language=seen.video.language or "",
        video_id=video_id,
        creator_id=seen.creator.id,
        sample=seen.video.sample,
        created_at=tx.now,
    )
    tx.session.add(script)
    await tx.session.flush()
    return script


async def keep_rewrite(tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId) -> Script:
    """The rewrite of an analysis as a script of its own. Raises Conflict "scripts.no_rewrite"."""
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id)
    rewrite = (script.critique or {}).get("rewrite")
    if not rewrite:
        raise Conflict("scripts.no_rewrite")
    reading = Reading(SourceKind.TEXT, title_of(rewrite), clean_text(rewrite), script.language)
    return await keep_script(tx, owner_id=owner_id, reading=reading, kind=ScriptKind.WRITTEN)


async def request_analysis(tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId, place: Place) -> Script:
    """Hold an analysis and start it; the message at `place` tells how far it is.

    Raises AlreadyWorking on a second press, LimitReached.
    """
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True)
    if script.status == ScriptStatus.WORKING:
        raise AlreadyWorking
    await _begin(tx, script, ANALYSE, place, ANALYSING)
    return script


async def request_writing(
    tx: Tx, *, owner_id: ids.UserId, creator_id: ids.CreatorId, topic: str, language: str, place: Place
) -> Script:
    """Have a script written about `topic` in the way of a creator; it counts as an analysis.

    Raises InvalidInput as `checked_topic`, CreatorNotFound, LimitReached.
    """
    topic = checked_topic(topic)
    creator = await creator_of(tx.session, creator_id)
    script = Script(
        id=ids.new(),
        owner_id=owner_id,
        kind=ScriptKind.WRITTEN,
        title=title_of(topic),
        text="",
        topic=topic,
        language=language,
        creator_id=creator.id,
        created_at=tx.now,
    )
    tx.session.add(script)
    await tx.session.flush()
    await _begin(tx, script, WRITE, place, WRITING)
    return script


async def _begin(tx: Tx, script: Script, spec: JobSpec, place: Place, notice: str) -> None:
    script.hold_id = await hold_quota(
        tx,
        owner_id=script.owner_id,
        feature=Feature.SCRIPT_ANALYSES,
        amount=1,
        reason=f"script:{script.id}:{tx.now.isoformat()}",
    )
    script.status, script.problem = ScriptStatus.WORKING, None
    await tx.session.flush()
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
    await request_work(tx, spec, owner_id=script.owner_id, subject_id=script.id, payload=payload)
    await _show(tx, script, place, notice, message_id=place.message_id, step="queued", percent=0)


async def tell_progress(tx: Tx, script: Script, place: Place, *, step: str, percent: int) -> None:
    """`step`: queued, transcript, judging, writing."""
    await _show(tx, script, place, WRITING if script.topic else ANALYSING, step=step, percent=percent)


async def record_words(
    tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId, text: str, language: str, measures: Measures
) -> Script:
    """What is said in its video. It stays, whatever becomes of the analysis."""
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True)
    script.text, script.language, script.measures = text, language, measures.to_json()
    return script


async def record_analysis(
    tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId, critique: Critique, engine: str, place: Place
) -> Script:
    """It is done: keep what was found, settle the quota, and show it."""
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True)
    script.measures = script.measures or measured(script.text, script.language).to_json()
    script.critique, script.engine, script.analysed_at = critique_to_json(critique), engine, tx.now
    await _end(tx, script, place)
    return script


async def record_written(
    tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId, written: Written, engine: str, place: Place
) -> Script:
    """What was asked for is written. `figures` are told as of an analysis."""
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True)
    script.text, script.engine = clean_text(written.text)[:CHARACTERS_MOST], engine
    script.measures = measured(script.text, script.language).to_json()
    await _end(tx, script, place, figures=written.figures)
    return script


async def _end(tx: Tx, script: Script, place: Place, *, figures: Sequence[str] = ()) -> None:
    script.status, script.problem = ScriptStatus.READY, None
    if script.hold_id is not None:
        await settle_hold(tx, script.hold_id, used=1)
    await _show(tx, script, place, ANALYSED, shown={**script_data(script), "figures": list(figures)})


async def cancel_work(tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId, place: Place) -> bool:
    """Stop what is being done with it; nothing is charged. False when it has ended."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=script_id)  # first: jobs lock in this order
    if met == "queued":
        await end_work(tx, owner_id=owner_id, script_id=script_id, place=place, error=AppError(CANCELLED))
    return met is not None


async def end_work(tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId, place: Place, error: AppError) -> None:
    """It failed or was cancelled: the plan gets its analysis back, and the message says so. The script stays."""
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True, deleted=True)
    cancelled = error.error_code == CANCELLED
    script.problem = None if cancelled else error_row(error)
    await _release(tx, script, cancelled=cancelled)
    await _show(tx, script, place, STOPPED if cancelled else FAILED, error=error_row(error))


async def _release(tx: Tx, script: Script, *, cancelled: bool) -> None:
    """What was found before stays found."""
    done_before = script.critique is not None
    script.status = ScriptStatus.READY if done_before else ScriptStatus.KEPT if cancelled else ScriptStatus.FAILED
    if script.hold_id is not None:
        await release_hold(tx, script.hold_id)


async def delete_script(tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId) -> Script:
    """Out of the list, with a way back for a week; work at it is stopped. Again, it changes nothing."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=script_id)  # first: jobs lock in this order
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True, deleted=True)
    if met == "queued":
        await _release(tx, script, cancelled=True)
    script.deleted_at = script.deleted_at or tx.now
    return script


async def restore_script(tx: Tx, *, owner_id: ids.UserId, script_id: ids.ScriptId) -> Script:
    """Raises Conflict "scripts.there_again" when the same video's script was kept once more meanwhile."""
    script = await script_of(tx.session, owner_id=owner_id, script_id=script_id, lock=True, deleted=True)
    if script.deleted_at is None:
        return script
    if script.kind == ScriptKind.VIDEO and script.video_id is not None:
        other = await script_from_video(tx.session, owner_id=owner_id, video_id=script.video_id)
        if other is not None:
            raise Conflict("scripts.there_again")
    script.deleted_at = None
    return script


async def forget_deleted(tx: Tx, *, limit: int = 500) -> int:
    """Those deleted more than `DELETED_LIFE` ago, so many at once. Gives how many went."""
    old = select(Script.id).where(Script.deleted_at < tx.now - DELETED_LIFE).limit(limit)
    gone = await tx.session.execute(delete(Script).where(Script.id.in_(old)).returning(Script.id))
    return len(gone.all())


def script_data(script: Script) -> dict[str, object]:
    """A script as screens take it: of its text the beginning."""
    return {
        "id": str(script.id),
        "kind": script.kind,
        "status": script.status,
        "title": script.title,
        "beginning": script.text[:BEGINNING_CHARACTERS],
        "characters": len(script.text),
        "language": script.language,
        "creator_id": str(script.creator_id) if script.creator_id else None,
        "sample": script.sample,
        "measures": script.measures,
        "critique": script.critique,
        "engine": script.engine,
        "topic": script.topic,
        "problem": script.problem,
        "figures": [],
    }


async def _show(
    tx: Tx, script: Script, place: Place, notice: str, *, message_id: TelegramId | None = None, **more: object
) -> None:
    data = {"script_id": str(script.id), "title": script.title, "language": place.language, **more}
    await show_status(
        tx,
        owner_id=script.owner_id,
        subject_id=script.id,
        chat_id=place.chat_id,
        message_id=message_id,
        notice=notice,
        data=data,
    )
