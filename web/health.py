"""Whether the service lives, whether it can work, and its numbers for Prometheus."""

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError

from core import metrics
from core.db import DATABASE_TROUBLE, ping
from core.deliveries.queries import deliveries_under_way
from core.deps import Deps
from core.work.queries import unfinished_work_by_kind
from web.context import DEPS

routes = web.RouteTableDef()
PATIENCE_S = 2.0
REDIS_TROUBLE: tuple[type[Exception], ...] = (RedisError, OSError)


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
        except REDIS_TROUBLE:
            failing.append("redis")
    return web.json_response(
        {"status": "unavailable" if failing else "ok", "failing": failing}, status=503 if failing else 200
    )


@routes.get("/metrics")
async def prometheus(request: web.Request) -> web.Response:
    """This process's own figures, the counts of all processes, and how much waits in the database right now.

    What can't be asked at the moment is left out; that it is missing is a figure, too.
    """
    deps = request.app[DEPS]
    registry, failing = (
        CollectorRegistry(),
        Gauge("postaify_unavailable", "Servers that don't answer.", ["server"], registry=None),
    )
    for server, figures, troubles in (("redis", counts, REDIS_TROUBLE), ("database", backlog, DATABASE_TROUBLE)):
        try:
            async with asyncio.timeout(PATIENCE_S):
                await figures(deps, registry)
            failing.labels(server).set(0)
        except troubles:
            failing.labels(server).set(1)
    registry.register(failing)
    return web.Response(
        body=generate_latest() + generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )


async def counts(deps: Deps, registry: CollectorRegistry) -> None:
    registry.register(await metrics.collected(deps.redis))


async def backlog(deps: Deps, registry: CollectorRegistry) -> None:
    """Gauges of what isn't done yet. Ages are in seconds; nothing waiting is 0."""
    now = deps.clock.now()
    jobs = Gauge(
        "postaify_jobs_unfinished", "Background work by kind and status.", ["kind", "status"], registry=registry
    )
    age = Gauge(
        "postaify_jobs_oldest_seconds",
        "For how long the oldest of it could be taken, or runs. What is put off waits for others, and is 0.",
        ["kind", "status"],
        registry=registry,
    )
    deliveries = Gauge("postaify_deliveries_under_way", "Due (not taken yet) and held.", ["state"], registry=registry)
    late = Gauge("postaify_deliveries_oldest_due_seconds", "Since the earliest promise not kept.", registry=registry)
    async with deps.read() as session:
        for found in await unfinished_work_by_kind(session, now=now):
            jobs.labels(found.kind, found.state).set(found.count)
            age.labels(found.kind, found.state).set(max(0.0, (now - found.oldest_at).total_seconds()))
        under_way = await deliveries_under_way(session, now=now)
    deliveries.labels("due").set(under_way.due)
    deliveries.labels("held").set(under_way.held)
    late.set((now - under_way.oldest_due_at).total_seconds() if under_way.oldest_due_at else 0)
