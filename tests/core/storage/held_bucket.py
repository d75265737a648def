"""A way to the S3 server of the tests, which does what that doesn't: some requests are never answered, and addresses
that were signed are checked as the real one checks them."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from urllib.parse import quote

import httpx
from aiohttp import web

KEY = "test"
"""Its secret half, as in the settings of the tests."""
Holds = Callable[[str, str], bool]
"""Of a method and a path with its query: whether it is never answered."""
NOT_PASSED_ON = {"host", "content-length", "transfer-encoding", "connection"}


@dataclass
class HeldBucket:
    """`held` is set once a request waits in vain. `later` is by how much its clock is ahead."""

    url: str = ""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    later: timedelta = timedelta()


def nothing(method: str, path: str) -> bool:
    return False


@asynccontextmanager
async def holding(s3_url: str, holds: Holds = nothing) -> AsyncIterator[HeldBucket]:
    """Whatever isn't held, and is signed, is passed on to `s3_url`."""
    bucket = HeldBucket()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.content.read()  # whatever its size
        if holds(request.method, request.path_qs):
            bucket.held.set()
            await asyncio.Event().wait()
        if "Authorization" not in request.headers and not _is_signed(request, datetime.now(UTC) + bucket.later):
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in NOT_PASSED_ON}
        answered = await http.request(request.method, s3_url + request.path_qs, content=body, headers=headers)
        passed = {name: value for name, value in answered.headers.items() if name.lower() not in NOT_PASSED_ON}
        return web.Response(status=answered.status_code, body=answered.content, headers=passed)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    async with httpx.AsyncClient(timeout=None) as http:  # noqa: S113  of a test
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        bucket.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield bucket
        finally:
            await runner.cleanup()


def _is_signed(request: web.BaseRequest, now: datetime) -> bool:
    """Whether the address was signed with our key for its path and query, and hasn't expired.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    query = dict(request.query)
    try:
        signature = query.pop("X-Amz-Signature")
        signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        expires_at = signed_at + timedelta(seconds=int(query["X-Amz-Expires"]))
        scope = query["X-Amz-Credential"].split("/")[1:]
    except (KeyError, ValueError):
        return False
    return now < expires_at and hmac.compare_digest(signature, _signature(request, query, scope))


def _signature(request: web.BaseRequest, query: Mapping[str, str], scope: list[str]) -> str:
    asked = "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))
    described = ["GET", request.rel_url.raw_path, asked, f"host:{request.host}", "", "host", "UNSIGNED-PAYLOAD"]
    digest = hashlib.sha256("\n".join(described).encode()).hexdigest()
    signed = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], "/".join(scope), digest])
    key = reduce(lambda key, part: hmac.digest(key, part.encode(), hashlib.sha256), scope, f"AWS4{KEY}".encode())
    return hmac.digest(key, signed.encode(), hashlib.sha256).hex()
