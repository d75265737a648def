"""Deliveries through the whole engine while Telegram, the user, or the database misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import telegram
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine
from telegram.request import RequestData

from bot.deliveries.failures import failure_sentence
from bot.notices import render
from bot.texts import Texts
from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus, StatusMessage
from core.deliveries.service import UNKNOWN_OUTCOME
from core.deps import Deps
from core.posts.models import Post, PostStatus
from core.posts.scheduling import cancel_schedule, post_now
from core.settings import Settings
from core.telegram.client import api_url, bot_token
from core.telegram.limiter import Limiter, Priority
from core.telegram.request import AioHttpRequest
from core.telegram.sender import Sender
from jobs import deliveries as jobs
from jobs import statuses as status_jobs
from jobs.maintenance import recover
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.factories import make_post, make_user
from tests.jobs.conftest import WORKER, at_sandbox
from tests.patience import until
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

LONG = "\n\n".join(f"{number}. " + "Bread pays. " * 150 for number in range(1, 7))


async def posted(deps: Deps, person: Person, text: str = "Bread.", *, chat_id: int | None = None) -> Post:
    """A post that is due now; to a channel where `chat_id` names one."""
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id, time_zone="UTC")
        post = await make_post(tx, user, "Bread.")
        tx.outbox.clear()
        post.text = text
        await tx.session.flush()
        await post_now(tx, owner_id=user.id, post_id=post.id)
        if chat_id is not None:
            (await _of(tx.session, post.id)).chat_id = TelegramId(chat_id)
    return post


async def _of(session: Any, post_id: ids.PostId) -> Delivery:
    found = await session.scalar(
        select(Delivery)
        .where(Delivery.subject_id == post_id, Delivery.kind == DeliveryKind.POST)
        .execution_options(populate_existing=True)
    )
    assert isinstance(found, Delivery)
    return found


async def delivery_of(deps: Deps, post: Post) -> Delivery:
    async with deps.sessions() as session:
        return await _of(session, post.id)


async def post_row(deps: Deps, post: Post) -> Post:
    async with deps.sessions() as session:
        return await session.get_one(Post, post.id, populate_existing=True)


async def send(bench: Bench, queue: RecordingQueue) -> None:
    """What was pushed is sent, as a worker does it."""
    await Scheduler(bench.deps).tick()
    pushed = queue.pushed(deliveries.SEND)
    queue.clear()
    await asyncio.gather(*(jobs.send.run(bench, *args) for args in pushed))


async def texts(person: Person, chat_id: int | None = None) -> list[str]:
    return [message.text for message in await person.history(chat_id=chat_id) if not message.outgoing]


async def channel_of(person: Person) -> int:
    channel = await person.make_chat("channel", "Bread news")
    await person.add_bot(channel["id"])
    return int(channel["id"])


async def test_an_answer_that_got_lost_sends_to_a_person_again_and_ends_delivered(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    await sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=person.id)
    post = await posted(bench.deps, person)
    await send(bench, queue)
    assert (await delivery_of(bench.deps, post)).status == DeliveryStatus.SCHEDULED
    clock.advance(timedelta(seconds=3))
    await send(bench, queue)
    assert (await delivery_of(bench.deps, post)).status == DeliveryStatus.DELIVERED
    assert (await post_row(bench.deps, post)).status == PostStatus.PUBLISHED
    assert await texts(person) == ["Bread.", "Bread."]


async def test_an_answer_that_got_lost_asks_the_owner_of_a_channel(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    channel = await channel_of(person)
    await sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=channel)
    post = await posted(bench.deps, person, chat_id=channel)
    await send(bench, queue)
    clock.advance(timedelta(minutes=5))
    await recover(bench.deps, me=WORKER)
    await send(bench, queue)
    assert (await delivery_of(bench.deps, post)).status == DeliveryStatus.UNCONFIRMED
    assert await texts(person, channel) == ["Bread."], "never twice"
    await status_jobs.show_status.run(bench, str(post.id))
    status = (await person.history())[-1]
    assert "Perhaps published" in status.text
    assert status.button("Send again")


@pytest.mark.parametrize("fault", ["rate_limit", "error"])
async def test_a_channel_gets_it_once_after_what_surely_sent_nothing(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock, fault: str
) -> None:
    channel = await channel_of(person)
    await sandbox.client.add_fault(fault, "sendMessage", chat_id=channel)
    post = await posted(bench.deps, person, chat_id=channel)
    for _ in range(2):
        await send(bench, queue)
        clock.advance(timedelta(seconds=10))
    delivery = await delivery_of(bench.deps, post)
    assert (delivery.status, delivery.attempt) == (DeliveryStatus.DELIVERED, 2)
    assert await texts(person, channel) == ["Bread."]


@pytest.mark.parametrize("fault", ["rate_limit", "error"])
async def test_parts_that_are_there_arent_sent_again(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock, fault: str
) -> None:
    channel = await channel_of(person)
    await sandbox.client.add_fault(fault, "sendMessage", chat_id=channel, after=1)
    post = await posted(bench.deps, person, LONG, chat_id=channel)
    await send(bench, queue)
    assert len((await delivery_of(bench.deps, post)).parts) == 1
    clock.advance(timedelta(seconds=10))
    await send(bench, queue)
    assert (await delivery_of(bench.deps, post)).status == DeliveryStatus.DELIVERED
    arrived = await texts(person, channel)
    assert len(arrived) == len(set(arrived)) > 2
    assert "".join(" ".join(arrived).split()) == "".join(LONG.split())


async def test_who_has_blocked_the_bot_is_marked_and_told_when_back(
    bench: Bench, queue: RecordingQueue, person: Person
) -> None:
    post = await posted(bench.deps, person)
    await person.block()
    await send(bench, queue)
    failed = await post_row(bench.deps, post)
    assert failed.status == PostStatus.FAILED
    assert failed.error is not None
    assert failed.error["code"] == "delivery.blocked_by_user"
    async with bench.deps.sessions() as session:
        assert (await session.get_one(User, post.owner_id, populate_existing=True)).blocked_at is not None


async def test_what_was_cancelled_in_the_last_moment_isnt_sent(
    bench: Bench, queue: RecordingQueue, person: Person
) -> None:
    post = await posted(bench.deps, person)
    async with bench.deps.tx() as tx:
        assert (await cancel_schedule(tx, owner_id=post.owner_id, post_id=post.id)).changed
    await send(bench, queue)
    assert (await delivery_of(bench.deps, post)).status == DeliveryStatus.CANCELLED
    assert await texts(person) == []


async def test_cancelled_after_an_attempt_that_telegram_never_answered_that_is_said(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    await sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=person.id)
    post = await posted(bench.deps, person)
    await send(bench, queue)
    assert (await delivery_of(bench.deps, post)).status == DeliveryStatus.SCHEDULED
    async with bench.deps.tx() as tx:
        cancelled = (await cancel_schedule(tx, owner_id=post.owner_id, post_id=post.id)).post
    assert (cancelled.status, cancelled.error) == (PostStatus.CANCELLED, {"code": UNKNOWN_OUTCOME, "params": {}})
    async with bench.deps.sessions() as session:
        status = await session.get_one(StatusMessage, post.id, populate_existing=True)
    screen = render(status.notice, status.data, now=clock.now())
    assert "An attempt was made before, and Telegram never said whether it arrived" in screen.text
    assert await texts(person) == ["Bread."]


async def test_a_failure_after_an_attempt_that_telegram_never_answered_says_both(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    await sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=person.id)
    post = await posted(bench.deps, person)
    await send(bench, queue)
    await person.block()
    clock.advance(timedelta(minutes=1))
    await send(bench, queue)
    failed = await post_row(bench.deps, post)
    assert failed.status == PostStatus.FAILED
    said = failure_sentence(failed.error, Texts("en"))
    assert "You had blocked me." in said
    assert "An earlier attempt may have arrived all the same" in said


async def test_a_group_that_became_a_supergroup_is_followed(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox
) -> None:
    group = await person.make_chat("group", "Bakers")
    await person.add_bot(group["id"])
    moved = await sandbox.client.request("POST", f"/client/chats/{group['id']}/migrate", json={"user_id": person.id})
    post = await posted(bench.deps, person, chat_id=group["id"])
    for _ in range(2):
        await send(bench, queue)
    delivery = await delivery_of(bench.deps, post)
    assert (delivery.status, delivery.chat_id) == (DeliveryStatus.DELIVERED, moved["id"])


async def test_what_is_known_to_be_sent_is_kept_when_its_feature_fails(
    bench: Bench, queue: RecordingQueue, person: Person
) -> None:
    """Else it would be sent again."""
    post = await posted(bench.deps, person)
    async with bench.deps.tx() as tx:
        (await tx.session.get_one(Post, post.id)).deleted_at = tx.now
    await send(bench, queue)
    assert (await delivery_of(bench.deps, post)).status == DeliveryStatus.DELIVERED
    assert await texts(person) == ["Bread."]


async def test_what_waits_long_for_its_chat_makes_room_and_comes_later(
    deps: Deps, settings: Settings, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    limiter = Limiter(deps.redis, rate_per_s=29, key="patience")
    async with plain_bot(at_sandbox(settings, sandbox), AioHttpRequest()) as bot:
        bench = Bench(deps, Sender(bot, limiter), worker=WORKER)
        await limiter.pause(0.6, chat=person.id)
        post = await posted(deps, person)
        [args] = queue.pushed(deliveries.SEND)
        async with deps.tx() as tx:
            [claimed] = await deliveries.claim_leased(
                tx, [ids.DeliveryId(UUID(str(args[1])))], ticket=str(args[0]), worker="me"
            )
        sending = jobs.Sending(bench, "me", claimed, patience_s=0.2)
        await sending.run()
        delivery = await delivery_of(deps, post)
        assert (delivery.status, delivery.attempt) == (DeliveryStatus.SCHEDULED, 0)
        assert delivery.next_attempt_at == clock.now() + timedelta(seconds=jobs.CHAT_PAUSE_S)
        clock.advance(timedelta(seconds=jobs.CHAT_PAUSE_S))
        queue.clear()
        await send(bench, queue)
    assert (await delivery_of(deps, post)).status == DeliveryStatus.DELIVERED


async def test_a_worker_that_stops_gives_back_what_it_hasnt_begun(
    concurrent_deps: Deps,
    settings: Settings,
    queue: RecordingQueue,
    person: Person,
    sandbox: RunningSandbox,
) -> None:
    limiter = Limiter(concurrent_deps.redis, rate_per_s=29, key="stopping")
    async with plain_bot(at_sandbox(settings, sandbox), AioHttpRequest()) as bot:
        bench = Bench(concurrent_deps, Sender(bot, limiter), worker=WORKER)
        await limiter.pause(30, chat=person.id)
        post = await posted(concurrent_deps, person)
        sending = asyncio.create_task(send(bench, queue))
        await until(lambda: limiter.waiting(Priority.INTERACTIVE))
        sending.cancel()
        await asyncio.wait([sending])
    delivery = await delivery_of(concurrent_deps, post)
    assert (delivery.status, delivery.attempt, delivery.leased_by) == (DeliveryStatus.SCHEDULED, 0, None)


class Watchful(AioHttpRequest):
    """Notes how many transactions were open at each call."""

    def __init__(self, open_now: set[int]) -> None:
        super().__init__()
        self._open_now = open_now
        self.open_at_calls: list[int] = []

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        self.open_at_calls.append(len(self._open_now))
        return await super().do_request(url, method, request_data, *timeouts, **more)


@pytest.fixture
async def open_transactions(engine: AsyncEngine) -> AsyncIterator[set[int]]:
    open_now: set[int] = set()

    def begin(connection: Any) -> None:
        open_now.add(id(connection))

    def end(connection: Any) -> None:
        open_now.discard(id(connection))

    listeners = [("begin", begin), ("commit", end), ("rollback", end)]
    for name, listener in listeners:
        event.listen(engine.sync_engine, name, listener)
    yield open_now
    for name, listener in listeners:
        event.remove(engine.sync_engine, name, listener)


async def test_telegram_is_called_while_no_transaction_is_open(
    concurrent_deps: Deps,
    open_transactions: set[int],
    settings: Settings,
    queue: RecordingQueue,
    person: Person,
    sandbox: RunningSandbox,
) -> None:
    request = Watchful(open_transactions)
    async with plain_bot(at_sandbox(settings, sandbox), request) as bot:
        bench = Bench(concurrent_deps, Sender(bot, Limiter(concurrent_deps.redis, rate_per_s=0, key="open")), WORKER)
        post = await posted(concurrent_deps, person, LONG)
        await send(bench, queue)
        await status_jobs.show_status.run(bench, str(post.id))
    assert (await delivery_of(concurrent_deps, post)).status == DeliveryStatus.DELIVERED
    assert len(request.open_at_calls) > 3
    assert set(request.open_at_calls) == {0}


@asynccontextmanager
async def plain_bot(settings: Settings, request: AioHttpRequest) -> AsyncIterator[telegram.Bot]:
    """A bot on a transport of the test's own."""
    await request.initialize()
    url = f"{api_url(settings)}/bot"
    yield telegram.Bot(bot_token(settings), base_url=url, request=request, get_updates_request=request)
    await request.shutdown()
