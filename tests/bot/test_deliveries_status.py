"""From the press to the post in the chat: post now, cancel, undo, and the one status message, with the real jobs."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.deliveries.actions import CancelSchedule, PostNow
from core.clock import FixedClock
from core.deliveries import service as deliveries
from core.deliveries import statuses
from core.deps import Deps
from core.posts.models import Post
from core.posts.queries import post_of
from core.posts.scheduling import schedule_post
from core.settings import Settings
from core.telegram.client import open_limiter, open_plain_bot
from core.telegram.sender import Sender
from jobs import deliveries as jobs
from jobs import statuses as status_jobs
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.bot.chat import Chat
from tests.factories import make_post, make_user
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"
TEXT = "Bread that pays for the oven."
JOBS = {deliveries.SEND.target: jobs.send, statuses.SHOW_STATUS.target: status_jobs.show_status}


@pytest.fixture
async def bench(deps: Deps, settings: Settings, sandbox: RunningSandbox) -> AsyncIterator[Bench]:
    there = settings.model_copy(update={"telegram_api_url": sandbox.base_url})
    async with open_plain_bot(there) as plain:
        yield Bench(deps=deps, sender=Sender(plain, open_limiter(there, deps.redis)), worker="host:1:aa")


@pytest.fixture
async def post(chat: Chat, deps: Deps) -> Post:
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
        post = await make_post(tx, user, TEXT)
    chat.application.actors.forget(chat.person.id)
    return post


async def work(bench: Bench, queue: RecordingQueue) -> None:
    """Do what is in the queues, and what comes of it. Notices of the writing are none of this test's business."""
    while queue.pushes:
        push = queue.pushes.pop(0)
        if push.spec.target in JOBS:
            await JOBS[push.spec.target].function(bench, *push.args)


async def card_of(chat: Chat) -> SeenMessage:
    listed = await chat.say("/posts")
    await chat.press(listed, listed.buttons[0].text)
    return await chat.person.refresh(listed)


async def status_in(chat: Chat) -> SeenMessage:
    """The newest message of the bot that isn't the post itself."""
    return [message for message in await chat.person.history() if not message.outgoing and message.buttons][-1]


async def scheduled(chat: Chat, deps: Deps, bench: Bench, queue: RecordingQueue, post: Post) -> SeenMessage:
    """The status message of a post that goes out in an hour."""
    queue.clear()
    async with deps.tx() as tx:
        await schedule_post(tx, owner_id=post.owner_id, post_id=post.id, due_at=tx.now + timedelta(hours=1))
    await work(bench, queue)
    return await status_in(chat)


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def state_of(deps: Deps, post: Post) -> str:
    async with deps.read() as session:
        return (await post_of(session, owner_id=post.owner_id, post_id=post.id)).status


async def test_post_now_delivers_and_the_status_ends_as_published(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue
) -> None:
    card = await card_of(chat)
    queue.clear()
    answer = await chat.press(card, "🚀 Post now")
    assert answer is not None
    assert answer.text == "Going out now."
    await work(bench, queue)
    history = await chat.person.history()
    assert [message.text for message in history if message.text == TEXT] == [TEXT]
    status = await status_in(chat)
    assert "✅ Published · Telegram\nSat, 21 Nov, 13:00 · Europe/Berlin" in status.text
    assert await state_of(deps, post) == "published"


async def test_post_now_pressed_again_sends_nothing_more(
    chat: Chat, post: Post, bench: Bench, queue: RecordingQueue
) -> None:
    card = await card_of(chat)
    queue.clear()
    told = []
    for _ in range(2):
        answer = await chat.press_data(card, PostNow(post.id).encode())
        assert answer is not None
        told.append((answer.text, answer.show_alert))
    await work(bench, queue)
    answer = await chat.press_data(card, PostNow(post.id).encode())
    assert answer is not None
    told.append((answer.text, answer.show_alert))
    await work(bench, queue)
    assert told == [
        ("Going out now.", False),
        ("It is on its way already.", False),
        ("It is out already. Duplicate it to post it again.", False),
    ]
    assert [message.text for message in await chat.person.history()].count(TEXT) == 1
    assert "🚀 Post now" not in labels(await chat.person.refresh(card))


async def test_a_scheduled_post_is_counted_down_in_place(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue, clock: FixedClock
) -> None:
    status = await scheduled(chat, deps, bench, queue, post)
    assert "⏰ Scheduled · Telegram\nSat, 21 Nov, 14:00 · Europe/Berlin · in 1 hour\n" in status.text
    assert labels(status) == ["⏰ Change time", "🚀 Post now", "🚫 Cancel"]
    seen = []
    scheduler = Scheduler(deps)
    for minutes in (5, 45, 9):
        clock.advance(timedelta(minutes=minutes))
        await scheduler.tick()
        await scheduler.refresh()
        await work(bench, queue)
        seen.append((await chat.person.refresh(status)).text.split("·")[-1].splitlines()[0].strip())
    assert seen == ["in 55 minutes", "in 10 minutes", "in 1 minute"]
    clock.advance(timedelta(minutes=1))
    await scheduler.tick()
    await work(bench, queue)
    await scheduler.refresh()
    await work(bench, queue)
    assert "✅ Published" in (await chat.person.refresh(status)).text
    assert [message.text for message in await chat.person.history()].count(TEXT) == 1


