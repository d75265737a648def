"""Posts in several parts that are interrupted: what is there is told, and only the rest goes out."""

from datetime import timedelta

import pytest

from bot.notices import render
from core.clock import FixedClock
from core.deliveries import service as deliveries
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.posts.models import Layout, Post, PostStatus
from core.posts.scheduling import BeingSent, cancel_schedule, choose_target, confirm_published, post_now, schedule_post
from jobs import deliveries as jobs
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.factories import make_channel, make_post, make_user
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

PARTS = [f"{number}. " + "Bread pays. " * 300 for number in (1, 2, 3)]
BLOCKED = "Forbidden: bot was blocked by the user"
LONG = "\n\n".join(PARTS)


@pytest.fixture
async def channel_id(person: Person) -> int:
    made = await person.make_chat("channel", "Oven news")
    await person.add_bot(made["id"])
    return int(made["id"])


@pytest.fixture
async def post(deps: Deps, person: Person, channel_id: int) -> Post:
    """In three parts, to a channel, due now."""
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id, time_zone="UTC")
        channel = await make_channel(tx, user, chat_id=channel_id)
        post = await make_post(tx, user)
        post.text, post.layout = LONG, Layout.SPLIT
        await choose_target(tx, owner_id=user.id, post_id=post.id, channel_id=channel.id)
        await post_now(tx, owner_id=user.id, post_id=post.id)
    return post


async def send(bench: Bench, queue: RecordingQueue) -> None:
    await Scheduler(bench.deps).tick()
    pushed = queue.pushed(deliveries.SEND)
    queue.clear()
    for args in pushed:
        await jobs.send.run(bench, *args)


async def there(person: Person, chat_id: int) -> list[str]:
    """The parts in the channel, by their first characters."""
    return [message.text[:2] for message in await person.history(chat_id=chat_id) if message.text]


async def row(deps: Deps, post: Post) -> Post:
    async with deps.sessions() as session:
        return await session.get_one(Post, post.id, populate_existing=True)


async def told(deps: Deps, clock: FixedClock, post: Post) -> tuple[str, list[str]]:
    async with deps.sessions() as session:
        status = await session.get_one(StatusMessage, post.id, populate_existing=True)
    screen = render(status.notice, status.data, now=clock.now())
    return screen.text.striptags(), [button.text for line in screen.keyboard for button in line]


async def refuse(sandbox: RunningSandbox, channel_id: int, description: str = BLOCKED) -> None:
    """The second part."""
    await sandbox.client.add_fault(
        "error",
        "sendMessage",
        chat_id=channel_id,
        after=1,
        error_code=403 if description == BLOCKED else 400,
        description=description,
    )


async def test_refused_behind_the_first_part_it_is_partly_published_and_the_rest_can_follow(
    bench: Bench,
    queue: RecordingQueue,
    person: Person,
    sandbox: RunningSandbox,
    post: Post,
    channel_id: int,
    clock: FixedClock,
) -> None:
    await refuse(sandbox, channel_id)
    await send(bench, queue)
    found = await row(bench.deps, post)
    assert found.status == PostStatus.PARTIALLY_PUBLISHED
    assert found.message_id is not None
    text, buttons = await told(bench.deps, clock, post)
    assert "⚠️ Partly published" in text
    assert "1 of 3 parts is there." in text
    assert buttons == ["🔗 Open the post", "🚀 Send the rest", "📑 Duplicate as a draft"]
    async with bench.deps.tx() as tx:
        await post_now(tx, owner_id=post.owner_id, post_id=post.id)
    await send(bench, queue)
    assert (await row(bench.deps, post)).status == PostStatus.PUBLISHED
    assert await there(person, channel_id) == ["1.", "2.", "3."]


async def test_what_telegram_wont_ever_take_isnt_offered_again(
    bench: Bench, queue: RecordingQueue, sandbox: RunningSandbox, post: Post, channel_id: int, clock: FixedClock
) -> None:
    await refuse(sandbox, channel_id, "Bad Request: message is too long")
    await send(bench, queue)
    assert (await told(bench.deps, clock, post))[1] == ["🔗 Open the post", "📑 Duplicate as a draft"]


async def lose_an_answer(sandbox: RunningSandbox, channel_id: int, after: int) -> None:
    await sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=channel_id, after=after)


