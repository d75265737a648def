"""What both storages promise of the links that they give away: what opens them, for how long, and what doesn't."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from aiohttp.test_utils import TestServer

from core import ids
from core.clock import FixedClock
from core.deps import Deps
from core.ids import UserId
from core.settings import Settings
from core.storage import Storage, build_storage, new_key
from tests.core.storage.held_bucket import holding
from web.app import build_app

SONG = bytes(range(256)) * 400
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Shop:
    """A storage whose links really lead somewhere. `wait` lets time pass for who serves them."""

    storage: Storage
    http: httpx.AsyncClient
    origin: str
    wait: Callable[[timedelta], None]

    async def link(self, key: str) -> str:
        url = await self.storage.url(key, expires_in=HOUR, filename="Ep. 1 «é».mp3")
        return self.origin + url.removeprefix("https://p.example.com")

    async def get(self, url: str, **headers: str) -> httpx.Response:
        return await self.http.get(url, headers=headers)


@pytest.fixture
async def folder_shop(
    deps: Deps, folder_settings: Settings, clock: FixedClock, http: httpx.AsyncClient
) -> AsyncIterator[Shop]:
    """Our own web service over a folder."""
    storage = build_storage(folder_settings, clock)
    app = build_app(replace(deps, settings=folder_settings, storage=storage))
    async with TestServer(app) as server:
        yield Shop(storage, http, str(server.make_url("")).rstrip("/"), lambda by: clock.advance(by))


@pytest.fixture
async def bucket_shop(
    bucket_settings: Settings, s3_url: str, clock: FixedClock, http: httpx.AsyncClient
) -> AsyncIterator[Shop]:
    """A bucket that looks at signatures and at the time."""
    async with holding(s3_url) as way:
        storage = build_storage(bucket_settings.model_copy(update={"s3_endpoint_url": way.url}), clock)

        def wait(by: timedelta) -> None:
            way.later += by

        yield Shop(storage, http, "", wait)
        await storage.close()


@pytest.fixture(params=["folder", "bucket"])
def shop(request: pytest.FixtureRequest) -> Shop:
    found: Shop = request.getfixturevalue(f"{request.param}_shop")
    return found


async def test_a_link_opens_the_whole_file_under_its_name(shop: Shop, key: str) -> None:
    await shop.storage.put(key, SONG)
    answer = await shop.get(await shop.link(key))
    assert (answer.status_code, answer.content) == (200, SONG)
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert "filename*=UTF-8''Ep.%201%20%C2%AB%C3%A9%C2%BB.mp3" in answer.headers["Content-Disposition"]
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-0", 0, 1), ("bytes=5-9", 5, 10), ("bytes=-4", 102_396, 102_400)]
)
async def test_a_range_of_it_is_served(shop: Shop, key: str, asked: str, start: int, end: int) -> None:
    await shop.storage.put(key, SONG)
    answer = await shop.get(await shop.link(key), Range=asked)
    assert (answer.status_code, answer.content) == (206, SONG[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(SONG)}"


async def test_a_range_beyond_its_end_is_refused(shop: Shop, key: str) -> None:
    await shop.storage.put(key, SONG)
    assert (await shop.get(await shop.link(key), Range="bytes=102400-")).status_code == 416


async def test_a_link_opens_nothing_once_its_time_is_over(shop: Shop, key: str) -> None:
    await shop.storage.put(key, SONG)
    link = await shop.link(key)
    shop.wait(HOUR - 30 * SECOND)
    assert (await shop.get(link)).status_code == 200
    shop.wait(31 * SECOND)
    assert (await shop.get(link)).status_code == 403


async def test_a_link_that_was_changed_in_any_way_opens_nothing(shop: Shop, key: str) -> None:
    other = new_key(UserId(ids.new()), "episodes", "mp3")
    for each in (key, other):
        await shop.storage.put(each, SONG)
    link = await shop.link(key)
    for forged in [link.replace(key, other), *_with_other_values(link), *_with_less(link)]:
        answer = await shop.get(forged)
        assert answer.status_code in {403, 404}, forged
        assert SONG[:256] not in answer.content


async def test_a_link_to_what_was_deleted_opens_nothing(shop: Shop, key: str) -> None:
    await shop.storage.put(key, SONG)
    link = await shop.link(key)
    await shop.storage.delete(key)
    assert (await shop.get(link)).status_code in {403, 404}  # who may not list a bucket isn't told what it has not


def _with_other_values(link: str) -> list[str]:
    """One of its parameters says more than was signed."""
    asked = dict(parse_qsl(urlsplit(link).query))
    return [_with_query(link, asked | {name: f"{value}1"}) for name, value in asked.items()]


def _with_less(link: str) -> list[str]:
    """One of its parameters is left out."""
    asked = dict(parse_qsl(urlsplit(link).query))
    return [_with_query(link, {name: asked[name] for name in asked if name != left_out}) for left_out in asked]


def _with_query(link: str, query: dict[str, str]) -> str:
    return urlunsplit(urlsplit(link)._replace(query=urlencode(query)))
