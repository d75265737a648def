"""An episode from its segments: joined, streamed through one encoder, tagged. No tables, no bot.

`assemble` is the verb. What it takes are recordings as the speech services sent them (core/providers/speech.py).
"""

import asyncio
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InvalidInput, ProviderError
from core.podcasts.encoding import Mp3Encoder
from core.podcasts.fitting import SIZE_BYTES, Fit, estimated_ms, fit
from core.podcasts.joining import GAP_OTHER_MS, Episode, Joined, Spoken, prepared
from core.podcasts.music import MusicBroken
from core.podcasts.segments import SegmentBroken
from core.podcasts.tags import Chapter, Tags, write_tags

__all__ = ["Chapter", "Episode", "MusicBroken", "Part", "SegmentBroken", "Spoken", "Tags", "assemble"]

TIME_LIMIT_S = 900.0
_TAGS_BYTES = 64_000

Progress = Callable[[float], None]
"""Told on the event loop how much is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file. `turns` are those of the episode that it holds, `starts_ms` when each of them begins in it."""

    path: Path
    duration_ms: int
    size_bytes: int
    kbit_s: int
    chapters: tuple[Chapter, ...]
    turns: range
    starts_ms: tuple[int, ...]


async def assemble(
    episode: Episode,
    folder: Path,
    *,
    workshop: Path,
    progress: Progress | None = None,
    size_bytes: int = SIZE_BYTES,
    time_limit_s: float = TIME_LIMIT_S,
) -> tuple[Part, ...]:
    """Make the MP3s in `folder`: one, or several when the lowest bit rate is still too much for `size_bytes`.

    -16 LUFS, true peaks below -1 dBTP, 44.1 kHz, 128 kbit/s where it fits. Prepared segments are kept in `workshop`,
    so that another try or an edited script makes only what is missing. All else is gone after any end; cancelling kills
    the encoder at once. The memory it takes doesn't grow with the length.

    Raises InvalidInput "podcasts.no_turns", SegmentBroken, MusicBroken, and ProviderError "podcasts.encoding_failed" or
    "podcasts.encoding_timeout".
    """
    if not episode.turns:
        raise InvalidInput("podcasts.no_turns")
    loop = asyncio.get_running_loop()

    def tell(share: float) -> None:
        if progress is not None:
            loop.call_soon_threadsafe(progress, share)

    work = _Assembly(episode, folder, workshop, size_bytes, tell)
    thread = asyncio.ensure_future(asyncio.to_thread(work.run))
    try:
        async with asyncio.timeout(time_limit_s):
            return await asyncio.shield(thread)
    except TimeoutError as exc:
        raise ProviderError("podcasts.encoding_timeout", provider="ffmpeg", retryable=True) from exc
    finally:
        work.stop()
        await asyncio.wait([thread])
        thread.exception()  # it was told already, or nobody waits for it any more


class _Stopped(Exception):
    pass


class _Assembly:
    """One run, in a thread of its own; `stop` comes from another."""

    def __init__(
        self, episode: Episode, folder: Path, workshop: Path, size_bytes: int, tell: Callable[[float], None]
    ) -> None:
        self._episode = episode
        self._folder = folder
        self._workshop = workshop
        self._size_bytes = size_bytes
        self._tell = tell
        self._stopped = threading.Event()
        self._encoder: Mp3Encoder | None = None

    def run(self) -> tuple[Part, ...]:
        for folder in (self._folder, self._workshop):
            folder.mkdir(parents=True, exist_ok=True)
        planned = self._fit()
        count = len(planned.parts)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".episode-") as name:
            made = [
                self._part(turns, Path(name) / f"{number}.mp3", kbit_s=planned.kbit_s, number=(number, count))
                for number, turns in enumerate(planned.parts, start=1)
            ]
            self._check_stopped()
            return tuple(self._delivered(part) for part in made)

    def stop(self) -> None:
        self._stopped.set()
        if self._encoder is not None:
            self._encoder.kill()

    def _fit(self) -> Fit:
        lengths_ms = [estimated_ms(turn.recording) + GAP_OTHER_MS for turn in self._episode.turns]
        words_bytes = sum(len(turn.text.encode()) for turn in self._episode.turns)
        tags_bytes = _TAGS_BYTES + len(self._episode.tags.picture) + words_bytes
        return fit(lengths_ms, size_bytes=self._size_bytes, tags_bytes=tags_bytes)

    def _part(self, turns: range, path: Path, *, kbit_s: int, number: tuple[int, int]) -> Part:
        joined = Joined(self._episode, turns)
        with (
            closing(prepared(self._episode, turns, folder=self._workshop, stopped=self._stopped)) as segments,
            Mp3Encoder(path, kbit_s=kbit_s) as encoder,
        ):
            self._encoder = encoder
            for block in joined.blocks(segments):
                self._check_stopped()
                encoder.write(block)
                self._tell((turns.start + len(joined.starts)) / len(self._episode.turns))
        tags = self._episode.tags if number[1] == 1 else replace(self._episode.tags, part=number)
        chapters, duration_ms = joined.chapters(), joined.duration_ms
        write_tags(path, tags, chapters=chapters, words=self._words(turns), duration_ms=duration_ms)
        return Part(path, duration_ms, path.stat().st_size, kbit_s, chapters, turns, joined.starts_ms)

    def _check_stopped(self) -> None:
        if self._stopped.is_set():
            raise _Stopped

    def _words(self, turns: range) -> str:
        spoken = self._episode.turns[turns.start : turns.stop]
        return "\n\n".join(f"{turn.speaker}: {turn.text}" if turn.speaker else turn.text for turn in spoken)

    def _delivered(self, part: Part) -> Part:
        """In the folder where it was wanted."""
        return replace(part, path=part.path.replace(self._folder / part.path.name))
