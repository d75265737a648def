"""One ffmpeg process that turns the samples written to it into an MP3."""

import fcntl
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from core.errors import ProviderError
from core.ffmpeg import ffmpeg_path
from core.podcasts.sound import RATE_HZ

PIPE_BYTES = 1 << 20
"""What may wait for the encoder: six seconds of sound."""
_END_S = 60.0
_MESSAGE_CHARACTERS = 300


class Mp3Encoder:
    """Takes stereo samples of 16 bit. Leaving by an exception, or `kill` from any thread, ends the process at once.

    Raises ProviderError "podcasts.no_encoder" where ffmpeg can't be started.
    """

    def __init__(self, target: Path, *, kbit_s: int) -> None:
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__; a pipe could fill up
        try:
            self._process = subprocess.Popen(  # noqa: S603  no shell, and our own arguments
                _command(target, kbit_s), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._messages
            )
        except (FileNotFoundError, PermissionError, RuntimeError) as exc:  # RuntimeError: imageio-ffmpeg finds none
            self._messages.close()
            raise ProviderError("podcasts.no_encoder", provider="ffmpeg", retryable=False) from exc
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self.pid = self._process.pid
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with suppress(OSError):  # beyond what this machine allows
                fcntl.fcntl(self._stdin, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self.kill()
            with suppress(OSError):  # what is left to write finds no reader
                self._stdin.close()
            self._messages.close()

    def write(self, samples: bytes) -> None:
        """Blocks while the encoder has enough. Raises ProviderError when it is gone."""
        try:
            self._stdin.write(samples)
        except (OSError, ValueError) as exc:
            raise self._failure() from exc

    def kill(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._process.wait()

    def _finish(self) -> None:
        try:
            self._stdin.close()
            status = self._process.wait(_END_S)
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise self._failure() from exc
        if status != 0:
            raise self._failure()

    def _failure(self) -> ProviderError:
        self._messages.seek(0)
        message = self._messages.read(_MESSAGE_CHARACTERS).decode(errors="replace").strip()
        return ProviderError("podcasts.encoding_failed", provider="ffmpeg", retryable=True, message=message)


def _command(target: Path, kbit_s: int) -> list[str]:
    coming = ["-f", "s16le", "-ar", str(RATE_HZ), "-ac", "2", "-i", "pipe:0"]
    # no tags: they are written when the chapters' times are known
    going = ["-c:a", "libmp3lame", "-b:a", f"{kbit_s}k", "-map_metadata", "-1", "-id3v2_version", "0", "-f", "mp3"]
    return [str(ffmpeg_path()), "-v", "error", "-nostdin", "-y", *coming, *going, str(target)]
