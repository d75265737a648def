"""What the sandbox's Instagram and YouTube keep when it dies, and when YouTube's day ends."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.sandbox_server import running_sandbox
from tests.web.sandbox.networks.instagram_side import InstagramSide, hosting
from tests.web.sandbox.networks.youtube_side import CHUNK, YouTubeSide, refusal
from web.sandbox.networks.youtube.quota import pacific_day

DATA = bytes(CHUNK + 1_000)


async def test_an_upload_goes_on_in_the_next_sandbox(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path) as running, httpx.AsyncClient(base_url=running.base_url) as http:
        youtube = YouTubeSide(http)
        await youtube.control("rules", inspects=False, quota_uploads=1)
        token = await youtube.access()
        url = httpx.URL(await youtube.session(token, size=len(DATA)))
        await youtube.put(str(url), DATA[:CHUNK], f"bytes 0-{CHUNK - 1}/{len(DATA)}")
    async with running_sandbox(tmp_path) as running, httpx.AsyncClient(base_url=running.base_url) as http:
        youtube, here = YouTubeSide(http), url.raw_path.decode()
        assert refusal(await youtube.begin(token)) == (403, "quotaExceeded"), "the quota is remembered"
        assert (await youtube.asked(here, len(DATA))).headers["Range"] == f"bytes=0-{CHUNK - 1}"
        rest = await youtube.put(here, DATA[CHUNK:], f"bytes {CHUNK}-{len(DATA) - 1}/{len(DATA)}")
        assert (rest.status_code, len((await youtube.now())["videos"])) == (200, 1)


async def test_a_container_is_published_in_the_next_sandbox(tmp_path: Path) -> None:
    async with (
        running_sandbox(tmp_path) as running,
        httpx.AsyncClient(base_url=running.base_url) as http,
        hosting() as host,
    ):
        instagram = InstagramSide(http)
        await instagram.control("rules", processing_s=0)
        ann = await instagram.connected()
        container = (await instagram.create(ann, video_url=host.url)).json()["id"]
    async with running_sandbox(tmp_path) as running, httpx.AsyncClient(base_url=running.base_url) as http:
        instagram = InstagramSide(http)
        assert (await instagram.publish(ann, container)).status_code == 200
        assert len(await instagram.videos()) == 1


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ((2026, 11, 21, 7, 59, 59), "2026-11-20"),
        ((2026, 11, 21, 8, 0, 0), "2026-11-21"),
        ((2026, 7, 1, 6, 59, 59), "2026-06-30"),
        ((2026, 7, 1, 7, 0, 0), "2026-07-01"),
    ],
    ids=["winter, before", "winter, after", "summer, before", "summer, after"],
)
def test_quotas_are_filled_at_midnight_in_california(moment: tuple[int, int, int, int, int, int], day: str) -> None:
    year, month, of_month, hour, minute, second = moment
    assert pacific_day(datetime(year, month, of_month, hour, minute, second, tzinfo=UTC).timestamp()) == day
