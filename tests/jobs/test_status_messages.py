"""Messages that change in place: the newest state, in one message, whatever happens to the message."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import select

from core import ids
from core.accounts.service import user_of
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import statuses
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.posts.models import Card, Post
from core.posts.scheduling import schedule_post
from core.posts.writing import card_of
from core.settings import Settings
from core.telegram.client import open_plain_bot
from core.telegram.limiter import Limiter, Priority
from core.telegram.sender import Sender
from jobs import statuses as jobs
from jobs.runtime import Bench
from tests.factories import make_post, make_user
from tests.jobs.conftest import WORKER, at_sandbox
from tests.patience import PATIENCE_S, until
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person, SeenMessage

HANGS_S = PATIENCE_S
"""So long does a call hang that is given up."""


async def scheduled(deps: Deps, person: Person, *, in_s: float = 7200) -> Post:
    """A post whose status message isn't there yet."""
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id, time_zone="UTC")
        post = await make_post(tx, user)
    await move(deps, post, in_s=in_s)
    return post


async def move(deps: Deps, post: Post, *, in_s: float) -> None:
    async with deps.tx() as tx:
        await schedule_post(tx, owner_id=post.owner_id, post_id=post.id, due_at=tx.now + timedelta(seconds=in_s))


async def show(bench: Bench, subject: UUID) -> None:
    await jobs.show_status.run(bench, str(subject))


async def seen(person: Person) -> list[SeenMessage]:
    return [message for message in await person.history() if not message.outgoing]


async def row(deps: Deps, subject: UUID) -> StatusMessage:
    async with deps.sessions() as session:
        return await session.get_one(StatusMessage, subject, populate_existing=True)


async def test_one_job_shows_several(concurrent_deps: Deps, bench: Bench, person: Person) -> None:
    side_by_side = replace(bench, deps=concurrent_deps)
    first = await scheduled(concurrent_deps, person)
    async with concurrent_deps.tx() as tx:
        second = await make_post(tx, await user_of(tx.session, first.owner_id))
    await move(concurrent_deps, second, in_s=7200)
    posts = [first, second]
    await jobs.show_status.run(side_by_side, *(str(post.id) for post in posts), statuses.LATER)
    assert len(await seen(person)) == 2
    assert [(await row(concurrent_deps, post.id)).shown_version for post in posts] == [1, 1]


async def test_it_is_sent_once_and_then_edited(bench: Bench, person: Person) -> None:
    post = await scheduled(bench.deps, person)
    await show(bench, post.id)
    [first] = await seen(person)
    assert "in 2 h" in first.text
    await move(bench.deps, post, in_s=3 * 3600)
    await show(bench, post.id)
    [second] = await seen(person)
    assert second.id == first.id
    assert "in 3 h" in second.text


async def test_side_by_side_the_newest_version_wins_in_one_message(
    concurrent_bench: Bench, person: Person, sandbox: RunningSandbox
) -> None:
    deps = concurrent_bench.deps
    post = await scheduled(deps, person)
    await sandbox.client.add_fault("delay", "sendMessage", chat_id=person.id, delay_s=0.3)
    slow = asyncio.create_task(show(concurrent_bench, post.id))
    await asyncio.sleep(0.1)
    await move(deps, post, in_s=5 * 3600)
    await asyncio.gather(slow, *(show(concurrent_bench, post.id) for _ in range(4)))
    await show(concurrent_bench, post.id)
    [message] = await seen(person)
    assert "in 5 h" in message.text
    found = await row(deps, post.id)
    assert found.shown_version == found.version


async def test_what_the_user_deleted_comes_back_as_one_new_message(
    bench: Bench, person: Person, sandbox: RunningSandbox
) -> None:
    post = await scheduled(bench.deps, person)
    await show(bench, post.id)
    [first] = await seen(person)
    await sandbox.client.request("DELETE", f"/client/chats/{person.id}/messages/{first.id}?user_id={person.id}")
    for hours in (3, 4):
        await move(bench.deps, post, in_s=hours * 3600)
        await show(bench, post.id)
    [second] = await seen(person)
    assert second.id != first.id
    assert "in 4 h" in second.text


@pytest.mark.parametrize("fault", ["rate_limit", "error", "drop_answer"])
async def test_an_edit_that_fails_for_the_moment_is_made_later(
    bench: Bench, person: Person, sandbox: RunningSandbox, clock: FixedClock, queue: RecordingQueue, fault: str
) -> None:
    post = await scheduled(bench.deps, person)
    await show(bench, post.id)
    await move(bench.deps, post, in_s=3 * 3600)
    await sandbox.client.add_fault(fault, "editMessageText", chat_id=person.id)
    await show(bench, post.id)
    queue.clear()
    clock.advance(timedelta(seconds=6))
    async with bench.deps.tx() as tx:
        await statuses.enqueue_refreshes(tx, limit=10)
    assert queue.pushed(statuses.SHOW_STATUS) == [(str(post.id),)]
    await show(bench, post.id)
    [message] = await seen(person)
    assert "in 3 h" in message.text


