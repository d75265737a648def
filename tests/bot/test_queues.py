"""Queues in the chat: adding from a card, the queue in one message, slots and quiet hours, evergreen posts."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.actions import Action
from bot.evergreen.actions import ChangeEvergreen, RemoveEvergreen, ShowEvergreen, ShowPool
from bot.queues.actions import (
    AddAnyway,
    AddToQueue,
    MoveQueued,
    PauseQueue,
    RemoveQueued,
    SelectQueued,
    SetSlot,
    SetUpQueue,
    ShowQueue,
    ShowSlots,
    TypeSlots,
)
from core.deliveries.models import Delivery
from core.deps import Deps
from core.evergreen.models import EvergreenPost
from core.posts.models import Post
from core.queues.moving import Move
from core.queues.service import add_slots, add_to_queue
from core.queues.slots import WeekTime
from jobs.evergreen import plan_evergreen
from tests.bot.chat import Chat
from tests.factories import make_channel, make_post, make_user
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"
WORKDAYS_AT_9 = [WeekTime(day, 9 * 60) for day in range(5)]
MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 11, day, 8, tzinfo=UTC) for day in (23, 24, 25))


async def drafts_of(chat: Chat, deps: Deps, *texts: str, time_zone: str | None = BERLIN) -> list[Post]:
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id, time_zone=time_zone)
        posts = [await make_post(tx, user, text) for text in texts]
    chat.application.actors.forget(chat.person.id)
    return posts


async def queue_of(chat: Chat, deps: Deps, *texts: str) -> list[Post]:
    """Posts that wait in the person's own queue: Monday, Tuesday, Wednesday at nine."""
    posts = await drafts_of(chat, deps, *texts)
    async with deps.tx() as tx:
        await add_slots(tx, owner_id=posts[0].owner_id, channel_id=None, slots=WORKDAYS_AT_9)
        for post in posts:
            await add_to_queue(tx, owner_id=post.owner_id, post_id=post.id)
    return posts


async def times(deps: Deps, *posts: Post) -> list[datetime]:
    """When the deliveries of the posts are due that wait."""
    async with deps.read() as session:
        found = {
            row.subject_id: row.due_at
            for row in await session.scalars(
                select(Delivery).where(Delivery.kind == "post", Delivery.status.in_(("scheduled", "on_hold")))
            )
        }
    return [found[post.id] for post in posts if post.id in found]


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def pressed(chat: Chat, message: SeenMessage, label: str) -> SeenMessage:
    await chat.press(message, label)
    return await chat.person.refresh(message)


async def test_from_a_card_without_slots_to_a_post_in_the_queue(chat: Chat, deps: Deps) -> None:
    [post] = await drafts_of(chat, deps, "Bread keeps in linen.")
    listed = await chat.say("/posts")
    message = await pressed(chat, listed, labels(listed)[0])
    for label in ("⏰ Schedule", "📥 Set up a queue"):
        message = await pressed(chat, message, label)
    assert "No slots yet" in message.text
    message = await pressed(chat, message, "+ Mon–Fri 09:00")
    assert "✅ Added: Mon–Fri 09:00" in message.text
    assert "Mon  09:00" in message.text
    answer = await chat.press(message, "📥 Add the post to the queue")
    assert answer is not None
    assert answer.text.startswith("In the queue: Mon, 23 Nov, 09:00 · Europe/Berlin · in 1 day")
    card = await chat.person.refresh(message)
    assert post.text in card.text
    assert "📥 Its queue" in labels(card)
    assert await times(deps, post) == [MONDAY]


async def test_the_next_free_slot_stands_on_cards_and_where_a_time_is_chosen(chat: Chat, deps: Deps) -> None:
    [post] = await drafts_of(chat, deps, "Bread keeps in linen.")
    async with deps.tx() as tx:
        await add_slots(tx, owner_id=post.owner_id, channel_id=None, slots=WORKDAYS_AT_9)
    listed = await chat.say("/posts")
    card = await pressed(chat, listed, labels(listed)[0])
    assert "📥 Add to queue · Mon 09:00" in labels(card)
    choice = await pressed(chat, card, "⏰ Schedule")
    assert labels(choice)[0] == "📥 Add to queue · Mon 09:00"
    for expected in ("In the queue: Mon", "It is in the queue already: Mon"):
        answer = await chat.press_data(choice, AddToQueue(post.id).encode())
        assert answer is not None
        assert answer.text.startswith(expected)
    assert await times(deps, post) == [MONDAY]


