"""What a job writes down: what comes together is one commit, and each row gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from core import ids
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deps import Deps
from jobs.ledger import Ledger, Together
from jobs.runtime import Bench
from tests.factories import make_user

HOLDER = "me"


async def test_what_comes_while_a_write_is_under_way_goes_into_the_next() -> None:
    batches: list[list[int]] = []
    free = asyncio.Event()

    async def write(numbers: Sequence[int]) -> list[bool]:
        batches.append(list(numbers))
        await free.wait()
        return [number % 2 == 0 for number in numbers]

    together = Together(write)
    first = asyncio.create_task(together.add(0))
    while not batches:  # noqa: ASYNC110 - the task that writes has its turn
        await asyncio.sleep(0)
    later = [asyncio.create_task(together.add(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    later[2].cancel()
    await asyncio.sleep(0)
    free.set()
    assert await first
    assert [await task for task in later[:2]] == [False, True]
    assert batches == [[0], [1, 2]]


async def test_a_write_that_fails_is_told_to_all_and_the_next_one_is_tried() -> None:
    async def write(numbers: Sequence[int]) -> list[bool]:
        if 0 in numbers:
            raise OSError("the database is away")
        return [True] * len(numbers)

    together = Together(write)
    results = await asyncio.gather(together.add(0), together.add(0), return_exceptions=True)
    assert [type(result) for result in results] == [OSError, OSError]
    assert await together.add(1)


@pytest.fixture
async def rows(deps: Deps) -> list[ids.DeliveryId]:
    """Three that this job has, and one that another one has."""
    made = []
    async with deps.tx() as tx:
        user = await make_user(tx)
        for _ in range(4):
            delivery_id = await deliveries.schedule_delivery(
                tx,
                owner_id=user.id,
                kind=DeliveryKind.BROADCAST,
                subject_id=ids.new(),
                chat_id=TelegramId(7),
                content={"text": "Bread", "format": "plain"},
            )
            assert delivery_id is not None
            made.append(delivery_id)
        for push in tx.outbox:
            ticket, leased_id = map(str, push.args)
            holder = "another" if leased_id == str(made[3]) else HOLDER
            await deliveries.claim_leased(tx, made, ticket=ticket, worker=holder)
        tx.outbox.clear()
    return made


async def statuses(deps: Deps, rows: Sequence[ids.DeliveryId]) -> list[str]:
    async with deps.read() as session:
        found = [await session.get_one(Delivery, row, populate_existing=True) for row in rows]
    return [row.status for row in found]


async def test_only_what_the_job_still_has_is_begun_and_ended(
    deps: Deps, bench: Bench, rows: list[ids.DeliveryId]
) -> None:
    ledger = Ledger(bench, HOLDER)
    assert await asyncio.gather(*(ledger.begin(row) for row in rows)) == [True, True, True, False]
    assert not await ledger.begin(rows[0])
    parts = [{"message_id": 5}]
    assert await asyncio.gather(*(ledger.end(row, parts) for row in (rows[1], rows[3]))) == [True, False]
    sending, delivered, leased = DeliveryStatus.SENDING, DeliveryStatus.DELIVERED, DeliveryStatus.LEASED
    assert await statuses(deps, rows) == [sending, delivered, sending, leased]
    async with deps.read() as session:
        ended = await session.get_one(Delivery, rows[1], populate_existing=True)
    assert (ended.parts, ended.attempt) == (parts, 1)
    assert ended.finished_at is not None
