"""Podcasts: writing scripts, and making their audio."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from uuid import UUID

import structlog

from core import ids
from core.billing.costs import record_model_use
from core.brands.choosing import preset_brand
from core.brands.voice import voice_text
from core.errors import AppError, NotFound
from core.podcasts import recording, service
from core.podcasts.models import Podcast
from core.podcasts.pages import page_of_section, page_with_line
from core.podcasts.queries import Material, material_of, options_of, podcast_of, script_of
from core.podcasts.script import Script, with_rewritten_line
from core.podcasts.showing import place_of
from core.providers.scripts import (
    LineRewritten,
    LineWish,
    Outline,
    ScriptBrief,
    ScriptEvent,
    ScriptFinished,
    SectionWritten,
)
from core.providers.text import Note, Usage
from core.tx import Tx
from core.work.service import ClaimedWork
from jobs.episodes import render_episode, work_folder
from jobs.progress import Progress, Tell, telling
from jobs.runtime import Run, job

log = structlog.get_logger()

OUTLINE, SCRIPT = (0, 10), (10, 25)
"""Percent of the whole, from and to. The rest is the audio's (jobs/episodes.py)."""


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled. Of a podcast that was deleted meanwhile nothing is told."""
    try:
        podcast = await podcast_of(
            tx.session, owner_id=work.owner_id, podcast_id=ids.PodcastId(work.subject_id), lock=True
        )
    except NotFound:
        return
    await service.end_work(tx, podcast, place_of(dict(work.payload)), error=error)


@job(service.SCRIPT, on_failure=ended)
async def write_script(run: Run) -> None:
    """Write an episode's script, section by section."""
    podcast, material = await _read(run)
    brief = _brief(podcast, material, await _voice(run, podcast))
    async with telling(run, _progress_of(run)) as tell:
        script, usage = await _collected(run, run.deps.scripts.write(brief), tell)
    async with run.finishing() as tx:
        await recording.record_script(
            tx,
            owner_id=podcast.owner_id,
            podcast_id=podcast.id,
            place=place_of(dict(run.work.payload)),
            script=script.script,
            notes=script.notes,
            engine=run.deps.scripts.engine,
        )
        await record_model_use(
            tx, owner_id=podcast.owner_id, subject_id=podcast.id, purpose="podcasts.script", usage=usage
        )


@job(service.SECTION, on_failure=ended)
async def rewrite_section(run: Run) -> None:
    """Write one section of a script anew."""
    podcast, material = await _read(run)
    number, wish = int(run.work.payload["section"]), str(run.work.payload.get("wish", ""))
    brief = _brief(podcast, material, await _voice(run, podcast))
    written = run.deps.scripts.rewrite_section(brief, _script(podcast), number, wish=wish)
    async with telling(run, _progress_of(run)) as tell:
        done, usage = await _collected(run, written, tell)
    page = page_of_section(done.script, number)
    await _keep_rewrite(run, podcast, done.script, page, done.notes, usage, purpose="podcasts.section")


@job(service.LINE, on_failure=ended)
async def rewrite_line(run: Run) -> None:
    """Write one line of a script anew, as its owner wishes."""
    podcast, material = await _read(run)
    script, number = _script(podcast), int(run.work.payload["line"])
    voice = await _voice(run, podcast)
    wish = LineWish(script, number, str(run.work.payload["wish"]), material.sources, brand_voice=voice)
    rewritten: LineRewritten | None = None
    usage = Usage(model=run.deps.scripts.engine)
    async with aclosing(run.deps.scripts.rewrite_line(wish)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Usage):
                usage = piece
            else:
                rewritten = piece
    if rewritten is None:
        raise AppError("podcasts.no_script")
    changed = with_rewritten_line(script, number, rewritten.line)
    page = page_with_line(changed, number)
    await _keep_rewrite(run, podcast, changed, page, rewritten.notes, usage, purpose="podcasts.line")


