"""Scripts: fetching what is said in a video, judging, writing."""

import asyncio

from core import ids
from core.billing.costs import record_model_use
from core.brands.queries import brand_for
from core.brands.voice import voice_text
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.languages import detect
from core.providers.critique import Examined, Wanted
from core.providers.discovery import DiscoveryErrorCode, Network, Transcript
from core.scripts import service
from core.scripts.measures import Measures, measured
from core.scripts.models import Script
from core.scripts.queries import said_by, script_of
from core.scripts.ways import VIDEOS_MOST, examples_of, way_of
from core.sources.reading import clean_text
from core.tx import Tx
from core.viral.creators import newest_videos
from core.viral.keeping import SNAPSHOT_LIFE
from core.viral.queries import video_seen
from core.viral.service import place_of
from core.work.service import ClaimedWork
from jobs.progress import Progress, telling
from jobs.runtime import Run, job


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled."""
    await service.end_work(
        tx,
        owner_id=work.owner_id,
        script_id=ids.ScriptId(work.subject_id),
        place=place_of(work.payload),
        error=error,
    )


@job(service.ANALYSE, on_failure=ended)
async def analyse(run: Run) -> None:
    """Judge a script; of a video, what is said in it is fetched first, and kept."""
    owner_id, script_id = run.work.owner_id, ids.ScriptId(run.work.subject_id)
    script = await _script(run)
    place = place_of(run.work.payload)
    async with telling(run, _progress_of(run)) as tell:
        if not script.text:
            tell("transcript", 10)
            script = await _with_words(run, script)
        tell("judging", 50)
        measures = await asyncio.to_thread(_measures_of, script)
        critique, usage = await run.deps.critic.critique(
            Examined(script.text, script.language, place.language, measures)
        )
    engine = run.deps.critic.engine
    async with run.finishing() as tx:
        await service.record_analysis(
            tx, owner_id=owner_id, script_id=script_id, critique=critique, engine=engine, place=place
        )
        await record_model_use(tx, owner_id=owner_id, subject_id=script_id, purpose="scripts.analyse", usage=usage)


@job(service.WRITE, on_failure=ended)
async def write(run: Run) -> None:
    """Write a script in the way of a creator."""
    owner_id, script_id = run.work.owner_id, ids.ScriptId(run.work.subject_id)
    script = await _script(run)
    async with telling(run, _progress_of(run)) as tell:
        tell("writing", 40)
        written, usage = await run.deps.critic.write(await _wanted(run, script))
    async with run.finishing() as tx:
        await service.record_written(
            tx,
            owner_id=owner_id,
            script_id=script_id,
            written=written,
            engine=run.deps.critic.engine,
            place=place_of(run.work.payload),
        )
        await record_model_use(tx, owner_id=owner_id, subject_id=script_id, purpose="scripts.write", usage=usage)


async def _script(run: Run) -> Script:
    async with run.deps.read() as session:
        script_id = ids.ScriptId(run.work.subject_id)
        return await script_of(session, owner_id=run.work.owner_id, script_id=script_id)


async def _with_words(run: Run, script: Script) -> Script:
    """Raises AppError "scripts.no_transcript" when nobody has written down what is said."""
    if script.video_id is None:
        raise AppError(service.NO_TRANSCRIPT)
    async with run.deps.read() as session:
        video = (await video_seen(session, script.video_id, now=run.deps.clock.now())).video
    discovery = run.deps.discoveries.get(Network(video.network))
    if discovery is None:
        raise AppError(DiscoveryErrorCode.NOT_SUPPORTED, network=video.network)
    try:
        async with asyncio.timeout(service.TRANSCRIPT_S):
            transcript = await discovery.transcript(video.url)
    except TimeoutError as exc:
        raise ProviderError(DiscoveryErrorCode.TIMEOUT, provider=discovery.name, retryable=True) from exc
    if transcript is None or service.is_too_short(transcript.text):
        raise AppError(service.NO_TRANSCRIPT)
    text, language, measures = await asyncio.to_thread(_read, transcript, video.duration_s)
    async with run.deps.tx() as tx:
        return await service.record_words(
            tx, owner_id=script.owner_id, script_id=script.id, text=text, language=language, measures=measures
        )


def _read(transcript: Transcript, duration_s: float | None) -> tuple[str, str, Measures]:
    """Networks often don't tell the language, or tell that of the captions' menu."""
    text = clean_text(transcript.text)[: service.CHARACTERS_MOST]
    language = detect(text, expected=transcript.language).code
    return text, language, measured(text, language, duration_s=duration_s, lines=transcript.lines)


def _measures_of(script: Script) -> Measures:
    return Measures.from_json(script.measures) if script.measures else measured(script.text, script.language)


async def _wanted(run: Run, script: Script) -> Wanted:
    deps: Deps = run.deps
    if script.creator_id is None:
        raise AppError("viral.creator_not_found")
    async with deps.read() as session:
        videos = await newest_videos(
            session, script.creator_id, measured_since=deps.clock.now() - SNAPSHOT_LIFE, limit=VIDEOS_MOST
        )
        said = await said_by(session, owner_id=script.owner_id, creator_id=script.creator_id)
        brand = await brand_for(session, owner_id=script.owner_id)
    way, voice = way_of(videos, said), voice_text(brand) if brand is not None else ""
    return Wanted(script.topic, script.language, way.words, way.brief, examples_of(said), brand_voice=voice)


def _progress_of(run: Run) -> Progress:
    async def tell(tx: Tx, step: str, percent: int) -> None:
        script_id = ids.ScriptId(run.work.subject_id)
        script = await script_of(tx.session, owner_id=run.work.owner_id, script_id=script_id)
        await service.tell_progress(tx, script, place_of(run.work.payload), step=step, percent=percent)

    return tell
