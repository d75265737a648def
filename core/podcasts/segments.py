"""A spoken segment, from what a service sent to what is joined: trimmed, equally loud, with soft ends; kept on disk."""

import os
import tempfile
import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ProviderError
from core.podcasts.sound import (
    RATE_HZ,
    SAMPLE_BYTES,
    AudioSegment,
    Unreadable,
    detect_leading_silence,
    hear,
    leveled,
    stereo,
)

LOUDNESS_LUFS = -15.7
"""Pauses and the encoder's low-pass take 0.2 to 0.6 from it; the episode has -16."""
LONGEST_S = 900.0

_MOST_GAIN_DB = 30.0
_SILENCE_BELOW_DB = 26.0
"""Below a segment's own level; and anything below _SILENCE_DBFS."""
_SILENCE_DBFS = -45.0
_CHUNK_MS = 5
_KEPT_BEFORE_MS, _KEPT_AFTER_MS = 30, 60
"""Of the silence at the ends: the breath of a consonant."""
_FADE_IN_MS, _FADE_OUT_MS = 5, 15


class SegmentBroken(ProviderError):
    """A recording that can't be used and has to be made again. Params: number (from 1), name, and reason: empty,
    undecodable, truncated, silent, too_long, missing."""

    code = "podcasts.segment_broken"

    def __init__(self, *, number: int, name: str, reason: str) -> None:
        super().__init__(provider="audio", retryable=True, number=number, name=name, reason=reason)
        self.number = number


@dataclass(frozen=True, slots=True)
class Segment:
    """A prepared recording: a WAV, mono, 44.1 kHz, 16 bit, of `frames` samples."""

    path: Path
    frames: int

    def blocks(self, frames: int = RATE_HZ // 2) -> Iterator[bytes]:
        """Stereo, 16 bit, half a second at a time."""
        with wave.open(str(self.path)) as file:
            while block := file.readframes(frames):
                yield stereo(block)


def prepare(recording: Path, folder: Path, *, number: int) -> Segment:
    """The segment of a recording: kept from earlier, or made and kept in `folder` under the recording's name.

    A recording's name must change with its contents (core.providers.speech.recording_key). Blocking: about 4 ms for
    a second of sound. Raises SegmentBroken, which names `number`.
    """
    kept = folder / f"{recording.name}.segment.wav"
    if frames := _kept_frames(kept):
        return Segment(kept, frames)
    try:
        frames = keep(_prepared(recording), kept)
    except Unreadable as exc:
        raise SegmentBroken(number=number, name=recording.name, reason=exc.reason) from exc
    except FileNotFoundError as exc:
        raise SegmentBroken(number=number, name=recording.name, reason="missing") from exc
    return Segment(kept, frames)


def keep(blocks: Iterable[bytes], target: Path) -> int:
    """Write a WAV that is there as a whole or not at all. Returns its number of samples."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(SAMPLE_BYTES)
            file.setframerate(RATE_HZ)
            for block in blocks:
                file.writeframesraw(block)
            frames = file.tell()
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return frames


def _prepared(recording: Path) -> Iterator[bytes]:
    audio, loudness = _heard(recording)
    audio = _softened(_trimmed(audio))
    yield from leveled(audio, min(LOUDNESS_LUFS - loudness, _MOST_GAIN_DB))


def _heard(recording: Path) -> tuple[AudioSegment, float]:
    """Its sound and its loudness; what was read is let go."""
    heard = hear(recording.read_bytes(), channels=1, longest_s=LONGEST_S)
    return heard.audio, heard.loudness


def _softened(audio: AudioSegment) -> AudioSegment:
    length_ms = len(audio)  # pydub repeats what is shorter than its fade
    audio = audio.fade_in(min(_FADE_IN_MS, length_ms))
    return audio.fade_out(min(_FADE_OUT_MS, length_ms))


def _trimmed(audio: AudioSegment) -> AudioSegment:
    threshold = max(audio.dBFS - _SILENCE_BELOW_DB, _SILENCE_DBFS)
    before = detect_leading_silence(audio, silence_threshold=threshold, chunk_size=_CHUNK_MS)
    if before >= len(audio):
        raise Unreadable("silent")
    after = _trailing_silence_ms(audio, threshold)
    return audio[max(before - _KEPT_BEFORE_MS, 0) : len(audio) - max(after - _KEPT_AFTER_MS, 0)]


def _trailing_silence_ms(audio: AudioSegment, threshold: float) -> int:
    """pydub's own way is to turn the whole around."""
    end = len(audio)
    while end > _CHUNK_MS and audio[end - _CHUNK_MS : end].dBFS < threshold:
        end -= _CHUNK_MS
    return len(audio) - end


def _kept_frames(path: Path) -> int:
    """0 when there is none, or half of one."""
    try:
        with wave.open(str(path)) as file:
            frames = file.getnframes()
            described: Any = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            whole = path.stat().st_size >= frames * SAMPLE_BYTES
    except (OSError, EOFError, wave.Error):
        return 0
    return frames if whole and described == (RATE_HZ, 1, SAMPLE_BYTES) else 0
