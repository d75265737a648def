"""What the service says of itself to those who watch it."""

from dataclasses import replace
from datetime import timedelta

import redis.asyncio
from aiohttp.test_utils import TestClient, TestServer

from core import ids, metrics
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import DeliveryKind
from core.deliveries.service import schedule_delivery
from core.deps import Deps
from core.queue import TEXT, JobSpec
from core.work.service import claim_work, put_off_work, request_work, sweep_work
from tests.bench.redis_server import free_port
from tests.factories import make_user
from tests.patience import until
from web.app import build_app
from web.context import METER

SPEC = JobSpec("jobs.tests.work", queue=TEXT)


async def told(deps: Deps) -> list[str]:
    async with TestClient(TestServer(build_app(deps))) as client:
        answer = await client.get("/metrics")
        assert answer.status == 200
        return (await answer.text()).splitlines()


async def test_what_all_processes_count_is_told(deps: Deps) -> None:
    for outcome in ("done", "done", "failed"):
        async with metrics.timed(deps.redis, "job", kind="jobs.posts.write") as labels:
            labels["outcome"] = outcome
    await metrics.count(deps.redis, "deliveries", kind="post", outcome="delivered")
    for late_s in (0.02, 0.2, 400.0):
        await metrics.observe(deps.redis, "delivery_lateness_seconds", late_s, kind="post")
    lines = await told(deps)
    assert 'postaify_job_seconds_count{kind="jobs.posts.write",outcome="done"} 2.0' in lines
    assert 'postaify_deliveries_total{kind="post",outcome="delivered"} 1.0' in lines
    assert 'postaify_delivery_lateness_seconds_bucket{kind="post",le="0.25"} 2.0' in lines
    assert 'postaify_delivery_lateness_seconds_bucket{kind="post",le="+Inf"} 3.0' in lines
    assert 'postaify_delivery_lateness_seconds_sum{kind="post"} 400.22' in lines


async def test_requests_are_counted_by_route_and_status_without_a_round_trip_each(deps: Deps) -> None:
    app = build_app(deps)
    async with TestClient(TestServer(app)) as client:
        for path in ("/healthz", "/healthz", "/nothing/here", "/nor/there"):
            await client.get(path)
        before = await (await client.get("/metrics")).text()
        assert "postaify_request_seconds" not in before
        await app[METER].flush()
        lines = (await (await client.get("/metrics")).text()).splitlines()
    assert 'postaify_request_seconds_count{method="GET",route="/healthz",status="200"} 2.0' in lines
    assert 'postaify_request_seconds_count{method="GET",route="none",status="404"} 2.0' in lines


async def test_a_meter_adds_up_by_itself_after_a_moment(deps: Deps) -> None:
    meter = metrics.Meter(deps.redis, every_s=0.01)
    for seconds in (0.001, 0.02):
        meter.observe("update_seconds", seconds, kind="press", outcome="answered")
    line = 'postaify_update_seconds_sum{kind="press",outcome="answered"} 0.021'

    async def added_up() -> bool:
        return line in await told(deps)

    await until(added_up)


async def test_what_waits_is_told_with_its_age(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        user = await make_user(tx)
        await request_work(tx, SPEC, owner_id=user.id, subject_id=ids.new())
        await schedule_delivery(
            tx,
            owner_id=user.id,
            kind=DeliveryKind.POST,
            subject_id=ids.new(),
            chat_id=TelegramId(1),
            content={"text": "Bread"},
            due_at=tx.now + timedelta(seconds=10),
        )
    clock.advance(timedelta(seconds=40))
    lines = await told(deps)
    assert 'postaify_jobs_unfinished{kind="jobs.tests.work",status="queued"} 1.0' in lines
    assert 'postaify_jobs_oldest_seconds{kind="jobs.tests.work",status="queued"} 40.0' in lines
    assert 'postaify_deliveries_under_way{state="due"} 1.0' in lines
    assert "postaify_deliveries_oldest_due_seconds 30.0" in lines


async def test_without_redis_the_rest_is_told_and_that_it_is_missing(deps: Deps) -> None:
    async with redis.asyncio.Redis(port=free_port()) as nobody:
        away = replace(deps, redis=nobody)
        await metrics.count(away.redis, "deliveries", kind="post", outcome="delivered")
        lines = await told(away)
    assert 'postaify_unavailable{server="redis"} 1.0' in lines
    assert 'postaify_unavailable{server="database"} 0.0' in lines
    assert "postaify_deliveries_oldest_due_seconds 0.0" in lines


async def test_what_is_put_off_is_told_from_what_nobody_takes(deps: Deps, clock: FixedClock) -> None:
    """However long it is looked at again and again, it is old only once its next look is overdue."""
    async with deps.tx() as tx:
        work_id = await request_work(tx, SPEC, owner_id=(await make_user(tx)).id, subject_id=ids.new())
    for _ in range(30):
        async with deps.tx() as tx:
            claimed = await claim_work(tx, work_id, spec=SPEC, worker="w")
            assert claimed is not None
            assert await put_off_work(tx, claimed, after_s=60)
        clock.advance(timedelta(seconds=60))
    assert 'postaify_jobs_oldest_seconds{kind="jobs.tests.work",status="queued"} 0.0' in await told(deps)

    async with deps.tx() as tx:
        await sweep_work(tx, {SPEC.target: SPEC})
    clock.advance(timedelta(seconds=7))
    assert 'postaify_jobs_oldest_seconds{kind="jobs.tests.work",status="queued"} 7.0' in await told(deps)
    async with deps.tx() as tx:
        claimed = await claim_work(tx, work_id, spec=SPEC, worker="w")
        assert claimed is not None
    assert 'postaify_jobs_oldest_seconds{kind="jobs.tests.work",status="running"} 0.0' in await told(deps)
    async with deps.tx() as tx:
        await put_off_work(tx, claimed, after_s=60)
    lines = await told(deps)
    assert 'postaify_jobs_unfinished{kind="jobs.tests.work",status="put_off"} 1.0' in lines
    assert 'postaify_jobs_oldest_seconds{kind="jobs.tests.work",status="put_off"} 0.0' in lines
