"""How a video gets to YouTube: a resumable upload, whose session's address is all that has to be kept.

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol,
https://developers.google.com/youtube/v3/docs/videos
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx
from pydantic import ValidationError

from core.clock import Clock
from core.providers.discovery import Network
from core.publishing.networks.calls import JSON_HEADERS, PAUSE_S, Answered, Calls, watched
from core.publishing.networks.contract import (
    Access,
    Handle,
    Media,
    NetworkErrorCode,
    Numbers,
    OnSent,
    Seen,
    Stage,
    Terms,
    Wanted,
    network_error,
)
from core.publishing.networks.matching import Published, the_one
from core.publishing.networks.youtube.answers import Channel, Made, Statistics, Upload, Video, items_in
from core.publishing.networks.youtube.refusals import FAILURES, api_refusal
from core.publishing.networks.youtube.words import unfit

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""A multiple of 256 KiB."""
PAGE: Final = 25
BATCH: Final = 50
"""The most ids that a call takes."""
PRIVACY: Final = ("public", "unlisted", "private")
CATEGORY: Final = "22"
"""People & Blogs, which videos get that are uploaded without one. https://developers.google.com/youtube/v3/docs/videos"""

_MORE: Final = 308
_GONE: Final = (404, 410)
_RANGE: Final = re.compile(r"(?:bytes=)?0-(\d+)$")


@dataclass(frozen=True, slots=True)
class _Session:
    """What an upload has come to: so many bytes, or a video."""

    arrived: int = 0
    video_id: str | None = None
    gone: bool = False


