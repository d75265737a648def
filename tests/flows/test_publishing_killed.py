"""Videos on their way to the sandbox's networks, with real processes that are killed at the worst moments: each ends
published, once."""

import re
from collections.abc import AsyncIterator

import pytest

from core.providers.discovery import Network
from core.settings import Settings
from tests.core.videos.clips import clip
from tests.flows.house import House
from tests.flows.newsroom import INSTAGRAM, TIKTOK, YOUTUBE, Newsroom, open_newsroom
from tests.patience import until
from web.sandbox.client import Person

pytestmark = pytest.mark.process


@pytest.fixture
async def newsroom(house: House, flow_settings: Settings, person: Person) -> AsyncIterator[Newsroom]:
    for name in ("heavy-worker", "web"):
        if name not in house.running:
            await house.start(name)
    async with open_newsroom(house, flow_settings, person) as opened:
        yield opened


async def test_a_video_goes_out_at_all_three_networks(newsroom: Newsroom) -> None:
    post_id = await newsroom.published(clip(seconds=4.0), TIKTOK, INSTAGRAM, YOUTUBE)

    await newsroom.until_status(post_id, "published")

    assert [len(await newsroom.there(network)) for network in (TIKTOK, INSTAGRAM, YOUTUBE)] == [1, 1, 1]
    await newsroom.person.wait_for_message("Published: Cat")
    secrets = await newsroom.secrets()
    assert len(secrets) == 5
    log = newsroom.house.log
    assert "publishing.looked" in log
    for secret in secrets:
        assert secret not in log
    assert not re.search(r"upload_token=(?!\*)|upload_id=(?!\*)|1\.home\.[\w-]{20}|ya29\.|rft\.|act\.", log)


@pytest.mark.parametrize(
    ("network", "call"),
    [
        pytest.param(TIKTOK, "PUT /video/", id="upload"),
        pytest.param(YOUTUBE, "PUT /upload/youtube/v3/videos", id="resumable-upload"),
        pytest.param(INSTAGRAM, "POST /{ig}/media_publish", id="release"),
    ],
)
async def test_killed_before_the_networks_answer_it_is_published_once(
    newsroom: Newsroom, network: Network, call: str
) -> None:
    """What was asked for is done there, and nobody hears of it."""
    film, house = clip(seconds=4.0), newsroom.house
    await newsroom.fault(network, "delay", call, delay_s=5)
    post_id = await newsroom.published(film, network)

    async def waits_for_it() -> bool:
        answer = await newsroom.http.get(f"{house.sandbox.base_url}/control/networks/{network}/calls")
        return any(each.get("fault") == "delay" for each in answer.json()["calls"])

    await until(waits_for_it)
    await house.restart("worker")

    await newsroom.ends_published_once(post_id, network)


async def test_killed_while_the_network_is_at_it_it_is_published_once(newsroom: Newsroom) -> None:
    post_id = await newsroom.published(clip(seconds=4.0), TIKTOK)
    await newsroom.until_status(post_id, "processing")

    await newsroom.house.restart("worker")

    await newsroom.ends_published_once(post_id, TIKTOK)


async def test_killed_while_the_copy_is_made_it_is_published_once(newsroom: Newsroom) -> None:
    film = clip("-c:v", "mpeg4", "-q:v", "3", "-c:a", "aac", seconds=12.0)
    post_id = await newsroom.published(film, TIKTOK)

    async def is_being_made() -> bool:
        rows = await newsroom.house.rows(
            "SELECT jobs.status FROM jobs JOIN publications ON subject_id = publications.id "
            "WHERE video_post_id = $1 AND kind = 'jobs.publishing_copies.prepare'",
            post_id,
        )
        return [row["status"] for row in rows] == ["running"]

    await until(is_being_made)
    await newsroom.house.restart("heavy-worker")

    await newsroom.ends_published_once(post_id, TIKTOK)
