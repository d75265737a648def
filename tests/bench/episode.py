"""A long episode from its segments to the MP3: ours, beside the encoder alone and pydub over the whole.

Each way is taken once, one after the other: about four minutes, and on a machine that has much else to do four times
LIMIT_S at most. What is ended then counts as if it had been done by then.
"""

import asyncio
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.providers.offline.espeak import VOICES, Espeak
from tests.bench.figures import Figure

MINUTES = 60
LINE = (
    "Number {number}: bread rises slowly, and that is its whole secret. So what do the bakers do about it?"
    " They wait for the dough, they fold it {number} times, and they keep it cool over the night."
)
SEGMENT_S = 12
"""What the line takes."""
DIFFERENT = 20
"""Recordings that are made; they come again and again under names of their own."""


WAYS = ("encoder", "streamed", "joined", "whole")
LOOK_S = 0.05
LIMIT_S = 240.0
"""For each way."""


@dataclass(frozen=True)
class Run:
    """`peak_mb` is the sum of the peaks of the process and its children, with the pages of files that they have mapped
    (half of it is those, which others share); `cpu_s` what they worked together."""

    took_s: float
    peak_mb: float
    cpu_s: float


def measure() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="postaify-bench-"))
    try:
        asyncio.run(_record(folder))
        seconds = _write_samples(folder)
        runs = {way: _run(way, folder) for way in WAYS}
    finally:
        shutil.rmtree(folder)
    return [Figure("length of the episode", seconds / 60, "min"), *_speeds(runs, seconds), *_costs(runs)]


def _speeds(runs: Mapping[str, Run], seconds: float) -> Iterator[Figure]:
    speed = {way: seconds / run.took_s for way, run in runs.items()}

    def beside(name: str, way: str, reference: str, goal: str = "") -> Figure:
        return Figure.beside(name, speed[way], "x real time", reference=speed[reference], goal=goal)

    yield beside("segments to MP3, beside ffmpeg alone", "streamed", "encoder", ">= 0.85 x")
    yield beside("segments to MP3, beside pydub joining", "streamed", "joined", ">= 2 x")
    yield beside("the same, beside pydub trimming and leveling, too", "streamed", "whole", ">= 2 x")
    yield beside("at most: ffmpeg alone, beside pydub joining", "encoder", "joined")


def _costs(runs: Mapping[str, Run]) -> Iterator[Figure]:
    ours = runs["streamed"]
    for name, way in (("ffmpeg alone", "encoder"), ("pydub joining", "joined")):
        yield Figure.beside(f"work of the processors, beside {name}", ours.cpu_s, "s", reference=runs[way].cpu_s)
    peak_mb = runs["joined"].peak_mb
    yield Figure.beside(
        "peak memory with ffmpeg, beside pydub's", ours.peak_mb, "MB", reference=peak_mb, goal="<= 80 MB"
    )


async def _record(folder: Path) -> None:
    """FOLDER/recordings, named in their order and by who speaks."""
    place = folder / "recordings"
    place.mkdir()
    speaker = Espeak()
    made = []
    for number in range(DIFFERENT):
        voice = VOICES[number % 2].id
        made.append(((await speaker.speak(LINE.format(number=number), voice, language="en")).audio, voice))
    for at in range(MINUTES * 60 // SEGMENT_S):
        audio, voice = made[at % DIFFERENT]
        (place / f"{at:05d}-{voice}").write_bytes(audio)


def _write_samples(folder: Path) -> float:
    """FOLDER/samples: what ours gave its encoder; its length in seconds."""
    from core.podcasts.audio import Episode, Spoken, Tags
    from core.podcasts.joining import Joined
    from core.podcasts.segments import prepare

    turns = [Spoken(path, path.name[-2:], "") for path in sorted((folder / "recordings").iterdir())]
    joined = Joined(Episode(turns, Tags("")), range(len(turns)))
    (folder / "workshop").mkdir()
    segments = (prepare(turn.recording, folder / "workshop", number=1) for turn in turns)
    with (folder / "samples").open("wb") as file:
        file.writelines(joined.blocks(segments))
    return joined.duration_ms / 1000


def _run(way: str, folder: Path) -> Run:
    """From nothing but the recordings."""
    if way == "streamed":
        shutil.rmtree(folder / "workshop", ignore_errors=True)
    command = [sys.executable, "-m", "tests.bench.episode_run", way, str(folder)]
    peaks_kb: dict[int, int] = {}
    before_s, began_at = _children_s(), time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        while process.poll() is None:
            peaks_kb[process.pid] = max(peaks_kb.get(process.pid, 0), _peak_kb(process.pid, name="python"))
            for pid in _children(process.pid):
                peaks_kb[pid] = max(peaks_kb.get(pid, 0), _peak_kb(pid, name="ffmpeg"))
            time.sleep(LOOK_S)
            if time.monotonic() > began_at + LIMIT_S:
                os.killpg(process.pid, signal.SIGKILL)
        assert process.stdout is not None
        told = process.stdout.read().split()
    took_s, begun_s = map(float, told) if told else (LIMIT_S, 0.0)
    return Run(took_s, sum(peaks_kb.values()) * 1024 / 1_000_000, _children_s() - before_s - begun_s)


def _children_s() -> float:
    """What all children that have ended have worked, and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children(pid: int) -> list[int]:
    """Of all its threads."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _peak_kb(pid: int, *, name: str) -> int:
    """Resident memory at its highest, as the kernel counts it; 0 for a fork that is yet to become the program."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(rf"^Name:\s+{name}.*^VmHWM:\s+(\d+)", status, re.MULTILINE | re.DOTALL)
    return int(found[1]) if found else 0


def main() -> list[Figure]:
    return measure()


if __name__ == "__main__":
    from tests.bench.figures import show

    show("episode", main())
