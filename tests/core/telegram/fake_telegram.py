"""Telegram as seen from the other end of the wire: answers, refuses, breaks off, hangs. It knows no rules."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from core.telegram.request import AioHttpRequest

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]
Json = dict[str, Any]
TOKEN = "4711:a-token-that-must-not-show"


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    params: Json
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


@dataclass(slots=True)
class FakeTelegram:
    """`next` holds what to do with the next calls; after that every call succeeds."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    next: deque[Behaviour] = field(default_factory=deque)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    last_message_id: int = 100

    async def serve(self, request: web.Request) -> web.StreamResponse:
        return await (self.next.popleft() if self.next else self.succeed)(request)

    async def succeed(self, request: web.Request) -> web.StreamResponse:
        call = await self.read(request)
        return web.json_response({"ok": True, "result": self._result(call)})

    async def read(self, request: web.Request) -> Call:
        call = await _read(request)
        self.calls.append(call)
        return call

    def refuse(self, status: int, description: str, **parameters: Any) -> Behaviour:
        envelope = {"ok": False, "error_code": status, "description": description}
        return self.answer(status, json.dumps(envelope | ({"parameters": parameters} if parameters else {})))

    def answer(self, status: int, body: str, **headers: str) -> Behaviour:
        async def behave(request: web.Request) -> web.StreamResponse:
            await self.read(request)
            return web.Response(status=status, text=body, headers=headers)

        return behave

    async def break_off(self, request: web.Request) -> web.StreamResponse:
        """Close the connection after the call was read, without an answer."""
        await self.read(request)
        return _abort(request)

    async def break_off_early(self, request: web.Request) -> web.StreamResponse:
        """Close the connection before the body was read."""
        return _abort(request)

    async def succeed_and_close(self, request: web.Request) -> web.StreamResponse:
        """Answer, and close the connection although the client would keep it."""
        response = await self.succeed(request)
        await response.prepare(request)
        await response.write_eof()
        return _abort(request, response)

    async def hang(self, request: web.Request) -> web.StreamResponse:
        await self.read(request)
        await self.released.wait()
        return web.Response()

    def late(self, seconds: float) -> Behaviour:
        async def behave(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(seconds)
            return await self.succeed(request)

        return behave

    def _result(self, call: Call) -> Any:
        if call.method == "getUpdates":
            return []
        if call.method == "getMe":
            return {"id": 4711, "is_bot": True, "first_name": "Bot", "username": "a_bot"}
        if call.method == "sendMediaGroup":
            media = call.params["media"]
            return [self._message(call) for _ in (json.loads(media) if isinstance(media, str) else media)]
        return self._message(call) if call.method.startswith(("send", "edit")) else True

    def _message(self, call: Call) -> Json:
        self.last_message_id += 1
        return {
            "message_id": self.last_message_id,
            "date": 1,
            "chat": {"id": int(call.params.get("chat_id", 1)), "type": "private"},
        }


async def _read(request: web.Request) -> Call:
    method = request.path.rpartition("/")[2]
    if request.content_type == "multipart/form-data":
        params: Json = {}
        files = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = (value.filename, value.file.read())
            else:
                params[name] = value
        return Call(method, params, files)
    body = await request.read()
    return Call(method, json.loads(body) if body else {})


def _abort(request: web.Request, response: web.StreamResponse | None = None) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return response or web.Response()


@asynccontextmanager
async def fake_telegram(port: int = 0) -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram()
    app = web.Application(client_max_size=100 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", fake.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        fake.released.set()
        await runner.cleanup()


@asynccontextmanager
async def open_request(**options: Any) -> AsyncIterator[AioHttpRequest]:
    request = AioHttpRequest(**options)
    await request.initialize()
    try:
        yield request
    finally:
        await request.shutdown()