async def test_the_queue_is_edited_in_place(chat: Chat, deps: Deps) -> None:
    posts = await queue_of(chat, deps, "One bread.", "Two breads.", "Three breads.")
    queue = await chat.say("/queue")
    assert "1. Mon 09:00 · One bread.\n2. Tue 09:00 · Two breads.\n3. Wed 09:00 · Three breads." in queue.text
    assert "Next free slot: Thu, 26 Nov, 09:00" in queue.text
    queue = await pressed(chat, queue, "3. Three breads.")
    assert labels(queue)[2:8] == ["✓ 3. Three breads.", "⏫", "⬆️", "⬇️", "✖️", "📝"]
    queue = await pressed(chat, queue, "⏫")
    assert "1. Mon 09:00 · Three breads.\n2. Tue 09:00 · One bread." in queue.text
    queue = await pressed(chat, queue, "⬇️")
    assert await times(deps, *posts) == [MONDAY, WEDNESDAY, TUESDAY]
    answer = await chat.press(queue, "✖️")
    assert answer is not None
    assert answer.text == "Out of the queue. You find it under My posts."
    queue = await chat.person.refresh(queue)
    assert "1. Mon 09:00 · One bread.\n2. Wed 09:00 · Two breads." in queue.text


async def test_a_second_press_moves_nothing(chat: Chat, deps: Deps) -> None:
    posts = await queue_of(chat, deps, "One.", "Two.", "Three.")
    queue = await chat.say("/queue")
    down = MoveQueued(posts[0].id, Move.DOWN, int(MONDAY.timestamp())).encode()
    for _ in range(2):
        await chat.press_data(queue, down)
    assert await times(deps, *posts) == [TUESDAY, MONDAY, WEDNESDAY]


async def test_pause_and_go_on(chat: Chat, deps: Deps) -> None:
    posts = await queue_of(chat, deps, "One.", "Two.")
    queue = await chat.say("/queue")
    queue = await pressed(chat, queue, "⏸ Pause")
    assert "Paused" in queue.text
    async with deps.read() as session:
        held = select(Delivery.status).where(Delivery.subject_id.in_([post.id for post in posts]))
        assert set(await session.scalars(held.where(Delivery.kind == "post"))) == {"on_hold"}
    queue = await pressed(chat, queue, "▶️ Go on")
    assert "Paused" not in queue.text
    assert await times(deps, *posts) == [MONDAY, TUESDAY]


async def test_typed_slots_are_echoed_and_wrong_ones_leave_the_question_open(chat: Chat, deps: Deps) -> None:
    await drafts_of(chat, deps, "Bread.")
    queue = await chat.say("/queue")
    slots = await pressed(chat, queue, "🗓 Slots")
    await chat.press(slots, "⌨️ Type times")
    assert "I don't understand those times" in (await chat.say("now and then")).text
    echoed = await chat.say("Mon-Fri 9:00, 18:00; Sat 10am")
    assert "✅ Added: Mon–Fri 09:00, 18:00; Sat 10:00" in echoed.text
    assert labels(echoed)[:3] == ["09:00 · Mon–Fri", "10:00 · Sat", "18:00 · Mon–Fri"]
    one = await pressed(chat, echoed, "09:00 · Mon–Fri")
    one = await pressed(chat, one, "✓ Tue")
    assert "Tue" in labels(one)
    week = await pressed(chat, await pressed(chat, one, "‹ Back"), "18:00 · Mon–Fri")
    week = await pressed(chat, week, "🗑 Remove 18:00")
    assert labels(week)[:2] == ["09:00 · Mon, Wed–Fri", "10:00 · Sat"]


async def test_quiet_hours_by_button_and_typed(chat: Chat, deps: Deps) -> None:
    await queue_of(chat, deps, "One.")
    queue = await chat.say("/queue")
    quiet = await pressed(chat, queue, "🌙 Quiet hours")
    quiet = await pressed(chat, quiet, "22:00–07:00")
    assert "✓ 22:00–07:00" in labels(quiet)
    await chat.press(quiet, "⌨️ Type hours")
    typed = await chat.say("8:00-10:00")
    assert "From 08:00–10:00, Europe/Berlin" in typed.text
    queue = await pressed(chat, typed, "‹ Back")
    assert "All slots lie in the quiet hours" in queue.text


