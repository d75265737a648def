"""Voiceovers: a text spoken piece by piece, joined, and kept as a voice message and as an MP3."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core import ids
from core.errors import AppError, InvalidInput, NotFound
from core.podcasts.blocks import Block, SaidLine
from core.podcasts.options import spoken_language
from core.podcasts.recording import forget_spoken
from core.podcasts.showing import place_of
from core.providers.speech import Speaker, recording_key
from core.storage import key_for
from core.tx import Tx
from core.voiceovers import service
from core.voiceovers.models import Voiceover
from core.voiceovers.options import VoiceoverOptions
from core.voiceovers.queries import options_of, voiceover_of
from core.voiceovers.speakable import SEGMENT_CHARACTERS, segments_of
from core.work.service import ClaimedWork
from jobs.episodes import WorkFolder, on_our_disk
from jobs.progress import Progress, Tell, telling
from jobs.runtime import Run, job
from jobs.voices import spoken_blocks

if TYPE_CHECKING:
    from core.podcasts.audio import Part

VOICES, COMBINE, UPLOAD = (5, 70), (70, 85), 90
"""Percent of the whole, from and to."""
KIND = "voiceovers"


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled."""
    try:
        voiceover = await voiceover_of(
            tx.session, owner_id=work.owner_id, voiceover_id=ids.VoiceoverId(work.subject_id), lock=True
        )
    except NotFound:
        return
    await service.end_voiceover(tx, voiceover, place_of(dict(work.payload)), error=error)


@job(service.MAKE, on_failure=ended)
async def make(run: Run) -> None:
    """Speak what wasn't spoken yet, join it, keep it, and have it sent."""
    voiceover_id = ids.VoiceoverId(run.work.subject_id)
    async with run.deps.read() as session:
        voiceover = await voiceover_of(session, owner_id=run.work.owner_id, voiceover_id=voiceover_id)
    folder = WorkFolder(run.deps.settings.home / KIND / str(voiceover_id))
    async with telling(run, _progress_of(run)) as tell:
        with on_our_disk():
            await asyncio.to_thread(folder.open)
            voice_key, part = await _made(run, voiceover, folder.path, tell)
            file_key = key_for(voiceover.owner_id, KIND, str(run.work.id), "mp3")
            await run.deps.storage.put(file_key, part.path)
    async with run.finishing() as tx:
        await service.record_voiceover(
            tx,
            owner_id=run.work.owner_id,
            voiceover_id=voiceover_id,
            place=place_of(dict(run.work.payload)),
            voice_key=voice_key,
            file_key=file_key,
            duration_ms=part.duration_ms,
        )
    await asyncio.to_thread(folder.forget)


async def _made(run: Run, voiceover: Voiceover, folder: Path, tell: Tell) -> "tuple[str, Part]":
    """The key of the voice message, and the MP3."""
    from core.voiceovers.voice_message import as_voice_message

    options = options_of(voiceover)
    speaker = run.deps.speakers.get(options.engine)
    if speaker is None:
        raise InvalidInput("podcasts.provider_gone", provider=str(options.engine))
    language = spoken_language(voiceover.language)
    blocks = await asyncio.to_thread(_blocks, voiceover.text, options, speaker, language)
    paths = await spoken_blocks(run, blocks, speaker, language, folder, tell, percent=VOICES)
    part = await _joined(run, voiceover, blocks, paths, folder, tell)
    await as_voice_message(part.path, folder / "voice.ogg")
    tell("upload", UPLOAD)
    key = key_for(voiceover.owner_id, KIND, str(run.work.id), "ogg")
    await run.deps.storage.put(key, folder / "voice.ogg")
    return key, part


def _blocks(text: str, options: VoiceoverOptions, speaker: Speaker, language: str) -> list[Block]:
    """Raises InvalidInput "voiceovers.nothing_to_say"."""
    segments = segments_of(text, language, most=min(SEGMENT_CHARACTERS, speaker.limits.characters))
    if not segments:
        raise InvalidInput("voiceovers.nothing_to_say")
    voice, settings = options.voice, options.settings
    return [
        Block(
            recording_key(speaker.recipe, segment, voice.id, language=language, settings=settings),
            (SaidLine(segment, voice.id, voice.name),),
            settings=settings,
        )
        for segment in segments
    ]


async def _joined(
    run: Run, voiceover: Voiceover, blocks: Sequence[Block], paths: Mapping[str, Path], folder: Path, tell: Tell
) -> "Part":
    """The MP3. A recording that turns out broken is forgotten, so that the next attempt makes it anew."""
    from core.podcasts.audio import assemble
    from core.podcasts.joining import Episode, Spoken
    from core.podcasts.segments import SegmentBroken
    from core.podcasts.tags import Tags

    voice = options_of(voiceover).voice.name
    tags = Tags(voiceover.title, artist=voice, album="Postaify", language=voiceover.language, genre="Speech")
    turns = [Spoken(paths[block.name], block.speaker, block.words) for block in blocks]
    tell("combine", COMBINE[0])
    try:
        parts = await assemble(
            Episode(turns, tags),
            folder / "joined",
            workshop=folder / "segments",
            progress=lambda share: tell("combine", COMBINE[0] + int((COMBINE[1] - COMBINE[0]) * share)),
        )
    except SegmentBroken as broken:
        async with run.deps.tx() as tx:
            await forget_spoken(tx, owner_id=run.work.owner_id, name=blocks[broken.number - 1].name)
        raise
    return parts[0]


def _progress_of(run: Run) -> Progress:
    async def tell(tx: Tx, step: str, percent: int) -> None:
        await service.tell_progress(
            tx,
            owner_id=run.work.owner_id,
            voiceover_id=ids.VoiceoverId(run.work.subject_id),
            place=place_of(dict(run.work.payload)),
            step=step,
            percent=percent,
        )

    return tell
