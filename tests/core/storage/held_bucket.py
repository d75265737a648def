"""A way to the S3 server of the tests on which some requests are never answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from aiohttp import web

Holds = Callable[[str, str], bool]
"""Of a method and a path with its query: whether it is never answered."""
NOT_PASSED_ON = {"host", "content-length", "transfer-encoding", "connection"}


@dataclass
class HeldBucket:
    """`held` is set once a request waits in vain."""

    url: str = ""
    held: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def holding(s3_url: str, holds: Holds) -> AsyncIterator[HeldBucket]:
    """Whatever isn't held is passed on to `s3_url`."""
    bucket = HeldBucket()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.content.read()  # whatever its size
        if holds(request.method, request.path_qs):
            bucket.held.set()
            await asyncio.Event().wait()
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