class YouTubePublisher:
    """`site_url` is where videos are watched."""

    network = Network.YOUTUBE
    published_by_upload = True

    def __init__(
        self, http: httpx.AsyncClient, clock: Clock, *, api_url: str, site_url: str, pause_s: float = PAUSE_S
    ) -> None:
        self._calls = Calls(http, self.network, lambda answered: api_refusal(answered, clock.now()), pause_s=pause_s)
        self._api = f"{api_url}/youtube/v3"
        self._uploads = f"{api_url}/upload/youtube/v3/videos"
        self._site = site_url

    async def terms(self, access: Access) -> Terms:
        """Raises NO_CHANNEL."""
        channel = await self._channel(access, "snippet")
        return Terms(name=channel.title or access.username, picture_url=channel.picture, privacy_options=PRIVACY)

    async def begin(self, access: Access, media: Media, wanted: Wanted) -> Handle:
        """A session. It costs one of the app's uploads of the day, so words that don't fit are refused before it."""
        if wanted.privacy not in PRIVACY:
            raise network_error(
                self.network, NetworkErrorCode.PRIVACY_NOT_OFFERED, detail=wanted.privacy or "not_chosen"
            )
        if what := unfit(wanted):
            raise network_error(self.network, NetworkErrorCode.TEXT_REFUSED, detail="limits", what=what)
        headers = {
            **_bearer(access),
            **JSON_HEADERS,
            "X-Upload-Content-Length": str(media.size_bytes),
            "X-Upload-Content-Type": media.content_type,
        }
        notify = "true" if wanted.notify_subscribers else "false"
        params = {"uploadType": "resumable", "part": "snippet,status", "notifySubscribers": notify}
        answered = await self._calls.act("POST", self._uploads, json=_resource(wanted), params=params, headers=headers)
        session_url = answered.headers.get("location")
        if not session_url:
            raise self._calls.garbled(acts=True)
        return {"session_url": session_url, "size_bytes": media.size_bytes}

    async def upload(self, access: Access, handle: Handle, media: Media, *, on_sent: OnSent) -> None:
        """In chunks; behind a break, from the byte that YouTube names."""

        async def rest() -> None:
            session = await self._session(access, handle)
            while session.video_id is None and not session.gone:
                session = await self._send(access, handle, media, session.arrived, on_sent)

        await self._calls.persistently(rest)

    async def look(self, access: Access, handle: Handle) -> Seen:
        session = await self._session(access, handle)
        if session.gone:
            return Seen(Stage.GONE)
        if session.video_id is None:
            return Seen(Stage.UPLOADING, sent_bytes=session.arrived)
        found = await self._videos(access, [session.video_id], "status")
        return self._seen(found[0] if found else Video(id=session.video_id))

    async def release(self, access: Access, handle: Handle) -> Seen:
        """The upload published it already."""
        return await self.look(access, handle)

    async def find(self, access: Access, wanted: Wanted, media: Media, *, since: datetime) -> Seen | None:
        """In the playlist of uploads: a search is worth a hundred times as much, and finds them later."""
        playlist = (await self._channel(access, "contentDetails")).uploads
        if not playlist:
            return None
        asked = {"part": "contentDetails", "playlistId": playlist, "maxResults": str(PAGE)}
        answered = await self._get(access, "playlistItems", asked, accept=_GONE)  # a channel without videos has none
        ids = [each.id for each in items_in(answered.body, Upload)]
        videos = {video.id: video for video in await self._videos(access, ids, "snippet,status,contentDetails")}
        found = the_one(
            [Published(each.id, None, each.at, each.title, each.duration_s) for each in videos.values()],
            words=wanted.title,
            duration_s=media.duration_s,
            since=since,
        )
        return self._seen(videos[found.id]) if found else None

    async def numbers(self, access: Access, network_ids: Sequence[str]) -> Mapping[str, Numbers]:
        known: dict[str, Numbers] = {}
        for first in range(0, len(network_ids), BATCH):
            params = {"part": "id,statistics", "id": ",".join(network_ids[first : first + BATCH])}
            answered = await self._get(access, "videos:batchGetStats", params)
            for each in items_in(answered.body, Statistics):
                known[each.id] = Numbers(each.views, each.likes, each.comments)
        return known

    async def _session(self, access: Access, handle: Handle) -> _Session:
        """An empty chunk asks how far the upload is."""
        headers = _bearer(access) | {"Content-Range": f"bytes */{handle['size_bytes']}", "Content-Length": "0"}
        answered = await self._calls.read("PUT", handle["session_url"], headers=headers, accept=(_MORE, *_GONE))
        return self._session_of(answered)

    async def _send(self, access: Access, handle: Handle, media: Media, arrived: int, on_sent: OnSent) -> _Session:
        end = min(arrived + CHUNK_BYTES, media.size_bytes)
        headers = _bearer(access) | {
            "Content-Type": media.content_type,
            "Content-Length": str(end - arrived),
            "Content-Range": f"bytes {arrived}-{end - 1}/{media.size_bytes}",
        }
        pieces = watched(media, arrived, end, on_sent)
        answered = await self._calls.send("PUT", handle["session_url"], pieces=pieces, headers=headers)
        if answered.status not in (_MORE, *_GONE):
            self._calls.judged(answered, acts=True)
        session = self._session_of(answered)
        if answered.status == _MORE and session.arrived <= arrived:
            raise network_error(self.network, NetworkErrorCode.UNAVAILABLE, detail="nothing_arrived", unknown=True)
        return session

    def _session_of(self, answered: Answered) -> _Session:
        if answered.status in _GONE:
            return _Session(gone=True)
        if answered.status == _MORE:
            told = _RANGE.search(answered.headers.get("range", ""))
            return _Session(arrived=int(told[1]) + 1 if told else 0)
        try:
            return _Session(video_id=Made.model_validate(answered.body).id)
        except ValidationError:
            raise self._calls.garbled(acts=True) from None

    def _seen(self, video: Video) -> Seen:
        """One that the list doesn't show (yet) is being worked on: that it was made is certain."""
        url = f"{self._site}/watch?v={video.id}"
        match video.state:
            case "processed":
                return Seen(Stage.PUBLISHED, network_id=video.id, url=url)
            case "failed" | "rejected" | "deleted":
                reason = video.failure or video.rejection or video.state
                meaning = FAILURES.get(reason)
                code = meaning.code if meaning else NetworkErrorCode.REJECTED
                params = {"detail": reason, **(meaning.params if meaning else {})}
                return Seen(Stage.FAILED, network_id=video.id, error=code, params=params)
        return Seen(Stage.PROCESSING, network_id=video.id, url=url)

    async def _channel(self, access: Access, part: str) -> Channel:
        answered = await self._get(access, "channels", {"part": part, "mine": "true"})
        channel = next(iter(items_in(answered.body, Channel)), None)
        if channel is None:
            raise network_error(self.network, NetworkErrorCode.NO_CHANNEL)
        return channel

    async def _videos(self, access: Access, ids: Sequence[str], part: str) -> list[Video]:
        if not ids:
            return []
        answered = await self._get(access, "videos", {"part": part, "id": ",".join(ids)})
        return items_in(answered.body, Video)

    async def _get(
        self, access: Access, path: str, params: Mapping[str, str], *, accept: Sequence[int] = ()
    ) -> Answered:
        url = f"{self._api}/{path}"
        return await self._calls.read("GET", url, params=params, headers=_bearer(access), accept=accept)


def _bearer(access: Access) -> dict[str, str]:
    return {"Authorization": f"Bearer {access.token.get_secret_value()}"}


def _resource(wanted: Wanted) -> dict[str, Any]:
    snippet = {"title": wanted.title, "description": wanted.caption, "tags": list(wanted.tags), "categoryId": CATEGORY}
    status: dict[str, Any] = {"privacyStatus": wanted.privacy, "containsSyntheticMedia": wanted.ai_made}
    if wanted.made_for_kids is not None:
        status["selfDeclaredMadeForKids"] = wanted.made_for_kids
    return {"snippet": snippet, "status": status}
