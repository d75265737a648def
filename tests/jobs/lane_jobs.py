"""Jobs for the lanes' tests. RQ finds them by name, so they can't live in a test."""

import asyncio
from dataclasses import dataclass, field

from core.queue import DELIVERIES, TEXT, JobSpec
from jobs.runtime import Bench, plain_job
from tests.patience import until


@dataclass
class Seen:
    """What the jobs did since the test began."""

    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    broken_off: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, kind: str, count: int) -> None:
        """Until so many have begun, ended or been broken off."""
        await until(lambda: len(getattr(self, kind)) >= count)


seen = Seen()
QUICK = JobSpec("tests.jobs.lane_jobs.quick", queue=TEXT)
SLOW = JobSpec("tests.jobs.lane_jobs.slow", queue=TEXT)
DUE = JobSpec("tests.jobs.lane_jobs.due", queue=DELIVERIES)


def forget() -> Seen:
    """Begin anew."""
    global seen
    seen = Seen()
    return seen


@plain_job(QUICK)
async def quick(bench: Bench, name: str) -> None:
    seen.begun.append(name)
    seen.ended.append(name)


@plain_job(DUE)
async def due(bench: Bench, name: str) -> None:
    seen.begun.append(name)
    seen.ended.append(name)


@plain_job(SLOW)
async def slow(bench: Bench, name: str) -> None:
    """Until the test lets it go on."""
    seen.begun.append(name)
    seen.at_once += 1
    seen.most_at_once = max(seen.most_at_once, seen.at_once)
    try:
        await seen.go_on.wait()
        seen.ended.append(name)
    except asyncio.CancelledError:
        seen.broken_off.append(name)
        raise
    finally:
        seen.at_once -= 1
