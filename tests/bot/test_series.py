"""Posts that recur, in the chat: choosing how often, what comes next, single times, pausing and stopping.

It is Saturday, 21 November 2026, 12:00 UTC; the person lives in Berlin, where it is 13:00.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.actions import Action
from bot.notices import render
from bot.series.actions import (
    ChooseEnd,
    ChooseRepeat,
    PauseSeries,
    PickRepeatTime,
    Preset,
    ResumeSeries,
    SetRepeat,
    ShiftBy,
    ShiftOccurrence,
    ShowSeries,
    SkipOccurrence,
    StopSeries,
    TypeRepeat,
)
from bot.series.phrases import described
from bot.series.screens import local_of, minute_of
from bot.texts import Texts
from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.deps import Deps
from core.posts.models import Post
from core.posts.scheduling import schedule_post
from core.series.models import Series
from core.series.service import start_series
from core.tx import Tx
from core.when.recurrence import Recurrence, parse_recurrence
from tests.bot.chat import Chat
from tests.factories import make_post, make_user
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"
NINE = datetime.fromisoformat("2026-11-22T09:00")


@pytest.fixture
async def post(chat: Chat, deps: Deps) -> Post:
    """A draft of the person's; they live in Berlin."""
    await chat.say("/start")
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
        made = await make_post(tx, user)
    chat.application.actors.forget(chat.person.id)
    return made


async def opened(chat: Chat, *buttons: str) -> SeenMessage:
    """The post's card, and from there button by button."""
    shown = await chat.say("/posts")
    for button in (shown.buttons[0].text, *buttons):
        await chat.press(shown, button)
        shown = await chat.person.refresh(shown)
    return shown


async def daily(chat: Chat) -> SeenMessage:
    """Every day at nine, from tomorrow on."""
    return await opened(chat, "⏰ Schedule", "🔁 Repeat", "Every day", "09:00", "✅ Repeat it so")


async def due(deps: Deps) -> list[datetime]:
    async with deps.read() as session:
        waiting = select(Delivery.due_at).where(Delivery.kind == "post", Delivery.status == "scheduled")
        return list(await session.scalars(waiting.order_by(Delivery.due_at)))


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_presets_a_time_and_what_comes_before_it_counts(chat: Chat, post: Post, deps: Deps) -> None:
    presets = await opened(chat, "⏰ Schedule", "🔁 Repeat")
    assert labels(presets)[:4] == ["Every day", "Every weekday", "Every Saturday", "Every month on day 21"]
    await chat.press(presets, "Every weekday")
    times = await chat.person.refresh(presets)
    await chat.press(times, "09:00")
    confirm = await chat.person.refresh(times)
    assert "every weekday at 09:00 · Europe/Berlin" in confirm.text
    assert confirm.text.count("•") == 5
    assert "• Mon, 23 Nov, 09:00" in confirm.text
    assert not await due(deps)
    await chat.press(confirm, "✅ Repeat it so")
    shown = await chat.person.refresh(confirm)
    assert "🔁 every weekday at 09:00" in shown.text
    assert labels(shown)[:2] == ["🕘 Mon, 23 Nov, 09:00", "⏭ Skip"]
    await chat.press(shown, "📝 The post")
    card = await chat.person.refresh(shown)
    assert "🔁 every weekday at 09:00 · next: Mon, 23 Nov, 09:00" in card.text
    assert "🗑 Delete" not in labels(card)
    await chat.press(card, "🔁 What comes next")
    assert "Next:" in (await chat.person.refresh(card)).text


async def test_an_end_by_number_and_by_day(chat: Chat, post: Post) -> None:
    confirm = await opened(chat, "⏰ Schedule", "🔁 Repeat", "Every day", "09:00")
    for button, said in (("3 times", "every day at 09:00, 3 times"), ("Never", "🔁 every day at 09:00 ·")):
        await chat.press(confirm, "🏁 When it ends")
        confirm = await chat.person.refresh(confirm)
        await chat.press(confirm, button)
        confirm = await chat.person.refresh(confirm)
        assert said in confirm.text
    for button in ("🏁 When it ends", "📅 On a day", "24"):
        await chat.press(confirm, button)
        confirm = await chat.person.refresh(confirm)
    assert "every day at 09:00 until Tue, 24 Nov" in confirm.text
    assert confirm.text.count("•") == 3


