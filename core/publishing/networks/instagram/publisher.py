"""How a video becomes a reel: a container, which nobody sees, and its publication.

https://developers.facebook.com/documentation/instagram-platform/content-publishing, and there: resumable-uploads
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import httpx
from pydantic import ValidationError

from core.clock import Clock
from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.wire import count_of
from core.publishing.networks.calls import PAUSE_S, Calls, watched
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
)
from core.publishing.networks.instagram import answers
from core.publishing.networks.instagram.answers import API_VERSION, Container, Made, Quota, State
from core.publishing.networks.instagram.consent import bearer, who
from core.publishing.networks.instagram.refusals import NOT_READY, NOT_THERE, failure, graph_refusal, upload_refusal
from core.publishing.networks.matching import Published, the_one

PAGE: Final = 25
SHORTEST_S: Final = 3.0
LONGEST_S: Final = 900.0
"""Of reels. https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"""
METRICS: Final = ("views", "likes", "comments", "shares")
"""Only such as reels have: one that they don't fails the whole call."""


class InstagramPublisher:
    """A container lives for a day. Where the file has a link, Instagram fetches it from there; else it is uploaded,
    which it admits to apps with Facebook's login only."""

    network = Network.INSTAGRAM
    published_by_upload = False

    def __init__(self, http: httpx.AsyncClient, clock: Clock, *, api_url: str, pause_s: float = PAUSE_S) -> None:
        self._calls = Calls(http, self.network, graph_refusal, pause_s=pause_s)
        self._uploads = Calls(http, self.network, upload_refusal, pause_s=pause_s)
        self._clock = clock
        self._api_url = api_url
        self._graph = f"{api_url}/{API_VERSION}"

    async def terms(self, access: Access) -> Terms:
        """Raises NOT_PROFESSIONAL, also for an account that has become a personal one since."""
        me = await who(self._calls, self._api_url, access.token)
        told = await self._get(access, f"{access.account_id}/content_publishing_limit", fields="quota_usage,config")
        quota = Quota.model_validate(answers.first_of(told))
        known = quota.used is not None and quota.total is not None
        left = max(0, (quota.total or 0) - (quota.used or 0)) if known else None
        return Terms(
            name=me.username or access.username,
            picture_url=me.picture or None,
            posts_left=left,
            duration_max_s=LONGEST_S,
            duration_min_s=SHORTEST_S,
        )

    async def begin(self, access: Access, media: Media, wanted: Wanted) -> Handle:
        """A container that nobody sees; one whose making got lost is forgotten after a day."""
        link = await media.link()
        given = {
            "media_type": "REELS",
            "caption": wanted.caption,
            "share_to_feed": "true" if wanted.share_to_feed else "false",
            **({} if wanted.cover_ms is None else {"thumb_offset": str(wanted.cover_ms)}),
            **({"video_url": link} if link else {"upload_type": "resumable"}),
        }
        began_at = self._clock.now().isoformat()
        url = f"{self._graph}/{access.account_id}/media"
        answered = await self._calls.act("POST", url, data=given, headers=bearer(access.token))
        try:
            container = Container.model_validate(answered.body)
        except ValidationError:
            raise self._calls.garbled(acts=True) from None
        if link is None and container.uri is None:
            raise self._calls.garbled(acts=True)
        return {
            "container_id": container.id,
            "upload_url": container.uri,
            "size_bytes": media.size_bytes,
            "duration_s": media.duration_s,
            "caption": wanted.caption,
            "began_at": began_at,
        }

    async def upload(self, access: Access, handle: Handle, media: Media, *, on_sent: OnSent) -> None:
        """All that is missing in one body, which is how it is taken there. Nothing is sent when Instagram fetches."""

        async def rest() -> None:
            seen = await self.look(access, handle)
            if seen.stage is Stage.UPLOADING:
                await self._send(access, handle["upload_url"], media, seen.sent_bytes, on_sent)

        await self._uploads.persistently(rest)

    async def look(self, access: Access, handle: Handle) -> Seen:
        upload = handle["upload_url"] is not None
        fields = "status_code,status,video_status" if upload else "status_code,status"
        try:
            state = State.model_validate(await self._get(access, handle["container_id"], fields=fields))
        except ProviderError as error:
            if error.params.get("detail") == str(NOT_THERE):
                return Seen(Stage.GONE)
            raise
        match state.code:
            case "FINISHED":
                return Seen(Stage.RELEASABLE)
            case "PUBLISHED":
                return await self._published(access, handle)
            case "EXPIRED":
                return Seen(Stage.GONE)
            case "ERROR":
                code, params = failure(state.words)
                return Seen(Stage.FAILED, error=code, params=params)
        arrived = state.uploading.bytes or 0
        if upload and state.uploading.status != "complete" and arrived < handle["size_bytes"]:
            return Seen(Stage.UPLOADING, sent_bytes=arrived)
        return Seen(Stage.PROCESSING)

    async def release(self, access: Access, handle: Handle) -> Seen:
        url = f"{self._graph}/{access.account_id}/media_publish"
        form = {"creation_id": handle["container_id"]}
        try:
            answered = await self._calls.act("POST", url, data=form, headers=bearer(access.token))
        except ProviderError as error:
            if error.params.get("detail") == str(NOT_READY):
                return Seen(Stage.PROCESSING)
            if error.error_code == NetworkErrorCode.REJECTED:  # perhaps because it is published already
                seen = await self.look(access, handle)
                if seen.stage is Stage.PUBLISHED:
                    return seen
            raise
        try:
            media_id = Made.model_validate(answered.body).id
        except ValidationError:
            raise self._calls.garbled(acts=True) from None
        return Seen(Stage.PUBLISHED, network_id=media_id, url=await self._permalink(access, media_id))

    async def find(self, access: Access, wanted: Wanted, media: Media, *, since: datetime) -> Seen | None:
        return await self._latest(access, wanted.caption, media.duration_s, since)

    async def numbers(self, access: Access, network_ids: Sequence[str]) -> Mapping[str, Numbers]:
        """One call each: there is none for several. What is too young to have numbers is missing."""
        known: dict[str, Numbers] = {}
        for media_id in network_ids:
            try:
                numbers = await self._numbers(access, media_id)
            except ProviderError as error:
                if error.params.get("detail") != str(NOT_THERE):
                    raise
                continue
            if numbers != Numbers():
                known[media_id] = numbers
        return known

    async def _numbers(self, access: Access, media_id: str) -> Numbers:
        """Without the scope for insights, what stands on the reel itself."""
        try:
            told = await self._get(access, f"{media_id}/insights", metric=",".join(METRICS))
        except ProviderError as error:
            if error.error_code != NetworkErrorCode.SCOPE_MISSING:
                raise
            shown = await self._get(access, media_id, fields="like_count,comments_count")
            return Numbers(likes=_counted(shown, "like_count"), comments=_counted(shown, "comments_count"))
        values = answers.metrics_in(told)
        return Numbers(*(values.get(metric) for metric in METRICS))

    async def _get(self, access: Access, path: str, **params: str) -> dict[str, Any]:
        url = f"{self._graph}/{path}"
        return (await self._calls.read("GET", url, params=params, headers=bearer(access.token))).body

    async def _send(self, access: Access, url: str, media: Media, arrived: int, on_sent: OnSent) -> None:
        headers = {
            "Authorization": f"OAuth {access.token.get_secret_value()}",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(media.size_bytes - arrived),
            "offset": str(arrived),
            "file_size": str(media.size_bytes),
        }
        pieces = watched(media, arrived, media.size_bytes, on_sent)
        self._uploads.judged(await self._uploads.send("POST", url, pieces=pieces, headers=headers), acts=True)

    async def _published(self, access: Access, handle: Handle) -> Seen:
        """A container doesn't tell what has become of it: the latest reels do."""
        since = datetime.fromisoformat(handle["began_at"])
        found = await self._latest(access, handle["caption"], handle["duration_s"], since)
        return found or Seen(Stage.PUBLISHED)

    async def _latest(self, access: Access, caption: str, duration_s: float, since: datetime) -> Seen | None:
        told = await self._get(
            access, f"{access.account_id}/media", fields="id,caption,timestamp,permalink", limit=str(PAGE)
        )
        reels = [Published(each.id, each.permalink or None, each.at, each.caption) for each in answers.media_in(told)]
        found = the_one(reels, words=caption, duration_s=duration_s, since=since)
        return Seen(Stage.PUBLISHED, network_id=found.id, url=found.url) if found else None

    async def _permalink(self, access: Access, media_id: str) -> str | None:
        """It is published, whether this is answered or not."""
        try:
            told = await self._get(access, media_id, fields="id,permalink")
        except ProviderError:
            return None
        return answers.Media.model_validate(told | {"id": media_id}).permalink or None


def _counted(told: Mapping[str, Any], name: str) -> int | None:
    return count_of(told[name]) if name in told else None
