"""What is true of buckets only: presigned addresses, uploads in parts, and what the server answers."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.clock import FixedClock
from core.errors import ProviderError
from core.settings import Settings
from core.storage import Storage, build_storage
from core.storage.s3 import PART_BYTES, Bucket, S3Storage
from tests.bench.redis_server import free_port
from tests.core.storage.fixtures import BUCKET
from tests.core.storage.held_bucket import holding
from tests.patience import PATIENCE_S

HOUR = timedelta(hours=1)
BEGUN_AT = datetime(2010, 11, 10, 20, 48, 33, tzinfo=UTC)
"""When all uploads begin that moto lists."""


@pytest.fixture
async def storage(bucket_settings: Settings, clock: FixedClock) -> AsyncIterator[Storage]:
    opened = build_storage(bucket_settings, clock)
    yield opened
    await opened.close()


@pytest.fixture
def bucket(s3_url: str) -> Bucket:
    return Bucket(BUCKET, s3_url, "us-east-1", "test", "test", attempts=1)


async def failure(bucket: Bucket, scratch: Path, key: str) -> ProviderError:
    storage = S3Storage(bucket, scratch=scratch, clock=FixedClock())
    try:
        with pytest.raises(ProviderError) as caught:
            await storage.put(key, b"x")
    finally:
        await storage.close()
    return caught.value


async def test_a_presigned_address_serves_ranges_under_a_name(
    storage: Storage, http: httpx.AsyncClient, key: str
) -> None:
    await storage.put(key, b"0123456789")
    url = await storage.url(key, expires_in=HOUR, filename='Ep. 1 "é"\n.mp3')
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    assert "X-Amz-Expires=3600&" in url
    answer = await http.get(url, headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["Content-Type"] == "audio/mpeg"
    saved_as = "attachment; filename=\"Ep. 1 ____.mp3\"; filename*=UTF-8''Ep.%201%20_%C3%A9__.mp3"
    assert answer.headers["Content-Disposition"] == saved_as


async def test_unfinished_uploads_are_ended_after_a_day_and_others_left_alone(
    storage: Storage, bucket: Bucket, clock: FixedClock, key: str
) -> None:
    client = bucket.connect()
    begun = [client.create_multipart_upload(Bucket=BUCKET, Key=name)["Key"] for name in (key, "backups/of/another")]
    assert unfinished(client) == set(begun)
    clock.at = BEGUN_AT + timedelta(hours=23)
    assert await storage.tidy() == 0
    clock.advance(timedelta(hours=2))
    assert await storage.tidy() == 1
    assert unfinished(client) == {"backups/of/another"}
    client.close()


async def test_an_upload_that_fails_in_the_middle_is_ended(storage: Storage, bucket: Bucket, key: str) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"a" * 50_000_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await storage.put(key, breaking())
    client = bucket.connect()
    assert key not in unfinished(client)
    client.close()


async def test_copies_for_programs_are_removed(storage: Storage, tmp_path: Path, key: str) -> None:
    await storage.put(key, b"x")
    async with storage.local(key) as path:
        assert path.is_relative_to(tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


async def test_a_server_that_is_away_is_worth_another_try(bucket: Bucket, tmp_path: Path, key: str) -> None:
    error = await failure(replace(bucket, endpoint_url=f"http://127.0.0.1:{free_port()}"), tmp_path, key)
    assert (error.retryable, error.params["reason"]) == (True, "EndpointConnectionError")


async def test_a_bucket_that_isnt_there_is_not(bucket: Bucket, tmp_path: Path, key: str) -> None:
    error = await failure(replace(bucket, name="nobodys-bucket"), tmp_path, key)
    assert (error.retryable, error.params["reason"]) == (False, "NoSuchBucket")


def test_nothing_is_sent_that_r2_refuses(bucket: Bucket) -> None:
    """No checksum that isn't asked for, no chunked trailers. See the notes on R2 in core/storage/s3.py."""
    client, seen = bucket.connect(), []

    def look(request: Any, **_: Any) -> None:
        seen.append({name.lower() for name in request.headers})

    client.meta.events.register("before-send.s3.PutObject", look)
    client.put_object(Bucket=BUCKET, Key="a/b/c.mp3", Body=b"x")
    client.close()
    assert seen
    assert not any(re.match("x-amz-(checksum|trailer|sdk-checksum)", name) for headers in seen for name in headers)


def unfinished(client: Any) -> set[str]:
    return {one["Key"] for one in client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])}


async def test_who_cancels_an_upload_does_not_wait_for_a_bucket_that_hangs(
    bucket: Bucket, s3_url: str, tmp_path: Path, key: str
) -> None:
    """Neither for the part on its way nor for the end of the upload, which `tidy` would find."""

    def holds(method: str, path: str) -> bool:
        return "partNumber=2" in path or method == "DELETE"

    async with holding(s3_url, holds) as way:
        storage = S3Storage(replace(bucket, endpoint_url=way.url), scratch=tmp_path, clock=FixedClock())
        putting = asyncio.create_task(storage.put(key, b"a" * PART_BYTES * 2))
        async with asyncio.timeout(PATIENCE_S):
            await way.held.wait()
        putting.cancel()
        await asyncio.wait([putting], timeout=PATIENCE_S / 2)  # of what hangs, boto gives up after a minute
        assert putting.cancelled()
        await storage.close()
    client = bucket.connect()
    assert key in unfinished(client)
    client.close()
