"""The words of what users send: fetched, read or listened to, and kept."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from core import ids
from core.deps import Deps
from core.errors import AppError, InvalidInput, NotFound
from core.posts.writing import Place
from core.providers.discovery import NotSupported
from core.providers.discovery_links import network_of, video_address
from core.providers.transcription import NOT_SET_UP, Recording
from core.sources import library, words
from core.sources.contents import HEAD_BYTES, Paper, Sound, Unreadable, kind_of
from core.sources.files import FILE_BYTES_LIMIT, read_file
from core.sources.models import Source
from core.sources.papers import Words, read_paper
from core.sources.parts import readings_of
from core.sources.queries import unnamed
from core.sources.reading import SourceKind
from core.sources.service import source_of
from core.sources.showing import unread_of
from core.sources.sound import pieces_of
from core.sources.unread import UnreadFile
from core.sources.uploaded import FILES
from core.telegram.files import fetch_file
from core.tx import Tx
from core.videos.service import place_of
from core.videos.uploads import LIMIT_BYTES
from core.videos.workshop import work_folder
from core.work.service import ClaimedWork, note_headway
from jobs.progress import Progress, telling
from jobs.runtime import Run, job
from jobs.sweeping import sweep

log = structlog.get_logger()

GRACE = timedelta(days=2)
"""How long a file that no row names is left alone: an upload may be about to name it."""
SWEEP_EVERY_S = 20 * 3600
SWEPT = "sources:swept"
FETCHED, PREPARED, DONE = 0.25, 0.4, 0.98
"""Shares of a file's way at which each step ends."""

Told = Callable[[str, float], None]
"""Called with a step's name and the share of a file's way."""


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled. Of a source that was deleted meanwhile nothing is told."""
    with suppress(NotFound):
        await words.end_reading(
            tx,
            owner_id=work.owner_id,
            source_id=ids.SourceId(work.subject_id),
            place=place_of(work.payload),
            error=error,
        )


@dataclass(frozen=True, slots=True)
class Got:
    """`sample`: made up by the sandbox, and to be labelled so."""

    words: Words
    digest: str
    sample: bool = False


@job(words.READ, on_failure=ended)
async def read_words(run: Run) -> None:
    """Get the words of a source, from its files or from the network that its link leads to."""
    source = await _source(run)
    files = unread_of(source)
    async with telling(run, _progress_of(run)) as tell:
        if files:
            got = [await _of_file(run, file, _shared(tell, at, len(files))) for at, file in enumerate(files)]
        else:
            tell("reading", 10)
            got = [await _said_in_video(run.deps, source.url or "")]
    found = _together(got)
    readings = await asyncio.to_thread(
        readings_of,
        found.words,
        kind=SourceKind(source.kind),
        name=files[0].name if files else "",
        caption=source.text if source.caption is None else source.caption,
        url=source.url,
        language=place_of(run.work.payload).language,
    )
    async with run.finishing(unless_cancelled=True) as tx:
        await words.record_words(
            tx,
            owner_id=run.work.owner_id,
            source_id=source.id,
            readings=readings,
            file_digest=found.digest,
            place=place_of(run.work.payload),
            pages_read=found.words.pages_read,
            pages_total=found.words.pages_total,
            sample=found.sample,
        )


def _shared(tell: Callable[[str, int], None], at: int, of: int) -> Told:
    """Of several files each has its share of the whole."""
    return lambda step, share: tell(step, int(100 * DONE * (at + share) / of))


def _together(got: Sequence[Got]) -> Got:
    if len(got) == 1:
        return got[0]
    digest = hashlib.sha256("".join(each.digest for each in got).encode()).hexdigest()
    return Got(Words("\n\n".join(each.words.text for each in got), got[0].words.title), digest)


async def _of_file(run: Run, file: UnreadFile, told: Told) -> Got:
    """By its contents, whatever it is called. Raises InvalidInput: what is wrong with it."""
    async with work_folder(run.deps.settings.home) as folder, _at_hand(run, file, folder, told) as path:
        digest = await asyncio.to_thread(_digest, path)
        match kind_of(await asyncio.to_thread(_head, path)):
            case Unreadable(code):
                raise InvalidInput(code)
            case Paper() as paper:
                told("reading", PREPARED)
                return Got(await read_paper(path, paper), digest)
            case Sound() as sound:
                return Got(await _heard(run, file, path, folder, sound, digest, told), digest)
            case None:
                return Got(await _plain(path, file), digest)


@asynccontextmanager
async def _at_hand(run: Run, file: UnreadFile, folder: Path, told: Told) -> AsyncIterator[Path]:
    """On this machine's disk."""
    if file.storage_key is not None:
        async with run.deps.storage.local(file.storage_key) as path:
            yield path
        return
    path = folder / "fetched"
    told("fetching", 0)
    await fetch_file(
        run.deps.settings,
        run.deps.http,
        file.file_id or "",
        path,
        limit_bytes=LIMIT_BYTES,
        progress=lambda share: told("fetching", FETCHED * share),
    )
    yield path


