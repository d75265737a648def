"""Stored files over HTTP: ranges, caches, and links that lead nowhere."""

import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from core.clock import FixedClock
from core.deps import Deps
from core.settings import Settings
from core.storage import Storage, build_links, build_storage
from web.app import build_app

Client = TestClient[web.Request, web.Application]
HOUR = timedelta(hours=1)
SONG = secrets.token_bytes(1_000_000)


@pytest.fixture
def here(deps: Deps, folder_settings: Settings, clock: FixedClock) -> Deps:
    """With files in a folder."""
    return replace(deps, settings=folder_settings, storage=build_storage(folder_settings, clock))


@pytest.fixture
async def client(here: Deps) -> AsyncIterator[Client]:
    async with TestClient(TestServer(build_app(here))) as opened:
        yield opened


@pytest.fixture
async def link(here: Deps, key: str) -> str:
    """Path and query of a link to SONG that lasts an hour."""
    await here.storage.put(key, SONG)
    return local(await here.storage.url(key, expires_in=HOUR, filename="Ep. 1.mp3"))


def local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def code_of(answer: ClientResponse) -> str:
    return str((await answer.json())["error"]["code"])


async def test_a_file_comes_whole_with_what_browsers_and_caches_need(client: Client, link: str) -> None:
    answer = await client.get(link)
    assert (answer.status, await answer.read()) == (200, SONG)
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Content-Disposition"] == "attachment; filename=\"Ep. 1.mp3\"; filename*=UTF-8''Ep.%201.mp3"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]
    assert answer.headers["Last-Modified"].endswith("GMT")
    again = await client.get(link, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    unchanged = await client.get(link, headers={"If-Modified-Since": answer.headers["Last-Modified"]})
    assert unchanged.status in {200, 304}  # a file of this very second may have changed since


async def test_head_tells_all_but_the_contents(client: Client, link: str) -> None:
    answer = await client.head(link)
    assert (answer.status, answer.headers["Content-Length"], await answer.read()) == (200, str(len(SONG)), b"")
    assert answer.headers["ETag"] == (await client.get(link)).headers["ETag"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=999999-", 999_999, 1_000_000),
        ("bytes=-5", 999_995, 1_000_000),
        ("bytes=-2000000", 0, 1_000_000),
        ("bytes=500000-9999999", 500_000, 1_000_000),
    ],
)
async def test_a_range_is_served(client: Client, link: str, asked: str, start: int, end: int) -> None:
    answer = await client.get(link, headers={"Range": asked})
    assert (answer.status, await answer.read()) == (206, SONG[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/1000000"
    assert answer.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=1000000-",
        "bytes=5-4",
        "bytes=-0",
        "bytes=a-b",
        "bytes=-",
        "bytes=--1",
    ],
)
async def test_ranges_that_make_no_sense_are_refused(client: Client, link: str, asked: str) -> None:
    answer = await client.get(link, headers={"Range": asked})
    assert (answer.status, await answer.read()) == (416, b"")
    assert answer.headers["Content-Range"] == "bytes */1000000"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=-1, 0-", "lines=1-2", "bytes"])
async def test_several_ranges_and_other_units_give_the_whole_file(client: Client, link: str, asked: str) -> None:
    answer = await client.get(link, headers={"Range": asked})
    assert (answer.status, await answer.read()) == (200, SONG)


async def test_the_rest_of_a_file_is_only_given_to_who_has_its_beginning(
    client: Client, here: Deps, link: str, key: str
) -> None:
    before = (await client.get(link)).headers
    same = await client.get(link, headers={"Range": "bytes=10-", "If-Range": before["ETag"]})
    assert (same.status, await same.read()) == (206, SONG[10:])
    await here.storage.put(key, b"another")
    for method, contents in ((client.get, b"another"), (client.head, b"")):
        changed = await method(link, headers={"Range": "bytes=10-", "If-Range": before["ETag"]})
        assert (changed.status, await changed.read()) == (200, contents)
        assert changed.headers["Content-Length"] == "7"
        assert changed.headers["ETag"] != before["ETag"]


async def test_a_link_that_was_not_made_here_leads_nowhere(client: Client, here: Deps, link: str, key: str) -> None:
    wrong = [
        link.replace("name=Ep", "name=Other"),
        re.sub(r"until=\d+", "until=99999999999", link),
        re.sub(r"until=\d+", "until=soon", link),
        link[:-1],
        link.partition("&sign")[0],
        link.partition("?")[0],
        link.replace(".mp3?", ".wav?"),
        "/media/../secrets/links",
        "/media/..%2fsecrets%2flinks",
        "/media/%2fetc%2fpasswd",
    ]
    for address in wrong:
        answer = await client.get(address)
        assert answer.status == 404, address
    answer = await client.get(link.partition("?")[0])
    assert await code_of(answer) == "storage.not_found"


async def test_a_signature_opens_nothing_but_stored_files(client: Client, here: Deps, tmp_path: Path) -> None:
    """Even if somebody could sign."""
    links = build_links(here.settings)
    (tmp_path / "secrets").mkdir(exist_ok=True)
    (tmp_path / "secrets" / "x.txt").write_text("secret")
    for path in ("..%2fsecrets%2fx.txt", "a%2f..%2f..%2fsecrets%2fx.txt", "%2fetc%2fpasswd"):
        signed = links.link(path.replace("%2f", "/"), expires_at=here.clock.now() + HOUR)
        answer = await client.get(f"/media/{path}?{urlsplit(signed).query}")
        assert answer.status == 404


async def test_a_link_expires_and_says_so_only_to_who_has_it(client: Client, link: str, clock: FixedClock) -> None:
    clock.advance(HOUR - timedelta(seconds=1))
    assert (await client.get(link)).status == 200
    clock.advance(timedelta(seconds=1))
    answer = await client.get(link)
    assert (answer.status, await code_of(answer)) == (403, "media.link_expired")
    assert (await client.get(link.replace("name=Ep", "name=Other"))).status == 404


async def test_a_file_that_was_deleted_is_not_found(client: Client, here: Deps, link: str, key: str) -> None:
    await here.storage.delete(key)
    assert (await client.get(link)).status == 404


async def test_a_bucket_serves_its_own_files(
    deps: Deps, folder_settings: Settings, bucket_settings: Settings, clock: FixedClock, link: str, key: str
) -> None:
    """Links that were made before a bucket was used go on: to the bucket."""
    storage: Storage = build_storage(bucket_settings, clock)
    moved = replace(deps, settings=folder_settings, storage=storage)
    async with TestClient(TestServer(build_app(moved))) as client:
        assert (await client.get(link)).status == 404
        await storage.put(key, SONG)
        redirected = await client.get(link, allow_redirects=False)
        assert redirected.status == 302
        assert redirected.headers["Location"].startswith(f"{bucket_settings.s3_endpoint_url}/postaify-tests/{key}?")
        followed = await client.get(link, headers={"Range": "bytes=5-9"})
        assert (followed.status, await followed.read()) == (206, SONG[5:10])
        head = await client.head(link, allow_redirects=False)
        assert (head.status, head.headers["Content-Length"]) == (200, str(len(SONG)))
    await storage.close()