async def test_several_chats_have_a_queue_each(chat: Chat, deps: Deps) -> None:
    [post] = await queue_of(chat, deps, "One.")
    async with deps.tx() as tx:
        owner = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
        await make_channel(tx, owner)
    chosen = await chat.say("/queue")
    assert labels(chosen) == ["👤 this chat · 1 post", "📣 Oven news · no slots yet"]
    channel = await pressed(chat, chosen, "📣 Oven news · no slots yet")
    assert "It has no slots yet" in channel.text
    assert labels(await pressed(chat, channel, "‹ Queues"))[0] == "👤 this chat · 1 post"
    assert await times(deps, post) == [MONDAY]


async def test_without_a_time_zone_it_is_asked_first(chat: Chat, deps: Deps) -> None:
    await drafts_of(chat, deps, "Bread.", time_zone=None)
    question = await chat.say("/queue")
    assert "The queue of" not in question.text
    await chat.press(question, "Berlin 13:00")
    assert "The queue of" in (await chat.person.refresh(question)).text


async def test_evergreen_from_the_card_to_the_pool(chat: Chat, deps: Deps) -> None:
    [post] = await drafts_of(chat, deps, "Bread keeps in linen.")
    async with deps.tx() as tx:
        daily = [WeekTime(day, 9 * 60) for day in range(7)]
        await add_slots(tx, owner_id=post.owner_id, channel_id=None, slots=daily)
    listed = await chat.say("/posts")
    message = await pressed(chat, listed, labels(listed)[0])
    message = await pressed(chat, message, "♻️ Evergreen")
    assert "✓ 30 days" in labels(message)
    message = await pressed(chat, message, "7 days")
    message = await pressed(chat, message, "∞")
    assert {"✓ 7 days", "✓ ∞"} <= set(labels(message))
    await plan_evergreen(deps)
    pool = await pressed(chat, message, "‹ Pool")
    assert "1. Bread keeps in linen.\n     1/∞ times · goes out Sun 09:00" in pool.text
    queue = await pressed(chat, pool, "‹ Queue")
    assert "1. Sun 09:00 · ♻️ Bread keeps in linen." in queue.text
    assert "♻️ Evergreen 1" in labels(queue)
    message = await pressed(chat, await pressed(chat, queue, "♻️ Evergreen 1"), "1. Bread keeps in linen.")
    await chat.press(message, "🗑 Not evergreen")
    async with deps.read() as session:
        assert await session.get(EvergreenPost, post.id) is None


def about(post: Post) -> list[Action]:
    """Every button that names a post."""
    return [
        *(AddToQueue(post.id), AddAnyway(post.id), SetUpQueue(post.id), SelectQueued(post.id), RemoveQueued(post.id)),
        *(MoveQueued(post.id, Move.UP, 1), ShowEvergreen(post.id)),
    ]


async def test_somebody_elses_posts_and_chats_are_not_there(chat: Chat, deps: Deps) -> None:
    hello = await chat.say("/start")
    await drafts_of(chat, deps, "Mine.")
    async with deps.tx() as tx:
        other = await make_user(tx, time_zone=BERLIN)
        theirs, channel = await make_post(tx, other), await make_channel(tx, other)
        await add_slots(tx, owner_id=other.id, channel_id=None, slots=WORKDAYS_AT_9)
        await add_to_queue(tx, owner_id=other.id, post_id=theirs.id)
    for action in about(theirs):
        answer = await chat.press_data(hello, action.encode())
        assert answer is not None, action
        assert answer.text == "That post isn't there any more, or it isn't yours.", action
    for action in (ChangeEvergreen(theirs.id, 7, 3), RemoveEvergreen(theirs.id)):
        answer = await chat.press_data(hello, action.encode())
        assert answer is not None
        assert answer.text == "That post isn't evergreen any more."
    for action in (
        *(ShowQueue(channel.id, 1), PauseQueue(channel.id, wanted=True), ShowSlots(channel.id)),
        *(SetSlot(channel.id, 0, 540, wanted=True), TypeSlots(channel.id), ShowPool(channel.id, 1)),
    ):
        answer = await chat.press_data(hello, action.encode())
        assert answer is not None, action
        assert "isn't connected" in answer.text, action
    assert await times(deps, theirs) == [MONDAY]


@pytest.mark.parametrize("slot", [(9, 540), (0, 10_000), (-1, 0)])
async def test_numbers_that_no_button_of_ours_holds_do_no_harm(chat: Chat, deps: Deps, slot: tuple[int, int]) -> None:
    posts = await queue_of(chat, deps, "One.")
    queue = await chat.say("/queue")
    for action in (SetSlot(None, *slot, wanted=True), MoveQueued(posts[0].id, Move.UP, 10**15)):
        assert await chat.press_data(queue, action.encode()) is not None
    assert await times(deps, *posts) == [MONDAY]