async def _plain(path: Path, file: UnreadFile) -> Words:
    """What isn't known by its first bytes may be text."""
    size_bytes = (await asyncio.to_thread(path.stat)).st_size
    if size_bytes > FILE_BYTES_LIMIT:
        raise InvalidInput("source.file_too_big", size_bytes=size_bytes, limit_bytes=FILE_BYTES_LIMIT)
    content = await asyncio.to_thread(path.read_bytes)
    reading = await asyncio.to_thread(read_file, file.name, content)
    return Words(reading.text, reading.title)


async def _heard(run: Run, file: UnreadFile, path: Path, folder: Path, sound: Sound, digest: str, told: Told) -> Words:
    """Piece by piece; what an earlier attempt has heard isn't asked for again."""
    transcriber = run.deps.transcriber
    if transcriber is None:
        raise AppError(NOT_SET_UP)
    told("listening", FETCHED)
    cut = await pieces_of(
        path,
        sound,
        folder,
        file_bytes=transcriber.file_bytes,
        duration_s=file.duration_s,
        progress=lambda share: told("listening", FETCHED + (PREPARED - FETCHED) * share),
    )
    known = f"{digest}:{len(cut.paths)}"
    heard = list(((await _source(run)).heard or {}).get(known, ()))
    for number, piece in enumerate(cut.paths[len(heard) :], start=len(heard)):
        told("listening", PREPARED + (1 - PREPARED) * number / len(cut.paths))
        heard.append(await transcriber.transcribe(Recording(await asyncio.to_thread(piece.read_bytes))))
        async with run.deps.tx() as tx:
            await words.note_heard(
                tx, owner_id=run.work.owner_id, source_id=ids.SourceId(run.work.subject_id), heard={known: heard}
            )
            await note_headway(tx, run.work)
    return Words("\n\n".join(filter(None, heard)))


async def _said_in_video(deps: Deps, url: str) -> Got:
    """By whoever finds videos there. Raises InvalidInput "source.no_transcript", and what the provider raises."""
    network = network_of(url)
    discovery = deps.discoveries.get(network) if network is not None else None
    if network is None or discovery is None:
        raise InvalidInput("source.no_transcript")
    address = video_address(url, network)
    try:
        transcript = await discovery.transcript(address)
    except NotSupported as exc:
        raise InvalidInput("source.no_transcript") from exc
    if transcript is None or not transcript.text.strip():
        raise InvalidInput("source.no_transcript")
    title = ""
    with suppress(AppError):  # only its name
        title = (await discovery.video(address)).title
    sample = deps.settings.in_sandbox and deps.settings.scrapecreators_api_key is None
    return Got(Words(transcript.text, title), hashlib.sha256(address.encode()).hexdigest(), sample=sample)


async def _source(run: Run) -> Source:
    async with run.deps.read() as session:
        return await source_of(session, owner_id=run.work.owner_id, source_id=ids.SourceId(run.work.subject_id))


def _progress_of(run: Run) -> Progress:
    place: Place = place_of(run.work.payload)

    async def tell(tx: Tx, step: str, percent: int) -> None:
        source = await source_of(tx.session, owner_id=run.work.owner_id, source_id=ids.SourceId(run.work.subject_id))
        await words.tell_progress(tx, source, place=place, step=step, percent=percent)

    return tell


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def tidy_sources(deps: Deps) -> int:
    """Words that were deleted long ago, and recordings that nobody needs any more. Gives how many files went."""
    async with deps.tx() as tx:
        keys = await library.let_go(tx)
    for key in keys:
        await deps.storage.delete(key)
    swept = 0
    if await deps.redis.set(SWEPT, 1, nx=True, ex=SWEEP_EVERY_S):
        swept = await sweep(deps, (FILES,), unnamed, grace=GRACE)
    return len(keys) + swept