@pytest.mark.parametrize("after", [0, 1])
async def test_confirmed_in_the_middle_only_what_is_behind_it_follows(
    bench: Bench,
    queue: RecordingQueue,
    person: Person,
    sandbox: RunningSandbox,
    post: Post,
    channel_id: int,
    clock: FixedClock,
    after: int,
) -> None:
    await lose_an_answer(sandbox, channel_id, after)
    await send(bench, queue)
    assert (await row(bench.deps, post)).status == PostStatus.UNCONFIRMED
    text, _ = await told(bench.deps, clock, post)
    assert f"It is about part {after + 1} of 3." in text
    assert ("1 part before it is there." in text) == (after == 1)
    assert "What is behind it follows" in text
    async with bench.deps.tx() as tx:
        done = await confirm_published(tx, owner_id=post.owner_id, post_id=post.id)
        assert done.post.status == PostStatus.SCHEDULED
    await send(bench, queue)
    assert (await row(bench.deps, post)).status == PostStatus.PUBLISHED
    assert await there(person, channel_id) == ["1.", "2.", "3."]


async def test_the_last_part_confirmed_nothing_more_is_sent(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, post: Post, channel_id: int
) -> None:
    await lose_an_answer(sandbox, channel_id, 2)
    await send(bench, queue)
    async with bench.deps.tx() as tx:
        done = await confirm_published(tx, owner_id=post.owner_id, post_id=post.id)
        assert done.post.status == PostStatus.PUBLISHED
    await send(bench, queue)
    assert await there(person, channel_id) == ["1.", "2.", "3."]


async def test_sent_again_it_goes_on_with_the_part_in_question(
    bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, post: Post, channel_id: int
) -> None:
    await lose_an_answer(sandbox, channel_id, 1)
    await send(bench, queue)
    async with bench.deps.tx() as tx:
        await post_now(tx, owner_id=post.owner_id, post_id=post.id)
    await send(bench, queue)
    assert await there(person, channel_id) == ["1.", "2.", "2.", "3."], "the owner said that it isn't there"


async def between_two_parts(bench: Bench, queue: RecordingQueue, sandbox: RunningSandbox, channel_id: int) -> None:
    """The first part is there, and Telegram wants to be left alone before the second."""
    await sandbox.client.add_fault("error", "sendMessage", chat_id=channel_id, after=1, error_code=500)
    await send(bench, queue)


async def test_moved_between_two_parts_only_the_rest_goes_out_then(
    bench: Bench,
    queue: RecordingQueue,
    person: Person,
    sandbox: RunningSandbox,
    post: Post,
    channel_id: int,
    clock: FixedClock,
) -> None:
    await between_two_parts(bench, queue, sandbox, channel_id)
    async with bench.deps.tx() as tx:
        await schedule_post(tx, owner_id=post.owner_id, post_id=post.id, due_at=tx.now + timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    await send(bench, queue)
    assert await there(person, channel_id) == ["1.", "2.", "3."]


async def test_cancelled_between_two_parts_it_isnt_said_to_be_gone(
    bench: Bench,
    queue: RecordingQueue,
    person: Person,
    sandbox: RunningSandbox,
    post: Post,
    channel_id: int,
    clock: FixedClock,
) -> None:
    await between_two_parts(bench, queue, sandbox, channel_id)
    async with bench.deps.tx() as tx:
        await cancel_schedule(tx, owner_id=post.owner_id, post_id=post.id)
    text, buttons = await told(bench.deps, clock, post)
    assert "1 of 3 parts is there." in text
    assert "You took it back between two of them." in text
    assert "🚀 Send the rest" in buttons
    async with bench.deps.tx() as tx:
        await post_now(tx, owner_id=post.owner_id, post_id=post.id)
    await send(bench, queue)
    assert await there(person, channel_id) == ["1.", "2.", "3."]


async def test_what_is_out_has_no_rest(bench: Bench, queue: RecordingQueue, post: Post) -> None:
    await send(bench, queue)
    assert (await row(bench.deps, post)).status == PostStatus.PUBLISHED
    with pytest.raises(BeingSent):
        async with bench.deps.tx() as tx:
            await post_now(tx, owner_id=post.owner_id, post_id=post.id)
