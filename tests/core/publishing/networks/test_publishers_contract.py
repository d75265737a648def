"""How videos get out: what all networks have in common, asked of the sandbox's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import Access, Handle, Media, NetworkErrorCode, Numbers, Seen, Stage, Wanted
from tests.core.publishing.networks.there import MadeUp, There, film

MIB = 1024 * 1024
BEGIN = {
    Network.TIKTOK: "POST /v2/post/publish/video/init/",
    Network.INSTAGRAM: "POST /{ig}/media",
    Network.YOUTUBE: "POST /upload/youtube/v3/videos",
}
UPLOAD = {
    Network.TIKTOK: "PUT /video/",
    Network.INSTAGRAM: "POST /ig-api-upload/{container}",
    Network.YOUTUBE: "PUT /upload/youtube/v3/videos",
}
UNKNOWN_HANDLES: dict[Network, Handle] = {
    Network.TIKTOK: {"publish_id": "v_pub_file~v2-1.1", "upload_url": "", "size_bytes": 1},
    Network.INSTAGRAM: {"container_id": "17", "upload_url": None, "size_bytes": 1},
    Network.YOUTUBE: {"session_url": "/upload/youtube/v3/videos?upload_id=none", "size_bytes": 1},
}


async def nobody(_: int) -> None: ...


async def uploaded(at: There, access: Access, media: Media, wanted: Wanted | None = None) -> Handle:
    handle = await at.publisher.begin(access, media, wanted or at.wanted)
    await at.publisher.upload(access, handle, media, on_sent=nobody)
    return handle


async def published(at: There, access: Access, media: Media) -> Seen:
    handle = await uploaded(at, access, media)
    seen = await at.publisher.look(access, handle)
    return await at.publisher.release(access, handle) if seen.stage is Stage.RELEASABLE else seen


async def test_a_video_goes_out_once_and_is_known_by_its_id(at: There) -> None:
    access, media, sent = await at.access(), film(), list[int]()

    async def on_sent(size: int) -> None:
        sent.append(size)

    handle = await at.publisher.begin(access, media, at.wanted)
    assert (await at.publisher.look(access, handle)).stage is Stage.UPLOADING
    await at.publisher.upload(access, handle, media, on_sent=on_sent)
    assert sent[-1] == media.size_bytes
    assert sent == sorted(sent)
    seen = await at.publisher.look(access, handle)
    if not at.publisher.published_by_upload:
        assert seen.stage is Stage.RELEASABLE
        assert await at.videos() == []
        seen = await at.publisher.release(access, handle)
    (video,) = await at.videos()
    assert (seen.stage, seen.network_id, seen.error) == (Stage.PUBLISHED, video["id"], None)
    assert video["facts"]["size_bytes"] == media.size_bytes
    assert seen.url is not None
    assert (await at.http.get(seen.url, follow_redirects=True)).status_code == 200
    again = await at.publisher.look(access, handle)
    assert (again.stage, again.network_id) == (Stage.PUBLISHED, video["id"])


async def test_what_is_there_already_is_not_sent_again(at: There) -> None:
    access, media = await at.access(), film()
    handle = await uploaded(at, access, media)
    before = len(media.reads)
    await at.publisher.upload(access, handle, media, on_sent=nobody)
    assert len(media.reads) == before


async def test_the_handle_is_plain_data_and_opens_the_upload_to_anybody(at: There) -> None:
    access, media = await at.access(), film()
    handle = await at.publisher.begin(access, media, at.wanted)
    assert all(isinstance(value, str | int | float | None) for value in handle.values())
    assert access.token.get_secret_value() not in str(handle)


@pytest.mark.parametrize("kind", ["cut", "drop_answer", "error"])
async def test_a_break_is_taken_up_behind_what_arrived(at: There, kind: str) -> None:
    """Also when all has arrived, and only the answer was lost: nothing is published twice."""
    access, media = await at.access(), film(20 * MIB)
    handle = await at.publisher.begin(access, media, at.wanted)
    more: dict[str, Any] = {"cut": {"at_bytes": 3 * MIB}, "drop_answer": {}, "error": {"error_code": 503}}[kind]
    passing = {"cut": 2, "drop_answer": 3, "error": 3}[kind] if at.network is Network.YOUTUBE else 0
    await at.fault(kind, UPLOAD[at.network], after=passing, **more)
    await at.publisher.upload(access, handle, media, on_sent=nobody)
    seen = await at.publisher.look(access, handle)
    if seen.stage is Stage.RELEASABLE:
        seen = await at.publisher.release(access, handle)
    assert [call["fault"] for call in await at.calls(UPLOAD[at.network]) if "fault" in call] == [kind]
    (video,) = await at.videos()
    assert (seen.stage, seen.network_id) == (Stage.PUBLISHED, video["id"])
    assert video["facts"]["size_bytes"] == media.size_bytes
    assert len(await at.calls(BEGIN[at.network])) == 1


async def test_somebody_else_takes_an_upload_up_who_knows_the_handle(at: There) -> None:
    """As behind a worker that was killed in the middle."""
    access, media = await at.access(), film(90 * MIB)
    handle = await at.publisher.begin(access, media, at.wanted)

    async def killed(size: int) -> None:
        if size > 40 * MIB:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await at.publisher.upload(access, handle, media, on_sent=killed)
    seen = await at.publisher.look(access, handle)
    assert seen.stage is Stage.UPLOADING
    assert 20 * MIB < seen.sent_bytes < 60 * MIB
    media.reads.clear()
    await at.publisher.upload(access, handle, media, on_sent=nobody)
    assert media.reads[0][0] == seen.sent_bytes
    assert (await at.publisher.look(access, handle)).stage in {Stage.PUBLISHED, Stage.RELEASABLE}


@pytest.mark.parametrize("at", [Network.TIKTOK, Network.YOUTUBE], indirect=True)
async def test_two_who_upload_the_same_publish_it_once(at: There) -> None:
    """As behind a lease that ran out: each is told how much the other has sent."""
    access, media = await at.access(), film(70 * MIB)
    handle = await at.publisher.begin(access, media, at.wanted)
    both = [at.publisher.upload(access, handle, media, on_sent=nobody) for _ in range(2)]
    await asyncio.gather(*both)
    seen = await at.publisher.look(access, handle)
    (video,) = await at.videos()
    assert (seen.stage, seen.network_id) == (Stage.PUBLISHED, video["id"])
    assert video["facts"]["size_bytes"] == media.size_bytes


async def test_a_handle_that_the_network_does_not_know_is_gone(at: There) -> None:
    access, handle = await at.access(), dict(UNKNOWN_HANDLES[at.network])
    if at.network is Network.YOUTUBE:
        handle["session_url"] = f"{at.base_url}/youtube{handle['session_url']}"
    assert (await at.publisher.look(access, handle)).stage is Stage.GONE


async def test_a_beginning_whose_answer_got_lost_is_not_made_twice(at: There) -> None:
    access = await at.access()
    await at.fault("drop_answer", BEGIN[at.network])
    with pytest.raises(ProviderError) as raised:
        await at.publisher.begin(access, film(), at.wanted)
    assert (raised.value.error_code, raised.value.params["unknown"]) == (NetworkErrorCode.UNAVAILABLE, True)
    assert len(await at.calls(BEGIN[at.network])) == 1
    assert await at.videos() == []


async def test_the_latest_videos_tell_whether_this_one_is_there(at: There) -> None:
    access, media = await at.access(), film()
    since = datetime.now(UTC)
    assert await at.publisher.find(access, at.wanted, media, since=since) is None
    seen = await published(at, access, media)
    found = await at.publisher.find(access, at.wanted, media, since=since)
    assert found is not None
    assert (found.stage, found.network_id, found.url) == (Stage.PUBLISHED, seen.network_id, seen.url)
    assert await at.publisher.find(access, at.wanted, media, since=since + timedelta(hours=1)) is None
    other = replace(at.wanted, caption="A dog", title="A dog")
    assert await at.publisher.find(access, other, media, since=since) is None


async def test_numbers_come_for_several_videos_and_not_for_those_of_others(at: There) -> None:
    access = await at.access()
    first, second = await published(at, access, film()), await published(at, access, film())
    foreign = await published(at, await at.access("bob"), film())
    assert first.network_id
    assert second.network_id
    assert foreign.network_id
    numbers = await at.publisher.numbers(access, [first.network_id, second.network_id, "1234567890"])
    assert set(numbers) == {first.network_id, second.network_id}
    counted = {video["id"]: video["counts"] for video in await at.videos()}
    for network_id, told in numbers.items():
        assert told != Numbers()
        assert (told.likes, told.comments) == (counted[network_id]["likes"], counted[network_id]["comments"])
    if at.network is not Network.YOUTUBE:  # whose numbers are everybody's
        assert await at.publisher.numbers(access, [foreign.network_id]) == {}
    assert await at.publisher.numbers(access, []) == {}


async def test_a_rate_limit_says_how_long_to_wait(at: There) -> None:
    access = await at.access()
    await at.fault("rate_limit", BEGIN[at.network], retry_after=77)
    with pytest.raises(ProviderError) as raised:
        await at.publisher.begin(access, film(), at.wanted)
    assert raised.value.error_code == NetworkErrorCode.RATE_LIMITED
    assert raised.value.retry_after_s == 77
    assert raised.value.retryable


@dataclass(slots=True)
class Endless(MadeUp):
    """What is read of it at once."""

    held: int = 0
    most: int = 0

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        async for piece in MadeUp.read(self, start, end):
            self.held += 1
            self.most = max(self.most, self.held)
            yield piece
            self.held -= 1


async def test_a_file_is_sent_piece_by_piece(at: There) -> None:
    access, media = await at.access(), Endless(70 * MIB)
    await uploaded(at, access, media)
    assert media.most == 1
    assert sum(end - start for start, end in media.reads) == media.size_bytes
