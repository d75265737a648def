"""Choosing a time for a post in the chat: buttons, the inline calendar, words."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.actions import Action
from bot.deliveries.actions import (
    CancelSchedule,
    ChooseTime,
    DuplicatePost,
    OpenCard,
    PickDay,
    PickHour,
    PickMinute,
    PostNow,
    Reschedule,
    ScheduleAt,
    ScheduleIn,
    ScheduleQuick,
    ShowEntry,
    TypeTime,
)
from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.deps import Deps
from core.posts.models import Post
from core.when.choices import Quick
from tests.bot.chat import Chat
from tests.factories import make_post, make_user
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"
CHOICE = "When should it go out?"


@pytest.fixture
async def post(chat: Chat, deps: Deps) -> Post:
    """A draft of the person's; they live in Berlin."""
    await chat.say("/start")
    return await draft_of(chat, deps)


async def draft_of(chat: Chat, deps: Deps, *, time_zone: str | None = BERLIN) -> Post:
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id, time_zone=time_zone)
        post = await make_post(tx, user)
    chat.application.actors.forget(chat.person.id)
    return post


async def card_of(chat: Chat) -> SeenMessage:
    """The post's card, opened from the list of posts."""
    listed = await chat.say("/posts")
    await chat.press(listed, listed.buttons[0].text)
    return await chat.person.refresh(listed)


async def choice_of(chat: Chat) -> SeenMessage:
    card = await card_of(chat)
    await chat.press(card, "⏰ Schedule")
    return await chat.person.refresh(card)


async def due_times(deps: Deps, post: Post) -> list[datetime]:
    """Of the deliveries that wait."""
    async with deps.read() as session:
        waiting = select(Delivery.due_at).where(
            Delivery.subject_id == post.id, Delivery.kind == "post", Delivery.status.in_(("scheduled", "leased"))
        )
        return list(await session.scalars(waiting))


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_the_choice_stands_in_place_of_the_card_and_goes_back(chat: Chat, post: Post) -> None:
    choice = await choice_of(chat)
    assert CHOICE in choice.text
    assert BERLIN in choice.text
    assert labels(choice) == [
        "📥 Set up a queue",
        *("In 1 minute", "In 1 h", "Tonight 20:00", "Tomorrow 09:00", "Next Monday 09:00"),
        *("📅 Pick a day", "⌨️ Type a time", "🔁 Repeat", "📍 To: this chat", "‹ Back"),
    ]
    await chat.press(choice, "‹ Back")
    assert post.text in (await chat.person.refresh(choice)).text


async def test_one_press_schedules_says_when_and_shows_the_card(
    chat: Chat, post: Post, deps: Deps, clock: FixedClock
) -> None:
    choice = await choice_of(chat)
    answer = await chat.press(choice, "Tonight 20:00")
    assert answer is not None
    assert answer.text == "Scheduled: Sat, 21 Nov, 20:00 · Europe/Berlin · in 7 hours"
    card = await chat.person.refresh(choice)
    assert "Scheduled" in card.text
    assert "🚫 Cancel post" in labels(card)
    assert await due_times(deps, post) == [datetime(2026, 11, 21, 19, 0, tzinfo=UTC)]


async def test_a_second_press_changes_nothing_and_says_so(chat: Chat, post: Post, deps: Deps) -> None:
    choice = await choice_of(chat)
    pressed = ScheduleQuick(post.id, Quick.TOMORROW).encode()
    for expected in ("Scheduled: Sun", "It is scheduled for then already: Sun"):
        answer = await chat.press_data(choice, pressed)
        assert answer is not None
        assert answer.text.startswith(expected)
    assert len(await due_times(deps, post)) == 1


async def test_in_one_minute_counts_from_the_press(chat: Chat, post: Post, deps: Deps, clock: FixedClock) -> None:
    choice = await choice_of(chat)
    clock.advance(timedelta(hours=2))
    await chat.press(choice, "In 1 minute")
    assert await due_times(deps, post) == [clock.now() + timedelta(minutes=1)]


async def test_tonight_is_refused_when_the_evening_is_over(
    chat: Chat, post: Post, deps: Deps, clock: FixedClock
) -> None:
    choice = await choice_of(chat)
    clock.advance(timedelta(hours=8))
    answer = await chat.press(choice, "Tonight 20:00")
    assert answer is not None
    assert answer.text == "That time has passed. Please choose a later one."
    assert answer.show_alert
    assert not await due_times(deps, post)


async def test_day_hour_and_minute_by_buttons(chat: Chat, post: Post, deps: Deps) -> None:
    message = await choice_of(chat)
    for button in ("📅 Pick a day", "›", "4", "18:00"):
        await chat.press(message, button)
        message = await chat.person.refresh(message)
    assert "Fri, 4 Dec" in message.text
    assert labels(message) == ["18:00", "18:15", "18:30", "18:45", "‹ Back"]
    answer = await chat.press(message, "18:30")
    assert answer is not None
    assert answer.text.startswith("Scheduled: Fri, 4 Dec, 18:30 · Europe/Berlin")
    assert await due_times(deps, post) == [datetime(2026, 12, 4, 17, 30, tzinfo=UTC)]


