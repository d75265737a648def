"""Jobs for the heavy worker's tests. They leave files behind, since each runs in a process of its own."""

import asyncio
from pathlib import Path

from core.queue import MEDIA, JobSpec
from jobs.runtime import Bench, plain_job

QUICK = JobSpec("tests.jobs.heavy_jobs.quick", queue=MEDIA)
ENDLESS = JobSpec("tests.jobs.heavy_jobs.endless", queue=MEDIA)


@plain_job(QUICK)
async def quick(bench: Bench, path: str) -> None:
    note(path, "done")


@plain_job(ENDLESS)
async def endless(bench: Bench, path: str) -> None:
    note(path, "begun")
    try:
        await asyncio.sleep(60)
    finally:
        note(path, "broken off")


def note(path: str, text: str) -> None:
    Path(path).write_text(text)
