"""The calendar of coming posts in the chat."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageStat

from core.accounts.models import User
from core.clock import FixedClock
from core.deps import Deps
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of
from core.posts.scheduling import choose_target, schedule_post
from core.series.service import start_series
from core.when.recurrence import Recurrence
from tests.bot.chat import Chat
from tests.factories import make_channel, make_post, make_user
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"


@pytest.fixture
async def user(chat: Chat, deps: Deps) -> User:
    await chat.say("/start")
    async with deps.tx() as tx:
        made = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
    chat.application.actors.forget(chat.person.id)
    return made


async def plan(deps: Deps, user: User, *hours: float) -> list[Post]:
    """Posts that go out in so many hours."""
    planned = []
    async with deps.tx() as tx:
        for ahead in hours:
            post = await make_post(tx, user, f"Post in {ahead} hours.")
            await schedule_post(tx, owner_id=user.id, post_id=post.id, due_at=tx.now + timedelta(hours=ahead))
            planned.append(post)
    return planned


async def after(chat: Chat, message: SeenMessage, button: str) -> SeenMessage:
    """What a press leads to: the same message, or, where a picture gives way to a text, the one in its place."""
    await chat.press(message, button)
    changed = await chat.person.refresh(message)
    return await chat.last() if changed.deleted else changed


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def test_an_empty_calendar_says_what_to_do(chat: Chat, user: User) -> None:
    shown = await chat.say("/calendar")
    assert "Nothing is planned." in shown.text
    assert "press Schedule" in shown.text


async def test_posts_are_grouped_by_the_local_day(chat: Chat, user: User, deps: Deps) -> None:
    await plan(deps, user, 10, 11.5, 2)
    shown = await chat.say("/calendar")
    assert shown.text.splitlines() == [
        "📅 3 posts are coming · Europe/Berlin",
        "",
        "Sat, 21 Nov",
        "15:00 · Telegram · Post in 2 hours.",
        "23:00 · Telegram · Post in 10 hours.",
        "",
        "Sun, 22 Nov",
        "00:30 · Telegram · Post in 11.5 hours.",
    ]
    assert labels(shown)[:2] == ["15:00 · Post in 2 hours.", "23:00 · Post in 10 hours."]


async def test_many_posts_are_paged(chat: Chat, user: User, deps: Deps) -> None:
    await plan(deps, user, *range(1, 9))
    shown = await chat.say("/calendar")
    assert "1/2" in labels(shown)
    second = await after(chat, shown, "›")
    assert labels(second)[:2] == ["20:00 · Post in 7 hours.", "21:00 · Post in 8 hours."]


async def test_an_entry_shows_all_of_the_text_and_can_be_cancelled_and_brought_back(
    chat: Chat, user: User, deps: Deps
) -> None:
    [post] = await plan(deps, user, 2)
    entry = await after(chat, await chat.say("/calendar"), "15:00 · Post in 2 hours.")
    assert entry.text.splitlines() == [
        "Telegram · ⏰ Scheduled",
        "Sat, 21 Nov, 15:00 · Europe/Berlin · in 2 hours",
        "",
        "Post in 2 hours.",
    ]
    cancelled = await after(chat, entry, "🚫 Cancel post")
    assert "🚫 Cancelled" in cancelled.text
    again = await after(chat, cancelled, "↩️ Undo")
    assert "⏰ Scheduled" in again.text
    async with deps.read() as session:
        assert (await post_of(session, owner_id=user.id, post_id=post.id)).status == PostStatus.SCHEDULED
    assert "1 post is coming" in (await after(chat, again, "‹ Calendar")).text


async def test_an_entry_can_be_moved_posted_and_duplicated(chat: Chat, user: User, deps: Deps) -> None:
    await plan(deps, user, 2)
    entry = await after(chat, await chat.say("/calendar"), "15:00 · Post in 2 hours.")
    choice = await after(chat, entry, "⏰ Change time")
    assert "When should it go out?" in choice.text
    await chat.press(choice, "Tomorrow 09:00")
    entry = await after(chat, await chat.say("/calendar"), "09:00 · Post in 2 hours.")
    posted = await after(chat, entry, "🚀 Post now")
    assert "📤 Being sent" in posted.text
    assert "🚀 Post now" not in labels(posted)
    card = await after(chat, posted, "📑 Duplicate as a draft")
    assert "Post in 2 hours." in card.text
    assert "⏰ Schedule" in labels(card)


async def test_the_month_leads_to_its_days(chat: Chat, user: User, deps: Deps) -> None:
    await plan(deps, user, 2, 3, 24)
    month = await after(chat, await chat.say("/calendar"), "🗓 Month")
    assert {"21•", "22•"} <= set(labels(month))
    answer = await chat.press(month, "25")
    assert answer is not None
    assert answer.text == "Nothing is planned for that day."
    day = await after(chat, month, "21•")
    assert day.text.splitlines()[0] == "Sat, 21 Nov"
    assert labels(day)[:2] == ["15:00 · Post in 2 hours.", "16:00 · Post in 3 hours."]
    assert "3 posts this month" in (await after(chat, day, "🗓 Month")).text


async def test_the_month_before_this_one_isnt_there_and_the_next_one_is(
    chat: Chat, user: User, clock: FixedClock
) -> None:
    month = await after(chat, await chat.say("/calendar"), "🗓 Month")
    assert "‹" not in labels(month)
    december = await after(chat, month, "›")
    assert "December 2026" in labels(december)
    assert "November 2026" in labels(await after(chat, december, "‹"))


async def test_a_stranger_sees_their_own_calendar(chat: Chat, user: User, deps: Deps) -> None:
    async with deps.tx() as tx:
        stranger = await make_user(tx, time_zone=BERLIN)
    await plan(deps, stranger, 2)
    assert "Nothing is planned." in (await chat.say("/calendar")).text


async def picture_of(chat: Chat, message: SeenMessage) -> Image.Image:
    file = await chat.application.bot.get_file(message.body["photo"][-1]["file_id"])
    return Image.open(BytesIO(bytes(await file.download_as_bytearray()))).convert("L")


def brightness(image: Image.Image) -> float:
    return float(ImageStat.Stat(image).mean[0])


async def test_the_list_stands_under_a_picture_which_is_dark_for_who_wants_that(
    chat: Chat, user: User, deps: Deps
) -> None:
    await plan(deps, user, 2)
    shown = await chat.say("/calendar")
    light = brightness(await picture_of(chat, shown))
    dark = await after(chat, shown, "🌙 Dark")
    assert dark.id == shown.id
    assert brightness(await picture_of(chat, dark)) < 60 < 200 < light
    again = await chat.say("/calendar")
    assert "☀️ Light" in labels(again)
    assert brightness(await picture_of(chat, again)) < 60


async def test_turning_to_another_month_changes_the_picture_in_place(chat: Chat, user: User, deps: Deps) -> None:
    await plan(deps, user, 2)
    month = await after(chat, await chat.say("/calendar"), "🗓 Month")
    december = await after(chat, month, "›")
    assert december.id == month.id
    assert december.body["photo"][-1]["file_id"] != month.body["photo"][-1]["file_id"]


async def test_the_chat_that_a_post_goes_to_is_named(chat: Chat, user: User, deps: Deps) -> None:
    [post] = await plan(deps, user, 2)
    async with deps.tx() as tx:
        channel = await make_channel(tx, user, title="Oven <news>")
        await choose_target(tx, owner_id=user.id, post_id=post.id, channel_id=channel.id)
    assert "15:00 · 📣 Oven <news> · Post in 2 hours." in (await chat.say("/calendar")).text


async def test_a_day_with_many_posts_is_paged(chat: Chat, user: User, deps: Deps) -> None:
    await plan(deps, user, *(1 + place / 10 for place in range(8)))
    month = await after(chat, await chat.say("/calendar"), "🗓 Month")
    day = await after(chat, month, "21•")
    assert "1/2" in labels(day)
    assert "Post in 1.7 hours." in (await after(chat, day, "›")).text


async def test_what_recurs_stands_in_the_day_before_it_is_planned(chat: Chat, user: User, deps: Deps) -> None:
    async with deps.tx() as tx:
        post = await make_post(tx, user, "Recipe of the week.")
        weekly = Recurrence("FREQ=WEEKLY;BYDAY=MO", datetime(2026, 11, 23, 9), BERLIN)  # noqa: DTZ001 - by the wall clock
        await start_series(tx, owner_id=user.id, post_id=post.id, recurrence=weekly)
    month = await after(chat, await after(chat, await chat.say("/calendar"), "🗓 Month"), "›")
    assert "7•" in labels(month)
    day = await after(chat, month, "7•")
    assert "🔁 09:00 · Telegram · Recipe of the week." in day.text
    assert "Recipe of the week." in (await after(chat, day, "🔁 09:00 · Recipe of the week.")).text


async def test_what_recurs_later_is_told_beside_the_list(chat: Chat, user: User, deps: Deps) -> None:
    async with deps.tx() as tx:
        post = await make_post(tx, user, "Recipe of the month.")
        monthly = Recurrence("FREQ=MONTHLY;BYMONTHDAY=20", datetime(2026, 12, 20, 9), BERLIN)  # noqa: DTZ001 - by the wall clock
        await start_series(tx, owner_id=user.id, post_id=post.id, recurrence=monthly)
    alone = await chat.say("/calendar")
    assert "Nothing else is planned." in alone.text
    assert "🔁 1 post repeats" in alone.text
    assert alone.button("📤 Export")
    assert (await after(chat, alone, "🔁 Repeats")).button("Recipe of the month.")
    async with deps.tx() as tx:
        other = await make_post(tx, user, "A post.")
        await schedule_post(tx, owner_id=user.id, post_id=other.id, due_at=tx.now + timedelta(days=1))
    shown = await chat.say("/calendar")
    assert "1 post is coming" in shown.text
    assert "🔁 1 post repeats" in shown.text


async def test_captions_never_grow_too_long_for_a_picture(chat: Chat, user: User, deps: Deps) -> None:
    async with deps.tx() as tx:
        channel = await make_channel(tx, user, title="W" * 120)
        for place in range(6):
            post = await make_post(tx, user, "𝕎" * 200)
            post.channel_id = channel.id
            await tx.session.flush()
            await schedule_post(tx, owner_id=user.id, post_id=post.id, due_at=tx.now + timedelta(days=place + 1))
    shown = await chat.say("/calendar")
    assert "6 posts are coming" in shown.text
    assert "photo" in shown.body