async def _keep_rewrite(
    run: Run, podcast: Podcast, script: Script, page: int, notes: Sequence[Note], usage: Usage, *, purpose: str
) -> None:
    async with run.finishing() as tx:
        await recording.record_rewrite(
            tx,
            owner_id=podcast.owner_id,
            podcast_id=podcast.id,
            place=place_of(dict(run.work.payload)),
            script=script,
            page=page,
            notes=notes,
        )
        await record_model_use(tx, owner_id=podcast.owner_id, subject_id=podcast.id, purpose=purpose, usage=usage)


@job(service.RENDER, on_failure=ended)
async def render(run: Run) -> None:
    """Make the audio: speak what wasn't spoken yet, join it, keep it, and have it sent.

    Audio that it takes the place of is forgotten once the new one counts. Renamed meanwhile, it is joined once more.
    """
    async with telling(run, _progress_of(run)) as tell:
        while (replaced := await _rendered(run, tell)) is None:
            log.info("podcasts.renamed_meanwhile")
    for key in replaced:
        await run.deps.storage.delete(key)
    await asyncio.to_thread(work_folder(run, ids.PodcastId(run.work.subject_id)).forget)


async def _rendered(run: Run, tell: Tell) -> list[str] | None:
    """The keys of the files that the new ones take the place of. None when the podcast has another title by now, which
    belongs into its files."""
    podcast, _ = await _read(run)
    episode = await render_episode(run, podcast, _script(podcast), tell)
    try:
        async with run.finishing() as tx:
            await recording.record_episode(
                tx,
                owner_id=podcast.owner_id,
                podcast_id=podcast.id,
                place=place_of(dict(run.work.payload)),
                episode=episode,
                work_id=run.work.id,
            )
    except recording.Renamed:
        return None
    return recording.files_of(podcast)


async def _read(run: Run) -> tuple[Podcast, Material]:
    async with run.deps.read() as session:
        podcast_id = ids.PodcastId(UUID(str(run.work.subject_id)))
        podcast = await podcast_of(session, owner_id=run.work.owner_id, podcast_id=podcast_id)
        return podcast, await material_of(session, podcast)


async def _voice(run: Run, podcast: Podcast) -> str:
    """That of the chosen brand; of one that its owner may not write with any more their default one's."""
    async with run.deps.read() as session:
        brand = await preset_brand(session, user_id=podcast.owner_id, choice=options_of(podcast).brand)
    return voice_text(brand) if brand is not None else ""


def _brief(podcast: Podcast, material: Material, brand_voice: str) -> ScriptBrief:
    options = options_of(podcast)
    language = options.language or material.language
    return ScriptBrief(
        sources=material.sources,
        language=language,
        minutes=options.length.minutes,
        format=options.format,
        title=podcast.title,
        focus=options.focus,
        host=options.host.name,
        guest=options.guest.name,
        pace=options.pace(language),
        brand_voice=brand_voice,
    )


def _script(podcast: Podcast) -> Script:
    script = script_of(podcast)
    if script is None:
        raise AppError("podcasts.no_script")
    return script


async def _collected(run: Run, events: AsyncGenerator[ScriptEvent, None], tell: Tell) -> tuple[ScriptFinished, Usage]:
    """The end of what a writer gives, told on the way."""
    finished: ScriptFinished | None = None
    usage = Usage(model=run.deps.scripts.engine)
    tell("outline", OUTLINE[0])
    async with aclosing(events) as pieces:
        async for piece in pieces:
            match piece:
                case Outline():
                    tell("script", SCRIPT[0])
                case SectionWritten():
                    tell("script", SCRIPT[0] + (SCRIPT[1] - SCRIPT[0]) * piece.number // piece.count)
                case ScriptFinished():
                    finished = piece
                case Usage():
                    usage = piece
    if finished is None:
        raise AppError("podcasts.no_script")
    return finished, usage


def _progress_of(run: Run) -> Progress:
    """How far the podcast is goes into its status message."""

    async def tell(tx: Tx, step: str, percent: int) -> None:
        await recording.tell_progress(
            tx,
            owner_id=run.work.owner_id,
            podcast_id=ids.PodcastId(run.work.subject_id),
            place=place_of(dict(run.work.payload)),
            step=step,
            percent=percent,
        )

    return tell
