"""Recordings made ready to be transcribed: whatever it is becomes small MP3s, cut where nobody speaks.

One run of ffmpeg reads the file as a stream and notes the silences; a second one cuts, without decoding. Memory doesn't
grow with the length.
"""

import asyncio
import os
import re
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from core.errors import InvalidInput, ProviderError
from core.ffmpeg import ffmpeg_path
from core.sources.contents import Sound
from core.videos.programs import running

LONGEST_S: Final = 4 * 3600
WITHIN_S: Final = 1200.0
"""One run: hours of sound at many times their speed."""
KBIT_S: Final = 48
SAMPLE_RATE_HZ: Final = 16_000
"""What models listen at."""
PIECE_S: Final = 600
"""At most; newer models of OpenAI take 25 minutes, and a lost piece costs less."""
ROOM: Final = 0.9
"""How much of the server's limit is used: headers need some, and so does a cut that isn't exact."""
SILENCE: Final = "silencedetect=noise=-32dB:d=0.35"
SHORTEST: Final = 0.5
"""Of a piece: a silence before that is no place to cut."""
OUT_TIME: Final = b"out_time_us="
MESSAGES_BYTES: Final = 8_000_000

_DURATION = re.compile(rb"Duration: (\d+):(\d\d):(\d\d)")
_SILENCE_END = re.compile(rb"silence_end: ([\d.]+) \| silence_duration: ([\d.]+)")
_NO_SOUND = (b"does not contain any stream", b"matches no streams", b"Output file is empty")

Progress = Callable[[float], None]
"""Called on the event loop with the share that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Pieces:
    paths: Sequence[Path]
    duration_s: float


async def pieces_of(
    path: Path, sound: Sound, folder: Path, *, file_bytes: int, duration_s: float | None, progress: Progress
) -> Pieces:
    """MP3s of at most ten minutes and `file_bytes` each, in `folder`. Cancelled, the program is killed first.

    Raises InvalidInput "source.no_sound", "source.broken_recording", "source.recording_too_long" (hours), and
    ProviderError where ffmpeg can't be started or takes too long.
    """
    whole = folder / "whole.mp3"
    with tempfile.TemporaryFile() as messages:
        failed, done_s = await _run(_listening(path, sound, whole), messages, duration_s, progress)
        said = await asyncio.to_thread(_read, messages)
    made_bytes = await asyncio.to_thread(_size_bytes, whole)
    if any(told in said for told in _NO_SOUND):
        raise InvalidInput("source.no_sound")
    if not made_bytes or (failed and done_s < 1):
        raise InvalidInput("source.broken_recording")
    if done_s > LONGEST_S:
        raise InvalidInput("source.recording_too_long", hours=LONGEST_S // 3600)
    progress(1.0)
    cuts = list(cuts_for(done_s, _silences(said), piece_s=_piece_s(file_bytes)))
    if not cuts:
        return Pieces([whole], done_s)
    return Pieces(await _cut(whole, folder, cuts), done_s)


def cuts_for(duration_s: float, silences: Sequence[float], *, piece_s: float) -> Iterator[float]:
    """Where to cut so that no piece is longer: in the last silence that leaves a piece long enough, else anywhere."""
    begin = 0.0
    while duration_s - begin > piece_s:
        latest = begin + piece_s
        fitting = [at for at in silences if begin + SHORTEST * piece_s <= at <= latest]
        begin = fitting[-1] if fitting else latest
        yield begin


def _piece_s(file_bytes: int) -> float:
    return min(float(PIECE_S), ROOM * file_bytes * 8 / (KBIT_S * 1000))


def _listening(path: Path, sound: Sound, target: Path) -> list[str]:
    """One second more than is allowed shows that it is longer."""
    return [
        *(str(ffmpeg_path()), "-v", "info", "-hide_banner", "-nostdin", "-y", "-progress", "pipe:1"),
        *("-stats_period", "0.25", "-nostats", "-protocol_whitelist", "file", "-f", sound.demuxer),
        *("-i", str(path.absolute()), "-map", "0:a:0", "-t", str(LONGEST_S + 1), "-af", SILENCE),
        *("-ac", "1", "-ar", str(SAMPLE_RATE_HZ), "-c:a", "libmp3lame", "-b:a", f"{KBIT_S}k"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-f", "mp3", str(target.absolute())),
    ]


async def _cut(whole: Path, folder: Path, cuts: Sequence[float]) -> Sequence[Path]:
    times = ",".join(f"{at:.3f}" for at in cuts)
    command = [
        *(str(ffmpeg_path()), "-v", "error", "-nostdin", "-y", "-protocol_whitelist", "file", "-f", "mp3"),
        *("-i", str(whole), "-c", "copy", "-f", "segment", "-segment_times", times, "-segment_format", "mp3"),
        str(folder / "piece%04d.mp3"),
    ]
    with tempfile.TemporaryFile() as messages:
        failed, _ = await _run(command, messages, None, lambda _: None)
    paths = await asyncio.to_thread(lambda: sorted(folder.glob("piece*.mp3")))
    if failed or not paths:
        raise _program_failed("source.not_cut", retryable=True)
    return paths


async def _run(
    command: Sequence[str], messages: IO[bytes], duration_s: float | None, progress: Progress
) -> tuple[bool, float]:
    """Whether it failed, and the seconds that came out."""
    try:
        async with asyncio.timeout(WITHIN_S), running(command, messages=messages) as process:
            done_s = 0.0
            async for line in _lines(process):
                told = line.removeprefix(OUT_TIME).strip()
                if line.startswith(OUT_TIME) and told.isdigit():
                    done_s = max(done_s, int(told) / 1_000_000)
                    duration_s = duration_s or await asyncio.to_thread(_told_duration_s, messages)
                    progress(min(1.0, done_s / duration_s) if duration_s else 0.0)
            return await process.wait() != 0, done_s
    except TimeoutError as exc:
        raise _program_failed("source.listening_too_long", retryable=False) from exc
    except (FileNotFoundError, PermissionError) as exc:
        raise _program_failed("source.no_ffmpeg", retryable=False) from exc


async def _lines(process: Process) -> AsyncIterator[bytes]:
    if process.stdout is not None:
        async for line in process.stdout:
            yield line


def _told_duration_s(messages: IO[bytes]) -> float | None:
    found = _DURATION.search(_read(messages))
    if found is None:
        return None
    hours, minutes, seconds = (int(part) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds) or None


def _read(messages: IO[bytes]) -> bytes:
    """Without moving where the program goes on writing."""
    return os.pread(messages.fileno(), MESSAGES_BYTES, 0)


def _silences(said: bytes) -> list[float]:
    """The middle of each, in seconds."""
    return [float(end) - float(length) / 2 for end, length in _SILENCE_END.findall(said)]


def _size_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _program_failed(code: str, *, retryable: bool) -> ProviderError:
    return ProviderError(code, provider="ffmpeg", retryable=retryable)
