"""Who finds videos on which network, by configuration; and YouTube where nobody has a key."""

from collections.abc import Mapping

import httpx
import pytest
import redis.asyncio

from core.clock import FixedClock
from core.metrics import collected
from core.providers.discoveries import discovery_of
from core.providers.discovery import (
    CreditsUsed,
    Discovery,
    Network,
    NotFound,
    NotSupported,
    OutOfCredits,
    Period,
    Search,
)
from core.providers.discovery_credits import credits_left
from core.settings import Settings
from tests.core.providers.baker import CHANNEL
from tests.core.providers.discoveries import MakeDiscovery
from tests.core.providers.fake_discovery_server import FakeDiscoveryServer
from tests.sandbox_server import running_sandbox

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz"
KEY = {"SCRAPECREATORS_API_KEY": "k"}
YOUTUBE_KEY = {"YOUTUBE_API_KEY": "k"}
REAL = {"TELEGRAM_BOT_TOKEN": TOKEN}


def load(**variables: str) -> Settings:
    defaults = {field.alias: field.get_default() for field in Settings.model_fields.values() if field.alias}
    return Settings.load(**{**defaults, **variables})


def names(found: Mapping[Network, Discovery]) -> dict[str, str]:
    return {network.value: provider.name for network, provider in found.items()}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ("sample", "sample", "sample")),
        (YOUTUBE_KEY, ("sample", "sample", "youtube_data")),
        (KEY, ("scrapecreators",) * 3),
        (KEY | YOUTUBE_KEY, ("scrapecreators",) * 3),
        (KEY | REAL, ("scrapecreators",) * 3),
        (REAL, (None, None, "youtube_feed")),
        (REAL | YOUTUBE_KEY, (None, None, "youtube_data")),
        (KEY | REAL | {"SCRAPECREATORS_API_URL": "http://127.0.0.1:9"}, ("sample",) * 3),
        (KEY | REAL | {"SCRAPECREATORS_API_URL": "https://other.example.com"}, ("scrapecreators",) * 3),
    ],
)
async def test_the_best_that_is_configured(
    http: httpx.AsyncClient,
    redis_store: redis.asyncio.Redis,
    clock: FixedClock,
    variables: dict[str, str],
    expected: tuple[str | None, ...],
) -> None:
    found = names(discovery_of(load(**variables), http, redis_store, clock))
    assert tuple(found.get(network.value) for network in Network) == expected


async def test_the_sandbox_answers_at_its_own_address(
    http: httpx.AsyncClient, redis_store: redis.asyncio.Redis, clock: FixedClock
) -> None:
    async with running_sandbox() as sandbox:
        settings = load(TELEGRAM_API_URL=sandbox.base_url)
        for network, provider in discovery_of(settings, http, redis_store, clock).items():
            page = await provider.search(Search("bread", Period.WEEK))
            assert page.sample
            assert {video.network for video in page.videos} == {network}


async def test_without_a_key_real_channels_are_read_from_their_feeds(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    async with running_sandbox() as sandbox:
        settings = load(TELEGRAM_API_URL=sandbox.base_url)
        found = discovery_of(settings, discover.http, discover.store, discover.clock, youtube_url=networks.url)
        youtube = found[Network.YOUTUBE]
        real, made_up = await youtube.creator("@baker"), await youtube.creator("@sample_baking_1")
        assert (real.creator_id, made_up.name.startswith("Sample")) == (CHANNEL, True)
        real_page, made_up_page = await youtube.videos_of(real), await youtube.videos_of(made_up)
        assert (real_page.sample, len(real_page.videos)) == (False, 5)
        assert (made_up_page.sample, made_up_page.videos[0].creator) == (True, made_up)
        assert (await youtube.video(made_up_page.videos[0].url)).video_id == made_up_page.videos[0].video_id
        for call in (youtube.video(real_page.videos[0].url), youtube.creator("@nobody")):
            with pytest.raises(NotFound):
                await call
        for video in made_up_page.videos[:3]:
            await youtube.transcript(video.url)


async def test_with_a_real_bot_and_no_key_youtube_cannot_search(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    settings = load(**REAL)
    found = discovery_of(settings, discover.http, discover.store, discover.clock, youtube_url=networks.url)
    assert (await found[Network.YOUTUBE].creator("@baker")).creator_id == CHANNEL
    with pytest.raises(NotSupported):
        await found[Network.YOUTUBE].search(Search("bread", Period.DAY))


async def test_credits_are_counted_kept_and_told(
    http: httpx.AsyncClient, redis_store: redis.asyncio.Redis, clock: FixedClock
) -> None:
    told: list[CreditsUsed] = []

    async def on_credits(used: CreditsUsed) -> None:
        told.append(used)

    async with running_sandbox() as sandbox:
        settings = load(TELEGRAM_API_URL=sandbox.base_url)
        tiktok = discovery_of(settings, http, redis_store, clock, on_credits=on_credits)[Network.TIKTOK]
        await sandbox.client.discovery(credits=5)
        await tiktok.creator("sample_baking_1")
        assert await credits_left(redis_store) == {"sample": 4}
        await sandbox.client.discovery(credits=0)
        with pytest.raises(OutOfCredits):
            await tiktok.creator("sample_baking_1")
    assert [used.out for used in told] == [False, True]
    assert await credits_left(redis_store) == {"sample": 0}
    figures = [sample for metric in (await collected(redis_store)).collect() for sample in metric.samples]
    assert {figure.labels["outcome"]: figure.value for figure in figures} == {"charged": 1, "out": 1}


async def test_redis_away_costs_no_call(http: httpx.AsyncClient, clock: FixedClock) -> None:
    away = redis.asyncio.Redis(port=9, socket_connect_timeout=0.2)
    async with running_sandbox() as sandbox:
        found = discovery_of(load(TELEGRAM_API_URL=sandbox.base_url), http, away, clock)
        assert (await found[Network.TIKTOK].creator("sample_baking_1")).handle == "sample_baking_1"
    await away.aclose()
