"""What people do in their apps: write, press, share, block. Each verb ends in what bots hear of it."""

from typing import Any

from web.sandbox.entities import FormatError, Formatted, from_entities, from_html, from_markdown_v2
from web.sandbox.entities.formatted import is_blank
from web.sandbox.errors import ClientError, invalid, not_allowed, not_found
from web.sandbox.formatting import fields
from web.sandbox.forwards import forwarded
from web.sandbox.model import Bot, Chat, Json, Member, Message, User
from web.sandbox.posting import change, membership_json, post, show, show_chat
from web.sandbox.queries import CALLBACK_LIFE_S, Query
from web.sandbox.splitting import split
from web.sandbox.state import World
from web.sandbox.views import account_json, can_write, chat_json, message_json

DEFAULT_NAME = "You"
DEFAULT_LANGUAGE = "en"
TEXT_LIMIT = 4096


def default_person(world: World) -> User:
    """The one who opens the chat page; made at first sight, with a chat with the default bot."""
    person = next(iter(world.users.values()), None) or new_person(world, DEFAULT_NAME, language_code=DEFAULT_LANGUAGE)
    world.private_chat(world.default_bot, person.id)
    return person


def new_person(world: World, first_name: str, **more: str | None) -> User:
    person = world.add_user(first_name, **more)
    world.private_chat(world.default_bot, person.id)
    return person


def chat_of(world: World, chat_id: int, bot_id: int | None) -> Chat:
    """A chat by the Bot API's number; private ones with the named (or the default) bot."""
    if chat_id in world.users:
        return world.private_chat(bot_of(world, bot_id), chat_id)
    if (chat := world.chats.get((0, chat_id))) is None:
        raise not_found("chat")
    return chat


def bot_of(world: World, bot_id: int | None) -> Bot:
    if bot_id is None:
        return world.default_bot
    if (bot := world.bots.get(bot_id)) is None:
        raise not_found("bot")
    return bot


def check_inside(world: World, chat: Chat, user_id: int) -> None:
    """Raises unless the person is in the chat."""
    world.user(user_id)
    if user_id not in world.people_in(chat):
        raise not_allowed("this person is not in the chat")


def written(world: World, text: str, *, parse_mode: str | None = None, entities: Any = None) -> list[Json]:
    """The messages that an app makes of what somebody typed: several when it is too long for one."""
    formatted = _formatted(text, parse_mode, entities)
    if is_blank(formatted.text):
        raise invalid("the text is empty")
    return [fields(world, part, "text", "entities") for part in split(formatted, TEXT_LIMIT)]


def _formatted(text: str, parse_mode: str | None, entities: Any) -> Formatted:
    try:
        match (parse_mode or "").lower():
            case "":
                return from_entities(text, entities)
            case "html":
                return from_html(text)
            case "markdownv2":
                return from_markdown_v2(text)
            case _:
                raise invalid("parse_mode is HTML or MarkdownV2")
    except FormatError as refusal:
        raise invalid(str(refusal)) from None


def captioned(world: World, text: str) -> Json:
    return fields(world, from_entities(text), "caption", "caption_entities") if text.strip() else {}


def say(world: World, chat: Chat, user_id: int, contents: list[Json], *, reply_to: int | None = None) -> list[Message]:
    """Post a person's messages. The first message in a private chat starts it."""
    check_may_write(world, chat, user_id)
    if chat.is_private and not chat.started:
        chat.started = True
        world.save_chat(chat)
    if reply_to is not None:
        existing_message(world, chat, reply_to)
    return [post(world, chat, user_id, content, reply_to=reply_to) for content in contents]


def check_may_write(world: World, chat: Chat, user_id: int) -> None:
    check_inside(world, chat, user_id)
    if not can_write(chat, user_id):
        raise not_allowed("this person can't write in the chat")


def existing_message(world: World, chat: Chat, message_id: int) -> Message:
    message = world.storage.message(chat.key, message_id)
    if message is None or message.deleted:
        raise not_found("message")
    return message


def own_message(world: World, chat: Chat, message_id: int, user_id: int) -> Message:
    message = existing_message(world, chat, message_id)
    if message.sender_id != user_id or message.is_service:
        raise not_allowed("this is not the person's message")
    return message


def rewrite(world: World, message: Message, text: str, *, parse_mode: str | None = None, entities: Any = None) -> None:
    """Edit one's own message: its text, or the caption of media."""
    formatted = _formatted(text, parse_mode, entities)
    names = ("text", "entities") if "text" in message.content else ("caption", "caption_entities")
    kept = {name: value for name, value in message.content.items() if name not in names}
    change(world, message, {**kept, **fields(world, formatted, *names)})


def forward(world: World, source: Chat, target: Chat, user_id: int, message_ids: list[int]) -> list[Message]:
    check_inside(world, source, user_id)
    messages = [existing_message(world, source, message_id) for message_id in message_ids]
    if any(message.content.get("has_protected_content") or message.is_service for message in messages):
        raise not_allowed("this message can't be forwarded")
    return say(world, target, user_id, [forwarded(world, message) for message in messages])


def press(world: World, chat: Chat, user_id: int, message_id: int, data: str) -> Query:
    """Press an inline button: the bot gets a callback query."""
    check_inside(world, chat, user_id)
    message = existing_message(world, chat, message_id)
    bot = world.bots.get(message.sender_id)
    if bot is None:
        raise invalid("no bot sent this message")
    about = {"bot_id": chat.bot_id, "chat_id": chat.id, "message_id": message.id}
    query = world.queries.open(bot_id=bot.id, user_id=user_id, life_s=CALLBACK_LIFE_S, about=about)
    update = {
        "id": query.id,
        "from": world.user(user_id).public(),
        "message": message_json(world, message),
        "chat_instance": chat.chat_instance,
        "data": data,
    }
    world.queues[bot.id].push("callback_query", update, source=str(user_id))
    return query


def button_data(message: Message, row: int, column: int) -> str:
    """What an inline button sends. Raises when there is no such button, or it sends nothing."""
    try:
        button = message.content["reply_markup"]["inline_keyboard"][row][column]
    except (KeyError, IndexError):
        raise not_found("button") from None
    if "callback_data" not in button:
        raise ClientError(400, "not_a_callback", "this button doesn't ask the bot")
    return str(button["callback_data"])


def react(world: World, message: Message, user_id: int, emoji: str | None) -> None:
    """Set or take back one's reaction; bots that asked for reactions hear of it, in groups only as administrators."""
    old = message.reactions.get(str(user_id), [])
    new = [{"type": "emoji", "emoji": emoji}] if emoji else []
    message.reactions[str(user_id)] = new
    world.storage.put_message(message)
    show(world, message, "edited")
    chat = world.chats[message.key]
    update = {
        "chat": chat_json(world, chat),
        "message_id": message.id,
        "user": account_json(world.user(user_id)),
        "date": int(world.now()),
        "old_reaction": old,
        "new_reaction": new,
    }
    for bot in world.bots_in(chat):
        if chat.is_private or chat.member(bot.id).status == "administrator":
            world.queues[bot.id].push("message_reaction", update, source=str(chat.id))


def set_blocked(world: World, chat: Chat, *, blocked: bool) -> None:
    """Block or unblock the bot of a private chat."""
    if not chat.is_private:
        raise invalid("only a private chat's bot can be blocked")
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    world.save_chat(chat)
    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    body = membership_json(world, chat, Member(chat.bot_id, before), Member(chat.bot_id, after), chat.id)
    world.queues[chat.bot_id].push("my_chat_member", body, source=str(chat.id))
    show_chat(world, chat)
