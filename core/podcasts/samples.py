"""A short recording as an MP3, for the chat."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.podcasts.encoding import Mp3Encoder
from core.podcasts.segments import LOUDNESS_LUFS
from core.podcasts.sound import hear, leveled

LONGEST_S = 30.0
KBIT_S = 64


@dataclass(frozen=True, slots=True)
class Clip:
    """An MP3, stereo, 44.1 kHz, as loud as an episode."""

    mp3: bytes
    duration_ms: int


async def as_mp3(recording: bytes) -> bytes:
    """In a thread. Raises Unreadable for what is no sound or longer than LONGEST_S, ProviderError when ffmpeg fails."""
    return (await asyncio.to_thread(_clip, recording, longest_s=LONGEST_S, kbit_s=KBIT_S, cut=False)).mp3


async def beginning_of(recording: bytes, *, longest_s: float, kbit_s: int) -> Clip:
    """Its first `longest_s`, in a thread. Raises Unreadable, ProviderError."""
    return await asyncio.to_thread(_clip, recording, longest_s=longest_s, kbit_s=kbit_s, cut=True)


def _clip(recording: bytes, *, longest_s: float, kbit_s: int, cut: bool) -> Clip:
    heard = hear(recording, channels=2, longest_s=longest_s, cut=cut)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "clip.mp3"
        with Mp3Encoder(target, kbit_s=kbit_s) as encoder:
            for block in leveled(heard.audio, LOUDNESS_LUFS - heard.loudness):
                encoder.write(block)
        return Clip(target.read_bytes(), len(heard.audio))
