"""The address for mail in the settings: typed, told apart from everything else, changed, removed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import build_application
from core.clock import FixedClock
from core.deps import Deps
from core.emails.addresses import confirm_address, give_address, note_refused
from core.emails.kinds import Category
from core.emails.models import EmailAddress
from core.emails.queries import email_address_of, wanted_address
from tests.bot.chat import Chat
from web.sandbox.client import SeenMessage

ADDRESS = "ann@bücher.example.de"


async def settings_of(chat: Chat) -> SeenMessage:
    await chat.say("/start")
    return await chat.say("/settings")


async def asked(chat: Chat) -> SeenMessage:
    """The question for an address."""
    message = await settings_of(chat)
    await chat.press(message, "✉️ E-mail")
    await chat.press(await chat.last(), "✏️ Give an address")
    return await chat.last()


async def row_of(chat: Chat, deps: Deps) -> EmailAddress:
    async with deps.sessions() as session:
        row = await email_address_of(session, owner_id=(await chat.user()).id)
    assert row is not None
    return row


async def verify(chat: Chat, deps: Deps) -> None:
    row = await row_of(chat, deps)
    assert row.link_id is not None
    async with deps.tx() as tx:
        await confirm_address(tx, owner_id=row.owner_id, link_id=row.link_id)


async def test_an_address_is_typed_and_its_state_told_in_plain_words(chat: Chat, deps: Deps) -> None:
    assert "✉️ E-mail: none" in (await settings_of(chat)).text
    question = await asked(chat)
    assert "Which address?" in question.text
    answer = await chat.say(f"  {ADDRESS} ")
    assert f"I've sent a link to {ADDRESS}" in answer.text
    assert "24 hours" in answer.text
    assert f"✉️ E-mail: {ADDRESS} (not confirmed yet)" in (await chat.say("/settings")).text

    await verify(chat, deps)
    shown = await chat.say("/settings")
    assert f"✉️ E-mail: {ADDRESS}\n" in shown.text + "\n"
    await chat.press(shown, "✉️ E-mail")
    assert f"I write to {ADDRESS}" in (await chat.last()).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ann.example.com", "That isn't an address"),
        ("ann@example", "That isn't an address"),
        ("a@example.com, b@example.com", "Those are several"),
        ("a@example.com b@example.com", "Those are several"),
        (f"a@{'.'.join(['x' * 63] * 4)}.com", "No mailbox has such a long address"),
        ("bücher@example.com", "letters from a to z"),
        ("<b>ann</b>@example.com", "That isn't an address"),
    ],
)
async def test_what_is_no_address_is_told_and_asked_again(chat: Chat, deps: Deps, typed: str, said: str) -> None:
    await asked(chat)
    assert said in (await chat.say(typed)).text
    assert "I've sent a link" in (await chat.say("ann@example.com")).text


async def test_something_to_write_from_is_no_answer(chat: Chat) -> None:
    await asked(chat)
    for text in ("Small bakeries lose bread every evening.", "Write to us @bakery every evening. " * 12):
        assert "address" not in (await chat.say(text)).text
    assert "I've sent a link" in (await chat.say("ann@example.com")).text


async def test_going_back_ends_the_question(chat: Chat) -> None:
    question = await asked(chat)
    await chat.press(question, "‹ E-mail")
    assert "I've sent a link" not in (await chat.say("ann@example.com and more to write about bread")).text


async def test_links_aren_t_sent_in_a_row(chat: Chat, deps: Deps, clock: FixedClock) -> None:
    await asked(chat)
    shown = await chat.say("ann@example.com")
    pressed = await chat.press(shown, "🔁 Send the link again")
    assert pressed is not None
    assert "try again in 1 minute" in (pressed.text or "")
    first = (await row_of(chat, deps)).link_id
    clock.advance(timedelta(minutes=2))
    await chat.press(shown, "🔁 Send the link again")
    assert (await row_of(chat, deps)).link_id != first


async def test_another_address_leaves_the_present_one_in_use(chat: Chat, deps: Deps) -> None:
    await asked(chat)
    await chat.say("ann@example.com")
    await verify(chat, deps)
    await chat.press(await chat.say("/settings"), "✉️ E-mail")
    await chat.press(await chat.last(), "✏️ Another address")
    shown = await chat.say("new@example.com")
    assert "I write to ann@example.com" in shown.text
    assert "I've sent a link to new@example.com" in shown.text
    await chat.press(shown, "↩️ Keep ann@example.com")
    assert (await row_of(chat, deps)).pending is None


async def test_what_is_written_about_is_chosen(chat: Chat, deps: Deps) -> None:
    await asked(chat)
    await chat.say("ann@example.com")
    await verify(chat, deps)
    await chat.press(await chat.say("/settings"), "✉️ E-mail")
    shown = await chat.last()
    assert [button.text for button in shown.buttons[:2]] == ["✓ Trial and plan", "Published posts"]
    for label in ("✓ Trial and plan", "Published posts"):
        await chat.press(await chat.last(), label)
    owner_id = (await chat.user()).id
    async with deps.sessions() as session:
        assert await wanted_address(session, owner_id=owner_id, category=Category.POSTS) == "ann@example.com"
        assert await wanted_address(session, owner_id=owner_id, category=Category.PLAN) is None


async def test_a_refusal_stands_in_the_settings_with_the_servers_words(chat: Chat, deps: Deps) -> None:
    await asked(chat)
    await chat.say("ann@example.com")
    row = await row_of(chat, deps)
    problem = {"code": "email.address_refused", "params": {"detail": "550 5.1.1 <ann> unknown"}}
    async with deps.tx() as tx:
        await note_refused(tx, owner_id=row.owner_id, address="ann@example.com", problem=problem)
    shown = await chat.say("/settings")
    assert "ann@example.com (mail doesn't arrive)" in shown.text
    await chat.press(shown, "✉️ E-mail")
    assert "550 5.1.1 <ann> unknown" in (await chat.last()).text


async def test_an_address_is_removed_after_a_question(chat: Chat, deps: Deps) -> None:
    await asked(chat)
    shown = await chat.say("ann@example.com")
    await chat.press(shown, "🗑 Remove")
    await chat.press(await chat.last(), "🗑 Remove")
    async with deps.sessions() as session:
        assert await email_address_of(session, owner_id=(await chat.user()).id) is None
    assert "✉️ E-mail: none" in (await chat.say("/settings")).text
    await chat.press(shown, "🔁 Send the link again")  # of a message that shows what was


async def test_where_no_mail_is_sent_nobody_is_asked(chat: Chat, deps: Deps) -> None:
    chat.application = build_application(replace(deps, mailer=None), chat.application.bot)
    shown = await settings_of(chat)
    assert "E-mail" not in shown.text
    assert not any("E-mail" in button.text for button in shown.buttons)


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("email.bounced", "No such user <here>", "came back: it can't be delivered there"),
        ("email.complained", None, "was marked as spam there, so I don't write there any more"),
    ],
)
async def test_mail_that_came_back_is_said_in_the_settings_with_a_way_on(
    chat: Chat, code: str, detail: str | None, said: str
) -> None:
    await chat.say("/start")
    user = await chat.user()
    async with chat.application.deps.tx() as tx:
        row = await give_address(tx, owner_id=user.id, typed="ann@example.com")
        assert row.link_id is not None
        await confirm_address(tx, owner_id=user.id, link_id=row.link_id)
        problem = {"code": code, "params": {"detail": detail} if detail else {}}
        await note_refused(tx, owner_id=user.id, address="ann@example.com", problem=problem)
    settings = await chat.say("/settings")
    await chat.press(settings, "E-mail")
    shown = await chat.person.refresh(settings)
    assert said in shown.text
    assert (detail or "") in shown.text
    assert {"🔁 Send the link again", "✏️ Another address", "🗑 Remove"} <= {button.text for button in shown.buttons}
