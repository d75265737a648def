"""Which handler a message belongs to: commands, replies, answers to questions, contents."""

from dataclasses import replace

import pytest
from telegram import Message

from bot import actions
from bot.app import Application
from bot.context import Context
from bot.menus import publish_menu
from bot.prompts import Prompt, Prompts
from bot.screens import Screen
from bot.texts import Texts
from tests.bot.chat import Chat

T = Texts("en")


@pytest.fixture(autouse=True)
def echo(application: Application) -> list[str]:
    """A feature that says who was asked: /ask asks, replies to "Card" are its own."""
    handled: list[str] = []

    async def ask(context: Context) -> None:
        await context.ask("test.colour", about=context.arguments)
        await context.send(Screen(T("Which colour?")))

    async def answer(context: Context, prompt: Prompt) -> bool:
        text = context.message.text if context.message is not None else None
        if text == "not an answer":
            return False
        handled.append(f"answer {text} about {prompt.data['about']}")
        return True

    async def card(context: Context) -> None:
        await context.send(Screen(T("Card")))

    async def reply(context: Context, replied: Message) -> bool:
        if replied.text != "Card":
            return False
        handled.append("reply")
        return True

    async def content(context: Context) -> None:
        handled.append("content")

    async def group(context: Context) -> None:
        handled.append(f"group {context.arguments}")

    router = application.router
    router.command("ask", ask)
    router.command("card", card)
    router.command("open", group, in_groups=True, menu="Works in groups")
    router.prompt("test.colour", answer)
    router.reply(reply)
    router.contents.insert(0, (lambda message: message.text is not None, content))
    return handled


async def test_a_message_is_the_answer_to_the_question_that_waits_and_only_the_first(
    chat: Chat, echo: list[str]
) -> None:
    await chat.say("/ask walls")
    await chat.person.send_text("red")
    await chat.person.send_text("blue")
    await chat.handle_updates()
    assert echo == ["answer red about walls", "content"]


async def test_what_is_no_answer_goes_on_and_the_question_stays(chat: Chat, echo: list[str]) -> None:
    await chat.say("/ask walls")
    await chat.person.send_text("not an answer")
    await chat.person.send_text("red")
    await chat.handle_updates()
    assert echo == ["content", "answer red about walls"]


async def test_a_question_survives_a_restart_of_the_bot(chat: Chat, echo: list[str], application: Application) -> None:
    await chat.say("/ask walls")
    chat.application = replace(application, prompts=Prompts(application.deps.redis))
    await chat.person.send_text("red")
    await chat.handle_updates()
    assert echo == ["answer red about walls"]


async def test_a_reply_to_the_bots_message_goes_before_a_question_and_ends_it(chat: Chat, echo: list[str]) -> None:
    card = await chat.say("/card")
    await chat.say("/ask walls")
    await chat.person.reply(card, "shorter")
    await chat.person.send_text("red")
    await chat.handle_updates()
    assert echo == ["reply", "content"]


async def test_a_reply_to_a_message_that_nobody_knows_is_a_message_like_any_other(chat: Chat, echo: list[str]) -> None:
    hello = await chat.say("/start")
    await chat.person.reply(hello, "thank you")
    await chat.handle_updates()
    assert echo == ["content"]


async def test_a_command_ends_the_question(chat: Chat, echo: list[str]) -> None:
    await chat.say("/ask walls")
    await chat.say("/help")
    await chat.person.send_text("red")
    await chat.handle_updates()
    assert echo == ["content"]


@pytest.mark.parametrize("text", ["/", "/ help", "/usr/bin is a path", "half/half", "//x"])
async def test_what_only_looks_like_a_command_is_a_message(chat: Chat, echo: list[str], text: str) -> None:
    await chat.person.send_text(text)
    await chat.handle_updates()
    assert echo == ["content"]


async def test_a_command_may_be_addressed_written_large_and_have_arguments(chat: Chat, echo: list[str]) -> None:
    await chat.person.send_text("/OPEN@Postaify_Sandbox_Bot  a\nb ")
    await chat.handle_updates()
    assert echo == ["group a\nb"]


async def test_a_group_gets_its_commands_and_nothing_else(chat: Chat, echo: list[str]) -> None:
    group = await chat.person.make_chat("supergroup", "Friends")
    await chat.person.add_bot(group["id"])
    for text in ("/open a", "hello", "/unknown"):
        await chat.person.send_text(text, chat_id=group["id"])
    await chat.handle_updates()
    assert echo == ["group a"]


async def test_what_bots_and_channels_say_is_left_alone(chat: Chat, echo: list[str]) -> None:
    channel = await chat.person.make_chat("channel", "News")
    await chat.person.add_bot(channel["id"])
    await chat.person.send_text("/help", chat_id=channel["id"])
    await chat.handle_updates()
    assert echo == []
    assert await chat.answers(chat_id=channel["id"]) == []


async def test_every_known_action_has_a_handler(application: Application) -> None:
    ours = {known for known in actions._known.values() if known.__module__.startswith("bot.")}
    assert ours - set(application.router.presses) == set()


async def test_the_menu_is_short_and_groups_see_only_theirs(chat: Chat, application: Application) -> None:
    application.router.command("secret", lambda context: context.settle(), menu="Rule", for_admins=True)
    await publish_menu(application.bot, application.router)
    shown = [command["command"] for command in await chat.person.commands()]
    assert shown == ["new", "posts", "calendar", "podcast", "viral", "publish", "plan", "settings", "help"]
    group = await chat.person.make_chat("supergroup", "Friends")
    await chat.person.add_bot(group["id"])
    assert [command["command"] for command in await chat.person.commands(group["id"])] == ["connect", "open"]
