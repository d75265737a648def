"""Strict stand-ins for fal's queue and OpenAI's /images/generations on a free port, in their documented shapes."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from aiohttp import web
from PIL import Image

KEY = "key-secret-of-the-test"
FAL_MODELS = ("fal-ai/flux/schnell", "fal-ai/flux/dev", "fal-ai/flux-pro/v1.1")

Fault = Callable[["FakeImageServer", web.Request], Awaitable[web.StreamResponse]]


def picture(size: tuple[int, int] = (640, 640), *, form: str = "JPEG") -> bytes:
    """Of stripes, so that it isn't as small as a plain colour."""
    stored = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(stored, form)
    return stored.getvalue()


@dataclass
class FakeImageServer:
    """`faults` are used up, one for each request that isn't a download; then all goes well after `looks` looks."""

    url: str = ""
    elsewhere: str = ""
    """Named in receipts in place of `url`."""
    picture: bytes = field(default_factory=picture)
    faults: deque[Fault | None] = field(default_factory=deque)
    orders: list[dict[str, Any]] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    looks: int = 1
    looked: int = 0
    ended: dict[str, Any] = field(default_factory=dict)
    """More of what COMPLETED says."""
    output: dict[str, Any] = field(default_factory=dict)
    """More of what a model's output says."""
    cancelled: list[str] = field(default_factory=list)
    ordered: asyncio.Event = field(default_factory=asyncio.Event)
    hold_orders: asyncio.Event | None = None
    hold_results: asyncio.Event | None = None

    async def fal_order(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if request.headers.get("Authorization") != f"Key {KEY}":
            return web.json_response({"detail": "Cannot access application. Authentication is required."}, status=401)
        model = request.match_info["model"]
        if model not in FAL_MODELS:
            return web.json_response({"detail": "Application not found"}, status=404)
        if set(body) - {"prompt", "image_size", "num_images", "output_format"}:
            return web.json_response(
                {"detail": [{"loc": ["body"], "msg": "no", "type": "extra_forbidden"}]}, status=422
            )
        if fault := self._fault():
            return await fault(self, request)
        self.orders.append(body)
        self.models.append(model)
        self.ordered.set()
        if self.hold_orders is not None:
            await self.hold_orders.wait()
        app, request_id = "/".join(model.split("/")[:2]), f"r{len(self.orders)}"
        base = f"{self.elsewhere or self.url}/{app}/requests/{request_id}"
        return web.json_response(
            {
                "status": "IN_QUEUE",
                "request_id": request_id,
                "response_url": base,
                "status_url": f"{base}/status",
                "cancel_url": f"{base}/cancel",
                "queue_position": 0,
            }
        )

    async def fal_status(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Key {KEY}":
            return web.json_response({"detail": "no"}, status=401)
        if fault := self._fault():
            return await fault(self, request)
        self.looked += 1
        if self.hold_results is not None:
            if self.hold_results.is_set():
                return web.json_response({"status": "COMPLETED"} | self.ended)
            return web.json_response({"status": "IN_PROGRESS", "logs": []}, status=202)
        if self.looked <= self.looks:
            return web.json_response({"status": "IN_QUEUE", "queue_position": 1}, status=202)
        return web.json_response({"status": "COMPLETED", "metrics": {"inference_time": 0.4}} | self.ended)

    async def fal_result(self, request: web.Request) -> web.StreamResponse:
        if fault := self._fault():
            return await fault(self, request)
        shown = {"url": f"{self.url}/files/a.jpg", "width": 640, "height": 640, "content_type": "image/jpeg"}
        output = {"images": [shown], "timings": {}, "seed": 2**60, "has_nsfw_concepts": [False], "prompt": "p"}
        return web.json_response(output | self.output)

    async def fal_cancel(self, request: web.Request) -> web.StreamResponse:
        self.cancelled.append(request.path.split("/")[-2])
        return web.json_response({"status": "CANCELLATION_REQUESTED"}, status=202)

    async def openai_image(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return openai(401, "invalid_api_key")
        if wrong := wrong_openai(body):
            return openai(400, "unknown_parameter", message=wrong)
        if fault := self._fault():
            return await fault(self, request)
        self.orders.append(body)
        self.ordered.set()
        return web.json_response({"created": 1, "data": [{"b64_json": base64.b64encode(self.picture).decode()}]})

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Files are for everybody: whoever shows a key here has given it away."""
        assert "Authorization" not in request.headers
        return web.Response(body=self.picture, content_type="image/jpeg")

    def _fault(self) -> Fault | None:
        return self.faults.popleft() if self.faults else None


def wrong_openai(body: dict[str, Any]) -> str:
    """What OpenAI would say against it."""
    if set(body) - {"model", "prompt", "n", "size", "quality", "output_format", "response_format"}:
        return "unknown"
    gpt = body["model"].startswith("gpt-image")
    if gpt and "response_format" in body:
        return "Unknown parameter: 'response_format'."
    if gpt and (body["size"] not in ("1024x1024", "1536x1024", "1024x1536") or body["quality"] not in GPT_QUALITIES):
        return "size or quality"
    return ""


GPT_QUALITIES = ("low", "medium", "high", "auto")


def openai(status: int, code: str, *, message: str = "no", kind: str = "invalid_request_error") -> web.Response:
    return web.json_response({"error": {"message": message, "type": kind, "param": None, "code": code}}, status=status)


def answered(status: int, body: Any = b"", *, headers: dict[str, str] | None = None) -> Fault:
    async def respond(server: FakeImageServer, request: web.Request) -> web.StreamResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, content_type="application/json", headers=headers)

    return respond


def silent() -> Fault:
    async def respond(server: FakeImageServer, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("the client waited past every limit")

    return respond


@asynccontextmanager
async def running_images() -> AsyncIterator[FakeImageServer]:
    server = FakeImageServer()
    app = web.Application()
    app.router.add_get("/{app:.+}/requests/{id}/status", server.fal_status)
    app.router.add_put("/{app:.+}/requests/{id}/cancel", server.fal_cancel)
    app.router.add_get("/{app:.+}/requests/{id}", server.fal_result)
    app.router.add_get("/files/{name}", server.file)
    app.router.add_post("/v1/images/generations", server.openai_image)
    app.router.add_post("/{model:.+}", server.fal_order)
    # handler_cancellation: a client that goes away must be noticed
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
