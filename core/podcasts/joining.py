"""An episode's segments in a row: pauses, music, and when everything begins, known from the samples written."""

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from core.podcasts import music
from core.podcasts.music import FRAME_BYTES, Bed
from core.podcasts.music_choices import Meeting
from core.podcasts.segments import Segment, prepare
from core.podcasts.sound import RATE_HZ
from core.podcasts.tags import Chapter, Tags

GAP_SAME_MS, GAP_OTHER_MS, GAP_CHAPTER_MS = 200, 320, 900
"""Silence before a turn: of the same voice, of the other one, of a new chapter."""
END_MS = 500

_AHEAD = 4
"""Segments that are prepared while the encoder works: enough that it never waits, few enough to stay small."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One turn: a recording, whose name changes with its contents, who says it, and what. `chapter` begins here.

    `speaker` is empty for what both say in one recording; then the names stand in `text`.
    """

    recording: Path
    speaker: str
    text: str
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """What is to be joined. `intro` and `outro` are pieces of music in any format."""

    turns: Sequence[Spoken]
    tags: Tags
    intro: Path | None = None
    outro: Path | None = None
    meeting: Meeting = Meeting.DUCK


@dataclass(slots=True)
class Joined:
    """Some of an episode's turns, as stereo samples of 16 bit; afterwards, when each of them began."""

    episode: Episode
    turns: range
    starts: list[int] = field(default_factory=list)
    """In samples, of the turns that came so far."""
    at: int = 0

    @property
    def duration_ms(self) -> int:
        return _ms(self.at)

    @property
    def starts_ms(self) -> tuple[int, ...]:
        return tuple(map(_ms, self.starts))

    def blocks(self, segments: Iterable[Segment]) -> Iterator[bytes]:
        """Everything in order. `segments` are those of `turns`. Raises MusicBroken, and what `segments` raises."""
        below = b""
        if self.episode.intro and self.turns.start == 0:
            bed = music.intro(self.episode.intro, self.episode.meeting)
            self.at += len(bed.solo) // FRAME_BYTES
            yield bed.solo
            below = bed.under
        yield from _laid(self._voices(segments), below)

    def chapters(self) -> tuple[Chapter, ...]:
        """The first one begins with the file, music included. What goes on in a further file is named there again."""
        begun = [
            (self.episode.turns[turn].chapter, start_ms)
            for turn, start_ms in zip(self.turns, self.starts_ms, strict=True)
            if self.episode.turns[turn].chapter
        ]
        if self.turns.start and not self.episode.turns[self.turns.start].chapter:
            earlier = (turn.chapter for turn in reversed(self.episode.turns[: self.turns.start]))
            begun = [(title, 0) for title in earlier if title][:1] + begun
        if not begun:
            return ()
        ends = [start_ms for _, start_ms in begun[1:]] + [self.duration_ms]
        starts = [0, *ends[:-1]]
        return tuple(
            Chapter(title, start_ms, end_ms) for (title, _), start_ms, end_ms in zip(begun, starts, ends, strict=True)
        )

    def _voices(self, segments: Iterable[Segment]) -> Iterator[bytes]:
        for turn, segment in zip(self.turns, segments, strict=True):
            yield from self._counted(_silence(self._gap_ms(turn)))
            self.starts.append(self.at)
            if self.episode.outro and turn == len(self.episode.turns) - 1:
                yield from self._counted(_with_outro(segment, music.outro(self.episode.outro, self.episode.meeting)))
            else:
                yield from self._counted(segment.blocks())
        yield from self._counted(_silence(END_MS))

    def _counted(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.at += len(block) // FRAME_BYTES
            yield block

    def _gap_ms(self, turn: int) -> int:
        if turn == self.turns.start:
            return 0
        before, now = self.episode.turns[turn - 1], self.episode.turns[turn]
        if now.chapter:
            return GAP_CHAPTER_MS
        return GAP_SAME_MS if before.speaker and before.speaker == now.speaker else GAP_OTHER_MS


def prepared(
    episode: Episode, turns: range, *, folder: Path, stopped: threading.Event
) -> Generator[Segment, None, None]:
    """The turns' segments in order, prepared a few ahead in a thread. Close it. Raises SegmentBroken."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="segments")
    ahead: deque[Future[Segment]] = deque()
    waiting = iter(turns)
    try:
        for _ in turns:
            while len(ahead) < _AHEAD and (turn := next(waiting, None)) is not None and not stopped.is_set():
                ahead.append(pool.submit(prepare, episode.turns[turn].recording, folder, number=turn + 1))
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _with_outro(segment: Segment, bed: Bed) -> Iterator[bytes]:
    voice = b"".join(segment.blocks())
    shared = min(len(voice), len(bed.under))
    yield voice[: len(voice) - shared]
    if shared:
        yield music.mixed(voice[len(voice) - shared :], bed.under[len(bed.under) - shared :])
    yield bed.solo


def _laid(blocks: Iterator[bytes], below: bytes) -> Iterator[bytes]:
    """The blocks, the first of them with music below; it is mixed in one go, so that its peaks are held as one."""
    voice = b""
    while len(voice) < len(below):
        block = next(blocks, None)
        if block is None:
            break
        voice += block
    shared = min(len(voice), len(below))
    if shared:
        yield music.mixed(voice[:shared], below[:shared])
    yield voice[shared:]
    yield from blocks


def _silence(length_ms: int) -> Iterator[bytes]:
    yield bytes(length_ms * RATE_HZ // 1000 * FRAME_BYTES)


def _ms(samples: int) -> int:
    return round(samples * 1000 / RATE_HZ)