async def test_a_day_with_a_post_is_marked_and_one_gone_by_is_inert(chat: Chat, post: Post, deps: Deps) -> None:
    choice = await choice_of(chat)
    await chat.press(choice, "Tomorrow 09:00")
    await draft_of(chat, deps)
    choice = await choice_of(chat)
    await chat.press(choice, "📅 Pick a day")
    grid = await chat.person.refresh(choice)
    assert "22•" in labels(grid)
    assert "21" in labels(grid)
    assert "20" not in labels(grid)
    answer = await chat.press(grid, "·")
    assert answer is not None
    assert answer.text == "That day can't be chosen."


async def test_typed_words_are_echoed_before_they_count(chat: Chat, post: Post, deps: Deps) -> None:
    choice = await choice_of(chat)
    await chat.press(choice, "⌨️ Type a time")
    assert "Tell me when" in (await chat.person.refresh(choice)).text
    echo = await chat.say("next friday 18:30")
    assert "Fri, 27 Nov, 18:30 · Europe/Berlin · in 6 days" in echo.text
    assert labels(echo)[:2] == ["✅ Schedule", "Change"]
    assert not await due_times(deps, post)
    assert (await chat.person.refresh(choice)).deleted, "the question is answered"
    await chat.press(echo, "✅ Schedule")
    assert await due_times(deps, post) == [datetime(2026, 11, 27, 17, 30, tzinfo=UTC)]
    assert post.text in (await chat.person.refresh(echo)).text


async def test_change_goes_back_to_the_choice(chat: Chat, post: Post) -> None:
    choice = await choice_of(chat)
    await chat.press(choice, "⌨️ Type a time")
    echo = await chat.say("tomorrow 10:00")
    await chat.press(echo, "Change")
    assert CHOICE in (await chat.person.refresh(echo)).text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("when pigs fly", "I don't understand that time."),
        ("yesterday 10:00", "That time has passed."),
        ("1 March 2029", "I plan up to a year ahead."),
        ("every blue moon", "I don't understand how often."),
    ],
)
async def test_wrong_words_get_a_sentence_and_the_question_stays_open(
    chat: Chat, post: Post, words: str, sentence: str
) -> None:
    choice = await choice_of(chat)
    await chat.press(choice, "⌨️ Type a time")
    assert sentence in (await chat.say(words)).text
    assert "Sun, 22 Nov, 09:30" in (await chat.say("tomorrow 9:30")).text


async def test_back_from_typing_the_next_message_is_no_time(chat: Chat, post: Post) -> None:
    choice = await choice_of(chat)
    await chat.press(choice, "⌨️ Type a time")
    await chat.press(await chat.person.refresh(choice), "‹ Back")
    answer = await chat.say("tomorrow 10:00")
    assert "22 Nov" not in answer.text


async def test_without_a_time_zone_it_is_asked_first_and_then_goes_on(chat: Chat, deps: Deps) -> None:
    await chat.say("/start")
    await draft_of(chat, deps, time_zone=None)
    question = await choice_of(chat)
    assert CHOICE not in question.text
    await chat.press(question, "Berlin 13:00")
    choice = await chat.person.refresh(question)
    assert CHOICE in choice.text
    assert BERLIN in choice.text


def about(post: Post) -> list[Action]:
    """Every button that names a post."""
    return [
        *(ChooseTime(post.id), ScheduleIn(post.id, 1), ScheduleQuick(post.id, Quick.TOMORROW), TypeTime(post.id)),
        *(ScheduleAt(post.id, 1_800_000_000), PostNow(post.id), CancelSchedule(post.id), Reschedule(post.id)),
        *(ShowEntry(post.id), DuplicatePost(post.id), OpenCard(post.id)),
    ]


async def test_somebody_elses_post_is_not_there(chat: Chat, deps: Deps) -> None:
    hello = await chat.say("/start")
    async with deps.tx() as tx:
        mine = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
        theirs = await make_post(tx, await make_user(tx))
    chat.application.actors.forget(chat.person.id)
    assert mine.id != theirs.owner_id
    for action in about(theirs):
        answer = await chat.press_data(hello, action.encode())
        assert answer is not None, action
        assert answer.text == "That post isn't there any more, or it isn't yours.", action
    assert not await due_times(deps, theirs)


async def test_numbers_that_no_button_of_ours_holds_do_no_harm(chat: Chat, post: Post, deps: Deps) -> None:
    choice = await choice_of(chat)
    huge = 10**15
    for action in (PickDay(post.id, huge), PickHour(post.id, -5), PickMinute(post.id, huge, 99)):
        assert await chat.press_data(choice, action.encode()) is not None
    for at, told in ((-1, "passed"), (huge, "understand"), (4_000_000_000, "a year ahead")):
        answer = await chat.press_data(choice, ScheduleAt(post.id, at).encode())
        assert answer is not None
        assert told in answer.text
    assert not await due_times(deps, post)
