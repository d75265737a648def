"""The light worker with RQ and a Redis that comes and goes."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import pytest
import redis
from pydantic import SecretStr

from core.queue import LIGHT_QUEUES, JobSpec, Push, RedisQueue
from core.settings import Settings
from jobs.light import ROOM, LightWorker
from jobs.runtime import Bench
from tests.bench.redis_server import free_port, redis_server
from tests.jobs import lane_jobs
from tests.jobs.lane_jobs import DUE, QUICK, SLOW, Seen
from tests.patience import until


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture
def store(redis_url: str) -> Iterator[redis.Redis]:
    with closing(redis.Redis.from_url(redis_url)) as client:
        client.flushall()
        yield client


@pytest.fixture
def seen() -> Seen:
    return lane_jobs.forget()


def at(settings: Settings, redis_url: str) -> Settings:
    return settings.model_copy(update={"redis_url": SecretStr(redis_url)})


@asynccontextmanager
async def working(settings: Settings, bench: Bench, *, grace_s: float = 1.0) -> AsyncIterator[LightWorker]:
    worker = LightWorker(settings, bench, LIGHT_QUEUES)
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop(grace_s=grace_s, give_back_s=1.0)


async def push(redis_url: str, spec: JobSpec, *names: str) -> None:
    queue = RedisQueue(redis.Redis.from_url(redis_url))
    try:
        await queue.push([Push(spec, (name,)) for name in names])
    finally:
        queue.close()


def waiting(store: redis.Redis, queue: str) -> int:
    return int(store.llen(f"rq:queue:{queue}"))


async def test_a_full_lane_leaves_its_jobs_to_others_and_doesnt_hold_up_what_is_due(
    settings: Settings, bench: Bench, redis_url: str, store: redis.Redis, seen: Seen
) -> None:
    async with working(at(settings, redis_url), bench):
        await push(redis_url, SLOW, *(f"slow {number}" for number in range(ROOM + 5)))
        await seen.until("begun", ROOM)
        await push(redis_url, DUE, "due")
        await seen.until("ended", 1)
        assert seen.ended == ["due"]
        assert waiting(store, SLOW.queue) == 5, "another process may take them"
        seen.go_on.set()
        await seen.until("ended", ROOM + 6)
    assert seen.most_at_once == ROOM


async def test_an_idle_worker_leaves_at_once_and_leaves_nothing_behind(
    settings: Settings, bench: Bench, redis_url: str, store: redis.Redis, seen: Seen
) -> None:
    before = {thread.name for thread in threading.enumerate()}
    async with working(at(settings, redis_url), bench):
        await push(redis_url, QUICK, "one")
        await seen.until("ended", 1)
    lanes = [thread.name for thread in threading.enumerate() if thread.name.startswith("lane-")]
    assert not set(lanes) - before, "left behind, where they would have listened for ten seconds"
    await until(lambda: len(store.client_list()) == 1)
    assert store.scard("rq:workers") == 0


async def test_a_stopping_worker_ends_what_it_can_and_breaks_off_the_rest(
    settings: Settings, bench: Bench, redis_url: str, store: redis.Redis, seen: Seen
) -> None:
    worker = LightWorker(at(settings, redis_url), bench, LIGHT_QUEUES)
    worker.start()
    await push(redis_url, SLOW, "a", "b")
    await seen.until("begun", 2)
    stopping = asyncio.create_task(worker.stop(grace_s=0.5, give_back_s=1.0))
    await asyncio.sleep(0.3)
    await push(redis_url, QUICK, "too late")
    await stopping
    assert sorted(seen.broken_off) == ["a", "b"]
    assert waiting(store, QUICK.queue) == 1, "what it doesn't do stays for others"


async def test_no_job_is_lost_when_workers_come_and_go(
    settings: Settings, bench: Bench, redis_url: str, store: redis.Redis, seen: Seen
) -> None:
    names = [f"job {number}" for number in range(120)]
    pushing = asyncio.create_task(_push_slowly(redis_url, names))
    while not pushing.done():
        async with working(at(settings, redis_url), bench):
            await asyncio.sleep(0.15)
    async with working(at(settings, redis_url), bench):
        await seen.until("ended", len(names))
    assert sorted(seen.ended) == sorted(names)


async def _push_slowly(redis_url: str, names: list[str]) -> None:
    for name in names:
        await push(redis_url, QUICK, name)


async def test_lanes_come_back_when_redis_does(settings: Settings, bench: Bench, seen: Seen) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    async with working(at(settings, url), bench):
        for name in ("first", "after a restart"):
            with redis_server(port):
                await push(url, QUICK, name)
                await seen.until("ended", 1 if name == "first" else 2)
            await asyncio.sleep(0.2)
    assert seen.ended == ["first", "after a restart"]


async def test_lanes_come_back_when_redis_forgot_nothing_of_them(
    settings: Settings, bench: Bench, redis_url: str, store: redis.Redis, seen: Seen
) -> None:
    """Their connections are cut, and Redis still has them on its list."""
    async with working(at(settings, redis_url), bench):
        await push(redis_url, QUICK, "first")
        await seen.until("ended", 1)
        store.client_kill_filter(_type="normal", skipme=True)
        await push(redis_url, QUICK, "second")
        await seen.until("ended", 2)


async def test_waiting_costs_next_to_nothing(
    settings: Settings, bench: Bench, redis_url: str, store: redis.Redis, seen: Seen
) -> None:
    """Threads that sleep, and a handful of commands."""
    async with working(at(settings, redis_url), bench) as worker:
        await push(redis_url, QUICK, "one")
        await seen.until("ended", 1)
        await asyncio.sleep(0.2)
        began, commands = time.monotonic(), int(store.info()["total_commands_processed"])
        await asyncio.sleep(1.0)
        a_second = (int(store.info()["total_commands_processed"]) - commands) / (time.monotonic() - began)
        assert a_second < 10
        assert len(worker.lanes) == 3
