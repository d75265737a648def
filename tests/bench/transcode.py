"""How fast a video becomes a network's copy, beside ffmpeg alone with the same settings; how soon a file is known."""

import asyncio
import subprocess
import tempfile
import time
from pathlib import Path

from core.providers.discovery import Network
from core.videos import look
from core.videos.encoding import command_for, encode
from core.videos.probing import Probe, probe
from core.videos.profiles import PROFILES, plan_for
from tests.bench.figures import Figure, percentile
from tests.core.videos.clips import clip, repeated

TIMES = 6
"""Of a second of film."""
ROUNDS = 2
LOOKS = 20
PROFILE = PROFILES[Network.TIKTOK]


async def measure(source: Path, target: Path, phone: Path) -> list[Figure]:
    """All figures of this bench."""
    seen = await probe(source)
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(await asyncio.to_thread(_bare, source, target, seen))
        ours.append(await _ours(source, target, seen))
    known = await asyncio.to_thread(_looked, phone)
    told = [await _probed(phone) for _ in range(ROUNDS)]
    return [
        Figure.beside(
            "transcode 1080x1920, 60 to 30 fps",
            seen.duration_s / min(ours),
            "x real time",
            reference=seen.duration_s / min(bare),
            goal=">= 0.9 x",
        ),
        Figure("probe: container, codecs, sizes, one picture decoded, p50", known, "ms", goal="<= 15 ms"),
        Figure("probe in a process of its own, with its picture", 1000 * min(told), "ms"),
    ]


async def _ours(source: Path, target: Path, seen: Probe) -> float:
    began = time.monotonic()
    plan = plan_for(seen, PROFILE)
    await encode(source, target, probe=seen, profile=PROFILE, plan=plan, progress=lambda _: None)
    return time.monotonic() - began


def _bare(source: Path, target: Path, seen: Probe) -> float:
    command = command_for(source, target, probe=seen, profile=PROFILE, plan=plan_for(seen, PROFILE))
    at = command.index("-progress")
    began = time.monotonic()
    subprocess.run(command[:at] + command[at + 4 :], check=True, capture_output=True)
    return time.monotonic() - began


def _looked(path: Path) -> float:
    """Milliseconds, in this process."""
    took = []
    for _ in range(LOOKS):
        began = time.monotonic()
        look.look(path, "mp4", None)
        took.append(time.monotonic() - began)
    return 1000 * percentile(took, 0.5)


async def _probed(path: Path) -> float:
    began = time.monotonic()
    await probe(path, thumbnail=path.with_suffix(".jpg"))
    return time.monotonic() - began


def main() -> list[Figure]:
    second = clip("-c:v", "mpeg4", "-q:v", "3", "-c:a", "mp3", ending="avi", size="1080x1920", seconds=1, rate=60)
    with tempfile.TemporaryDirectory() as folder:
        source, target, phone = (Path(folder, name) for name in ("in.avi", "out.mp4", "phone.mp4"))
        source.write_bytes(repeated(second, times=TIMES, ending="avi"))
        phone.write_bytes(clip(size="1080x1920", seconds=6, rate=30))
        return asyncio.run(measure(source, target, phone))
