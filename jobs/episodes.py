"""From a script to stored audio: each line spoken once, joined, and kept.

Only heavy workers load what decodes and encodes sound.
"""

import asyncio
import errno
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from core import ids
from core.errors import InvalidInput, ProviderError
from core.pictures.cover import Cover, draw_cover
from core.podcasts.blocks import Block, cues_of
from core.podcasts.models import Podcast
from core.podcasts.queries import options_of
from core.podcasts.recording import StoredEpisode, StoredPart, forget_spoken
from core.podcasts.script import Script
from core.podcasts.transcripts import transcript_text
from core.storage import key_for
from jobs.progress import Tell
from jobs.runtime import Run
from jobs.voices import Music, Voiced, music_for, voiced

if TYPE_CHECKING:
    from core.podcasts.audio import Part
    from core.podcasts.tags import Tags

COMBINE, UPLOAD = (70, 85), (85, 95)
"""Percent of the whole, from and to. Before comes what jobs/voices.py does."""
LEFTOVER_S = 24 * 3600.0
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


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
    with on_our_disk():
        await asyncio.to_thread(folder.open)
        spoken = await voiced(run, script, options, speaker, folder.path, tell)
        music = await music_for(run, options, folder.path)
    names = " & ".join(dict.fromkeys(line.speaker for block in spoken.blocks for line in block.lines))
    title = podcast.title or script.title
    cover = await asyncio.to_thread(draw_cover, title, names)
    tags = Tags(title=title, artist=names, album="Postaify", picture=cover.picture, language=script.language)
    parts = await _joined(run, spoken, music, folder.path, tags, tell)
    return await _stored(run, podcast, script, spoken.blocks, parts, cover, tell)


async def _joined(
    run: Run, spoken: Voiced, music: Music | None, folder: Path, tags: "Tags", tell: Tell
) -> "tuple[Part, ...]":
    """The MP3s. A recording that turns out broken is forgotten, so that the next attempt makes it anew."""
    from core.podcasts.audio import assemble
    from core.podcasts.joining import Episode, Spoken
    from core.podcasts.segments import SegmentBroken

    turns = [Spoken(spoken.paths[each.name], each.speaker, each.words, each.chapter) for each in spoken.blocks]
    episode = Episode(turns, tags)
    if music is not None:
        plays, meeting = music.choices.plays, music.choices.meeting
        intro, outro = (music.path if plays.before else None), (music.path if plays.after else None)
        episode = Episode(turns, tags, intro=intro, outro=outro, meeting=meeting)
    tell("combine", COMBINE[0])
    try:
        with on_our_disk():
            return await assemble(
                episode,
                folder / "episode",
                workshop=folder / "segments",
                size_bytes=int(run.deps.settings.podcast_file_mb * 1_000_000),
                progress=lambda share: tell("combine", COMBINE[0] + int((COMBINE[1] - COMBINE[0]) * share)),
            )
    except SegmentBroken as broken:
        async with run.deps.tx() as tx:
            await forget_spoken(tx, owner_id=run.work.owner_id, name=spoken.blocks[broken.number - 1].name)
        raise


@contextmanager
def on_our_disk() -> Iterator[None]:
    """What a disk refuses that is full or broken, as of the storage; other errors as they are."""
    try:
        yield
    except OSError as exc:
        if exc.errno not in DISK_ERRORS:
            raise
        reason = errno.errorcode[exc.errno]
        raise ProviderError("storage.failed", provider="disk", retryable=True, reason=reason) from exc


async def _stored(
    run: Run,
    podcast: Podcast,
    script: Script,
    blocks: Sequence[Block],
    parts: "Sequence[Part]",
    cover: Cover,
    tell: Tell,
) -> StoredEpisode:
    """Under names that belong to this piece of work: another attempt replaces them."""
    tell("upload", UPLOAD[0])
    stored = []
    for number, part in enumerate(parts, start=1):
        key = key_for(podcast.owner_id, "episodes", f"{run.work.id}-{number}", "mp3")
        size_bytes = await run.deps.storage.put(key, part.path)
        chapters = [(chapter.title, chapter.start_ms) for chapter in part.chapters]
        times = pairwise([*part.starts_ms, part.duration_ms])
        turns = zip(blocks[part.turns.start : part.turns.stop], times, strict=True)
        cues = [cue for block, (start_ms, end_ms) in turns for cue in cues_of(block, start_ms, end_ms)]
        stored.append(StoredPart(key, size_bytes, part.duration_ms, part.kbit_s, chapters, cues))
        tell("upload", UPLOAD[0] + (UPLOAD[1] - UPLOAD[0]) * number // len(parts))
    transcript_key = key_for(podcast.owner_id, "transcripts", str(run.work.id), "txt")
    await run.deps.storage.put(transcript_key, transcript_text(script, podcast.title).encode())
    picture_key = key_for(podcast.owner_id, "covers", str(run.work.id), "jpg")
    thumbnail_key = key_for(podcast.owner_id, "covers", f"{run.work.id}-small", "jpg")
    await run.deps.storage.put(picture_key, cover.picture)
    await run.deps.storage.put(thumbnail_key, cover.thumbnail)
    return StoredEpisode(podcast.title, stored, transcript_key, picture_key, thumbnail_key)
