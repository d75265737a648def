"""What people say about a draft in a voice message: listened to, then done like what they write."""

import asyncio
from pathlib import Path

from core import ids
from core.errors import AppError, InvalidInput
from core.posts import spoken
from core.providers.transcription import NOT_SET_UP, Recording
from core.sources.contents import HEAD_BYTES, Sound, kind_of
from core.sources.sound import pieces_of
from core.telegram.files import fetch_file
from core.videos.service import place_of
from core.videos.workshop import work_folder
from jobs.posts import rewrite_ended
from jobs.runtime import Run, job

FILE_BYTES = 20_000_000


@job(spoken.HEAR, on_failure=rewrite_ended)
async def hear_instruction(run: Run) -> None:
    """The words become an instruction, in the transaction that ends this work."""
    async with work_folder(run.deps.settings.home) as folder:
        words = await _heard(run, folder)
    async with run.finishing(unless_cancelled=True) as tx:
        await spoken.take_instruction(
            tx,
            owner_id=run.work.owner_id,
            post_id=ids.PostId(run.work.subject_id),
            work_id=run.work.id,
            words=words,
            place=place_of(run.work.payload),
        )


async def _heard(run: Run, folder: Path) -> str:
    transcriber = run.deps.transcriber
    if transcriber is None:
        raise AppError(NOT_SET_UP)
    path = folder / "fetched"
    await fetch_file(
        run.deps.settings,
        run.deps.http,
        str(run.work.payload["file_id"]),
        path,
        limit_bytes=FILE_BYTES,
        progress=lambda _: None,
    )
    sound = kind_of(await asyncio.to_thread(_head, path))
    if not isinstance(sound, Sound):
        raise InvalidInput("source.broken_recording")
    cut = await pieces_of(
        path, sound, folder, file_bytes=transcriber.file_bytes, duration_s=None, progress=lambda _: None
    )
    pieces = [Recording(await asyncio.to_thread(piece.read_bytes)) for piece in cut.paths]
    return " ".join([await transcriber.transcribe(piece) for piece in pieces])


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