async def test_a_countdown_goes_on(bench: Bench, person: Person, clock: FixedClock, queue: RecordingQueue) -> None:
    post = await scheduled(bench.deps, person)
    await show(bench, post.id)
    refresh_at = (await row(bench.deps, post.id)).refresh_at
    assert refresh_at is not None
    clock.advance(refresh_at - clock.now() + timedelta(seconds=1))
    queue.clear()
    async with bench.deps.tx() as tx:
        await statuses.enqueue_refreshes(tx, limit=10)
    assert (str(post.id), statuses.LATER) in queue.pushed(statuses.SHOW_STATUS)
    await show(bench, post.id)
    [message] = await seen(person)
    assert "in 1 hour 45" in message.text


async def test_a_countdown_doesnt_wait_for_a_slow_telegram(
    bench: Bench, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    post = await scheduled(bench.deps, person)
    await show(bench, post.id)
    clock.advance(timedelta(minutes=16))
    async with bench.deps.tx() as tx:
        await statuses.enqueue_refreshes(tx, limit=10)
    await sandbox.client.add_fault("hang", "editMessageText", chat_id=person.id, delay_s=HANGS_S)
    began = time.monotonic()
    await show(bench, post.id)
    assert time.monotonic() - began < HANGS_S
    found = await row(bench.deps, post.id)
    assert found.shown_version < found.version
    assert found.refresh_at == clock.now() + timedelta(seconds=jobs.STATUS_RETRY_S)


async def test_what_can_come_later_makes_room_while_much_waits(
    deps: Deps, settings: Settings, sandbox: RunningSandbox, person: Person, clock: FixedClock
) -> None:
    async with open_plain_bot(at_sandbox(settings, sandbox)) as bot:
        limiter = Limiter(deps.redis, rate_per_s=1, key="crowded")
        crowded = Bench(deps, Sender(bot, limiter), worker=WORKER)
        post = await scheduled(deps, person)
        waiting = [
            asyncio.create_task(limiter.acquire(None, priority=Priority.STATUS)) for _ in range(jobs.LATER_ROOM + 5)
        ]
        await until(lambda: limiter.waiting(Priority.STATUS) >= jobs.LATER_ROOM)
        await jobs.show_status.run(crowded, str(post.id), statuses.LATER)
        found = await row(deps, post.id)
        assert (found.showing_until, found.refresh_at) == (None, clock.now() + statuses.SHOWING)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_who_has_blocked_the_bot_isnt_written_to_until_something_changes(
    bench: Bench, person: Person, clock: FixedClock
) -> None:
    post = await scheduled(bench.deps, person)
    await person.block()
    await show(bench, post.id)
    assert (await row(bench.deps, post.id)).refresh_at is None
    await person.unblock()
    await move(bench.deps, post, in_s=3 * 3600)
    await show(bench, post.id)
    assert "in 3 h" in (await seen(person))[-1].text


async def test_what_is_refused_while_something_newer_was_written_makes_room_for_it(
    bench: Bench, person: Person, queue: RecordingQueue
) -> None:
    deps = bench.deps
    post = await scheduled(deps, person)
    async with deps.tx() as tx:
        claimed = await statuses.claim_status(tx, post.id)
    assert claimed is not None
    await move(deps, post, in_s=3 * 3600)
    queue.clear()
    async with deps.tx() as tx:
        await statuses.give_up_status(tx, post.id, version=claimed.version)
    assert queue.pushed(statuses.SHOW_STATUS) == [(str(post.id),)]


async def test_a_notice_that_nobody_can_draw_is_given_up_and_logged_once(bench: Bench, person: Person) -> None:
    subject = ids.new()
    await want(bench.deps, person, subject, notice="no.such", data={"language": "en"})
    with structlog.testing.capture_logs() as logs:
        await show(bench, subject)
        await show(bench, subject)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["job.crashed"]
    assert (await row(bench.deps, subject)).refresh_at is None


async def test_a_card_that_had_to_be_sent_anew_is_still_the_post_s_card(bench: Bench, person: Person) -> None:
    """A reply to it edits the post."""
    async with bench.deps.tx() as tx:
        post = await make_post(tx, await make_user(tx, telegram_user_id=person.id))
        data = await card_of(tx.session, post=post, now=tx.now) | {"language": "en"}
    subject = ids.new()
    await want(bench.deps, person, subject, notice="posts.card", data=data, message_id=TelegramId(999))
    await show(bench, subject)
    [message] = await seen(person)
    async with bench.deps.sessions() as session:
        cards = (await session.scalars(select(Card).where(Card.post_id == post.id))).all()
    assert [(card.chat_id, card.message_id) for card in cards] == [(person.id, message.id)]


async def test_a_worker_that_stops_in_the_middle_leaves_it_to_the_next(
    concurrent_bench: Bench, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    post = await scheduled(concurrent_bench.deps, person)
    await sandbox.client.add_fault("hang", "sendMessage", chat_id=person.id, delay_s=HANGS_S)
    showing = asyncio.create_task(show(concurrent_bench, post.id))

    async def claimed() -> bool:
        return (await row(concurrent_bench.deps, post.id)).showing_until is not None

    await until(claimed)
    showing.cancel()
    await asyncio.wait([showing])
    found = await row(concurrent_bench.deps, post.id)
    assert (found.showing_until, found.refresh_at) == (None, clock.now())


async def want(
    deps: Deps,
    person: Person,
    subject: UUID,
    *,
    notice: str,
    data: dict[str, Any],
    message_id: TelegramId | None = None,
) -> None:
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        await statuses.show_status(
            tx,
            owner_id=user.id,
            subject_id=subject,
            chat_id=TelegramId(person.id),
            message_id=message_id,
            notice=notice,
            data=data,
        )