async def test_typed_words_are_shown_before_they_count(chat: Chat, post: Post, deps: Deps) -> None:
    asked = await opened(chat, "⏰ Schedule", "🔁 Repeat", "⌨️ In my own words")
    assert "how often" in asked.text
    unclear = await chat.say("every blue moon")
    assert "I don't understand how often." in unclear.text
    confirm = await chat.say("every 2 weeks on tue and thu 18:30, 10 times")
    assert "every 2 weeks on Tuesday and Thursday at 18:30, 10 times" in confirm.text
    assert (await chat.person.refresh(asked)).deleted
    await chat.press(confirm, "✅ Repeat it so")
    assert "Tue, 24 Nov, 18:30" in (await chat.person.refresh(confirm)).text


async def test_a_repetition_typed_as_a_time_is_one(chat: Chat, post: Post) -> None:
    await opened(chat, "⏰ Schedule", "⌨️ Type a time")
    assert "I don't understand how often." in (await chat.say("every blue moon")).text
    confirm = await chat.say("every weekday at 9 until Dec 20")
    assert "every weekday at 09:00 until Sun, 20 Dec" in confirm.text


async def test_what_wasnt_said_is_told(chat: Chat, post: Post) -> None:
    await opened(chat, "⏰ Schedule", "🔁 Repeat", "⌨️ In my own words")
    confirm = await chat.say("weekly")
    assert "You named no time of day, so I took 09:00." in confirm.text
    assert "You named no day" in confirm.text


async def test_one_is_left_out_and_taken_back(chat: Chat, post: Post, deps: Deps) -> None:
    shown = await daily(chat)
    await chat.press(shown, "⏭ Skip")
    shown = await chat.person.refresh(shown)
    assert "Sun, 22 Nov, 09:00 left out" in shown.text
    assert not await due(deps)
    await chat.press(shown, "↩️ Don't leave out Sun, 22 Nov, 09:00")
    assert "left out" not in (await chat.person.refresh(shown)).text
    assert await due(deps) == [datetime(2026, 11, 22, 8, tzinfo=UTC)]


async def test_one_is_moved_by_a_button_by_words_and_back(chat: Chat, post: Post, deps: Deps) -> None:
    shown = await daily(chat)
    await chat.press(shown, "🕘 Sun, 22 Nov, 09:00")
    choice = await chat.person.refresh(shown)
    answer = await chat.press(choice, "+3 h")
    assert answer is not None
    assert answer.text.startswith("Moved: Sun, 22 Nov, 12:00")
    shown = await chat.person.refresh(choice)
    assert "Sun, 22 Nov, 12:00 · moved" in shown.text
    await chat.press(shown, "🕘 Sun, 22 Nov, 12:00")
    await chat.press(await chat.person.refresh(shown), "⌨️ Type a time")
    assert "I don't understand that time." in (await chat.say("when pigs fly")).text
    moved = await chat.say("today 20:00")
    assert "Sat, 21 Nov, 20:00 · moved" in moved.text
    assert await due(deps) == [datetime(2026, 11, 21, 19, tzinfo=UTC)]
    await chat.press(moved, "🕘 Sat, 21 Nov, 20:00")
    await chat.press(await chat.person.refresh(moved), "↩️ Back to its own time")
    assert await due(deps) == [datetime(2026, 11, 22, 8, tzinfo=UTC)]


async def test_paused_resumed_stopped_and_undone(chat: Chat, post: Post, deps: Deps) -> None:
    shown = await daily(chat)
    for button, said, left in (
        ("⏸ Pause", "Paused: nothing goes out", 0),
        ("▶️ Resume", "Next:", 1),
        ("⏹ Stop", "The post is a draft again.", 0),
        ("↩️ Undo", "Next:", 1),
    ):
        await chat.press(shown, button)
        shown = await chat.person.refresh(shown)
        assert said in shown.text, button
        assert len(await due(deps)) == left, button


