"""Voices and music as files of this machine: what was spoken before is taken from the storage, the rest is spoken."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from core.errors import InvalidInput, ProviderError
from core.podcasts.blocks import Block, blocks_of
from core.podcasts.music_choices import MusicChoices
from core.podcasts.options import PodcastOptions, spoken_language
from core.podcasts.own_music import choices_of, music_of
from core.podcasts.queries import recordings_of
from core.podcasts.recording import record_spoken
from core.podcasts.script import Script
from core.providers.recordings import MP3, MP4, OGG, WAV
from core.providers.speech import DialogueSpeaker, Speaker, Speech, SpeechErrorCode, dialogue_of
from core.storage import StoredFileNotFound, key_for
from core.work.service import note_headway
from jobs.progress import Tell
from jobs.runtime import Run

log = structlog.get_logger()

VOICES = (25, 70)
"""Percent of the whole, from and to."""
ENDINGS: Mapping[str, str] = {WAV: "wav", MP3: "mp3", OGG: "ogg", MP4: "m4a"}
_CUT_SHORT = (SpeechErrorCode.TRUNCATED, SpeechErrorCode.EMPTY)
"""What a dialogue that is too much for the model comes to, however often it is asked for."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """The blocks of an episode, and where the recording of each lies, by name."""

    blocks: Sequence[Block]
    paths: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Music:
    path: Path
    choices: MusicChoices


class _DialogueRefused(Exception):
    pass


async def voiced(
    run: Run, script: Script, options: PodcastOptions, speaker: Speaker, folder: Path, tell: Tell
) -> Voiced:
    """All of the script spoken: as dialogues where the speaker does that, else, or when it refuses, line by line.

    Raises what speakers and the storage raise.
    """
    language = spoken_language(script.language)
    dialogue = dialogue_of(speaker)
    try:
        blocks = blocks_of(script, options, speaker, dialogue)
        return Voiced(blocks, await spoken_blocks(run, blocks, speaker, language, folder, tell))
    except _DialogueRefused:
        blocks = blocks_of(script, options, speaker)
        return Voiced(blocks, await spoken_blocks(run, blocks, speaker, language, folder, tell))


async def music_for(run: Run, options: PodcastOptions, folder: Path) -> Music | None:
    """The owner's music, when the episode is to have it and there still is one. Raises InvalidInput when its file is
    gone."""
    if not options.music:
        return None
    async with run.deps.read() as session:
        music = await music_of(session, owner_id=run.work.owner_id)
    if music is None:
        return None
    try:
        return Music(await on_this_machine(run, music.storage_key, folder), choices_of(music))
    except StoredFileNotFound as exc:
        raise InvalidInput("podcasts.music_broken", reason="missing") from exc


async def on_this_machine(run: Run, key: str, folder: Path) -> Path:
    """Where a stored file can be read, under a name that changes with its contents. Raises StoredFileNotFound."""
    stored = run.deps.storage.path(key)
    if stored is not None:
        await run.deps.storage.stat(key)
        return stored
    fetched = folder / key.rpartition("/")[2]
    if not fetched.exists():
        async with run.deps.storage.local(key) as path:
            await asyncio.to_thread(_copy, path, fetched)
    return fetched


async def spoken_blocks(
    run: Run,
    blocks: Sequence[Block],
    speaker: Speaker,
    language: str,
    folder: Path,
    tell: Tell,
    *,
    percent: tuple[int, int] = VOICES,
) -> dict[str, Path]:
    """All recordings, by name. What is there already isn't made again.

    When one can't be made, those on their way are still kept. `percent`: of the whole work, from and to.
    """
    begin, end = percent
    wanted = {each.name: each for each in blocks}
    paths = await _kept(run, list(wanted), folder)
    missing = iter([each for name, each in wanted.items() if name not in paths])
    failures: list[BaseException] = []

    async def speak_on() -> None:
        for each in _until_one_fails(missing, failures):
            try:
                paths[each.name] = await on_this_machine(run, await _speak(run, each, speaker, language), folder)
            except Exception as error:
                failures.append(error)
            tell("voices", begin + (end - begin) * len(paths) // len(wanted))

    tell("voices", begin + (end - begin) * len(paths) // len(wanted))
    await asyncio.gather(*(speak_on() for _ in range(speaker.limits.concurrency)))
    if failures:
        raise failures[0]
    return paths


async def _kept(run: Run, names: Sequence[str], folder: Path) -> dict[str, Path]:
    """What was spoken before and is still there. A storage may lose files that are noted, as by rules of its own."""
    async with run.deps.read() as session:
        keys = await recordings_of(session, owner_id=run.work.owner_id, names=names)
    paths = {}
    for name, key in keys.items():
        with suppress(StoredFileNotFound):
            paths[name] = await on_this_machine(run, key, folder)
    return paths


def _until_one_fails(missing: Iterator[Block], failures: Sequence[BaseException]) -> Iterator[Block]:
    for each in missing:
        if failures:
            return
        yield each


async def _speak(run: Run, block: Block, speaker: Speaker, language: str) -> str:
    """Have one block spoken, keep it, and note it. Gives its key."""
    speech = await _say(block, speaker, language)
    key = key_for(run.work.owner_id, "recordings", block.name, ENDINGS.get(speech.content_type, "bin"))
    await run.deps.storage.put(key, speech.audio)
    async with run.deps.tx() as tx:
        await record_spoken(
            tx,
            owner_id=run.work.owner_id,
            name=block.name,
            storage_key=key,
            characters=speech.characters,
            cost_usd=speech.cost_usd,
        )
        await note_headway(tx, run.work)
    return key


async def _say(block: Block, speaker: Speaker, language: str) -> Speech:
    if len(block.lines) == 1 or not isinstance(speaker, DialogueSpeaker):
        (line,) = block.lines
        return await speaker.speak(line.text, line.voice_id, language=language, settings=block.settings)
    try:
        return await speaker.speak_dialogue(block.turns, language=language)
    except ProviderError as error:
        if not _is_about_dialogues(error):
            raise
        log.info("podcasts.dialogue_refused", code=error.error_code, provider=error.provider)
        raise _DialogueRefused from error


def _is_about_dialogues(error: ProviderError) -> bool:
    """Whether single lines may still go through. A key may be for speech alone; who is out of credit is out of it."""
    if error.error_code in _CUT_SHORT:
        return True
    return not error.retryable and error.error_code != SpeechErrorCode.NO_CREDIT


def _copy(path: Path, target: Path) -> None:
    """Whole or not at all."""
    half = target.with_name(f".{target.name}")
    shutil.copyfile(path, half)
    half.replace(target)
