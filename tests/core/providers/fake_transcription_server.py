"""A strict stand-in for OpenAI's /audio/transcriptions on a free port, in its documented shapes.

A missing key, unknown fields and models, files over the limit and unknown endings are refused as it refuses them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

KEY = "sk-secret-of-the-test"
MODEL = "gpt-transcribe"
LIMIT_BYTES = 25_000_000
FIELDS = {"file", "model", "response_format", "language", "prompt", "temperature"}
ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")


@dataclass(slots=True)
class FakeTranscriptionServer:
    """Answers with `texts` in their order, the last again and again; `next_answers` before that."""

    url: str = ""
    texts: deque[str] = field(default_factory=lambda: deque(["What was said, in so many words."]))
    next_answers: deque[web.Response] = field(default_factory=deque)
    heard_bytes: list[int] = field(default_factory=list)
    """How large each file was that was transcribed."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    """Not set: who asks waits."""

    def __post_init__(self) -> None:
        self.go_on.set()

    def fail(self, status: int, code: str, message: str = "made up", **headers: str) -> None:
        self.next_answers.append(_refusal(status, code, message, headers))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        fields, size_bytes, name = await _read(request)
        self.asked.set()
        await self.go_on.wait()
        if self.next_answers:
            return self.next_answers.popleft()
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _refusal(401, "invalid_api_key", f"Incorrect API key provided: {KEY}")
        if unknown := set(fields) - FIELDS:
            return _refusal(400, "unknown_parameter", f"Unknown parameter: {unknown}")
        if fields.get("model") != MODEL:
            return _refusal(404, "model_not_found", "The model does not exist")
        if size_bytes > LIMIT_BYTES:
            return _refusal(413, "content_too_large", "Maximum content size limit (26214400) exceeded")
        if name.rpartition(".")[2] not in ENDINGS or not size_bytes:
            return _refusal(400, "invalid_file", f"Invalid file format. Supported formats: {ENDINGS}")
        self.heard_bytes.append(size_bytes)
        text = self.texts.popleft() if len(self.texts) > 1 else self.texts[0]
        return web.json_response({"text": text, "usage": {"type": "duration", "seconds": 3}})


async def _read(request: web.Request) -> tuple[dict[str, str], int, str]:
    fields, size_bytes, name = dict[str, str](), 0, ""
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        assert part.name is not None
        if part.name == "file":
            name, fields["file"] = part.filename or "", ""
            while chunk := await part.read_chunk():
                size_bytes += len(chunk)
        else:
            fields[part.name] = await part.text()
    return fields, size_bytes, name


def _refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def running() -> AsyncIterator[FakeTranscriptionServer]:
    server = FakeTranscriptionServer()
    app = web.Application(client_max_size=100_000_000)
    app.router.add_post("/v1/audio/transcriptions", server.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        server.go_on.set()
        await runner.cleanup()
