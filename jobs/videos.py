"""Users' own videos: fetched where they are still at Telegram, and looked at."""

import asyncio
import hashlib
from pathlib import Path

import structlog

from core import ids
from core.deps import Deps
from core.errors import AppError, InvalidInput, NotFound
from core.storage import key_for
from core.telegram.files import fetch_file
from core.tx import Tx
from core.videos import service, tidying
from core.videos.checking import check
from core.videos.containers import HEAD_BYTES, ending_of
from core.videos.models import OwnVideo
from core.videos.probing import Probe, probe
from core.videos.queries import own_video
from core.videos.workshop import tidy_workshop, work_folder
from core.work.service import ClaimedWork
from jobs.progress import Progress, Tell, telling
from jobs.runtime import Run, job
from jobs.sweeping import sweep

log = structlog.get_logger()

FETCHED, HASHED, DONE = 60, 75, 95
"""Percent of the whole at which each step ends."""
SWEEP_EVERY_S = 20 * 3600
SWEPT = "videos:swept"


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled. Of a video that was deleted meanwhile nothing is told."""
    try:
        await service.end_check(
            tx,
            owner_id=work.owner_id,
            video_id=ids.OwnVideoId(work.subject_id),
            place=service.place_of(work.payload),
            error=error,
        )
    except NotFound:
        return


@job(service.CHECK, on_failure=ended)
async def check_video(run: Run) -> None:
    """Find out what it is, and keep it when it is good. What is refused isn't kept."""
    async with work_folder(run.deps.settings.home) as folder, telling(run, _progress_of(run)) as tell:
        video = await _fetched(run, folder, tell)
        try:
            found, digest, thumbnail_key = await _looked_into(run, video, folder, tell)
        except InvalidInput:
            await run.deps.storage.delete(video.storage_key)
            raise
    async with run.finishing() as tx:
        kept = await service.record_checked(
            tx,
            owner_id=video.owner_id,
            video_id=video.id,
            probe=found,
            digest=digest,
            thumbnail_key=thumbnail_key,
            place=service.place_of(run.work.payload),
        )
    if kept.id != video.id:
        for key in (video.storage_key, thumbnail_key):
            await run.deps.storage.delete(key)


async def _fetched(run: Run, folder: Path, tell: Tell) -> OwnVideo:
    """The video with its file stored. One that its owner has deleted meanwhile raises OwnVideoNotFound."""
    video = await _video(run)
    if video.storage_key:
        return video
    tell("fetching", 0)
    path = folder / "fetched"
    size_bytes = await fetch_file(
        run.deps.settings,
        run.deps.http,
        str(run.work.payload["file_id"]),
        path,
        limit_bytes=service.MESSAGE_LIMIT_BYTES,
        progress=lambda share: tell("fetching", int(FETCHED * share)),
    )
    ending = ending_of(await asyncio.to_thread(_head, path))
    key = key_for(video.owner_id, tidying.VIDEOS, str(video.id), ending)
    await run.deps.storage.put(key, path)
    async with run.deps.tx() as tx:
        await service.note_stored(
            tx, owner_id=video.owner_id, video_id=video.id, storage_key=key, size_bytes=size_bytes
        )
    return await _video(run)


async def _looked_into(run: Run, video: OwnVideo, folder: Path, tell: Tell) -> tuple[Probe, str, str]:
    """What it is, the hash of it, and where its picture is. Raises InvalidInput: why it can't be kept."""
    picture = folder / "thumbnail.jpg"
    tell("looking", FETCHED)
    async with run.deps.storage.local(video.storage_key) as path:
        found = await probe(path, thumbnail=picture)
        check(found)
        tell("looking", HASHED)
        digest = await asyncio.to_thread(_digest, path)
    tell("looking", DONE)
    key = key_for(video.owner_id, tidying.THUMBNAILS, str(video.id), "jpg")
    await run.deps.storage.put(key, picture)
    return found, digest, key


async def _video(run: Run) -> OwnVideo:
    async with run.deps.read() as session:
        return await own_video(session, video_id=ids.OwnVideoId(run.work.subject_id), owner_id=run.work.owner_id)


def _progress_of(run: Run) -> Progress:
    async def tell(tx: Tx, step: str, percent: int) -> None:
        await service.tell_progress(
            tx,
            owner_id=run.work.owner_id,
            video_id=ids.OwnVideoId(run.work.subject_id),
            place=service.place_of(run.work.payload),
            step=step,
            percent=percent,
        )

    return tell


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def tidy_videos(deps: Deps) -> int:
    """Rows whose time has come, with their files; folders that killed processes have left on this machine; once a day
    files that no row names. Gives how many files and folders went. May be killed at any moment and run side by side.

    Raises ProviderError when the storage is away.
    """
    folders = await asyncio.to_thread(tidy_workshop, deps.settings.home)
    async with deps.tx() as tx:
        keys = await tidying.let_go(tx)
    for key in keys:
        await deps.storage.delete(key)
    swept = 0
    if await deps.redis.set(SWEPT, 1, nx=True, ex=SWEEP_EVERY_S):
        swept = await sweep(deps, tidying.KINDS, tidying.unnamed, grace=tidying.GRACE)
    if folders or keys or swept:
        log.info("videos.tidied", folders=folders, files=len(keys), unnamed=swept)
    return folders + len(keys) + swept
