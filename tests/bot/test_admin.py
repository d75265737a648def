"""/admin: only for admins, and a broadcast from the first word to its end."""

import pytest
from sqlalchemy import select, update

from bot import notices
from bot.admin.actions import ShowAdmin, WriteBroadcast
from bot.app import Application
from bot.menus import publish_admin_menus
from core.accounts.models import User
from core.accounts.service import user_by_telegram_id
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deps import Deps
from tests.bot.chat import Chat
from tests.factories import make_user
from tests.pictures import picture
from web.sandbox.client import SeenMessage


async def promote(deps: Deps, chat: Chat, *, to_admin: bool = True) -> None:
    async with deps.tx() as tx:
        if await user_by_telegram_id(tx.session, TelegramId(chat.person.id)) is None:
            await make_user(tx, telegram_user_id=chat.person.id)
        await tx.session.execute(update(User).where(User.telegram_user_id == chat.person.id).values(is_admin=to_admin))


async def drafted(deps: Deps, chat: Chat, text: str = "Bread for everybody.") -> SeenMessage:
    await promote(deps, chat)
    await chat.press(await chat.say("/admin"), "Broadcast")
    return await chat.say(text)


async def the_broadcast(deps: Deps) -> Broadcast:
    async with deps.read() as session:
        return (await session.scalars(select(Broadcast))).one()


async def shown(deps: Deps, broadcast: Broadcast) -> tuple[str, list[str], int | None]:
    """What its message is going to show, with which buttons, and which message it is."""
    async with deps.read() as session:
        status = await session.get_one(StatusMessage, broadcast.id, populate_existing=True)
    screen = notices.render(status.notice, status.data, now=deps.clock.now())
    return str(screen.text), [button.text for row in screen.keyboard for button in row], status.message_id


async def test_for_others_there_is_no_such_command_and_no_such_button(chat: Chat) -> None:
    assert "/admin" in (await chat.say("/admin")).text
    somewhere = await chat.say("/help")
    assert "🛠" not in (await chat.last()).text
    for action in (ShowAdmin(), WriteBroadcast()):
        answer = await chat.press_data(somewhere, action.encode())
        assert answer is not None
        assert "out of date" in answer.text


async def test_who_is_no_admin_any_more_can_press_nothing(chat: Chat, deps: Deps) -> None:
    card = await drafted(deps, chat)
    await promote(deps, chat, to_admin=False)
    answer = await chat.press(card, "Send")
    assert answer is not None
    assert "out of date" in answer.text
    assert (await the_broadcast(deps)).status == BroadcastStatus.DRAFT


async def test_the_message_is_shown_again_with_its_formatting_and_to_how_many_it_goes(chat: Chat, deps: Deps) -> None:
    async with deps.tx() as tx:
        await make_user(tx)
    card = await drafted(deps, chat, "Bread <for> everybody.")
    assert "To 2 people" in card.text
    assert "Bread <for> everybody." in card.text
    await chat.press(card, "Preview")
    assert (await chat.last()).text == "Bread <for> everybody."


async def test_a_picture_with_words_can_go_to_everybody(chat: Chat, deps: Deps) -> None:
    await promote(deps, chat)
    await chat.press(await chat.say("/admin"), "Broadcast")
    await chat.person.upload(("photo.png", picture()), kind="photo", caption="Fresh bread.")
    await chat.handle_updates()
    card = await chat.last()
    assert "1 photo" in card.text
    content = (await the_broadcast(deps)).content
    assert content["text"] == "Fresh bread."
    assert content["media"][0]["kind"] == "photo"


async def test_what_is_no_message_for_everybody_is_asked_for_again(chat: Chat, deps: Deps) -> None:
    await promote(deps, chat)
    await chat.press(await chat.say("/admin"), "Broadcast")
    await chat.share_location(41.1, -8.6)
    assert "can't go to everybody" in (await chat.last()).text
    assert "To 1 person" in (await chat.say("Bread.")).text


async def test_dropped_nothing_is_sent_and_nothing_can_be_sent_later(chat: Chat, deps: Deps) -> None:
    card = await drafted(deps, chat)
    await chat.press(card, "Cancel")
    assert "Nothing was sent" in (await chat.last()).text
    broadcast = await the_broadcast(deps)
    assert broadcast.status == BroadcastStatus.CANCELLED
    assert broadcast.finished_at is not None


async def test_sent_paused_resumed_and_ended_from_its_own_message(chat: Chat, deps: Deps) -> None:
    card = await drafted(deps, chat)
    sure = None
    for button, status, says, next_buttons in (
        ("Send", BroadcastStatus.RUNNING, "on its way", ["⏸ Pause", "✖️ Cancel"]),
        ("Pause", BroadcastStatus.PAUSED, "paused", ["▶️ Resume", "✖️ Cancel"]),
        ("Resume", BroadcastStatus.RUNNING, "on its way", ["⏸ Pause", "✖️ Cancel"]),
    ):
        await press_as_shown(chat, deps, card, button)
        broadcast = await the_broadcast(deps)
        assert broadcast.status == status
        text, buttons, message_id = await shown(deps, broadcast)
        assert says in text
        assert buttons == next_buttons
        assert message_id == card.id
    await press_as_shown(chat, deps, card, "Cancel")
    sure = await chat.last()
    assert "1 person would not get it" in sure.text
    assert (await the_broadcast(deps)).status == BroadcastStatus.RUNNING
    await chat.press(sure, "Yes, end it")
    assert (await the_broadcast(deps)).status == BroadcastStatus.CANCELLED
    assert "cancelled" in (await chat.person.refresh(sure)).text


async def press_as_shown(chat: Chat, deps: Deps, card: SeenMessage, button: str) -> None:
    """The worker isn't here: the button as the message is going to show it."""
    broadcast = await the_broadcast(deps)
    async with deps.read() as session:
        status = await session.get(StatusMessage, broadcast.id, populate_existing=True)
    if status is None:
        await chat.press(card, button)
        return
    screen = notices.render(status.notice, status.data, now=deps.clock.now())
    [wanted] = [one for row in screen.keyboard for one in row if button in one.text and one.action is not None]
    assert wanted.action is not None
    await chat.press_data(card, wanted.action.encode())


@pytest.mark.parametrize(
    ("left_s", "says"),
    [(None, "Left: 1,500"), (30, "less than a minute"), (60, "about 1 minute"), (410, "about 7 minutes")],
)
def test_the_message_says_what_came_of_it_and_about_how_long_it_takes(
    left_s: int | None, says: str, deps: Deps
) -> None:
    data = {"broadcast_id": "0" * 32, "status": "running", "sent": 8_000, "blocked": 12, "failed": 0, "cancelled": 0}
    screen = notices.render(
        "broadcasts.progress", data | {"left": 1_500, "left_s": left_s, "language": "en"}, now=deps.clock.now()
    )
    assert says in screen.text
    assert "Sent: 8,000" in screen.text
    assert "gone: 12" in screen.text
    assert "Failed" not in screen.text


async def test_only_admins_have_the_command_in_their_menu(chat: Chat, application: Application, deps: Deps) -> None:
    await promote(deps, chat)
    await chat.say("/start")
    await publish_admin_menus(application.bot, application.router, [(chat.person.id, "en"), (999_999_999, "en")])
    assert "admin" in {command["command"] for command in await chat.person.commands(chat.person.id)}
    other = await chat.sandbox.client.new_person("Bob")
    await other.send_text("/start")
    assert "admin" not in {command["command"] for command in await other.commands(other.id)}
