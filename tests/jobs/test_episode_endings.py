"""The last steps of an episode: renamed while it is joined, stopped while it is stored, and not sent after all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO

import pytest
import structlog
from mutagen.id3 import ID3
from sqlalchemy import select

from core.clock import FixedClock
from core.deliveries.models import Delivery, DeliveryStatus
from core.deps import Deps
from core.podcasts import service
from core.podcasts.models import Podcast, PodcastStatus
from core.podcasts.recording import send_episode
from core.providers.speech import Engine
from core.settings import Settings
from core.storage import build_storage
from core.work.models import WorkStatus
from tests.core.storage.fixtures import bucket_settings, s3_url
from tests.core.storage.held_bucket import holding
from tests.jobs.episodes import Studio, open_studio
from tests.jobs.speakers import CountingSpeaker
from tests.patience import PATIENCE_S, until
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

__all__ = ["bucket_settings", "s3_url"]


@pytest.fixture
def speaker() -> CountingSpeaker:
    return CountingSpeaker()


@pytest.fixture
async def studio(
    concurrent_deps: Deps,
    settings: Settings,
    sandbox: RunningSandbox,
    person: Person,
    clock: FixedClock,
    speaker: CountingSpeaker,
) -> AsyncIterator[Studio]:
    deps = replace(concurrent_deps, speakers={Engine.ESPEAK: speaker})
    async with open_studio(deps, settings, sandbox, person, clock, Engine.ESPEAK) as opened:
        yield opened


async def stored(studio: Studio, key: str) -> bytes:
    return b"".join([chunk async for chunk in studio.deps.storage.read(key)])


async def test_renamed_while_it_is_made_all_of_its_files_say_the_new_title(
    studio: Studio, speaker: CountingSpeaker
) -> None:
    speaker.waits = asyncio.Event()
    podcast = await studio.wanted()
    running = asyncio.ensure_future(studio.attempt(podcast))
    async with asyncio.timeout(PATIENCE_S):
        await speaker.asked.wait()
    async with studio.deps.tx() as tx:
        await service.rename_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, title="After the rain")
    speaker.waits.set()
    await running
    ready = await studio.row(podcast)
    assert ready.status == PodcastStatus.READY
    assert ready.transcript_key is not None
    assert ready.picture_key is not None
    tags = ID3(BytesIO(await stored(studio, ready.parts[0]["key"])))
    assert str(tags["TIT2"]) == "After the rain"
    assert tags.getall("APIC")[0].data == await stored(studio, ready.picture_key)
    assert (await stored(studio, ready.transcript_key)).startswith(b"After the rain\n")
    assert len(speaker.said) == len(set(speaker.said))
    await studio.send(podcast)
    assert (await studio.person.history())[-1].body["audio"]["title"] == "After the rain"
    assert "Ready" in await studio.told(podcast)


async def test_a_cancel_while_it_is_stored_does_not_wait_for_a_bucket_that_hangs(
    studio: Studio, bucket_settings: Settings, s3_url: str
) -> None:
    async with holding(s3_url, lambda method, path: method == "PUT" and "/episodes/" in path) as way:
        settings = bucket_settings.model_copy(update={"s3_endpoint_url": way.url})
        storage = build_storage(settings, studio.clock)
        held = replace(studio, bench=replace(studio.bench, deps=replace(studio.deps, storage=storage)))
        podcast = await held.wanted()
        running = asyncio.ensure_future(held.attempt(podcast))
        async with asyncio.timeout(PATIENCE_S):
            await way.held.wait()
        assert await cancelled(held, podcast)
        async with asyncio.timeout(PATIENCE_S / 2):  # of what hangs, boto gives up after a minute
            work = await running
        await storage.close()
    assert work.status == WorkStatus.CANCELLED
    assert (await held.row(podcast)).status == PodcastStatus.CANCELLED
    assert "Nothing was charged" in await held.told(podcast)
    assert await held.used(podcast) == (0, 0)


async def cancelled(studio: Studio, podcast: Podcast) -> bool:
    async with studio.deps.tx() as tx:
        return await service.cancel_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=studio.place)


async def status_of_delivery(studio: Studio, podcast: Podcast) -> str:
    """Of the newest."""
    newest = select(Delivery.status).where(Delivery.subject_id == podcast.id).order_by(Delivery.id.desc()).limit(1)
    async with studio.deps.read() as session:
        return str(await session.scalar(newest))


async def on_its_way(studio: Studio) -> tuple[Podcast, asyncio.Task[None]]:
    """A finished episode in the middle of its way to Telegram, which doesn't take it."""
    podcast = await studio.wanted()
    await studio.attempt(podcast)
    await studio.person.client.add_fault("hang", "sendAudio")
    sending = asyncio.create_task(studio.send(podcast))

    async def begun() -> bool:
        return await status_of_delivery(studio, podcast) == DeliveryStatus.SENDING

    await until(begun)
    return podcast, sending


async def has_audio(studio: Studio) -> bool:
    return any("audio" in message.body for message in await studio.person.history())


async def test_an_episode_on_its_way_to_telegram_is_stopped_and_stays_in_the_list(studio: Studio) -> None:
    podcast, sending = await on_its_way(studio)
    with structlog.testing.capture_logs() as logged:
        assert await cancelled(studio, podcast)
        async with asyncio.timeout(PATIENCE_S):
            await sending
    assert "deliveries.withdrawn" in [entry["event"] for entry in logged], "and not given up because nobody answers"
    assert await status_of_delivery(studio, podcast) == DeliveryStatus.CANCELLED
    assert not await has_audio(studio)
    assert "Stopped sending it" in await studio.told(podcast)
    assert "It used 1 of your minutes" in await studio.told(podcast)
    assert (await studio.row(podcast)).status == PodcastStatus.READY
    assert not await cancelled(studio, podcast)
    async with studio.deps.tx() as tx:
        await send_episode(tx, await studio.row(podcast), studio.place, dedupe="again")
    await studio.send(podcast)
    assert await has_audio(studio)


async def test_stopped_before_its_turn_it_is_not_sent_at_all(studio: Studio) -> None:
    podcast = await studio.wanted()
    await studio.attempt(podcast)
    assert await cancelled(studio, podcast)
    await studio.send(podcast)
    assert not await has_audio(studio)
    assert "Stopped sending it" in await studio.told(podcast)


async def test_an_episode_deleted_on_its_way_does_not_arrive(studio: Studio) -> None:
    podcast, sending = await on_its_way(studio)
    async with studio.deps.tx() as tx:
        await service.delete_podcast(tx, owner_id=podcast.owner_id, podcast_id=podcast.id, place=studio.place)
    async with asyncio.timeout(PATIENCE_S):
        await sending
    assert not await has_audio(studio)
    assert "Deleted. It used 1 of your minutes" in await studio.told(podcast)


async def test_what_has_arrived_is_not_taken_back(studio: Studio) -> None:
    podcast = await studio.wanted()
    await studio.attempt(podcast)
    await studio.send(podcast)
    assert not await cancelled(studio, podcast)
    assert "Ready" in await studio.told(podcast)
