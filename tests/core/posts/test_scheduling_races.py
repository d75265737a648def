"""Users and workers at the same post in the same moment, on real connections."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import ids
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryStatus
from core.deps import Deps
from core.posts.models import Post
from core.posts.queries import post_of
from core.posts.scheduling import BeingSent, cancel_schedule, post_now, record_delivery, schedule_post
from tests.factories import make_post, make_user
from tests.patience import PATIENCE_S

WORKER = "host:1:aa"
A_MOMENT_S = 0.2


async def scheduled_post(deps: Deps) -> Post:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        post = await make_post(tx, owner)
        done = await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + timedelta(hours=1))
    return done.post


async def begin(deps: Deps, post: Post) -> ids.DeliveryId:
    """A worker is about to call Telegram."""
    async with deps.tx() as tx:
        delivery = await tx.session.scalar(
            select(Delivery).where(Delivery.subject_id == post.id, Delivery.kind == "post")
        )
        assert delivery is not None
        delivery.status, delivery.leased_by = DeliveryStatus.LEASED, WORKER
        await tx.session.flush()
        assert await deliveries.begin_sending(tx, [delivery.id], worker=WORKER)
        return delivery.id


async def test_cancelling_while_the_result_is_written_down_ends_at_once(concurrent_deps: Deps) -> None:
    """Ending a delivery locks it before its post, cancelling the other way round: neither may wait for the other."""
    deps, post = concurrent_deps, await scheduled_post(concurrent_deps)
    delivery_id = await begin(deps, post)
    has_post, has_delivery = asyncio.Event(), asyncio.Event()

    async def end() -> None:
        async with deps.tx() as tx:
            await has_post.wait()
            assert await deliveries.finish_delivery(tx, delivery_id, worker=WORKER, status=DeliveryStatus.DELIVERED)
            has_delivery.set()
            await record_delivery(
                tx, owner_id=post.owner_id, post_id=post.id, status=DeliveryStatus.DELIVERED, error=None
            )

    async def cancel() -> None:
        async with deps.tx() as tx:
            await post_of(tx.session, owner_id=post.owner_id, post_id=post.id, lock=True)
            has_post.set()
            await has_delivery.wait()
            await cancel_schedule(tx, owner_id=post.owner_id, post_id=post.id)

    async with asyncio.timeout(PATIENCE_S):
        ended, cancelled = await asyncio.gather(end(), cancel(), return_exceptions=True)
    assert ended is None
    assert isinstance(cancelled, BeingSent)
    async with deps.read() as session:
        assert (await post_of(session, owner_id=post.owner_id, post_id=post.id)).status == "published"


async def test_a_cancel_that_meets_the_first_step_of_sending_loses(concurrent_deps: Deps) -> None:
    deps, post = concurrent_deps, await scheduled_post(concurrent_deps)
    async with deps.tx() as tx:
        delivery = await tx.session.scalar(
            select(Delivery).where(Delivery.subject_id == post.id, Delivery.kind == "post")
        )
        assert delivery is not None
        delivery.status, delivery.leased_by = DeliveryStatus.LEASED, WORKER

    async def cancel() -> None:
        async with deps.tx() as tx:
            await cancel_schedule(tx, owner_id=post.owner_id, post_id=post.id)

    async with deps.tx() as tx:
        assert await deliveries.begin_sending(tx, [delivery.id], worker=WORKER)
        cancelling = asyncio.create_task(cancel())
        await asyncio.sleep(A_MOMENT_S)
        assert not cancelling.done(), "it waits for the row"
    with pytest.raises(BeingSent):
        await cancelling
    async with deps.read() as session:
        assert (await post_of(session, owner_id=post.owner_id, post_id=post.id)).status == "scheduled"


async def test_twenty_presses_at_once_make_one_delivery(concurrent_deps: Deps) -> None:
    deps = concurrent_deps
    async with deps.tx() as tx:
        owner = await make_user(tx)
        post = await make_post(tx, owner)

    async def press() -> bool:
        async with deps.tx() as tx:
            return (await post_now(tx, owner_id=owner.id, post_id=post.id)).changed

    changed = await asyncio.gather(*(press() for _ in range(20)))
    assert sum(changed) == 1
    async with deps.read() as session:
        assert (
            await session.scalar(select(func.count()).where(Delivery.subject_id == post.id, Delivery.kind == "post"))
            == 1
        )
