"""How a video gets to TikTok: the Content Posting API; what became of it: the Display API.

https://developers.tiktok.com/doc/content-posting-api-reference-direct-post, -reference-upload-video,
-reference-get-video-status, -media-transfer-guide; https://developers.tiktok.com/doc/tiktok-api-v2-video-query
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from pydantic import ValidationError

from core.clock import Clock
from core.errors import ProviderError
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
from core.publishing.networks.tiktok.answers import Begun, Creator, State, Videos
from core.publishing.networks.tiktok.chunks import Chunk, behind, chunk_size, chunks
from core.publishing.networks.tiktok.refusals import FAILURES, HANDLE_UNKNOWN, api_refusal

PAGE: Final = 20
"""The most videos that a list gives, and the most ids that a query takes."""
SHOWN_CHARACTERS: Final = 150
"""Of a video's words in the Display API."""
CAP_LASTS: Final = timedelta(days=1)
"""How long an app that hasn't been audited waits for other people's turns. Of posts in any 24 hours."""

_LISTED: Final = "id,create_time,share_url,title,video_description,duration"
_COUNTED: Final = "id,view_count,like_count,comment_count,share_count"
_GONE: Final = frozenset({403, 404})
"""Of an upload address: it is too old (an hour), or there is nothing to upload there."""
_RANGE: Final = re.compile(r"bytes\s+0-(\d+)/", re.IGNORECASE)


