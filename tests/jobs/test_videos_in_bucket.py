"""A video's whole life in a bucket: it comes through the upload page with a break in the middle, goes there in parts,
is looked at, made ready for a network, read as networks read it, and leaves nothing behind."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from aiohttp.test_utils import TestClient, TestServer

from core import ids
from core.clock import FixedClock
from core.db import TelegramId
from core.posts.writing import Place
from core.providers.discovery import Network
from core.settings import Settings
from core.storage import build_storage
from core.storage.s3 import PART_BYTES
from core.videos import service, uploads
from core.videos.links import build_upload_links
from core.videos.media import stored_media
from core.videos.models import OwnVideoStatus, VideoUpload
from core.videos.preparing import prepared
from jobs.runtime import Bench
from jobs.videos import tidy_videos
from tests.core.storage.fixtures import bucket_settings, s3_url
from tests.core.videos.clips import clip
from tests.factories import make_user
from tests.jobs.test_videos import Studio, needed
from tests.web.test_uploads import PIECE, TUS
from web.app import build_app

__all__ = ["bucket_settings", "s3_url"]

BROKEN_AT = 5_000_001
ENOUGH = 2 * PART_BYTES + 12_345


def film() -> bytes:
    """A real one, with a box behind it that players skip, so that it is sent in parts."""
    shown = clip()
    rest = ENOUGH - len(shown)
    return shown + rest.to_bytes(4, "big") + b"free" + bytes(rest - 8)


@pytest.fixture
async def studio(concurrent_bench: Bench, bucket_settings: Settings) -> AsyncIterator[Studio]:
    storage = build_storage(bucket_settings, concurrent_bench.deps.clock)
    deps = replace(concurrent_bench.deps, settings=bucket_settings, storage=storage)
    async with deps.tx() as tx:
        owner = await make_user(tx)
    yield Studio(replace(concurrent_bench, deps=deps), owner, Place(TelegramId(7), TelegramId(5), "en"))
    await storage.close()


async def uploaded(studio: Studio, content: bytes) -> VideoUpload:
    """By a browser whose connection breaks once."""
    async with studio.deps.tx() as tx:
        row = await uploads.open_upload(tx, owner_id=studio.owner.id, place=studio.place)
    url = build_upload_links(studio.deps.settings).page(owner_id=studio.owner.id, upload_id=row.id)
    page = url[url.index("/upload/") :]
    async with TestClient(TestServer(build_app(studio.deps))) as browser:
        told = {"Upload-Length": str(len(content)), "Upload-Metadata": "filename ZmlsbS5tcDQ="}
        assert (await browser.post(f"{page}/files", headers=TUS | told)).status == 201
        for start, end in ((0, BROKEN_AT), (BROKEN_AT, len(content))):
            headers = PIECE | {"Upload-Offset": str(start)}
            sent = await browser.patch(f"{page}/file", headers=headers, data=io.BytesIO(content[start:end]))
            assert (sent.status, sent.headers["Upload-Offset"]) == (204, str(end))
    return row


async def test_a_videos_whole_life_in_a_bucket(studio: Studio, clock: FixedClock, http: httpx.AsyncClient) -> None:
    content, storage = film(), studio.deps.storage
    row = await uploaded(studio, content)
    video_id = ids.OwnVideoId(row.id)
    await studio.work(video_id)
    video = await needed(studio, video_id)
    assert (video.status, video.size_bytes, video.width) == (OwnVideoStatus.READY, len(content), 720)
    assert (await storage.stat(video.storage_key)).etag.endswith("-3"), "three parts, as S3 marks it"
    assert video.thumbnail_key is not None
    assert (await storage.stat(video.thumbnail_key)).size_bytes > 1000

    copy = await prepared(studio.deps, owner_id=studio.owner.id, video_id=video_id, network=Network.TIKTOK)
    media = stored_media(storage, copy)
    whole = b"".join([piece async for piece in storage.read(copy.storage_key)])
    assert media.size_bytes == len(whole)
    middle = b"".join([piece async for piece in media.read(1000, 70_000)])
    assert middle == whole[1000:70_000]
    link = await media.link()
    assert link is not None
    assert (await http.get(link)).content == whole, "as Instagram fetches it"

    async with studio.deps.tx() as tx:
        await service.delete_video(tx, owner_id=studio.owner.id, video_id=video_id)
    clock.advance(timedelta(days=9))
    await tidy_videos(studio.deps)
    assert await studio.all_stored() == []
