"""What an episode meets at home: recordings that are gone, a full disk, no encoder, a bucket that is away."""

import errno
from dataclasses import replace

import pytest

from core.podcasts.models import PodcastStatus
from core.providers.speech import Engine
from core.storage import build_storage
from core.work.models import WorkStatus
from tests.core.storage.fixtures import bucket_settings, s3_url
from tests.jobs.episodes import Studio
from tests.jobs.speakers import CountingSpeaker
from tests.jobs.test_episode_files import bucket_studio, studio

__all__ = ["bucket_settings", "bucket_studio", "s3_url", "studio"]


@pytest.fixture(params=["studio", "bucket_studio"])
def either(request: pytest.FixtureRequest) -> Studio:
    """With files in a folder, and with files in a bucket."""
    found: Studio = request.getfixturevalue(request.param)
    return found


async def lose_recordings(studio: Studio) -> None:
    async for page in studio.deps.storage.pages(["recordings"]):
        for file in page:
            await studio.deps.storage.delete(file.key)


async def test_recordings_whose_files_are_gone_are_made_anew_at_once(either: Studio) -> None:
    assert (await either.attempt(await either.wanted())).status == WorkStatus.DONE
    again = await either.wanted()
    await lose_recordings(either)
    assert (await either.attempt(again)).status == WorkStatus.DONE
    assert (await either.row(again)).status == PodcastStatus.READY


async def test_a_bucket_that_is_away_is_told_and_costs_nothing(bucket_studio: Studio) -> None:
    away = bucket_studio.deps.settings.model_copy(update={"s3_endpoint_url": "http://127.0.0.1:9"})
    storage = build_storage(away, bucket_studio.clock)
    deps = replace(bucket_studio.deps, storage=storage)
    lost = replace(bucket_studio, bench=replace(bucket_studio.bench, deps=deps))
    podcast = await lost.wanted()
    for pause_s in (5, 10):
        work = await lost.attempt(podcast)
        assert (work.status, lost.pause_s(work)) == (WorkStatus.QUEUED, pause_s)
        await lost.wait(pause_s)
    assert (await lost.attempt(podcast)).status == WorkStatus.FAILED
    assert "Files can't be stored right now" in await lost.told(podcast)
    assert await lost.used(podcast) == (0, 0)
    await storage.close()


async def test_a_full_disk_is_told_and_costs_nothing(studio: Studio) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    speaker = CountingSpeaker(failures={"And now?": [full, full, full]})
    deps = replace(studio.deps, speakers={Engine.ESPEAK: speaker})
    crowded = replace(studio, bench=replace(studio.bench, deps=deps))
    podcast = await crowded.wanted()
    for _ in range(2):
        await crowded.wait(crowded.pause_s(await crowded.attempt(podcast)))
    assert (await crowded.attempt(podcast)).status == WorkStatus.FAILED
    assert "Files can't be stored right now" in await crowded.told(podcast)
    assert await crowded.used(podcast) == (0, 0)
    await crowded.try_again(podcast)
    assert (await crowded.attempt(podcast)).status == WorkStatus.DONE


async def test_without_an_encoder_it_is_told_at_once(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
    podcast = await studio.wanted()
    assert (await studio.attempt(podcast)).status == WorkStatus.FAILED
    assert "the program that makes audio files (ffmpeg)" in await studio.told(podcast)
    assert await studio.used(podcast) == (0, 0)
