"""An episode's files: music around it, parts of what is too big for one, a bucket, and a cancel in the middle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from mutagen.id3 import ID3

from core import ids
from core.clock import FixedClock
from core.deps import Deps
from core.podcasts import own_music, service
from core.podcasts.feeds import digest_of
from core.podcasts.models import PodcastStatus
from core.podcasts.music_clips import kept_clip
from core.podcasts.private_feed import feed_behind, feed_token
from core.providers.speech import Engine
from core.settings import Settings
from core.storage import build_storage, new_key
from core.work.models import Work, WorkStatus
from tests.core.podcasts.sounds import decoded, measured, mp3_of, tone
from tests.core.storage.fixtures import bucket_settings, s3_url
from tests.jobs.episodes import Studio, open_studio, script_of
from tests.jobs.speakers import CountingSpeaker
from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

__all__ = ["bucket_settings", "s3_url"]

TALK = (
    "Bread rises slowly, and that is its whole secret, so the bakers wait for it through the night.",
    "They fold it twice, they keep it cool, and they never hurry what can't be hurried anyway.",
)
LONG_SCRIPT = script_of(*[TALK * 4] * 3)
MUSIC = mp3_of(tone(20.0, level=0.5, hz=1000))


@pytest.fixture
async def studio(
    concurrent_deps: Deps, settings: Settings, sandbox: RunningSandbox, person: Person, clock: FixedClock
) -> AsyncIterator[Studio]:
    async with open_studio(concurrent_deps, settings, sandbox, person, clock, Engine.ESPEAK) as opened:
        yield opened


@pytest.fixture
async def bucket_studio(
    concurrent_deps: Deps, bucket_settings: Settings, sandbox: RunningSandbox, person: Person, clock: FixedClock
) -> AsyncIterator[Studio]:
    """Whose files are in a bucket."""
    storage = build_storage(bucket_settings, clock)
    deps = replace(concurrent_deps, storage=storage, settings=bucket_settings)
    async with open_studio(deps, bucket_settings, sandbox, person, clock, Engine.ESPEAK) as opened:
        yield opened
    await storage.close()


def with_limit(studio: Studio, megabytes: float) -> Studio:
    settings = studio.deps.settings.model_copy(update={"podcast_file_mb": megabytes})
    return replace(studio, bench=replace(studio.bench, deps=replace(studio.deps, settings=settings)))


async def fetched(studio: Studio, key: str, folder: Path) -> Path:
    path = folder / key.rpartition("/")[2]
    path.write_bytes(b"".join([chunk async for chunk in studio.deps.storage.read(key)]))
    return path


async def keeps_music(studio: Studio, owner_id: ids.UserId) -> None:
    clip = await kept_clip(MUSIC)
    key = new_key(owner_id, "music", "mp3")
    await studio.deps.storage.put(key, clip.mp3)
    async with studio.deps.tx() as tx:
        await own_music.keep_music(
            tx,
            owner_id=owner_id,
            storage_key=key,
            title="Morning",
            duration_ms=clip.duration_ms,
        )


async def test_music_is_around_the_episode_for_which_it_is_chosen(studio: Studio, tmp_path: Path) -> None:
    podcast = await studio.wanted(music=True)
    await keeps_music(studio, podcast.owner_id)
    await studio.attempt(podcast)
    (part,) = (await studio.row(podcast)).parts
    assert part["cues"][0]["start_ms"] == 6000
    assert part["chapters"][0]["start_ms"] == 0
    path = await fetched(studio, part["key"], tmp_path)
    sound = decoded(path)
    assert sound.peak(2000, 5000) > 3000
    assert sound.peak(part["duration_ms"] - 4000, part["duration_ms"] - 2500) > 3000
    loudness, peak = measured(path)
    assert -17 <= loudness <= -15
    assert peak <= -1


async def test_without_the_choice_or_once_it_is_removed_there_is_none(studio: Studio) -> None:
    podcast = await studio.wanted(music=True)
    await studio.attempt(podcast)
    (part,) = (await studio.row(podcast)).parts
    assert part["cues"][0]["start_ms"] == 0


async def test_music_whose_file_is_gone_is_told_and_costs_nothing(studio: Studio) -> None:
    podcast = await studio.wanted(music=True)
    await keeps_music(studio, podcast.owner_id)
    async with studio.deps.read() as session:
        music = await own_music.music_of(session, owner_id=podcast.owner_id)
    assert music is not None
    await studio.deps.storage.delete(music.storage_key)
    assert (await studio.attempt(podcast)).status == WorkStatus.FAILED
    assert "You can also remove it there" in await studio.told(podcast)
    assert await studio.used(podcast) == (0, 0)


async def test_what_is_too_big_for_one_file_comes_in_parts(studio: Studio, tmp_path: Path) -> None:
    small = with_limit(studio, 0.5)
    podcast = await small.wanted(LONG_SCRIPT)
    assert (await small.attempt(podcast)).status == WorkStatus.DONE
    parts = (await small.row(podcast)).parts
    assert len(parts) == 3
    assert all(part["size_bytes"] <= 500_000 and part["kbit_s"] == 64 for part in parts)
    for number, part in enumerate(parts, start=1):
        path = await fetched(small, part["key"], tmp_path)
        tags = ID3(path)
        assert str(tags["TRCK"]) == f"{number}/3"
        assert abs(decoded(path).duration_ms - part["duration_ms"]) <= 50
        times = [(chapter["title"], chapter["start_ms"]) for chapter in part["chapters"]]
        assert [(str(one.sub_frames["TIT2"]), one.start_time) for one in tags.getall("CHAP")] == times
        assert all(start_ms < part["duration_ms"] for _, start_ms in times)
    assert [chapter["title"] for part in parts for chapter in part["chapters"]] == ["Part 1", "Part 2", "Part 3"]
    assert sum(len(part["cues"]) for part in parts) == len(LONG_SCRIPT.lines)


async def test_each_part_is_a_message_and_an_entry_of_the_feed(studio: Studio) -> None:
    small = with_limit(studio, 0.5)
    podcast = await small.wanted(LONG_SCRIPT)
    await small.attempt(podcast)
    await small.send(podcast)
    titles = [message.body["audio"]["title"] for message in await small.person.history() if "audio" in message.body]
    assert titles == ["Rain (1 of 3)", "Rain (2 of 3)", "Rain (3 of 3)"]
    assert "Ready" in await small.told(podcast)
    async with small.deps.tx() as tx:
        token = await feed_token(tx, owner_id=podcast.owner_id)
        feed = await feed_behind(tx.session, digest_of(token))
    assert feed is not None
    assert sorted(episode.title for episode in feed.episodes) == ["Rain (1/3)", "Rain (2/3)", "Rain (3/3)"]


async def test_before_that_the_bit_rate_goes_down(studio: Studio) -> None:
    small = with_limit(studio, 1.3)
    podcast = await small.wanted(LONG_SCRIPT)
    await small.attempt(podcast)
    (part,) = (await small.row(podcast)).parts
    assert part["size_bytes"] <= 1_300_000
    assert 64 <= part["kbit_s"] < 128


async def test_an_episode_in_a_bucket_is_sent_and_downloaded(
    bucket_studio: Studio, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    podcast = await bucket_studio.wanted(music=True)
    await keeps_music(bucket_studio, podcast.owner_id)
    assert (await bucket_studio.attempt(podcast)).status == WorkStatus.DONE
    await bucket_studio.send(podcast)
    (sent,) = [message for message in await bucket_studio.person.history() if "audio" in message.body]
    (part,) = (await bucket_studio.row(podcast)).parts
    assert sent.body["audio"]["file_size"] == part["size_bytes"]
    link = await bucket_studio.deps.storage.url(part["key"], expires_in=timedelta(hours=1), filename="Rain.mp3")
    whole = await http.get(link)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/mpeg")
    assert 'filename="Rain.mp3"' in whole.headers["content-disposition"]
    (tmp_path / "heard.mp3").write_bytes(whole.content)
    assert decoded(tmp_path / "heard.mp3").duration_ms == pytest.approx(part["duration_ms"], abs=50)
    middle = await http.get(link, headers={"Range": "bytes=1000-1999"})
    assert (middle.status_code, middle.content) == (206, whole.content[1000:2000])


async def test_who_asks_for_one_episode_waits_for_no_more_than_one_of_who_asks_for_many(
    studio: Studio, sandbox: RunningSandbox
) -> None:
    """Two jobs, the second while the first is at work, each for a push of the first one's."""
    waits = asyncio.Event()
    speaker = CountingSpeaker(waits=waits)
    deps = replace(studio.deps, speakers={Engine.ESPEAK: speaker})
    busy = replace(studio, bench=replace(studio.bench, deps=deps))
    many = [await busy.wanted() for _ in range(5)]
    patient = replace(busy, person=await sandbox.client.new_person("Bob"))
    await patient.person.send_text("/start")
    one = await patient.wanted()
    running = []
    async with asyncio.timeout(PATIENCE_S):
        for each in many[:2]:
            running.append(asyncio.ensure_future(busy.attempt(each)))
            await speaker.asked.wait()
            speaker.asked.clear()
        waits.set()
        await asyncio.gather(*running)
    assert (await patient.row(one)).status == PodcastStatus.READY
    ready = [(await busy.row(each)).status == PodcastStatus.READY for each in many]
    assert ready == [True, False, False, False, False]


