"""A web server on this machine that has files to fetch, for tests."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class File:
    """What is answered to a path. `size_bytes`: so much is announced, and sent as zeros behind `content`."""

    content: bytes = b""
    type: str = "image/png"
    status: int = 200
    size_bytes: int | None = None


@asynccontextmanager
async def serving_files(files: Mapping[str, File]) -> AsyncIterator[str]:
    """Give the server's address; whatever isn't among `files` (by path) is answered with 404."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        file = files.get(request.path, File(status=404))
        body = file.content + bytes(max(0, (file.size_bytes or 0) - len(file.content)))
        return web.Response(body=body, content_type=file.type, status=file.status)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