async def test_another_rule_for_what_recurs(chat: Chat, post: Post, deps: Deps) -> None:
    shown = await daily(chat)
    for button in ("✏️ Change", "Every day", "20:00", "✅ Repeat it so"):
        await chat.press(shown, button)
        shown = await chat.person.refresh(shown)
    assert "every day at 20:00" in shown.text
    assert await due(deps) == [datetime(2026, 11, 21, 19, tzinfo=UTC)]


async def test_what_recurs_is_listed(chat: Chat, post: Post) -> None:
    assert "Nothing recurs" in (await chat.say("/repeats")).text
    await daily(chat)
    listed = await chat.say("/repeats")
    assert "1 post recurs" in listed.text
    await chat.press(listed, listed.buttons[0].text)
    assert "every day at 09:00" in (await chat.person.refresh(listed)).text


async def test_what_recurs_isnt_scheduled_or_posted_beside_it(chat: Chat, post: Post) -> None:
    shown = await daily(chat)
    await chat.press(shown, "📝 The post")
    card = await chat.person.refresh(shown)
    assert not {"⏰ Schedule", "🚀 Post now"} & set(labels(card))
    answer = await chat.press_data(card, f"now:{ChooseRepeat(post.id).encode().partition(':')[2]}")
    assert answer is not None
    assert "It repeats by itself." in (answer.text or "")


async def test_a_choice_that_is_too_old(chat: Chat, post: Post) -> None:
    confirm = await opened(chat, "⏰ Schedule", "🔁 Repeat", "Every day", "09:00")
    await chat.application.deps.redis.flushdb()
    answer = await chat.press(confirm, "✅ Repeat it so")
    assert answer is not None
    assert "That choice is too old." in (answer.text or "")


async def test_somebody_elses_series_and_posts_are_not_there(chat: Chat, deps: Deps) -> None:
    hello = await chat.say("/start")
    async with deps.tx() as tx:
        await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
        other = await make_user(tx, time_zone=BERLIN)
        theirs = await make_post(tx, other)
        rule = Recurrence("FREQ=DAILY", NINE, BERLIN)
        series = await start_series(tx, owner_id=other.id, post_id=theirs.id, recurrence=rule)
    chat.application.actors.forget(chat.person.id)
    minute = minute_of(NINE)
    of_series: tuple[Action, ...] = (
        *(ShowSeries(series.id), SkipOccurrence(series.id, minute), ShiftOccurrence(series.id, minute)),
        *(ShiftBy(series.id, minute, 60), PauseSeries(series.id), ResumeSeries(series.id), StopSeries(series.id)),
    )
    for action in (*of_series, ChooseRepeat(theirs.id), TypeRepeat(theirs.id)):
        answer = await chat.press_data(hello, action.encode())
        assert answer is not None, action
        assert "isn't there any more, or it isn't yours." in (answer.text or ""), action
    assert len(await due(deps)) == 1


