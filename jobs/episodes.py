"""From a script to stored audio: each line spoken once, joined, and kept.

Only heavy workers load what decodes and encodes sound.
"""

import asyncio
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core import ids
from core.errors import InvalidInput
from core.pictures.cover import Cover, draw_cover
from core.podcasts.models import Podcast
from core.podcasts.options import PodcastOptions, spoken_language
from core.podcasts.queries import options_of, recordings_of
from core.podcasts.recording import StoredEpisode, StoredPart, forget_spoken, record_spoken
from core.podcasts.script import Script
from core.podcasts.transcripts import transcript_text
from core.providers.recordings import MP3, MP4, OGG, WAV
from core.providers.speech import Speaker, Speech, recording_key
from core.storage import key_for
from jobs.progress import Tell
from jobs.runtime import Run

if TYPE_CHECKING:
    from core.podcasts.audio import Part
    from core.podcasts.tags import Tags

VOICES, COMBINE, UPLOAD = (25, 70), (70, 85), (85, 95)
"""Percent of the whole, from and to."""
LEFTOVER_S = 24 * 3600.0
ENDINGS: Mapping[str, str] = {WAV: "wav", MP3: "mp3", OGG: "ogg", MP4: "m4a"}


@dataclass(frozen=True, slots=True)
class Said:
    """One line and the name of its recording."""

    name: str
    text: str
    voice_id: str
    speaker: str
    chapter: str


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """Where one podcast's files lie on this machine while they are worked on. All of it can be made again."""

    path: Path

    def forget(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def open(self) -> None:
        """Make it, and remove what others have left behind long ago."""
        self.path.mkdir(parents=True, exist_ok=True)
        for other in self.path.parent.iterdir():
            if other != self.path and time.time() - other.stat().st_mtime > LEFTOVER_S:
                shutil.rmtree(other, ignore_errors=True)


def work_folder(run: Run, podcast_id: ids.PodcastId) -> WorkFolder:
    return WorkFolder(run.deps.settings.home / "podcasts" / str(podcast_id))


async def render_episode(run: Run, podcast: Podcast, script: Script, tell: Tell) -> StoredEpisode:
    """Everything between the script and the result. Run again, it goes on where it got to.

    Raises what speakers and the assembly raise, and InvalidInput "podcasts.provider_gone".
    """
    from core.podcasts.tags import Tags

    options = options_of(podcast)
    speaker = run.deps.speakers.get(options.provider)
    if speaker is None:
        raise InvalidInput("podcasts.provider_gone", provider=str(options.provider))
    folder = work_folder(run, podcast.id)
    await asyncio.to_thread(folder.open)
    said = lines_said(script, options, speaker)
    keys = await _spoken(run, said, speaker, spoken_language(script.language), tell)
    paths = {name: await _on_this_machine(run, key, folder.path) for name, key in keys.items()}
    names = " & ".join(dict.fromkeys(each.speaker for each in said))
    title = podcast.title or script.title
    cover = await asyncio.to_thread(draw_cover, title, names)
    tags = Tags(title=title, artist=names, album="Postaify", picture=cover.picture, language=script.language)
    parts = await _joined(run, said, paths, folder.path, tags, tell)
    return await _stored(run, podcast, script, said, parts, cover, tell)


def lines_said(script: Script, options: PodcastOptions, speaker: Speaker) -> list[Said]:
    """The script's lines in order, with the voice and name of who says them."""
    voices = {"host": options.host, "guest": options.guest}
    names = {"host": script.host or options.host.name, "guest": script.guest or options.guest.name}
    return [
        Said(
            recording_key(
                speaker.recipe, line.text, voices[line.speaker].id, language=spoken_language(script.language)
            ),
            line.text,
            voices[line.speaker].id,
            names[line.speaker],
            section.title if at == 0 else "",
        )
        for section in script.sections
        for at, line in enumerate(section.lines)
    ]


async def _spoken(run: Run, said: Sequence[Said], speaker: Speaker, language: str, tell: Tell) -> dict[str, str]:
    """The storage keys of all recordings. What is there already isn't made again.

    When one can't be made, those on their way are still kept.
    """
    wanted = {each.name: each for each in said}
    async with run.deps.read() as session:
        keys = await recordings_of(session, owner_id=run.work.owner_id, names=list(wanted))
    missing = iter([each for name, each in wanted.items() if name not in keys])
    failures: list[BaseException] = []

    async def speak_on() -> None:
        for each in missing:
            if failures:
                return
            try:
                keys[each.name] = await _speak(run, each, speaker, language)
            except Exception as error:
                failures.append(error)
            tell("voices", VOICES[0] + (VOICES[1] - VOICES[0]) * len(keys) // len(wanted))

    tell("voices", VOICES[0] + (VOICES[1] - VOICES[0]) * len(keys) // len(wanted))
    await asyncio.gather(*(speak_on() for _ in range(speaker.limits.concurrency)))
    if failures:
        raise failures[0]
    return keys


async def _speak(run: Run, each: Said, speaker: Speaker, language: str) -> str:
    """Have one line spoken, keep it, and note it. Gives its key."""
    speech = await speaker.speak(each.text, each.voice_id, language=language)
    key = key_for(run.work.owner_id, "recordings", each.name, _ending(speech))
    await run.deps.storage.put(key, speech.audio)
    async with run.deps.tx() as tx:
        await record_spoken(
            tx,
            owner_id=run.work.owner_id,
            name=each.name,
            storage_key=key,
            characters=speech.characters,
            cost_usd=speech.cost_usd,
        )
    return key


async def _on_this_machine(run: Run, key: str, folder: Path) -> Path:
    """Where a recording can be read, under a name that changes with its contents."""
    stored = run.deps.storage.path(key)
    if stored is not None:
        return stored
    fetched = folder / key.rpartition("/")[2]
    if not fetched.exists():
        async with run.deps.storage.local(key) as path:
            await asyncio.to_thread(_copy, path, fetched)
    return fetched


def _copy(path: Path, target: Path) -> None:
    """Whole or not at all."""
    half = target.with_name(f".{target.name}")
    shutil.copyfile(path, half)
    half.replace(target)


async def _joined(
    run: Run, said: Sequence[Said], paths: Mapping[str, Path], folder: Path, tags: "Tags", tell: Tell
) -> "tuple[Part, ...]":
    """The MP3s. A recording that turns out broken is forgotten, so that the next attempt makes it anew."""
    from core.podcasts.audio import assemble
    from core.podcasts.joining import Episode, Spoken
    from core.podcasts.segments import SegmentBroken

    turns = [Spoken(paths[each.name], each.speaker, each.text, each.chapter) for each in said]
    tell("combine", COMBINE[0])
    try:
        return await assemble(
            Episode(turns, tags),
            folder / "episode",
            workshop=folder / "segments",
            progress=lambda share: tell("combine", COMBINE[0] + int((COMBINE[1] - COMBINE[0]) * share)),
        )
    except SegmentBroken as broken:
        async with run.deps.tx() as tx:
            await forget_spoken(tx, owner_id=run.work.owner_id, name=said[broken.number - 1].name)
        raise


async def _stored(
    run: Run, podcast: Podcast, script: Script, said: Sequence[Said], parts: "Sequence[Part]", cover: Cover, tell: Tell
) -> StoredEpisode:
    """Under names that belong to this piece of work: another attempt replaces them."""
    tell("upload", UPLOAD[0])
    stored = []
    for number, part in enumerate(parts, start=1):
        key = key_for(podcast.owner_id, "episodes", f"{run.work.id}-{number}", "mp3")
        size_bytes = await run.deps.storage.put(key, part.path)
        chapters = [(chapter.title, chapter.start_ms) for chapter in part.chapters]
        turns = zip(part.starts_ms, said[part.turns.start : part.turns.stop], strict=True)
        cues = [(start_ms, each.speaker, each.text) for start_ms, each in turns]
        stored.append(StoredPart(key, size_bytes, part.duration_ms, part.kbit_s, chapters, cues))
        tell("upload", UPLOAD[0] + (UPLOAD[1] - UPLOAD[0]) * number // len(parts))
    transcript_key = key_for(podcast.owner_id, "transcripts", str(run.work.id), "txt")
    await run.deps.storage.put(transcript_key, transcript_text(script, podcast.title).encode())
    picture_key = key_for(podcast.owner_id, "covers", str(run.work.id), "jpg")
    thumbnail_key = key_for(podcast.owner_id, "thumbnails", str(run.work.id), "jpg")
    await run.deps.storage.put(picture_key, cover.picture)
    await run.deps.storage.put(thumbnail_key, cover.thumbnail)
    return StoredEpisode(stored, transcript_key, picture_key, thumbnail_key)


def _ending(speech: Speech) -> str:
    return ENDINGS.get(speech.content_type, "bin")
