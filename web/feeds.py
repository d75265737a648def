"""Private podcast feeds: the document, and below it audio, chapters, transcripts and pictures. The token is the key."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Final

from aiohttp import ETag, hdrs, web

from core.errors import NotFound
from core.podcasts.feeds import (
    CHAPTERS,
    CHAPTERS_TYPE,
    DOCUMENT,
    TRANSCRIPT,
    TRANSCRIPT_TYPE,
    FeedEpisode,
    FeedLoader,
    PrivateFeed,
    chapters_document,
    digest_of,
    episode_called,
    feed_document,
    folder_url,
    transcript_document,
)
from web.context import DEPS, LINKS
from web.media import stored_file

NAME: Final = re.compile(r"([0-9A-Za-z-]{1,80})\.([a-z0-9.]{2,20})", re.ASCII)
COVER: Final = "cover"


class FeedNotFound(NotFound):
    """No such token, or nothing of that name behind it: the two are never told apart."""

    code = "podcasts.feed_not_found"


def feed_routes(load: FeedLoader) -> list[web.RouteDef]:
    """Everything that a podcast app fetches, for the feeds that `load` finds."""

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        async with request.app[DEPS].read() as session:
            feed = await load(session, digest_of(request.match_info["token"]), _episode_in(name))
        if feed is None:
            raise FeedNotFound
        return await _answer(request, feed, name)

    return [web.get("/feeds/{token}/{name}", answer)]


def _episode_in(name: str) -> str:
    """Whose file it is; empty for what belongs to the whole feed."""
    stem = name.partition(".")[0]
    return "" if name == DOCUMENT or stem == COVER else stem


async def _answer(request: web.Request, feed: PrivateFeed, name: str) -> web.StreamResponse:
    if name == DOCUMENT:
        folder = folder_url(request.app[LINKS].base_url, request.match_info["token"])
        return _document(request, feed_document(feed, folder=folder), "application/rss+xml", feed.changed_at)
    found = NAME.fullmatch(name)
    if found is None:
        raise FeedNotFound
    stem, ending = found.groups()
    if stem == COVER:
        return await _stored(request, feed.picture_key, ending)
    episode = episode_called(feed, stem)
    if episode is None:
        raise FeedNotFound
    return await _part_of(request, feed, episode, ending)


async def _part_of(request: web.Request, feed: PrivateFeed, episode: FeedEpisode, ending: str) -> web.StreamResponse:
    if ending == CHAPTERS and episode.chapters:
        return _document(request, chapters_document(episode), CHAPTERS_TYPE, feed.changed_at)
    if ending == TRANSCRIPT and episode.cues:
        return _document(request, transcript_document(episode), TRANSCRIPT_TYPE, feed.changed_at)
    audio_ending = episode.audio_key.rpartition(".")[2]
    return await _stored(request, episode.audio_key if ending == audio_ending else episode.picture_key, ending)


async def _stored(request: web.Request, key: str | None, ending: str) -> web.StreamResponse:
    if key is None or key.rpartition(".")[2] != ending:
        raise FeedNotFound
    return await stored_file(request, request.app[DEPS].storage, key)


def _document(request: web.Request, document: bytes, content_type: str, changed_at: datetime) -> web.Response:
    """Compressed when the client can; 304 when it has this one."""
    changed_at = changed_at.astimezone(UTC).replace(microsecond=0)
    tag = ETag(hashlib.sha256(document).hexdigest()[:32], is_weak=True)
    known = _has(request, tag, changed_at)
    response = web.Response(status=304) if known else web.Response(body=document)
    if not known:
        response.headers["Content-Type"] = f"{content_type}; charset=utf-8"
        response.enable_compression()
    response.etag, response.last_modified = tag, changed_at
    response.headers.update(
        {
            "Cache-Control": "private, no-cache",
            "Referrer-Policy": "no-referrer",
            "Vary": hdrs.ACCEPT_ENCODING,
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }
    )
    return response


def _has(request: web.Request, tag: ETag, changed_at: datetime) -> bool:
    """Whether the client's copy is this one. Tags win over dates. https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2"""
    if hdrs.IF_NONE_MATCH in request.headers:
        return any(one.value in {tag.value, "*"} for one in request.if_none_match or ())
    since = request.if_modified_since
    return since is not None and changed_at <= since