async def test_numbers_that_no_button_of_ours_holds_do_no_harm(chat: Chat, post: Post, deps: Deps) -> None:
    shown, huge = await daily(chat), 10**15
    async with deps.read() as session:
        series_id = (await session.scalars(select(Series.id))).one()
    for action in (
        SkipOccurrence(series_id, huge),
        SkipOccurrence(series_id, -5),
        ShiftBy(series_id, minute_of(NINE), 10**12),
        PickRepeatTime(post.id, Preset.MONTHLY, 99),
        SetRepeat(post.id, Preset.WEEKLY, -3, 99_999),
        ChooseEnd("nothing"),
    ):
        assert await chat.press_data(shown, action.encode()) is not None
    assert await due(deps) == [datetime(2026, 11, 22, 8, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("every weekday at 9", "every weekday at 09:00"),
        ("every monday and friday at 9 and 18:30", "every Monday and Friday at 09:00 and 18:30"),
        ("every last friday 17:00", "every month on the last Friday at 17:00"),
        ("every 31st at 10", "every month on day 31 (or the last) at 10:00"),
        ("every 3 hours", "every 3 hours"),
        ("every 2 days at 8", "every 2 days at 08:00"),
        ("every 25 December at 9", "every year on 25 December at 09:00"),
        ("last day of every month 18:00", "every month on the last day at 18:00"),
        ("every first monday of the month at 10, 4 times", "every month on the first Monday at 10:00, 4 times"),
    ],
)
def test_rules_in_words(words: str, said: str, clock: FixedClock) -> None:
    found = parse_recurrence(words, now=clock.now(), zone=BERLIN, language="en")
    assert described(found.rule, found.starts_on, BERLIN, Texts("en")).unescape() == said


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        ("series.last_planned", "The last one of “every day at 09:00” is planned."),
        ("series.left_out", "3 times of “every day at 09:00” passed"),
        ("series.without_chat", "I have paused “every day at 09:00”"),
        ("series.withdrawn", "Taken back"),
    ],
)
def test_what_planners_say(notice: str, said: str, clock: FixedClock, post: Post) -> None:
    data = {
        "series_id": str(post.id),
        "rule": "FREQ=DAILY",
        "starts_on": NINE.isoformat(),
        "zone": BERLIN,
        "time_zone": BERLIN,
        "last_at": clock.now().isoformat(),
        "occurrences": 3,
        "title": "",
        "text": "Bread",
        "language": "en",
    }
    screen = render(notice, data, now=clock.now())
    assert said in screen.text.striptags()
    assert [button.action for row in screen.keyboard for button in row] == [ShowSeries(post.id)]  # type: ignore[arg-type]


def test_minutes_in_buttons_come_back_as_they_were() -> None:
    assert local_of(minute_of(NINE + timedelta(minutes=7))) == NINE + timedelta(minutes=7)


async def too_long(tx: Tx, post: Post) -> None:
    found = await tx.session.get_one(Post, post.id)
    found.text = "Bread that pays for the oven. " * 200


async def test_what_speaks_against_a_post_is_shown_before_it_repeats(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        await too_long(tx, post)
    asked = await daily(chat)
    assert "🔎 Before it goes out\n🔁 every day at 09:00 → this chat" in asked.text
    assert "6,000 characters don't fit into one message" in asked.text.replace("6000", "6,000")
    assert "🔁 Repeat it anyway" in labels(asked)
    assert not await due(deps)
    await chat.press(asked, "📄 As 2 messages")
    assert "Next:" in (await chat.person.refresh(asked)).text
    async with deps.read() as session:
        assert (await session.get_one(Post, post.id)).layout == "split"
    assert await due(deps)


async def test_in_spite_of_it_it_repeats_and_back_leads_to_the_choice(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        await too_long(tx, post)
    asked = await daily(chat)
    await chat.press(asked, "‹ Back")
    confirm = await chat.person.refresh(asked)
    assert "It goes out:" in confirm.text
    await chat.press(confirm, "✅ Repeat it so")
    await chat.press(await chat.person.refresh(confirm), "🔁 Repeat it anyway")
    assert "Next:" in (await chat.person.refresh(confirm)).text
    assert await due(deps)


async def test_a_neighbour_of_a_later_time_is_told_and_leads_to_other_times(chat: Chat, post: Post, deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx, telegram_user_id=chat.person.id)
        other = await make_post(tx, owner, "Another one.")
        other.created_at -= timedelta(minutes=1)  # the list shows the newest first
        at = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
        await schedule_post(tx, owner_id=owner.id, post_id=other.id, due_at=at)
    asked = await daily(chat)
    assert "Another post goes to this chat within the hour: Tue, 24 Nov, 09:30" in asked.text
    assert not any("🕐 At" in label for label in labels(asked))
    await chat.press(asked, "🕘 Other times")
    assert "How often" in (await chat.person.refresh(asked)).text


async def test_the_calendar_says_when_the_next_repeat_goes_out(chat: Chat, post: Post) -> None:
    await opened(chat, "⏰ Schedule", "🔁 Repeat", "Every weekday", "09:00", "✅ Repeat it so")
    calendar = await chat.say("/calendar")
    assert "🔁 1 post repeats, next on Mon, 23 Nov, 09:00." in calendar.text
    await chat.press(calendar, "🔁 Repeats")
    assert "• every weekday at 09:00 · next: Mon, 23 Nov, 09:00" in (await chat.last()).text
