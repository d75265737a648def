"""Connecting a chat: by Telegram's own chooser, by a forwarded post, or by /connect in the group."""

from contextlib import suppress
from functools import partial

from telegram import Bot, Message, MessageOriginChannel, MessageOriginChat
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels import screens
from bot.channels.actions import ConnectChat
from bot.channels.checking import verified_chat
from bot.connections.actions import ShowConnections
from bot.context import Context
from bot.errors import sentence_of
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.texts import LANGUAGES, Texts
from core.channels.models import Channel
from core.channels.queries import channels_of, room_for_channels
from core.channels.standing import keep_verified
from core.db import Page
from core.errors import AppError, LimitReached

PROMPT = "channels.connect"
LIST_PAGE = 8


def register(router: Router) -> None:
    router.command(
        "connect", partial(on_connect, router), menu="Connect accounts; in a group: the group", in_groups=True
    )
    router.press(ConnectChat, on_ask)
    router.prompt(PROMPT, on_answer, about="connecting a chat")
    router.content(lambda message: message.chat_shared is not None, on_shared)


async def on_ask(context: Context, press: ConnectChat) -> None:
    """Only a button in place of the keyboard lets Telegram show its chooser."""
    await context.send(screens.ask_which(group=press.group, t=context.texts))
    await context.ask(PROMPT, group=press.group)


async def on_shared(context: Context) -> None:
    """A chat was chosen, perhaps long after the question."""
    shared = context.message.chat_shared if context.message is not None else None
    if shared is not None:
        await _connect(context, shared.chat_id)


async def on_answer(context: Context, prompt: Prompt) -> bool:
    """A chosen chat, or a post forwarded from it. Anything else is no answer."""
    chat_id = _named_chat(context.message)
    if chat_id is None:
        return False
    try:
        await _connect(context, chat_id)
    except AppError:
        await context.ask(prompt.name, **prompt.data)
        raise
    return True


def _named_chat(message: Message | None) -> int | None:
    if message is None:
        return None
    if message.chat_shared is not None:
        return message.chat_shared.chat_id
    match message.forward_origin:
        case MessageOriginChannel() as origin:
            return origin.chat.id
        case MessageOriginChat() as origin:
            return origin.sender_chat.id
    return None


async def _connect(context: Context, chat_id: int) -> None:
    """Takes the keyboard away, and shows what can be done with the chat."""
    channel = await _verify_and_keep(context, chat_id)
    await context.stop_asking()
    await context.send(screens.connected(channel, context.texts))
    await context.send(screens.channel(channel, context.texts))


async def _verify_and_keep(context: Context, chat_id: int) -> Channel:
    seen = await verified_chat(context.bot, chat_id, user_id=context.actor.telegram_id)
    async with context.deps.tx() as tx:
        return await keep_verified(tx, owner_id=context.actor.id, seen=seen)


async def on_connect(router: Router, context: Context) -> None:
    """In a group: connect it, and say there what came of it. In private: show what is connected."""
    if context.is_private:
        await context.perform(ShowConnections())
        return
    t = context.texts
    try:
        channel = await _verify_and_keep(context, context.chat_id)
    except LimitReached:
        answer = screens.no_room_in_group(context.bot.username, t)
    except AppError as error:
        answer = Screen(sentence_of(router, error, t))
    else:
        answer = screens.connected_in_group(channel, context.bot.username, t)
    with suppress(TelegramError):  # it may not write in that group, which is what it would have said
        await context.send(answer)


async def answer_anonymous(bot: Bot, message: Message | None) -> bool:
    """/connect by an admin who writes as the group: nobody can tell who that is. False when it is something else."""
    if message is None or message.sender_chat is None or message.sender_chat.id != message.chat.id:
        return False
    command, _, addressee = (message.text or "").partition(" ")[0].partition("@")
    if command.lower() != "/connect" or addressee.lower() not in ("", bot.username.lower()):
        return False
    screen = screens.anonymous(bot.username, Texts(LANGUAGES[0]))
    with suppress(TelegramError):  # it may not write in that group
        await bot.send_message(
            message.chat.id, screen.text, parse_mode=ParseMode.HTML, reply_markup=screen.inline_markup()
        )
    return True


async def show_channels(context: Context, *, page: int) -> None:
    """The list, in place of the pressed message if there is one."""
    async with context.deps.read() as session:
        found = await channels_of(session, owner_id=context.actor.id, page=Page(page, LIST_PAGE))
        room = await room_for_channels(session, owner_id=context.actor.id, now=context.deps.clock.now())
    await context.show(screens.channels(found, room, context.texts))