async def test_cancel_and_undo_in_the_status_message(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue
) -> None:
    status = await scheduled(chat, deps, bench, queue, post)
    for expected in ("Cancelled.", "It isn't scheduled."):
        answer = await chat.press_data(status, CancelSchedule(post.id).encode())
        assert answer is not None
        assert answer.text == expected
    await work(bench, queue)
    cancelled = await chat.person.refresh(status)
    assert "🚫 Cancelled · Telegram\nIt was planned for Sat, 21 Nov, 14:00 · Europe/Berlin." in cancelled.text
    answer = await chat.press(cancelled, "↩️ Undo")
    assert answer is not None
    assert answer.text == "Scheduled: Sat, 21 Nov, 14:00 · Europe/Berlin · in 1 hour"
    await work(bench, queue)
    assert "⏰ Scheduled" in (await chat.person.refresh(status)).text


async def test_cancel_on_the_card_brings_the_card_up_to_date(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue
) -> None:
    status = await scheduled(chat, deps, bench, queue, post)
    card = await card_of(chat)
    await chat.press(card, "🚫 Cancel post")
    assert "⏰ Schedule" in labels(await chat.person.refresh(card))
    await work(bench, queue)
    assert "🚫 Cancelled" in (await chat.person.refresh(status)).text


async def test_change_time_leaves_the_status_message_where_it_is(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue
) -> None:
    status = await scheduled(chat, deps, bench, queue, post)
    await chat.press(status, "⏰ Change time")
    choice = await chat.last()
    assert "When should it go out?" in choice.text
    assert "⏰ Scheduled" in (await chat.person.refresh(status)).text
    await chat.press(choice, "Tomorrow 09:00")
    await work(bench, queue)
    changed = await chat.person.refresh(status)
    assert "Sun, 22 Nov, 09:00" in changed.text
    assert [message.text for message in await chat.person.history() if "⏰ Scheduled ·" in message.text] == [
        changed.text
    ]


async def test_a_failure_says_why_and_trying_again_works(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue, sandbox: RunningSandbox
) -> None:
    status = await scheduled(chat, deps, bench, queue, post)
    refusal = "Bad Request: not enough rights to send text messages to the chat"
    await sandbox.client.add_fault("error", "sendMessage", chat_id=chat.person.id, error_code=400, description=refusal)
    await chat.press(status, "🚀 Post now")
    await work(bench, queue)
    failed = await chat.person.refresh(status)
    assert "❌ Not published · Telegram\nI may not write there. Give me the right to post and try again." in failed.text
    await chat.press(failed, "🔁 Try again")
    await work(bench, queue)
    assert "✅ Published" in (await chat.person.refresh(status)).text
    assert [message.text for message in await chat.person.history()].count(TEXT) == 1


async def test_a_published_post_can_be_duplicated_beside_its_status(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue
) -> None:
    status = await scheduled(chat, deps, bench, queue, post)
    await chat.press(status, "🚀 Post now")
    await work(bench, queue)
    await chat.press(await chat.person.refresh(status), "📑 Duplicate as a draft")
    assert "✅ Published" in (await chat.person.refresh(status)).text
    card = await chat.last()
    assert TEXT in card.text
    assert "⏰ Schedule" in labels(card)


async def test_the_card_follows_what_becomes_of_its_post(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue
) -> None:
    card = await card_of(chat)
    await chat.press(card, "⏰ Schedule")
    await chat.press(await chat.person.refresh(card), "In 1 h")
    await work(bench, queue)
    assert "⏰ Scheduled" in (await chat.person.refresh(card)).text
    status = await chat.last()
    await chat.press(status, "🚫 Cancel")
    await work(bench, queue)
    assert "🚫 Cancelled" in (await chat.person.refresh(card)).text
    await chat.press(await chat.person.refresh(status), "Choose a time")
    await chat.press(await chat.last(), "In 1 h")
    await work(bench, queue)
    await chat.press(await chat.person.refresh(status), "🚀 Post now")
    await work(bench, queue)
    shown = await chat.person.refresh(card)
    assert "✅ Published" in shown.text
    assert "⏰ Change time" not in labels(shown)


async def test_a_card_that_has_become_a_list_stays_a_list(
    chat: Chat, post: Post, deps: Deps, bench: Bench, queue: RecordingQueue
) -> None:
    card = await card_of(chat)
    await chat.press(card, "📚 My posts")
    async with deps.tx() as tx:
        await schedule_post(tx, owner_id=post.owner_id, post_id=post.id, due_at=tx.now)
    await work(bench, queue)
    assert (await chat.person.refresh(card)).text.startswith("📚 1 post")
