"""Files in a bucket of S3, Cloudflare R2 or anything that speaks like them. The only module that knows boto3.

Its calls block, so they run in threads of their own; the client may be shared between them, a session may not.
"""

import asyncio
import shutil
import tempfile
import threading
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from core.clock import Clock
from core.errors import AppError, ProviderError
from core.home import private_folder
from core.settings import Settings
from core.storage.contract import (
    CHUNK_BYTES,
    LEFTOVER_AGE,
    LIMIT_BYTES,
    LINK_LONGEST,
    Source,
    Stored,
    StoredFileNotFound,
)
from core.storage.keys import checked_key, content_type_of, is_key
from core.storage.links import content_disposition
from core.storage.streams import blocks_of

PART_BYTES: Final = 8 * 1024 * 1024
"""Larger files go in parts of this size. R2 wants all but the last to be equal, and S3 at least 5 MiB."""
PARTS_AT_ONCE: Final = 2
ABORT_WITHIN_S: Final = 1.0
THREADS: Final = 16
LISTED_AT_ONCE: Final = 500
NOT_THERE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
BEYOND_THE_END: Final = "InvalidRange"
PASSING: Final = frozenset({"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "503", "500"})
TROUBLE: Final = (BotoCoreError, ClientError)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Which bucket, where, and the key that opens it. `endpoint_url` None is Amazon; `attempts` are per request."""

    name: str
    endpoint_url: str | None
    region: str
    access_key_id: str
    secret_access_key: str
    attempts: int = 5

    def connect(self) -> Any:
        """A client. R2 and others refuse checksums that they didn't ask for (501, or a misleading Unauthorized)."""
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=Config(
                signature_version="s3v4",
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
                retries={"mode": "standard", "max_attempts": self.attempts},
                connect_timeout=5,
                read_timeout=60,
                max_pool_connections=THREADS,
            ),
        )


class S3Storage:
    """`scratch`: a folder for copies that programs on this machine read."""

    def __init__(self, bucket: Bucket, *, scratch: Path, clock: Clock) -> None:
        self._bucket = bucket
        self._scratch = scratch
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")
        self._connecting = threading.Lock()
        self._client: Any = None

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "S3Storage":
        """As the settings say, which were checked to be complete."""
        secret = settings.s3_secret_access_key
        bucket = Bucket(
            name=settings.s3_bucket or "",
            endpoint_url=settings.s3_endpoint_url,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key_id or "",
            secret_access_key=secret.get_secret_value() if secret else "",
        )
        return cls(bucket, scratch=private_folder(settings.home, "scratch"), clock=clock)

    async def put(self, key: str, source: Source, *, limit_bytes: int = LIMIT_BYTES) -> int:
        """In one request or in parts; the file is there when the last request has succeeded."""
        about = {"Key": checked_key(key), "ContentType": content_type_of(key)}
        async with aclosing(blocks_of(source, size_bytes=PART_BYTES, limit_bytes=limit_bytes)) as blocks:
            first = await anext(blocks)
            if len(first) == PART_BYTES:
                return await self._put_in_parts(about, first, blocks)
        await self._call("put_object", **about, Body=first)
        return len(first)

    async def take(self, key: str, path: Path) -> int:
        size_bytes = await self.put(key, path)
        await asyncio.to_thread(path.unlink)
        return size_bytes

    async def stat(self, key: str) -> Stored:
        found = await self._call("head_object", Key=checked_key(key))
        return Stored(
            key=key,
            size_bytes=found["ContentLength"],
            stored_at=found["LastModified"],
            etag=found["ETag"].strip('"'),
        )

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if end is not None and end <= start:
            await self.stat(key)
            return
        body = await self._body(key, f"bytes={start}-{'' if end is None else end - 1}")
        if body is None:
            return
        try:
            while chunk := await self._in_thread(body.read, CHUNK_BYTES):
                yield chunk
        finally:
            body.close()

    async def delete(self, key: str) -> None:
        await self._call("delete_object", Key=checked_key(key))

    async def url(self, key: str, *, expires_in: timedelta, filename: str | None = None) -> str:
        """Presigned, by the machine's clock. Not to be logged."""
        if expires_in > LINK_LONGEST:
            raise ValueError(f"a link lasts at most {LINK_LONGEST}")
        asked = {
            "Bucket": self._bucket.name,
            "Key": checked_key(key),
            "ResponseContentType": content_type_of(key),
            "ResponseContentDisposition": content_disposition(filename),
        }
        sign = partial(self._perform, "generate_presigned_url")
        return str(await self._in_thread(sign, "get_object", Params=asked, ExpiresIn=int(expires_in.total_seconds())))

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        """A copy that is removed afterwards."""
        folder = Path(await asyncio.to_thread(partial(tempfile.mkdtemp, dir=self._scratch)))
        try:
            path = folder / checked_key(key).rpartition("/")[2]
            await _copy(self.read(key), path)
            yield path
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def path(self, key: str) -> Path | None:
        checked_key(key)
        return None

    async def pages(self, kinds: Collection[str]) -> AsyncIterator[Sequence[Stored]]:
        """Of all that is in the bucket, others' files left out."""
        after: dict[str, str] = {}
        while True:
            answer = await self._call("list_objects_v2", MaxKeys=LISTED_AT_ONCE, **after)
            found = [
                Stored(one["Key"], one["Size"], one["LastModified"], one["ETag"].strip('"'))
                for one in answer.get("Contents", [])
                if is_key(one["Key"]) and one["Key"].split("/")[1] in kinds
            ]
            if found:
                yield found
            if not answer.get("IsTruncated"):
                return
            after = {"ContinuationToken": answer["NextContinuationToken"]}

    async def tidy(self) -> int:
        """Uploads in parts that nobody finished cost money like files. Others' in the same bucket are left alone."""
        before = self._clock.now() - LEFTOVER_AGE
        answer = await self._call("list_multipart_uploads")
        left = [one for one in answer.get("Uploads", []) if one["Initiated"] < before and is_key(one["Key"])]
        for one in left:
            await self._call("abort_multipart_upload", Key=one["Key"], UploadId=one["UploadId"])
        return len(left) + await asyncio.to_thread(_remove_folders, self._scratch, before.timestamp())

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    async def _put_in_parts(self, about: dict[str, str], first: bytes, rest: AsyncIterable[bytes]) -> int:
        upload = await self._call("create_multipart_upload", **about)
        place = {"Key": about["Key"], "UploadId": upload["UploadId"]}
        try:
            parts, size_bytes = await self._upload_parts(place, first, rest)
            await self._call("complete_multipart_upload", **place, MultipartUpload={"Parts": parts})
        except BaseException:
            with suppress(AppError, TimeoutError):  # tidy() finds it
                async with asyncio.timeout(ABORT_WITHIN_S):  # who cancels doesn't wait for a bucket that hangs
                    await self._call("abort_multipart_upload", **place)
            raise
        return size_bytes

    async def _upload_parts(
        self, place: dict[str, str], first: bytes, rest: AsyncIterable[bytes]
    ) -> tuple[list[dict[str, Any]], int]:
        parts: list[dict[str, Any]] = []
        waiting, size_bytes = [first], len(first)
        async for block in rest:
            if len(waiting) == PARTS_AT_ONCE:
                parts += await self._upload_some(place, waiting, begin=len(parts) + 1)
                waiting = []
            if block:
                waiting.append(block)
                size_bytes += len(block)
        return parts + await self._upload_some(place, waiting, begin=len(parts) + 1), size_bytes

    async def _upload_some(self, place: dict[str, str], blocks: Sequence[bytes], *, begin: int) -> list[dict[str, Any]]:
        numbers = range(begin, begin + len(blocks))
        calls = (
            self._call("upload_part", **place, PartNumber=number, Body=block)
            for number, block in zip(numbers, blocks, strict=True)
        )
        answers = await asyncio.gather(*calls)
        return [{"PartNumber": number, "ETag": answer["ETag"]} for number, answer in zip(numbers, answers, strict=True)]

    async def _body(self, key: str, byte_range: str) -> Any:
        """The answer's stream; None when the range begins beyond the end."""
        try:
            return (await self._call("get_object", Key=checked_key(key), Range=byte_range))["Body"]
        except ProviderError as error:
            if error.params["reason"] == BEYOND_THE_END:
                return None
            raise

    async def _call(self, operation: str, **parameters: Any) -> Any:
        return await self._in_thread(self._perform, operation, Bucket=self._bucket.name, **parameters)

    async def _in_thread(self, work: Any, *args: Any, **options: Any) -> Any:
        with _translated():
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *args, **options))

    def _perform(self, operation: str, *args: Any, **parameters: Any) -> Any:
        with self._connecting:
            if self._client is None:
                self._client = self._bucket.connect()
        return getattr(self._client, operation)(*args, **parameters)


async def _copy(chunks: AsyncIterator[bytes], path: Path) -> None:
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for chunk in chunks:
            await asyncio.to_thread(file.write, chunk)
    finally:
        await asyncio.to_thread(file.close)


def _remove_folders(scratch: Path, before: float) -> int:
    old = [folder for folder in scratch.glob("*") if folder.stat().st_mtime < before]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        raise _refusal(exc) from exc
    except BotoCoreError as exc:  # no connection, no answer in time, cut off in the middle
        raise ProviderError("storage.failed", provider="s3", retryable=True, reason=type(exc).__name__) from exc


def _refusal(error: ClientError) -> AppError:
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in NOT_THERE:
        return StoredFileNotFound()
    return ProviderError("storage.failed", provider="s3", retryable=code in PASSING or status >= 500, reason=code)
