"""Private feeds over HTTP, as a podcast app meets them."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.clock import FixedClock
from core.db import ReadSession
from core.deps import Deps
from core.podcasts.feeds import PrivateFeed, digest_of, new_token
from core.settings import Settings
from core.storage import Storage, build_storage
from tests.core.podcasts.feeds import AT, CHAPTERS, CUES, OWNER, episode, feed
from web.app import build_app

Client = TestClient[web.Request, web.Application]
SONG = secrets.token_bytes(200_000)
COVER_KEY = f"{OWNER}/pictures/cover.png"


class Feeds:
    """What the database would know: feeds by the digests of their tokens."""

    def __init__(self) -> None:
        self.by_digest: dict[str, PrivateFeed] = {}
        self.asked: list[str] = []

    async def load(self, _session: ReadSession, token_digest: str, _called: str) -> PrivateFeed | None:
        self.asked.append(token_digest)
        return self.by_digest.get(token_digest)


@pytest.fixture
def token() -> str:
    return new_token()


@pytest.fixture
def feeds(token: str) -> Feeds:
    feeds = Feeds()
    made = feed(
        episode("first", size_bytes=len(SONG), chapters=CHAPTERS, cues=CUES, picture_key=COVER_KEY),
        episode("second", published_at=AT + timedelta(days=1)),
        picture_key=COVER_KEY,
    )
    feeds.by_digest[digest_of(token)] = made
    return feeds


@pytest.fixture
async def client(deps: Deps, folder_settings: Settings, storage: Storage, feeds: Feeds) -> AsyncIterator[Client]:
    """Over files in a folder, and over files in a bucket."""
    await storage.put(f"{OWNER}/episodes/first.mp3", SONG)
    await storage.put(COVER_KEY, b"picture")
    app = build_app(replace(deps, settings=folder_settings, storage=storage), feeds=feeds.load)
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def test_an_app_follows_the_feed_to_all_that_it_names(client: Client, token: str) -> None:
    answer = await client.get(f"/feeds/{token}/feed.xml")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    read = feedparser.parse(await answer.read())
    first = read.entries[1]
    base = "https://p.example.com"
    named = {
        first.enclosures[0]["href"]: (SONG, first.enclosures[0]["type"]),
        first.image.href: (b"picture", "image/png"),
        read.feed.image.href: (b"picture", "image/png"),
        first.podcast_chapters["url"]: (None, "application/json+chapters; charset=utf-8"),
        first.podcast_transcript["url"]: (None, "text/vtt; charset=utf-8"),
    }
    for url, (contents, content_type) in named.items():
        assert url.startswith(f"{base}/feeds/{token}/")
        found = await client.get(url.removeprefix(base))
        assert (found.status, found.headers["Content-Type"]) == (200, content_type)
        assert contents in {None, await found.read()}
    head = await client.head(first.enclosures[0]["href"].removeprefix(base), allow_redirects=False)
    assert (head.status, head.headers["Content-Length"]) == (200, first.enclosures[0]["length"])


async def test_audio_comes_in_ranges(client: Client, token: str) -> None:
    path = f"/feeds/{token}/first.mp3"
    part = await client.get(path, headers={"Range": "bytes=100-199"})
    assert (part.status, await part.read()) == (206, SONG[100:200])
    assert part.headers["Content-Range"] == "bytes 100-199/200000"
    beyond = await client.get(path, headers={"Range": "bytes=200000-"})
    assert beyond.status == 416


async def test_what_an_app_has_already_isnt_sent_again(client: Client, feeds: Feeds, token: str) -> None:
    path = f"/feeds/{token}/feed.xml"
    first = await client.get(path)
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert date == "Sat, 21 Nov 2026 13:00:00 GMT"
    for headers in ({"If-None-Match": tag}, {"If-None-Match": f'"x", {tag}'}, {"If-Modified-Since": date}):
        again = await client.get(path, headers=headers)
        assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag), headers
    for headers in (
        {"If-None-Match": '"other"', "If-Modified-Since": date},
        {"If-None-Match": "nonsense"},
        {"If-Modified-Since": "Sat, 21 Nov 2026 12:59:59 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        assert (await client.get(path, headers=headers)).status == 200, headers
    [digest] = feeds.by_digest
    feeds.by_digest[digest] = replace(feeds.by_digest[digest], title="Renamed")
    assert (await client.get(path, headers={"If-None-Match": tag})).status == 200


async def test_the_document_is_compressed_for_who_takes_it(client: Client, token: str) -> None:
    path = f"/feeds/{token}/feed.xml"
    squeezed = await client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await squeezed.read() == await plain.read()
    assert squeezed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert (await client.head(path)).status == 200


async def test_a_wrong_token_finds_nothing_and_is_looked_up_like_a_right_one(
    client: Client, feeds: Feeds, token: str
) -> None:
    wrong = [token[:-1], token + "A", token.swapcase(), "a", "..", "%00", "ü" * 100, digest_of(token)]
    answers = [await client.get(f"/feeds/{one}/feed.xml") for one in wrong]
    assert {answer.status for answer in answers} == {404}
    bodies = {await answer.read() for one, answer in zip(wrong, answers, strict=True) if one != ".."}
    assert len(bodies) == 1
    assert len(feeds.asked) == len(wrong) - 1  # aiohttp's client resolves the dots itself
    for name in ("first.mp3", "first.chapters.json", "cover.png"):
        assert (await client.get(f"/feeds/{token[:-1]}/{name}")).status == 404


async def test_a_rotated_token_closes_the_old_address(client: Client, feeds: Feeds, token: str) -> None:
    rotated = new_token()
    feeds.by_digest = {digest_of(rotated): feeds.by_digest[digest_of(token)]}
    for name in ("feed.xml", "first.mp3", "cover.png"):
        assert (await client.get(f"/feeds/{token}/{name}")).status == 404
        assert (await client.get(f"/feeds/{rotated}/{name}")).status == 200


async def test_what_the_feed_doesnt_have_is_not_found(client: Client, token: str) -> None:
    """second.mp3 is named by the feed, but was deleted meanwhile."""
    for name in (
        "",
        "feed",
        "other.mp3",
        "first",
        "first.wav",
        "first.mp3.bak",
        "first.MP3",
        "first.jpg",
        "second.chapters.json",
        "second.transcript.vtt",
        "second.png",
        "second.mp3",
        "cover.jpg",
        "..%2f..%2fsecrets%2flinks",
        "first.mp3%00",
        "first.mp3%0a",
    ):
        assert (await client.get(f"/feeds/{token}/{name}")).status == 404, name


async def test_pages_and_search_engines_dont_learn_the_address(client: Client, token: str) -> None:
    for name in ("feed.xml", "first.mp3"):
        answer = await client.get(f"/feeds/{token}/{name}", allow_redirects=False)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "private" in answer.headers["Cache-Control"]


async def test_a_crash_is_logged_without_the_token(
    deps: Deps, settings: Settings, clock: FixedClock, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def crashing(_session: ReadSession, _digest: str, _called: str) -> PrivateFeed | None:
        raise RuntimeError("a bug")

    app = build_app(replace(deps, storage=build_storage(settings, clock)), feeds=crashing)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get(f"/feeds/{token}/feed.xml")).status == 500
    logged = capsys.readouterr()
    assert "web.crashed" in logged.out + logged.err
    assert token not in logged.out + logged.err
