"""Small videos, made by ffmpeg when a test first asks for one, and kept for the session."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from core.ffmpeg import ffmpeg_path

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k")
FIRST = ("-movflags", "+faststart")


@cache
def clip(
    *how: str,
    ending: str = "mp4",
    size: str = "720x1280",
    seconds: float = 0.5,
    rate: int = 24,
    sound: bool = True,
    pictures: bool = True,
) -> bytes:
    """A film of ffmpeg's test picture; `how` are arguments for its output, H264 and AAC unless given."""
    inputs = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}"] if pictures else []
    if sound:
        inputs += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}"]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, f"clip.{ending}")
        command = [str(ffmpeg_path()), "-v", "error", "-y", *inputs, *(how or (*H264, *AAC)), str(target)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return target.read_bytes()


def turned(film: bytes, degrees: int) -> bytes:
    """The same film with a mark that it is to be shown turned, as phones write it."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.mp4"), Path(folder, "out.mp4")
        source.write_bytes(film)
        command = [str(ffmpeg_path()), "-v", "error", "-display_rotation", str(degrees), "-i", str(source)]
        subprocess.run([*command, "-c", "copy", str(target)], check=True, capture_output=True, timeout=60)
        return target.read_bytes()


def repeated(film: bytes, *, times: int, ending: str = "mp4") -> bytes:
    """The same film over and over, without new pictures."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, f"in.{ending}"), Path(folder, f"out.{ending}")
        source.write_bytes(film)
        command = [str(ffmpeg_path()), "-v", "error", "-stream_loop", str(times - 1), "-i", str(source)]
        subprocess.run([*command, "-c", "copy", str(target)], check=True, capture_output=True, timeout=60)
        return target.read_bytes()
