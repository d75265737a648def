"""A recording as Telegram's voice messages want it. https://core.telegram.org/bots/api#sendvoice"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, Final

from core.errors import ProviderError
from core.ffmpeg import ffmpeg_path
from core.videos.programs import running

WITHIN_S: Final = 120.0
BIT_RATE: Final = "48k"
"""Speech in Opus is transparent from 32 kbit/s on."""
MESSAGE_CHARACTERS: Final = 300


async def as_voice_message(mp3: Path, target: Path) -> None:
    """An OGG with Opus, mono. Cancelled, the program is killed before this returns.

    Raises ProviderError "podcasts.no_encoder", "podcasts.encoding_failed", "podcasts.encoding_timeout".
    """
    with tempfile.TemporaryFile() as messages:
        try:
            async with asyncio.timeout(WITHIN_S), running(_command(mp3, target), messages=messages) as process:
                status = await process.wait()
        except TimeoutError as exc:
            raise _failed("podcasts.encoding_timeout", retryable=True) from exc
        except (FileNotFoundError, PermissionError, RuntimeError) as exc:
            raise _failed("podcasts.no_encoder", retryable=False) from exc
        if status != 0:
            messages.seek(0)
            message = messages.read(MESSAGE_CHARACTERS).decode(errors="replace").strip()
            raise _failed("podcasts.encoding_failed", retryable=True, message=message)


def _command(mp3: Path, target: Path) -> list[str]:
    coming = ["-protocol_whitelist", "file", "-f", "mp3", "-i", str(mp3.absolute())]
    going = ["-vn", "-ac", "1", "-c:a", "libopus", "-b:a", BIT_RATE, "-application", "voip", "-map_metadata", "-1"]
    return [str(ffmpeg_path()), "-v", "error", "-nostdin", "-y", *coming, *going, "-f", "ogg", str(target.absolute())]


def _failed(code: str, *, retryable: bool, **params: Any) -> ProviderError:
    return ProviderError(code, provider="ffmpeg", retryable=retryable, **params)
