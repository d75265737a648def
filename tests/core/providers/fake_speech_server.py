"""Strict stand-ins for ElevenLabs, Unreal Speech and OpenAI's /audio/speech on a free port, in their documented shapes.

Unknown fields, a missing key and texts beyond the limits are refused as the services refuse them.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-secret-of-the-test"
VOICE = "EXAVITQu4vr4xnSDxMaL"
ELEVEN_VOICE_IDS = (VOICE, "B" * 20, "C" * 20)

Fault = Callable[["FakeSpeechServer", web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FakeSpeechServer:
    """`faults` are used up, one a call that should speak; then it speaks well, saying `mp3`."""

    mp3: bytes
    url: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0
    pause_s: float = 0.0

    async def spoken(self, request: web.Request, body: dict[str, Any], good: Fault) -> web.StreamResponse:
        self.requests.append(body)
        self.asked.set()
        self.queries.append(dict(request.query))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.pause_s)
            return await (self.faults.popleft() if self.faults else good)(self, request)
        except (ConnectionResetError, asyncio.CancelledError):
            self.left.set()
            raise
        finally:
            self.at_once -= 1

    async def eleven_speech(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if request.headers.get("xi-api-key") != KEY:
            return eleven(401, "invalid_api_key")
        wrong = set(body) - {"text", "model_id", "language_code", "voice_settings", "seed"}
        if wrong or request.query.get("output_format") != "mp3_44100_128":
            return web.json_response({"detail": [{"loc": ["body"], "msg": str(wrong), "type": "extra"}]}, status=422)
        if body["model_id"] == "eleven_multilingual_v2" and "language_code" in body:
            return eleven(400, "unsupported_language")
        if not 0.7 <= body["voice_settings"]["speed"] <= 1.2:
            return eleven(400, "invalid_voice_settings")
        if request.match_info["voice"] not in ELEVEN_VOICE_IDS:
            return eleven(404, "voice_not_found")
        return await self.spoken(request, body, said({"character-cost": str(len(body["text"]) // 2)}))

    async def eleven_dialogue(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if request.headers.get("xi-api-key") != KEY:
            return eleven(401, "invalid_api_key")
        if wrong := wrong_dialogue(body, request.query.get("output_format")):
            return web.json_response({"detail": [{"loc": ["body"], "msg": wrong, "type": "invalid"}]}, status=422)
        if {turn["voice_id"] for turn in body["inputs"]} - set(ELEVEN_VOICE_IDS):
            return eleven(404, "voice_not_found")
        return await self.spoken(request, body, said())

    async def eleven_voices(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("xi-api-key") != KEY:
            return eleven(401, "invalid_api_key")
        if request.query.get("page_size") != "100":
            return eleven(400, "invalid_page_size")
        second = request.query.get("next_page_token") == "next"
        return web.json_response(ELEVEN_VOICES_2 if second else ELEVEN_VOICES_1)

    async def unreal_stream(self, request: web.Request) -> web.StreamResponse:
        return await self._unreal(request, 1000, {"Codec"}, said())

    async def unreal_speech(self, request: web.Request) -> web.StreamResponse:
        async def good(server: "FakeSpeechServer", request: web.Request) -> web.StreamResponse:
            return web.json_response({"OutputUri": f"{self.url}/kept.mp3", "TimestampsUri": f"{self.url}/kept.json"})

        return await self._unreal(request, 3000, {"AudioFormat", "OutputFormat"}, good)

    async def _unreal(self, request: web.Request, limit: int, more: set[str], good: Fault) -> web.StreamResponse:
        body = await request.json()
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"message": "Unauthorized"}, status=401)
        if set(body) != {"Text", "VoiceId", "Bitrate", "Speed", "Pitch"} | more:
            return web.json_response({"message": "malformed"}, status=400)
        if len(body["Text"]) > limit or not -1 <= body["Speed"] <= 1:
            return web.json_response({"message": "Text too long"}, status=400)
        return await self.spoken(request, body, good)

    async def kept(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:  # signed addresses refuse a second kind of authority
            return web.Response(status=400)
        return web.Response(body=self.mp3 * 6, content_type="audio/mpeg")

    async def openai_speech(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return openai(401, "invalid_api_key")
        if set(body) - {"model", "input", "voice", "response_format", "speed"} or body["response_format"] != "mp3":
            return openai(400, "unknown_parameter")
        if body["voice"] not in ("nova", "onyx"):
            return openai(400, "invalid_value", param="voice", message=f"Invalid voice {body['voice']}")
        if len(body["input"]) > 4096:
            return openai(400, "string_too_long")
        return await self.spoken(request, body, said())


def wrong_dialogue(body: dict[str, Any], output_format: str | None) -> str:
    """What is wrong with it, if anything."""
    if set(body) - {"inputs", "model_id", "language_code"} or body["model_id"] != "eleven_v3":
        return "extra fields, or a model that has no dialogues"
    if output_format != "mp3_44100_128":
        return "output_format"
    turns = body["inputs"]
    if not turns or any(set(turn) != {"text", "voice_id"} or not turn["text"].strip() for turn in turns):
        return "inputs"
    if len({turn["voice_id"] for turn in turns}) > 10:
        return "more than 10 voices"
    return "more than 2000 characters" if sum(len(turn["text"]) for turn in turns) > 2000 else ""


ELEVEN_VOICES_1 = {
    "voices": [
        {
            "voice_id": VOICE,
            "name": "Sarah",
            "labels": {"gender": "female", "language": "en"},
            "preview_url": "https://x/s",
        },
        {
            "voice_id": "B" * 20,
            "name": "Laura",
            "labels": {"gender": "female"},
            "verified_languages": [{"language": "de"}],
        },
    ],
    "has_more": True,
    "total_count": 3,
    "next_page_token": "next",
}
ELEVEN_VOICES_2 = {
    "voices": [{"voice_id": "C" * 20, "name": "Roger", "labels": {"gender": "male", "language": "en"}}],
    "has_more": False,
    "total_count": 3,
    "next_page_token": None,
}


def said(headers: dict[str, str] | None = None) -> Fault:
    async def respond(server: FakeSpeechServer, request: web.Request) -> web.StreamResponse:
        return web.Response(body=server.mp3, content_type="audio/mpeg", headers=headers)

    return respond


def answered(
    status: int, body: Any = b"", *, content_type: str = "application/json", headers: dict[str, str] | None = None
) -> Fault:
    async def respond(server: FakeSpeechServer, request: web.Request) -> web.StreamResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, content_type=content_type, headers=headers)

    return respond


def cut_recording() -> Fault:
    """Half of it, in an answer that claims to be whole."""

    async def respond(server: FakeSpeechServer, request: web.Request) -> web.StreamResponse:
        return web.Response(body=server.mp3[: len(server.mp3) // 2], content_type="audio/mpeg")

    return respond


def dropped() -> Fault:
    """The line goes in the middle of an answer whose length was told."""

    async def respond(server: FakeSpeechServer, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/mpeg", "Content-Length": str(len(server.mp3))})
        await response.prepare(request)
        await response.write(server.mp3[:1000])
        assert request.transport is not None
        request.transport.abort()
        return response

    return respond


def silent() -> Fault:
    async def respond(server: FakeSpeechServer, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("the client waited past every limit")

    return respond


def eleven(status: int, code: str, message: str = "no") -> web.Response:
    return web.json_response({"detail": {"status": code, "message": message}}, status=status)


def openai(status: int, code: str, *, message: str = "no", **more: Any) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code, **more}
    return web.json_response({"error": error}, status=status)


@asynccontextmanager
async def running(mp3: bytes) -> AsyncIterator[FakeSpeechServer]:
    server = FakeSpeechServer(mp3)
    app = web.Application()
    app.router.add_post("/v1/text-to-speech/{voice}", server.eleven_speech)
    app.router.add_post("/v1/text-to-dialogue", server.eleven_dialogue)
    app.router.add_get("/v2/voices", server.eleven_voices)
    app.router.add_post("/stream", server.unreal_stream)
    app.router.add_post("/speech", server.unreal_speech)
    app.router.add_get("/kept.mp3", server.kept)
    app.router.add_post("/audio/speech", server.openai_speech)
    # handler_cancellation: a client that goes away must be noticed
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