class TikTokPublisher:
    """`direct`: whether the app may post; else videos become drafts in their owner's inbox, whatever is wanted.

    `site_url` is where videos are watched.
    """

    network = Network.TIKTOK
    published_by_upload = True

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Clock,
        *,
        api_url: str,
        site_url: str,
        direct: bool,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._calls = Calls(http, self.network, self._refusal, pause_s=pause_s)
        self._clock = clock
        self._api = f"{api_url}/v2"
        self._site = site_url
        self._direct = direct

    async def terms(self, access: Access) -> Terms:
        """Raises DAILY_LIMIT and BANNED: TikTok tells here that an account can't post now."""
        if not self._direct:
            return Terms(name=access.username, direct=False)
        creator = Creator.model_validate(await self._ask(access, "post/publish/creator_info/query/", {}))
        return Terms(
            name=creator.nickname or creator.username or access.username,
            picture_url=creator.picture or None,
            privacy_options=creator.privacy_options,
            comments_off=creator.comments_off,
            duet_off=creator.duet_off,
            stitch_off=creator.stitch_off,
            duration_max_s=creator.duration_max_s,
        )

    async def begin(self, access: Access, media: Media, wanted: Wanted) -> Handle:
        """Without its bytes nothing comes of it, so a lost answer does no harm."""
        inbox = wanted.inbox or not self._direct
        plan = chunks(media.size_bytes)
        source = {
            "source": "FILE_UPLOAD",
            "video_size": media.size_bytes,
            "chunk_size": chunk_size(media.size_bytes),
            "total_chunk_count": len(plan),
        }
        path = f"post/publish/{'inbox/' if inbox else ''}video/init/"
        body = {"source_info": source} | ({} if inbox else {"post_info": self._post(wanted)})
        answered = await self._calls.act("POST", f"{self._api}/{path}", json=body, headers=_headers(access))
        try:
            begun = Begun.model_validate(answered.body.get("data"))
        except ValidationError:
            raise self._calls.garbled(acts=True) from None
        return {"publish_id": begun.publish_id, "upload_url": begun.upload_url, "size_bytes": media.size_bytes}

    async def upload(self, access: Access, handle: Handle, media: Media, *, on_sent: OnSent) -> None:
        """Chunk by chunk, in order; a break takes it up behind the last that arrived."""

        async def rest() -> None:
            seen = await self.look(access, handle)
            if seen.stage is Stage.UPLOADING:
                await self._send(handle, media, seen.sent_bytes, on_sent)

        await self._calls.persistently(rest)

    async def look(self, access: Access, handle: Handle) -> Seen:
        try:
            told = await self._ask(access, "post/publish/status/fetch/", {"publish_id": handle["publish_id"]})
        except ProviderError as error:
            if error.params.get("detail") == HANDLE_UNKNOWN:
                return Seen(Stage.GONE)
            raise
        return self._seen(access, State.model_validate(told), size_bytes=handle["size_bytes"])

    async def release(self, access: Access, handle: Handle) -> Seen:
        """The upload published it already."""
        return await self.look(access, handle)

    async def find(self, access: Access, wanted: Wanted, media: Media, *, since: datetime) -> Seen | None:
        """Among public videos only, and only when its owner has allowed to list them."""
        try:
            told = await self._ask(access, "video/list/", {"max_count": PAGE}, fields=_LISTED)
        except ProviderError as error:
            if error.error_code == NetworkErrorCode.SCOPE_MISSING:
                return None
            raise
        videos = Videos.model_validate(told).videos
        found = the_one(
            [Published(each.id, each.url, each.made_at, each.words, each.duration_s) for each in videos],
            words=wanted.caption,
            shown_characters=SHOWN_CHARACTERS,
            duration_s=media.duration_s,
            since=since,
        )
        if found is None:
            return None
        return Seen(Stage.PUBLISHED, network_id=found.id, url=found.url or self._watch_url(access, found.id))

    async def numbers(self, access: Access, network_ids: Sequence[str]) -> Mapping[str, Numbers]:
        known: dict[str, Numbers] = {}
        for first in range(0, len(network_ids), PAGE):
            filters = {"filters": {"video_ids": list(network_ids[first : first + PAGE])}}
            told = await self._ask(access, "video/query/", filters, fields=_COUNTED)
            for each in Videos.model_validate(told).videos:
                known[each.id] = Numbers(each.views, each.likes, each.comments, each.shares)
        return known

    async def _ask(self, access: Access, path: str, body: Mapping[str, Any], *, fields: str = "") -> dict[str, Any]:
        """What stands in an answer's `data`."""
        params = {"fields": fields} if fields else None
        url = f"{self._api}/{path}"
        answered = await self._calls.read("POST", url, json=body, params=params, headers=_headers(access))
        data = answered.body.get("data")
        if not isinstance(data, dict):
            raise self._calls.garbled()
        return data

    async def _send(self, handle: Handle, media: Media, arrived: int, on_sent: OnSent) -> None:
        plan = chunks(media.size_bytes)
        number = behind(arrived, plan)
        while number < len(plan):
            answered = await self._put(handle["upload_url"], plan[number], media, on_sent)
            if answered.status != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                number += 1
                continue
            really = behind(_arrived(answered), plan)
            if really == number:
                raise network_error(self.network, NetworkErrorCode.UNAVAILABLE, detail="416", unknown=True)
            number = really

    async def _put(self, url: str, chunk: Chunk, media: Media, on_sent: OnSent) -> Answered:
        """The address itself is the key to it. Gives an answer that is good, or says that the range wasn't."""
        headers = {
            "Content-Type": media.content_type,
            "Content-Length": str(chunk.end - chunk.start),
            "Content-Range": f"bytes {chunk.start}-{chunk.end - 1}/{media.size_bytes}",
        }
        pieces = watched(media, chunk.start, chunk.end, on_sent)
        answered = await self._calls.send("PUT", url, pieces=pieces, headers=headers)
        if answered.status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return answered
        if answered.status in _GONE:
            raise network_error(self.network, NetworkErrorCode.UPLOAD_EXPIRED, detail=str(answered.status))
        return self._calls.judged(answered, acts=True)

    def _post(self, wanted: Wanted) -> dict[str, Any]:
        if wanted.privacy is None:
            raise network_error(self.network, NetworkErrorCode.PRIVACY_NOT_OFFERED, detail="not_chosen")
        post = {
            "title": wanted.caption,
            "privacy_level": wanted.privacy,
            "disable_comment": not wanted.comments,
            "disable_duet": not wanted.duet,
            "disable_stitch": not wanted.stitch,
            "brand_content_toggle": wanted.paid_partnership,
            "brand_organic_toggle": wanted.own_brand,
            "is_aigc": wanted.ai_made,
        }
        return post | ({} if wanted.cover_ms is None else {"video_cover_timestamp_ms": wanted.cover_ms})

    def _seen(self, access: Access, state: State, *, size_bytes: int) -> Seen:
        """TikTok calls it the same whether bytes are missing or all are being worked on."""
        arrived = state.uploaded_bytes or 0
        match state.status:
            case "PUBLISH_COMPLETE":
                post_id = next(iter(state.post_ids), None)
                return Seen(Stage.PUBLISHED, network_id=post_id, url=self._watch_url(access, post_id))
            case "SEND_TO_USER_INBOX":
                return Seen(Stage.IN_INBOX)
            case "FAILED":
                meaning = FAILURES.get(state.fail_reason)
                code = meaning.code if meaning else NetworkErrorCode.REJECTED
                params = {"detail": state.fail_reason, **(meaning.params if meaning else {})}
                return Seen(Stage.FAILED, error=code, params=params)
            case "PROCESSING_UPLOAD" if arrived < size_bytes:
                return Seen(Stage.UPLOADING, sent_bytes=arrived)
        return Seen(Stage.PROCESSING)

    def _watch_url(self, access: Access, post_id: str | None) -> str | None:
        """The profile, while TikTok hasn't told the video's id: never for private ones, later for those in review."""
        if not access.username:
            return None
        profile = f"{self._site}/@{access.username}"
        return f"{profile}/video/{post_id}" if post_id else profile

    def _refusal(self, answered: Answered) -> ProviderError | None:
        error = api_refusal(answered)
        if error is not None and error.error_code == NetworkErrorCode.APP_LIMIT:
            error.params["resets_at"] = (self._clock.now() + CAP_LASTS).isoformat()
        return error


def _headers(access: Access) -> dict[str, str]:
    return {"Authorization": f"Bearer {access.token.get_secret_value()}", **JSON_HEADERS}


def _arrived(answered: Answered) -> int:
    """From the answer's Content-Range, which says up to where the file is there."""
    told = _RANGE.match(answered.headers.get("content-range", ""))
    return int(told[1]) + 1 if told else 0
