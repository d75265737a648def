"""The loop that makes things happen on time: one of it, several of it, and with its servers away."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import redis.asyncio
import structlog
from sqlalchemy import select

from core import ids
from core.clock import FixedClock, SystemClock
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries import statuses
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deps import Deps
from core.queue import TEXT, JobSpec
from core.work import service as work_service
from jobs.maintenance import sweep, tell_overdue
from jobs.scheduler import BATCH, FULL_S, SLEEP_MAX_S, Scheduler, schedule
from tests.bench.redis_server import free_port, redis_server
from tests.factories import make_post, make_user
from tests.patience import PATIENCE_S, until
from tests.recording_queue import RecordingQueue

ME = "host:1:aa"
SPEC = JobSpec("jobs.tests.work", queue=TEXT)


async def add(deps: Deps, *in_s: float) -> list[str]:
    """Deliveries that will be due."""
    async with deps.tx() as tx:
        user = await make_user(tx)
        made = [
            await deliveries.schedule_delivery(
                tx,
                owner_id=user.id,
                kind=DeliveryKind.POST,
                subject_id=ids.new(),
                chat_id=TelegramId(1),
                content={"text": "Bread"},
                due_at=tx.now + timedelta(seconds=seconds),
            )
            for seconds in in_s
        ]
    return [str(delivery_id) for delivery_id in made]


def leased(queue: RecordingQueue) -> list[str]:
    return [str(delivery_id) for _, *pushed in queue.pushed(deliveries.SEND) for delivery_id in pushed]


async def test_what_is_due_is_enqueued_and_it_sleeps_until_the_next(
    deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    scheduler = Scheduler(deps)
    assert await scheduler.tick() == SLEEP_MAX_S
    first, _ = await add(deps, 10, 10.25)
    assert await scheduler.tick() == SLEEP_MAX_S
    assert leased(queue) == []
    clock.advance(timedelta(seconds=10))
    assert await scheduler.tick() == pytest.approx(0.25)
    assert leased(queue) == [first]


async def test_schedulers_side_by_side_never_double(
    concurrent_deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    wanted = await add(concurrent_deps, *[5] * 100)
    clock.advance(timedelta(seconds=5))
    await asyncio.gather(*(Scheduler(concurrent_deps).tick() for _ in range(6)))
    assert sorted(leased(queue)) == sorted(wanted)


@pytest.mark.parametrize(
    ("rate_per_s", "in_flight_max", "batch"),
    [
        (29, deliveries.IN_FLIGHT_MAX, BATCH),
        (0, deliveries.UNLIMITED_IN_FLIGHT, deliveries.UNLIMITED_BATCH),
    ],
)
async def test_with_enough_in_flight_it_doesnt_spin(
    deps: Deps, clock: FixedClock, queue: RecordingQueue, rate_per_s: float, in_flight_max: int, batch: int
) -> None:
    settings = deps.settings.model_copy(update={"telegram_rate_per_s": rate_per_s})
    await add(deps, *[5] * (in_flight_max + batch + 20))
    clock.advance(timedelta(seconds=5))
    assert await Scheduler(replace(deps, settings=settings)).tick() == FULL_S
    assert in_flight_max <= len(leased(queue)) < in_flight_max + batch
    assert {len(pushed) for _, *pushed in queue.pushed(deliveries.SEND)} == {batch}


async def test_while_redis_is_away_nothing_is_set_aside(deps: Deps, clock: FixedClock, queue: RecordingQueue) -> None:
    """What nobody can be told of would only lie under a lease."""
    [due] = await add(deps, 5)
    clock.advance(timedelta(seconds=5))
    async with redis.asyncio.Redis(port=free_port()) as nobody:
        with pytest.raises((redis.ConnectionError, TimeoutError)):
            await Scheduler(replace(deps, redis=nobody)).tick()
    assert leased(queue) == []
    await Scheduler(deps).tick()
    assert leased(queue) == [due]


async def test_status_messages_that_want_a_look_are_enqueued(
    deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    subject = ids.new()
    async with deps.tx() as tx:
        user = await make_user(tx)
        await statuses.show_status(
            tx, owner_id=user.id, subject_id=subject, chat_id=TelegramId(1), notice="posts.status", data={}
        )
    queue.clear()
    clock.advance(timedelta(seconds=21))
    await Scheduler(deps).refresh()
    assert queue.pushed(statuses.SHOW_STATUS) == [(str(subject),)]


@pytest.mark.parametrize(("due", "counted_down"), [(0, True), (20, False)])
async def test_countdowns_give_way_to_what_is_due(
    deps: Deps, clock: FixedClock, queue: RecordingQueue, due: int, counted_down: bool
) -> None:
    limited = replace(deps, settings=deps.settings.model_copy(update={"telegram_rate_per_s": 29.0}))
    subject = ids.new()
    async with deps.tx() as tx:
        user = await make_user(tx)
        await statuses.show_status(
            tx, owner_id=user.id, subject_id=subject, chat_id=TelegramId(1), notice="posts.status", data={}
        )
        await statuses.record_shown(tx, subject, version=1, message_id=TelegramId(2), refresh_at=tx.now)
    await add(deps, *[0.5] * due)
    queue.clear()
    await Scheduler(limited).refresh()
    assert bool(queue.pushed(statuses.SHOW_STATUS)) is counted_down


async def test_what_came_of_posts_is_enqueued_no_faster_than_it_can_be_told(
    deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    limited = replace(deps, settings=deps.settings.model_copy(update={"telegram_rate_per_s": 29.0}))
    subjects = [ids.new() for _ in range(20)]
    async with deps.tx() as tx:
        user = await make_user(tx)
        for subject in subjects:
            await statuses.show_status(
                tx,
                owner_id=user.id,
                subject_id=subject,
                chat_id=TelegramId(1),
                notice="posts.status",
                data={"delivered_at": tx.now.isoformat()},
            )
    queue.clear()
    clock.advance(statuses.SHOWING)
    enqueued = []
    for _ in range(4):
        await Scheduler(limited).refresh()
        enqueued.append(sum(len(args) - 1 for args in queue.pushed(statuses.SHOW_STATUS)))
    assert enqueued == [7, 14, 20, 20]
    pushed = queue.pushed(statuses.SHOW_STATUS)
    assert all(args[-1] == statuses.LATER and len(args) - 1 <= statuses.TOGETHER for args in pushed)
    assert sorted(name for args in pushed for name in args[:-1]) == sorted(map(str, subjects))


@pytest.fixture
async def stop() -> AsyncIterator[asyncio.Event]:
    event = asyncio.Event()
    yield event
    event.set()


async def test_it_goes_on_when_redis_comes_back_and_ends_when_told(
    concurrent_deps: Deps, queue: RecordingQueue, stop: asyncio.Event
) -> None:
    port = free_port()
    async with redis.asyncio.Redis(port=port) as store:
        deps = replace(concurrent_deps, redis=store, clock=SystemClock())
        with structlog.testing.capture_logs() as logs:
            running = asyncio.create_task(schedule(deps, stop))
            [due] = await add(deps, 0.05)
            await until(lambda: "scheduler.tick_failed" in events(logs))
            assert leased(queue) == []
            with redis_server(port):
                await until(lambda: leased(queue))
                stop.set()
                async with asyncio.timeout(PATIENCE_S):
                    await running
    assert leased(queue) == [due]
    assert "scheduler.leased" in events(logs)


def events(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [entry["event"] for entry in logs]


async def test_a_sweep_takes_back_pushes_again_and_warns(deps: Deps, clock: FixedClock, queue: RecordingQueue) -> None:
    async with deps.tx() as tx:
        user = await make_user(tx)
        post = await make_post(tx, user)
        work_id = await work_service.request_work(tx, SPEC, owner_id=user.id, subject_id=ids.new())
        await deliveries.schedule_delivery(
            tx,
            owner_id=user.id,
            kind=DeliveryKind.POST,
            subject_id=post.id,
            chat_id=user.telegram_user_id,
            content={"text": "Bread"},
        )
    queue.clear()
    clock.advance(timedelta(minutes=3))
    for _ in range(3):
        await sweep(deps, {SPEC.target: SPEC}, me=ME)
        await tell_overdue(deps)
    assert queue.pushed(SPEC) == [(str(work_id),)]
    async with deps.read() as session:
        found = {row.content.get("notice"): row.status for row in await session.scalars(select(Delivery))}
    assert found == {
        None: DeliveryStatus.SCHEDULED,  # its ticket was lost
        "posts.card": DeliveryStatus.SCHEDULED,
        "posts.late": DeliveryStatus.LEASED,
    }
    assert len(queue.pushed(deliveries.SEND)) == 1, "warned once"


async def test_a_post_that_cant_be_warned_of_doesnt_silence_the_others(
    deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    await add(deps, 5)
    async with deps.tx() as tx:
        user = await make_user(tx)
        post = await make_post(tx, user)
        for subject in (ids.new(), post.id):
            await deliveries.schedule_delivery(
                tx,
                owner_id=user.id,
                kind=DeliveryKind.POST,
                subject_id=subject,
                chat_id=user.telegram_user_id,
                content={"text": "Bread"},
                due_at=tx.now + timedelta(seconds=1),
            )
    queue.clear()
    clock.advance(timedelta(minutes=3))
    await tell_overdue(deps)
    assert len(queue.pushed(deliveries.SEND)) == 1
