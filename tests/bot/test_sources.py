"""What people send, as far as one process can show it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from telegram import Update

from bot.app import Application, build_application
from bot.menus import publish_menu
from core.accounts.models import User
from core.sources.models import Source
from core.sources.reading import read_text
from core.sources.service import keep_source
from tests.bot.chat import Chat
from tests.pictures import picture

PRIVATE = (
    "http://127.0.0.1:8080/",
    "http://localhost/x",
    "http://10.0.0.1",
    "http://[::1]/",
    "http://169.254.169.254/",
)
LINES = "\n".join(f"Line number {number} is a line of its own." for number in range(300))


@pytest.mark.parametrize("url", PRIVATE)
async def test_addresses_that_arent_public_are_left_alone(chat: Chat, url: str) -> None:
    answer = await chat.say(url)
    assert answer.text == "I only read pages on the public internet, and that address isn't."
    assert len(await chat.answers()) == 1


async def test_a_restart_within_a_long_text_changes_nothing(chat: Chat, application: Application) -> None:
    start = await chat.person.send_text("/start")
    await chat.handle_updates()
    await chat.person.send_text(LINES)
    first, *rest = await application.bot.get_updates(timeout=0)
    await application.handle(first)
    restarted = build_application(application.deps, application.bot)
    for update in rest:
        await restarted.handle(update)
    cards = [seen for seen in await chat.person.history() if seen.id > start.id and seen.buttons][1:]
    assert len(cards) == 1
    assert "2,700 words" in cards[0].text
    assert [len(text) for text in await texts_of(chat)] == [len(LINES)]


async def test_a_source_from_before_stays_when_a_new_text_begins_like_it(chat: Chat, application: Application) -> None:
    await chat.say("/start")
    await chat.person.send_text(LINES)
    updates = await application.bot.get_updates(timeout=0)
    assert updates[0].message is not None
    beginning = read_text(updates[0].message.text or "")
    async with application.deps.tx() as tx:
        kept = await keep_source(tx, owner_id=(await chat.user()).id, reading=beginning)
        kept.created_at -= timedelta(days=1)
    for update in updates:
        await application.handle(update)
    assert sorted(len(text) for text in await texts_of(chat)) == [len(beginning.text), len(LINES)]


async def test_what_comes_after_a_press_or_a_command_is_no_more_of_the_long_text(chat: Chat) -> None:
    card = await chat.say("Bread and crumbs. " * 150)
    await chat.press(card, "Use as it is")
    assert "Rye and salt" in (await chat.say("Rye and salt, every day.")).text
    await chat.say("Bread and crumbs. " * 150)
    await chat.say("/help")
    assert "Oats and milk" in (await chat.say("Oats and milk, every day.")).text


async def test_a_long_text_answers_a_question_as_a_whole(chat: Chat) -> None:
    card = await chat.say("A source of at least ten characters.")
    await chat.press(card, "Use as it is")
    draft = await chat.last()
    await chat.press(draft, "Edit")
    await chat.person.send_text("=" + LINES)
    await chat.handle_updates()
    changed = await chat.person.refresh(draft)
    assert "Goes out as 3 messages" in changed.text
    assert "version 2" in changed.text
    assert len(await texts_of(chat)) == 1


async def test_words_around_a_link_that_cant_be_read_are_a_text_all_the_same(chat: Chat) -> None:
    said = "New menu today! http://127.0.0.1/menu"
    card = await chat.say(said)
    assert said in card.text
    assert any("Use as it is" in button.text for button in card.buttons)
    told = [message.text for message in await chat.answers()]
    assert told[0].startswith("I couldn't read the page behind that link")
    assert "I only read pages on the public internet" in (await chat.say("http://127.0.0.1/menu")).text


async def test_a_sticker_is_answered_with_what_is_accepted(chat: Chat) -> None:
    await chat.say("/start")
    sticker = {"file_id": "x", "file_unique_id": "y", "type": "regular", "width": 1, "height": 1}
    sticker |= {"is_animated": False, "is_video": False}
    private = {"id": chat.person.id, "type": "private", "first_name": "Ann"}
    sent = {"message_id": 900, "date": 1, "chat": private, "from": chat.person.user, "sticker": sticker}
    await chat.application.handle(Update.de_json({"update_id": 900, "message": sent}, chat.application.bot))
    told = (await chat.last()).text
    assert "A sticker has no words" in told
    assert "voice message" in told


async def test_new_says_what_to_send_and_the_next_text_is_the_source(chat: Chat) -> None:
    asked = await chat.say("/new")
    assert "50,000 characters" in asked.text
    assert "here I can't listen" in asked.text
    assert "min to read" in (await chat.say("Bread needs time, and it shows.")).text
    assert await texts_of(chat) == ["Bread needs time, and it shows."]


async def test_words_behind_new_are_the_source(chat: Chat) -> None:
    assert "min to read" in (await chat.say("/new Bread needs time, and it shows.")).text
    assert await texts_of(chat) == ["Bread needs time, and it shows."]


async def test_a_link_of_another_kind_is_no_source(chat: Chat) -> None:
    assert "http:// or https://" in (await chat.say("ftp://example.com/article")).text
    assert await texts_of(chat) == []


@pytest.mark.parametrize(
    ("caption", "title", "text", "told"),
    [
        ("How we bake", "How we bake", "Bread needs time.", "is its title"),
        (
            "Read this first.\nIt matters.",
            "Bread needs time.",
            "Read this first.\nIt matters.\n\nBread",
            "before its text",
        ),
        ("", "Bread needs time.", "Bread needs time.", "min to read"),
    ],
)
async def test_what_is_written_under_a_file_is_kept(chat: Chat, caption: str, title: str, text: str, told: str) -> None:
    await chat.person.upload(("notes.txt", b"Bread needs time.\nAnd it shows."), caption=caption)
    await chat.handle_updates()
    card = await chat.last()
    assert card.text.splitlines()[0].endswith(title)
    assert told in card.text
    assert (await texts_of(chat))[0].startswith(text)


async def texts_of(chat: Chat) -> list[str]:
    """The sources that the person has."""
    async with chat.application.deps.read() as session:
        mine = select(Source.text).join(User, User.id == Source.owner_id)
        return list(await session.scalars(mine.where(User.telegram_user_id == chat.person.id)))


async def test_a_picture_with_formatted_words_is_posted_as_it_is(chat: Chat) -> None:
    await chat.say("/start")
    await chat.person.upload(("a.png", picture()), caption="Bread that pays for itself.")
    await chat.handle_updates()
    card = await chat.last()
    assert card.text.startswith("🖼 1 photo")
    assert card.button("Write posts")
    await chat.press(card, "Use as it is")
    draft = await chat.last()
    assert "🖼 1 photo" in draft.text
    assert "27/1,024 characters" in draft.text


async def test_an_album_is_one_source_with_one_card(chat: Chat, application: Application) -> None:
    """Also when the bot is restarted in its middle."""
    start = await chat.say("/start")
    await chat.person.upload(*((f"{n}.png", picture()) for n in range(3)))
    first, *rest = await application.bot.get_updates(offset=-3, timeout=0)
    await application.handle(first)
    restarted = build_application(application.deps, application.bot)
    for update in [*rest, *rest]:
        await restarted.handle(update)
    card = await chat.person.wait_for_message("🖼 3 photos", after=start.id)
    assert [seen.id for seen in await chat.answers()][-1] == card.id
    assert "I can post it as it is" in card.text
    assert [button.text for button in card.buttons] == ["📌 Use as it is"]
    async with application.deps.sessions() as session:
        mine = select(Source).join(User, User.id == Source.owner_id).where(User.telegram_user_id == chat.person.id)
        [source] = list(await session.scalars(mine))
    assert (source.text, len(source.media)) == ("", 3)


async def test_a_file_that_cant_be_read_can_be_posted(chat: Chat) -> None:
    await chat.say("/start")
    await chat.person.upload(("menu.pdf", b"%PDF-1.7"))
    await chat.handle_updates()
    card = await chat.last()
    assert "📎 1 file" in card.text
    assert "menu.pdf" in card.text
    await chat.press(card, "Use as it is")
    assert "📎 1 file" in (await chat.last()).text


async def test_formatting_over_a_long_text_stays_in_its_place(chat: Chat, application: Application) -> None:
    await chat.say("/start")
    bold = "<b>the very last words</b>"
    await chat.person.send_text(f"{LINES}\n{bold}", parse_mode="HTML")
    await chat.handle_updates()
    async with application.deps.sessions() as session:
        mine = select(Source).join(User, User.id == Source.owner_id).where(User.telegram_user_id == chat.person.id)
        [source] = list(await session.scalars(mine))
    [entity] = source.entities
    assert source.text[entity["offset"] : entity["offset"] + entity["length"]] == "the very last words"


async def test_the_menu_begins_with_new_and_offers_only_what_is_there(chat: Chat, application: Application) -> None:
    await publish_menu(application.bot, application.router)
    names = [command["command"] for command in await chat.person.commands()]
    assert (names[0], names[-1]) == ("new", "help")
    assert set(names) <= set(application.router.commands)
