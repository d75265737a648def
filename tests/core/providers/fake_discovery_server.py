"""Strict stand-ins for ScrapeCreators, the YouTube Data API and YouTube's public pages on a free port.

One baker with five videos on each network, in the documented shapes with all their traps. Unknown parameters, a
missing key and unknown cursors are refused as the services refuse them.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.core.providers.scraped_answers import SCRAPE_PARAMS, SCRAPED, scraped
from tests.core.providers.youtube_answers import DATA, DATA_PARAMS, google, public

KEY = "sk-secret-of-the-test"

Fault = Callable[["FakeDiscoveryServer", web.Request], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
REQUIRED = "*"

CHOICES = {
    "date_posted": {"yesterday", "this-week", "this-month", "last-day", "last-week", "last-month"},
    "sort_by": {"latest", "popular", "relevance", "most-liked", "date-posted"},
    "uploadDate": {"today", "this_week", "this_month", "this_year"},
    "sortBy": {"relevance", "popular"},
    "trim": {"true"},
}


@dataclass
class FakeDiscoveryServer:
    """`faults` are used up, one a call; then it answers well. `overrides` replace the answers of a path."""

    url: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    overrides: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    async def respond(self, request: web.Request) -> web.StreamResponse:
        path, query = request.path, dict(request.query)
        self.asked.set()
        refusal = _refusal(request)
        if refusal is not None:
            return refusal
        self.requests.append((path, query))
        try:
            if self.faults:
                return await self.faults.popleft()(self, request)
            if path in self.overrides:
                return web.json_response(self.overrides[path])
            return _answer(path, query)
        except (ConnectionResetError, asyncio.CancelledError):
            self.left.set()
            raise


def _refusal(request: web.Request) -> web.Response | None:
    path, query = request.path, request.query
    if path in SCRAPE_PARAMS:
        if request.headers.get("x-api-key") != KEY:
            return scraped({"success": False, "message": "Invalid API key"}, status=401)
        wrong = _wrong(SCRAPE_PARAMS[path], query)
        return scraped({"success": False, "message": wrong}, status=400) if wrong else None
    if path in DATA_PARAMS:
        if request.headers.get("X-Goog-Api-Key") != KEY:
            return google(400, "badRequest", "API key not valid. Please pass a valid API key.")
        wrong = _wrong(DATA_PARAMS[path], query)
        if not wrong and "id" in query and len(query["id"].split(",")) > 50:
            wrong = "too many ids"
        return google(400, "invalidParameter", wrong) if wrong else None
    return None


def _wrong(params: str, query: Any) -> str:
    names = {name.rstrip(REQUIRED) for name in params.split()}
    missing = {name.rstrip(REQUIRED) for name in params.split() if name.endswith(REQUIRED)} - set(query)
    odd = {name for name, value in query.items() if name in CHOICES and value not in CHOICES[name]}
    wrong = sorted((set(query) - names) | missing | odd | {name for name, value in query.items() if not value})
    return f"wrong: {', '.join(wrong)}" if wrong else ""


def _answer(path: str, query: dict[str, str]) -> web.Response:
    if path.startswith("/v"):
        body = SCRAPED[path](query)
        return body if isinstance(body, web.Response) else scraped(body)
    if path.startswith("/youtube/v3/"):
        return DATA[path.rpartition("/")[2]](query)
    return public(path, query)


def well_answered(request: web.Request) -> web.Response:
    """As it is without any fault."""
    return _answer(request.path, dict(request.query))


def answered(
    status: int, body: Any = b"", *, content_type: str = "application/json", headers: dict[str, str] | None = None
) -> Fault:
    async def respond(server: FakeDiscoveryServer, request: web.Request) -> web.StreamResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, content_type=content_type, headers=headers)

    return respond


def dropped() -> Fault:
    """The line goes in the middle of an answer whose length was told."""

    async def respond(server: FakeDiscoveryServer, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"success": true')
        assert request.transport is not None
        request.transport.abort()
        return response

    return respond


def silent() -> Fault:
    async def respond(server: FakeDiscoveryServer, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("the client waited past every limit")

    return respond


@asynccontextmanager
async def running() -> AsyncIterator[FakeDiscoveryServer]:
    server = FakeDiscoveryServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.respond)
    # handler_cancellation: a client that goes away must be noticed
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
