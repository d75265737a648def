"""A short recording as an MP3, for the chat."""

import asyncio
import tempfile
from pathlib import Path

from core.podcasts.encoding import Mp3Encoder
from core.podcasts.sound import hear

LONGEST_S = 30.0
KBIT_S = 64


async def as_mp3(recording: bytes) -> bytes:
    """In a thread. Raises Unreadable for what is no sound, ProviderError when ffmpeg fails."""
    return await asyncio.to_thread(_as_mp3, recording)


def _as_mp3(recording: bytes) -> bytes:
    heard = hear(recording, channels=2, longest_s=LONGEST_S)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "sample.mp3"
        with Mp3Encoder(target, kbit_s=KBIT_S) as encoder:
            encoder.write(bytes(heard.audio.raw_data))
        return target.read_bytes()
