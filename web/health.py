"""Whether the service lives, whether it can work, and its numbers for Prometheus."""

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError

from core.db import ping
from web.context import DEPS

routes = web.RouteTableDef()
PATIENCE_S = 2.0


@routes.get("/healthz")
async def healthz(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Database and Redis answer, too; 503 with the names of those that don't."""
    deps = request.app[DEPS]
    failing = []
    async with asyncio.timeout(PATIENCE_S):
        if not await ping(deps.readers):
            failing.append("database")
        try:
            await deps.redis.ping()
        except (RedisError, OSError):
            failing.append("redis")
    return web.json_response(
        {"status": "unavailable" if failing else "ok", "failing": failing}, status=503 if failing else 200
    )


@routes.get("/metrics")
async def metrics(_: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
