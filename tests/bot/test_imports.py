"""Many posts from a file, and the schedule as files, in the chat."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.imports.actions import ImportPosts
from bot.notices import render
from core.accounts.models import User
from core.clock import FixedClock
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.posts.models import Import
from core.posts.scheduling import schedule_post
from core.posts.tables import read_table
from tests.bot.chat import Chat
from tests.factories import make_post, make_user
from web.sandbox.client import SeenMessage

BERLIN = "Europe/Berlin"
GOOD = (
    "text,when,target,media url\nBread that pays,2026-12-01 09:00,,\nCrumbs,tomorrow 18:30,me,\nOven,in 3 hours,me,\n"
)


@pytest.fixture
async def user(chat: Chat, deps: Deps) -> User:
    await chat.say("/start")
    async with deps.tx() as tx:
        made = await make_user(tx, telegram_user_id=chat.person.id, time_zone=BERLIN)
    chat.application.actors.forget(chat.person.id)
    return made


async def send(chat: Chat, content: str | bytes, name: str = "posts.csv") -> SeenMessage:
    file = content.encode() if isinstance(content, str) else content
    await chat.person.upload((name, file))
    await chat.handle_updates()
    return await chat.last()


async def after(chat: Chat, message: SeenMessage, button: str) -> SeenMessage:
    await chat.press(message, button)
    changed = await chat.person.refresh(message)
    return await chat.last() if changed.deleted else changed


def labels(message: SeenMessage) -> list[str]:
    return [button.text for button in message.buttons]


async def content_of(chat: Chat, message: SeenMessage) -> bytes:
    file = await chat.application.bot.get_file(message.body["document"]["file_id"])
    return bytes(await file.download_as_bytearray())


async def files(chat: Chat) -> dict[str, bytes]:
    """The documents among the last answers."""
    return {
        message.body["document"]["file_name"]: await content_of(chat, message)
        for message in await chat.answers()
        if "document" in message.body
    }


async def test_a_file_is_shown_before_it_counts_and_stands_in_the_calendar_after(chat: Chat, user: User) -> None:
    preview = await send(chat, GOOD)
    assert preview.text.splitlines() == [
        "📥 3 posts are ready to be imported",
        "",
        "Tue, 1 Dec, 09:00 → this chat · Bread that pays",
        "Sun, 22 Nov, 18:30 → this chat · Crumbs",
        "Sat, 21 Nov, 16:00 → this chat · Oven",
    ]
    assert "Nothing is planned." in (await chat.say("/calendar")).text
    done = await after(chat, preview, "✅ Import 3 posts")
    assert "3 posts are scheduled." in done.text
    calendar = await after(chat, done, "📅 Calendar")
    assert [line for line in calendar.text.splitlines() if "·" in line] == [
        "📅 3 posts are coming · Europe/Berlin",
        "16:00 · Telegram · Oven",
        "18:30 · Telegram · Crumbs",
        "09:00 · Telegram · Bread that pays",
    ]


async def test_confirmed_twice_is_once(chat: Chat, user: User) -> None:
    preview = await send(chat, GOOD)
    button = preview.button("✅ Import 3 posts").data
    assert button is not None
    await chat.press_data(preview, button)
    answer = await chat.press_data(preview, button)
    assert answer is not None
    assert answer.text == "They are imported already."
    assert "3 posts are coming" in (await chat.say("/calendar")).text


async def test_problems_are_told_by_line_and_nothing_can_be_imported(chat: Chat, user: User) -> None:
    shown = await send(chat, GOOD + "Later,whenever,@nowhere,\n,tomorrow 9:00,,\n")
    assert shown.text.splitlines()[0] == "⚠️ 2 rows have problems. Nothing is imported yet."
    assert "Line 5: I don't understand “whenever” as a time. Write it like 2026-12-24 18:00." in shown.text
    assert "Line 5: “@nowhere” isn't one of your connected chats" in shown.text
    assert "Line 6: there is no text." in shown.text
    assert not [label for label in labels(shown) if label.startswith("✅")]


async def test_many_problems_are_paged(chat: Chat, user: User) -> None:
    shown = await send(chat, "text,when\n" + "a,whenever\n" * 25)
    assert "1/3" in labels(shown)
    second = await after(chat, shown, "›")
    assert "Line 12:" in second.text


async def test_columns_that_arent_used_are_named(chat: Chat, user: User) -> None:
    assert "Columns that I don't use: mood." in (await send(chat, "text,when,mood\nBread,tomorrow 9:00,good\n")).text


async def test_all_of_them_can_be_cancelled_and_brought_back(chat: Chat, user: User) -> None:
    done = await after(chat, await send(chat, GOOD), "✅ Import 3 posts")
    cancelled = await after(chat, done, "🚫 Cancel all of them")
    assert "3 posts are cancelled." in cancelled.text
    assert "Nothing is planned." in (await chat.say("/calendar")).text
    again = await after(chat, cancelled, "↩️ Undo")
    assert "3 posts are scheduled." in again.text
    assert "3 posts are coming" in (await chat.say("/calendar")).text


async def test_a_time_that_passed_meanwhile_is_named_and_nothing_counts(
    chat: Chat, user: User, clock: FixedClock
) -> None:
    preview = await send(chat, GOOD)
    clock.advance(timedelta(hours=4))
    answer = await chat.press(preview, "✅ Import 3 posts")
    assert answer is not None
    assert "the time in line 4 has passed" in answer.text
    assert "Nothing is planned." in (await chat.say("/calendar")).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,day\nBread,now\n", "I don't find text, when. I found: name, day."),
        ("text,when\n", "There are no posts in that file."),
        ('text,when\n"Bread,now\n', "From line 2 on, the quotation marks don't match."),
    ],
)
async def test_a_file_that_is_no_list_of_posts_can_be_used_as_a_text(
    chat: Chat, user: User, content: str, said: str
) -> None:
    shown = await send(chat, content + " " * 20)
    assert said in shown.text
    assert "📝 No, it is a text" in labels(shown)


async def test_a_list_can_be_used_as_a_text(chat: Chat, user: User) -> None:
    card = await after(chat, await send(chat, GOOD), "📝 No, it is a text")
    assert "Bread that pays" in card.text
    assert "✍️ Write posts" in labels(card)


async def test_who_has_no_time_zone_is_asked_for_it_first(chat: Chat) -> None:
    await chat.say("/start")
    shown = await send(chat, GOOD)
    assert "Where do you live?" in shown.text
    preview = await after(chat, shown, "Berlin")
    assert "3 posts are ready to be imported" in preview.text
    assert "Tue, 1 Dec, 09:00" in preview.text
    card = await after(chat, preview, "📝 No, it is a text")
    assert "✍️ Write posts" in labels(card)


async def test_the_template_can_be_imported_as_it_is(chat: Chat, user: User) -> None:
    shown = await chat.say("/import")
    await chat.press(shown, "📄 Template")
    [(name, template)] = (await files(chat)).items()
    assert name == "posts-template.csv"
    assert "2 posts are ready" in (await send(chat, template, name)).text


async def test_the_schedule_comes_as_a_table_and_for_calendars(chat: Chat, user: User, deps: Deps) -> None:
    async with deps.tx() as tx:
        post = await make_post(tx, user, "Bread that pays for the oven.")
        await schedule_post(tx, owner_id=user.id, post_id=post.id, due_at=tx.now + timedelta(hours=2))
    await chat.press(await chat.say("/calendar"), "📤 Export")
    found = await files(chat)
    assert set(found) == {"schedule.csv", "schedule.ics"}
    assert read_table(found["schedule.csv"]).records[0].cells["when"] == "2026-11-21 15:00:00+01:00"
    assert b"SUMMARY:Bread that pays for the oven." in found["schedule.ics"]


async def test_without_posts_there_is_nothing_to_export(chat: Chat, user: User) -> None:
    await chat.press_data(await chat.say("/calendar"), "ex")
    assert "nothing to export" in (await chat.last()).text


async def test_what_the_look_before_a_post_finds_is_told_by_line_and_stops_nothing(
    chat: Chat, user: User, deps: Deps
) -> None:
    async with deps.tx() as tx:
        post = await make_post(tx, user, "Rye again")
        at = datetime(2026, 12, 1, 7, 30, tzinfo=UTC)
        await schedule_post(tx, owner_id=user.id, post_id=post.id, due_at=at)
    preview = await send(
        chat,
        "text,when,target\n"
        f"{'Bread that pays for the oven. ' * 200},2026-12-01 18:00,\n"
        "Crumbs,2026-12-01 09:00,\n"
        "rye   AGAIN,2026-12-05 09:00,\n"
        "crumbs,2026-12-05 09:30,\n",
    )
    told = [line for line in preview.text.splitlines() if line.startswith("⚠️")]
    assert told == [
        "⚠️ 4 of them have something to look at.",
        "⚠️ Line 2: 5,999 characters don't fit into one message, 4,096 do. It goes out as 2.",
        "⚠️ Line 3: another post goes there within the hour: Tue, 1 Dec, 08:30.",
        "⚠️ Line 4: the same text is there or planned already: Tue, 1 Dec, 08:30.",
        "⚠️ Line 5: it says the same as line 3.",
        "⚠️ Line 5: it goes out within an hour of line 4.",
    ]
    imported = await after(chat, preview, "✅ Import 4 posts anyway")
    assert imported.text.startswith("✅ 4 posts are scheduled.")


WITH_MEDIA = "text,when,target,media url\nBread,tomorrow 9:00,,https://media.example.org/a.png\n"


async def test_before_addresses_were_looked_at_nothing_can_be_imported(chat: Chat, user: User, deps: Deps) -> None:
    shown = await send(chat, WITH_MEDIA)
    assert "Now I look at its picture or file on the web." in shown.text
    assert shown.text.endswith("0 of 1")
    assert labels(shown) == ["⏭ Go on without looking"]
    async with deps.read() as session:
        import_id = (await session.scalars(select(Import.id).where(Import.owner_id == user.id))).one()
    answer = await chat.press_data(shown, ImportPosts(import_id).encode())
    assert answer is not None
    assert "I am still looking" in answer.text


async def test_who_doesnt_want_to_wait_gets_the_preview_with_a_doubt(chat: Chat, user: User, deps: Deps) -> None:
    shown = await send(chat, WITH_MEDIA)
    await chat.press(shown, "⏭ Go on without looking")
    async with deps.read() as session:
        status = (await session.scalars(select(StatusMessage).where(StatusMessage.owner_id == user.id))).one()
    assert (status.notice, status.message_id) == ("imports.preview", shown.id)
    preview = render(status.notice, status.data, now=deps.clock.now())
    assert "⚠️ Line 2: I haven't looked at “https://media.example.org/a.png”." in preview.text
    [confirm] = [button.action for row in preview.keyboard for button in row if isinstance(button.action, ImportPosts)]
    done = await chat.press_data(shown, confirm.encode())
    assert done is not None
    assert "1 post is scheduled." in (await chat.person.refresh(shown)).text


async def test_a_file_with_problems_isnt_looked_at(chat: Chat, user: User) -> None:
    shown = await send(chat, WITH_MEDIA + "Bread,whenever,,https://media.example.org/a.png\n")
    assert "1 row has a problem." in shown.text
