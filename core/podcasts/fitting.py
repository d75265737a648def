"""How an episode fits into files of a limited size: at a lower bit rate, then in parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.providers.recordings import MP3, WAV, sniffed

KBIT_S = (128, 112, 96, 80, 64)
"""Below, two voices begin to sound like a telephone."""
SIZE_BYTES = 50_000_000
"""What a bot may send as one file: 50 MB, which Telegram doesn't say are of 1,000 or of 1,024."""

_HEAD_BYTES = 4096
_RESERVE = 0.99
_GUESSED_BYTES_PER_S = 4000
"""Of formats whose headers don't tell their length."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Turns `parts[i]` (indices) go into one file each."""

    kbit_s: int
    parts: tuple[range, ...]


def fit(durations_ms: Sequence[int], *, size_bytes: int = SIZE_BYTES, tags_bytes: int = 0) -> Fit:
    """The best bit rate at which all fits into one file, else as few parts of like length as the lowest allows."""
    total_ms = sum(durations_ms)
    room = (size_bytes - tags_bytes) * _RESERVE
    for kbit_s in KBIT_S:
        if total_ms * kbit_s / 8 <= room:
            return Fit(kbit_s, (range(len(durations_ms)),))
    parts = 2
    while True:
        divided = _divided(durations_ms, total_ms / parts)
        longest_ms = max(sum(durations_ms[at] for at in part) for part in divided)
        if longest_ms * KBIT_S[-1] / 8 <= room or len(divided) == len(durations_ms):
            return Fit(KBIT_S[-1], divided)
        parts += 1


def estimated_ms(recording: Path) -> int:
    """How long a recording is, by its header alone; 0 when there is none to read."""
    try:
        with recording.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        size = recording.stat().st_size
    except OSError:
        return 0
    match sniffed(head):
        case None:
            return 0
        case content_type if content_type == WAV:
            return _wav_ms(head, size)
        case content_type if content_type == MP3:
            return _mp3_ms(recording, size)
        case _:
            return size * 1000 // _GUESSED_BYTES_PER_S


def _wav_ms(head: bytes, size: int) -> int:
    per_s = int.from_bytes(head[28:32], "little")
    return size * 1000 // per_s if per_s else 0


def _mp3_ms(recording: Path, size: int) -> int:
    from mutagen import MutagenError
    from mutagen.mp3 import MPEGInfo

    try:
        with recording.open("rb") as file:
            info = MPEGInfo(file)
    except (MutagenError, OSError):
        return 0
    return round(size * 8000 / info.bitrate) if info.bitrate else 0


def _divided(durations_ms: Sequence[int], aim_ms: float) -> tuple[range, ...]:
    """Each turn goes where its middle falls."""
    starts, length_ms, part = [0], 0.0, 0
    for at, duration_ms in enumerate(durations_ms):
        falls = int((length_ms + duration_ms / 2) // aim_ms)
        if falls > part:
            if at > starts[-1]:
                starts.append(at)
            part = falls
        length_ms += duration_ms
    return tuple(range(start, end) for start, end in zip(starts, [*starts[1:], len(durations_ms)], strict=True))
