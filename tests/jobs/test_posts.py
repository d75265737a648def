"""Writing and rewriting, with a model that answers, refuses, hangs, or says too little."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from core import ids
from core.billing.models import ModelUse
from core.billing.queries import Feature, entitlement_of
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries import statuses
from core.deliveries.models import Delivery, DeliveryStatus
from core.deps import Deps
from core.posts import service as posts
from core.posts import writing
from core.posts.models import Batch, BatchStatus, Post
from core.posts.platforms import Draft
from core.posts.writing import Place
from core.providers.llm import ChatClient
from core.providers.model import ModelWriter
from core.providers.text import Rewrite, RewriteKind
from core.work.models import Work, WorkStatus
from core.work.service import claim_work
from jobs import deliveries as delivery_jobs
from jobs import posts as jobs
from jobs import statuses as status_jobs
from jobs.runtime import Bench, Run
from tests.core.providers import fake_model_server
from tests.core.providers.fake_model_server import KEY, FakeModelServer, refused, silent, streamed
from tests.factories import make_batch, make_post, make_user
from tests.patience import PATIENCE_S, until
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person


@pytest.fixture
async def model() -> AsyncIterator[FakeModelServer]:
    async with fake_model_server.running() as server:
        yield server


@pytest.fixture
def modelled(concurrent_bench: Bench, model: FakeModelServer) -> Bench:
    """A bench whose posts a model writes."""
    deps = concurrent_bench.deps
    client = ChatClient(deps.http, base_url=model.url, models=("first",), key=SecretStr(KEY), pause_s=0.01)
    return replace(concurrent_bench, deps=replace(deps, writer=ModelWriter(client)))


async def asked(deps: Deps, person: Person, *, variants: int = 3) -> Batch:
    """Generate was pressed."""
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        batch = await make_batch(tx, user, variants=variants)
        return await writing.request_posts(tx, owner_id=user.id, batch_id=batch.id, place=place_of(person))


def place_of(person: Person) -> Place:
    return Place(TelegramId(person.id), TelegramId(1), "en")


async def write(bench: Bench, batch: Batch) -> None:
    await jobs.write.run(bench, str((await work_on(bench.deps, batch.id)).id))


async def work_on(deps: Deps, subject_id: Any) -> Work:
    async with deps.sessions() as session:
        return (await session.scalars(select(Work).where(Work.subject_id == subject_id))).one()


async def batch_row(deps: Deps, batch: Batch) -> Batch:
    async with deps.sessions() as session:
        return await session.get_one(Batch, batch.id, populate_existing=True)


async def used(deps: Deps, batch: Batch) -> int:
    async with deps.tx() as tx:
        return (await entitlement_of(tx.session, owner_id=batch.owner_id, feature=Feature.POSTS, now=tx.now)).used


async def show_all(bench: Bench, queue: RecordingQueue) -> None:
    """Everything that was pushed for the chat, as a worker does it."""
    for args in queue.pushed(statuses.SHOW_STATUS):
        await status_jobs.show_status.run(bench, *args)
    for args in queue.pushed(deliveries.SEND):
        await delivery_jobs.send.run(bench, *args)
    queue.clear()


async def texts(person: Person) -> list[str]:
    return [message.text for message in await person.history() if not message.outgoing]


async def test_posts_are_written_settled_and_shown_on_one_card(
    modelled: Bench, person: Person, queue: RecordingQueue
) -> None:
    batch = await asked(modelled.deps, person)
    await write(modelled, batch)
    assert (await batch_row(modelled.deps, batch)).status == BatchStatus.READY
    assert await used(modelled.deps, batch) == 3
    async with modelled.deps.sessions() as session:
        assert await session.scalar(select(func.count()).where(Post.batch_id == batch.id)) == 3
        assert (await session.scalars(select(ModelUse))).one().cost_usd == pytest.approx(0.001)
    assert len(queue.pushed(deliveries.SEND)) == 1
    await show_all(modelled, queue)
    assert "3 posts" in (await texts(person))[0]
    card = (await person.history())[-1]
    assert "Bread rises slowly" in card.text
    assert card.button("Rewrite")


async def test_a_model_that_is_busy_is_asked_later_and_the_card_comes_once(
    modelled: Bench, person: Person, model: FakeModelServer, queue: RecordingQueue, clock: FixedClock
) -> None:
    model.faults.extend([refused(429, headers={"Retry-After": "600"})] * 2)
    batch = await asked(modelled.deps, person)
    await write(modelled, batch)
    work = await work_on(modelled.deps, batch.id)
    assert (work.status, work.next_attempt_at) == (WorkStatus.QUEUED, clock.now() + timedelta(seconds=600))
    assert await used(modelled.deps, batch) == 3, "held"
    clock.advance(timedelta(seconds=600))
    model.faults.clear()
    for _ in range(2):
        await write(modelled, batch)
    assert (await batch_row(modelled.deps, batch)).status == BatchStatus.READY
    assert len(queue.pushed(deliveries.SEND)) == 1


async def test_a_refusal_gives_the_quota_back_and_says_so(
    modelled: Bench, person: Person, model: FakeModelServer, queue: RecordingQueue
) -> None:
    model.faults.append(refused(401, "No auth credentials found"))
    batch = await asked(modelled.deps, person)
    await write(modelled, batch)
    row = await batch_row(modelled.deps, batch)
    assert (row.status, row.hold_id) == (BatchStatus.FAILED, None)
    assert await used(modelled.deps, batch) == 0
    await show_all(modelled, queue)
    assert "refuses our key" in (await texts(person))[-1]


async def test_fewer_posts_than_asked_cost_only_what_came(
    modelled: Bench, person: Person, model: FakeModelServer
) -> None:
    one = json.dumps({"posts": [{"angle": "slow", "text": "Bread rises slowly. That is all.", "hashtags": []}]})
    model.faults.extend([streamed(one)] * 4)
    batch = await asked(modelled.deps, person)
    await write(modelled, batch)
    assert (await batch_row(modelled.deps, batch)).status == BatchStatus.READY
    assert await used(modelled.deps, batch) == 1


async def test_cancelled_while_it_writes_nothing_is_charged_and_the_model_is_left(
    modelled: Bench, person: Person, model: FakeModelServer, queue: RecordingQueue
) -> None:
    model.faults.append(silent())
    batch = await asked(modelled.deps, person)
    running = asyncio.create_task(write(modelled, batch))
    await until(lambda: model.requests)
    async with modelled.deps.tx() as tx:
        await writing.cancel_writing(tx, owner_id=batch.owner_id, batch_id=batch.id, place=place_of(person))
    async with asyncio.timeout(PATIENCE_S):
        await running
        await model.left.wait()
    assert (await batch_row(modelled.deps, batch)).status == BatchStatus.CANCELLED
    assert await used(modelled.deps, batch) == 0
    assert queue.pushed(deliveries.SEND) == []


async def test_cancelled_before_it_began_it_ends_at_once(modelled: Bench, person: Person) -> None:
    batch = await asked(modelled.deps, person)
    async with modelled.deps.tx() as tx:
        await writing.cancel_writing(tx, owner_id=batch.owner_id, batch_id=batch.id, place=place_of(person))
    assert (await batch_row(modelled.deps, batch)).status == BatchStatus.CANCELLED
    await write(modelled, batch)
    assert (await batch_row(modelled.deps, batch)).status == BatchStatus.CANCELLED
    assert await used(modelled.deps, batch) == 0


async def rewritten(bench: Bench, post: Post, person: Person) -> None:
    async with bench.deps.tx() as tx:
        await posts.request_rewrite(
            tx,
            owner_id=post.owner_id,
            post_id=post.id,
            rewrite=Rewrite(RewriteKind.SHORTER, ""),
            place=place_of(person),
        )


async def run_rewrite(bench: Bench, post: Post) -> None:
    await jobs.rewrite.run(bench, str((await work_on(bench.deps, post.id)).id))


async def post_row(deps: Deps, post_id: ids.PostId) -> Post:
    async with deps.sessions() as session:
        return await session.get_one(Post, post_id, populate_existing=True)


async def one_post(deps: Deps, person: Person, queue: RecordingQueue) -> Post:
    async with deps.tx() as tx:
        post = await make_post(tx, await make_user(tx, telegram_user_id=person.id))
    queue.clear()
    return post


async def test_a_rewrite_is_the_next_version_on_the_card(
    modelled: Bench, person: Person, queue: RecordingQueue
) -> None:
    post = await one_post(modelled.deps, person, queue)
    await rewritten(modelled, post, person)
    await run_rewrite(modelled, post)
    row = await post_row(modelled.deps, post.id)
    assert row.version == 2
    assert "Bread rises slowly" in row.text
    await show_all(modelled, queue)
    assert "Bread rises slowly" in (await texts(person))[-1]


async def test_a_change_by_hand_during_a_rewrite_stays_and_the_card_says_so(
    modelled: Bench, person: Person, queue: RecordingQueue
) -> None:
    post = await one_post(modelled.deps, person, queue)
    await rewritten(modelled, post, person)
    async with modelled.deps.tx() as tx:
        await posts.replace_text(tx, owner_id=post.owner_id, post_id=post.id, draft=Draft("My own words."))
    await run_rewrite(modelled, post)
    assert (await post_row(modelled.deps, post.id)).text == "My own words."
    assert (await work_on(modelled.deps, post.id)).status == WorkStatus.FAILED
    await show_all(modelled, queue)
    assert "changed the post meanwhile" in (await texts(person))[-1]


async def test_the_rewrite_of_a_post_that_was_deleted_meanwhile_ends(
    modelled: Bench, person: Person, queue: RecordingQueue
) -> None:
    post = await one_post(modelled.deps, person, queue)
    await rewritten(modelled, post, person)
    async with modelled.deps.tx() as tx:
        await posts.delete_post(tx, owner_id=post.owner_id, post_id=post.id)
    await run_rewrite(modelled, post)
    assert (await work_on(modelled.deps, post.id)).status == WorkStatus.FAILED


async def test_a_rewrite_that_fails_brings_the_card_back_with_the_reason(
    modelled: Bench, person: Person, model: FakeModelServer, queue: RecordingQueue
) -> None:
    model.faults.append(refused(401))
    post = await one_post(modelled.deps, person, queue)
    await rewritten(modelled, post, person)
    await run_rewrite(modelled, post)
    assert (await post_row(modelled.deps, post.id)).version == 1
    await show_all(modelled, queue)
    [card] = await texts(person)
    assert post.text in card
    assert "refuses our key" in card


async def test_a_rewrite_grows_on_its_card_until_somebody_stops_it(
    modelled: Bench, person: Person, queue: RecordingQueue
) -> None:
    post = await one_post(modelled.deps, person, queue)
    await rewritten(modelled, post, person)
    work = await work_on(modelled.deps, post.id)
    async with modelled.deps.tx() as tx:
        claimed = await claim_work(tx, work.id, spec=posts.REWRITE, worker=modelled.worker)
    assert claimed is not None
    run = Run(modelled, posts.REWRITE, claimed)
    await jobs._show_begun(run, post.id, "Bread ri")
    await show_all(modelled, queue)
    assert "Bread ri" in (await texts(person))[-1]
    async with modelled.deps.tx() as tx:
        await posts.cancel_rewrite(tx, owner_id=post.owner_id, post_id=post.id)
    await jobs._show_begun(run, post.id, "Bread rises")
    await show_all(modelled, queue)
    assert "Bread rises" not in (await texts(person))[-1]


async def test_flood_control_keeps_the_stream_back_and_loses_nothing_of_the_posts(
    modelled: Bench, person: Person, queue: RecordingQueue, sandbox: RunningSandbox
) -> None:
    for method in ("sendMessageDraft", "sendMessage"):
        await sandbox.client.add_fault("rate_limit", method, chat_id=person.id, retry_after=1, times=9)
    batch = await asked(modelled.deps, person)
    await write(modelled, batch)
    await show_all(modelled, queue)
    assert not any("Bread rises slowly" in text for text in await texts(person))
    async with modelled.deps.sessions() as session:
        waiting = (await session.scalars(select(Delivery).where(Delivery.owner_id == batch.owner_id))).one()
    assert waiting.status == DeliveryStatus.SCHEDULED
    assert await deliver_until_there(modelled, waiting, person)


async def deliver_until_there(bench: Bench, waiting: Delivery, person: Person) -> bool:
    """As the scheduler does it, which leases what is due; gives whether the card is there with all of its text."""
    await person.client.clear_faults()
    async with bench.deps.tx() as tx:
        row = await tx.session.get_one(Delivery, waiting.id)
        row.next_attempt_at = tx.now
    async with bench.deps.tx() as tx:
        leased = await deliveries.lease_due(tx, limit=5)
    assert leased is not None
    await delivery_jobs.send.run(bench, leased.ticket, *map(str, leased.delivery_ids))
    return any("Bread rises slowly" in text for text in await texts(person))
