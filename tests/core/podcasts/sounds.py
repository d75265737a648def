"""Recordings for tests: tones made here, and an episode's MP3 decoded again and measured."""

import io
import math
import re
import subprocess
import tempfile
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg

RATE_HZ = 22_050


def tone(
    seconds: float, *, level: float = 0.2, hz: float = 440.0, before_s: float = 0.0, after_s: float = 0.0
) -> bytes:
    """A WAV: silence, a tone, silence."""
    period = [round(32_767 * level * math.sin(math.tau * hz * at / RATE_HZ)) for at in range(RATE_HZ)]
    samples = array("h", bytes(2 * round(before_s * RATE_HZ)))
    samples.extend(period[at % RATE_HZ] for at in range(round(seconds * RATE_HZ)))
    samples.frombytes(bytes(2 * round(after_s * RATE_HZ)))
    return wav(samples)


def wav(samples: "array[int]", *, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def mp3_of(recording: bytes) -> bytes:
    """With a header that tells its length."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.mp3"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "pipe:0", "-b:a", "64k", str(path)]
        subprocess.run(command, input=recording, check=True)
        return path.read_bytes()


@dataclass(frozen=True)
class Decoded:
    """`left` and `right` are samples of 16 bit at `rate_hz`."""

    left: "array[int]"
    right: "array[int]"
    rate_hz: int

    @property
    def duration_ms(self) -> float:
        return len(self.left) * 1000 / self.rate_hz

    def peak(self, start_ms: float, end_ms: float) -> int:
        """The loudest sample in between."""
        window = self.left[round(start_ms * self.rate_hz / 1000) : round(end_ms * self.rate_hz / 1000)]
        return max(map(abs, window), default=0)


def decoded(path: Path) -> Decoded:
    """By PyAV, not by what made it."""
    left, right = array("h"), array("h")
    with av.open(str(path), "r") as container:
        resampler = av.AudioResampler(format="s16p", layout="stereo", rate=44_100)
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                left.frombytes(bytes(piece.planes[0])[: piece.samples * 2])
                right.frombytes(bytes(piece.planes[1])[: piece.samples * 2])
        return Decoded(left, right, container.streams.audio[0].rate)


def measured(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, as ffmpeg's ebur128 finds them."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", str(path), "-map", "0:a"]
    command += ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    done = subprocess.run(command, stderr=subprocess.PIPE, check=True)
    told = done.stderr.decode()
    loudness, peak = re.search(r"I:\s+(-?[\d.]+) LUFS", told), re.search(r"Peak:\s+(-?[\d.]+) dBFS", told)
    assert loudness is not None
    assert peak is not None
    return float(loudness[1]), float(peak[1])