async def test_a_cancel_ends_the_encoder_and_leaves_nothing_half_made(studio: Studio) -> None:
    """A quarter of an hour, so that not all of it is prepared when the cancel is noticed."""
    lines = tuple(f"Number {number}. {TALK[number % 2]}" for number in range(150))
    podcast = await studio.wanted(script_of(lines))
    running = asyncio.ensure_future(studio.attempt(podcast))
    encoder = await _encoder(running)
    async with studio.deps.tx() as tx:
        await service.cancel_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=studio.place)
    work = await running
    assert work.status == WorkStatus.CANCELLED
    assert not encoder.is_running()
    assert (await studio.row(podcast)).status == PodcastStatus.CANCELLED
    assert "Nothing was charged" in await studio.told(podcast)
    folder = studio.deps.settings.home / "podcasts" / str(podcast.id)
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert all(path.name.endswith(".segment.wav") for path in left)
    assert 0 < len(left) < len(lines)


async def _encoder(running: asyncio.Future[Work]) -> psutil.Process:
    """The ffmpeg that this process runs, as soon as it does; however long what comes before it takes."""
    while not running.done():
        for child in await asyncio.to_thread(psutil.Process().children, recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "ffmpeg" in child.name():
                    return child
        await asyncio.sleep(0.01)
    raise AssertionError("it ended without one")
