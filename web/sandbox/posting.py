"""The verbs by which anything appears, changes or goes in a chat. People's apps and bots hear of it from here."""

from web.sandbox.model import Bot, Chat, Json, Member, Message
from web.sandbox.state import World
from web.sandbox.views import account_json, chat_json, file_urls, member_json, message_json, view_chat

COMMAND = "bot_command"


def post(
    world: World, chat: Chat, sender_id: int, content: Json, *, reply_to: int | None = None, date: int | None = None
) -> Message:
    """Put a message into a chat."""
    message = Message(
        chat.bot_id, chat.id, world.next_message_id(chat), date or int(world.now()), sender_id, content,
        reply_to=reply_to, via_chat=chat.is_channel,
    )  # fmt: skip
    world.storage.put_message(message)
    if sender_id in world.bots:
        world.drafts.end(chat.key)
    show(world, message, "message")
    tell_bots(world, message, edited=False)
    return message


def change(world: World, message: Message, content: Json, *, edited: bool = True) -> None:
    """Replace what a message says. `edited` marks it with the date, and tells bots of a person's edit."""
    if edited:
        content = {**content, "edit_date": int(world.now())}
    message.content = content
    world.storage.put_message(message)
    show(world, message, "edited")
    if edited:
        tell_bots(world, message, edited=True)


def remove(world: World, messages: list[Message]) -> None:
    """Delete for all. Bots are not told."""
    for message in messages:
        message.deleted = True
        world.storage.put_message(message)
    if messages:
        chat = world.chats[messages[0].key]
        _unpin_deleted(world, chat, {message.id for message in messages})
        ids = [message.id for message in messages]
        world.events.add("deleted", chat.key, world.people_in(chat), message_ids=ids)


def _unpin_deleted(world: World, chat: Chat, gone: set[int]) -> None:
    if not gone.isdisjoint(chat.pinned):
        chat.pinned = [message_id for message_id in chat.pinned if message_id not in gone]
        world.save_chat(chat)
        show_chat(world, chat)


def show(world: World, message: Message, event: str) -> None:
    """Tell the people's apps of a new or changed message."""
    body = message_json(world, message) | {"deleted": message.deleted}
    if urls := file_urls(message.content):
        body["file_urls"] = urls
    if reactions := [reaction for given in message.reactions.values() for reaction in given]:
        body["reactions"] = reactions
    people = world.people_in(world.chats[message.key])
    world.events.add(event, message.key, people, sender_id=message.sender_id, message=body)


def show_chat(world: World, chat: Chat) -> None:
    """Tell the people in a chat that it changed."""
    for user_id in world.people_in(chat):
        world.events.add("chat", chat.key, frozenset({user_id}), chat=view_chat(world, chat, user_id))


def tell_bots(world: World, message: Message, *, edited: bool) -> None:
    """Make the update, for each bot that may see the message. A bot never hears of its own, or of another bot's."""
    if message.sender_id in world.bots and not message.is_service:
        return
    chat = world.chats[message.key]
    kind = ("edited_" if edited else "") + ("channel_post" if chat.is_channel else "message")
    listeners = [bot for bot in world.bots_in(chat) if bot.id != message.sender_id]
    for bot in listeners:
        if _may_read(world, bot, chat, message):
            world.queues[bot.id].push(kind, message_json(world, message), source=str(chat.id))


def _may_read(world: World, bot: Bot, chat: Chat, message: Message) -> bool:
    """Privacy mode: in groups, a bot that is no admin sees commands, mentions, replies to it, what came through it, and
    service messages."""
    if chat.type not in {"group", "supergroup"} or chat.member(bot.id).status == "administrator" or message.is_service:
        return True
    if message.reply_to is not None:
        replied = world.storage.message(message.key, message.reply_to)
        if replied and replied.sender_id == bot.id:
            return True
    if message.content.get("via_bot", {}).get("id") == bot.id:
        return True
    text = message.content.get("text") or message.content.get("caption") or ""
    name = f"@{bot.username}".lower()
    if name in text.lower():
        return True
    command = text.split()[0] if text.startswith("/") else ""
    return bool(command) and "@" not in command


def set_member(world: World, chat: Chat, member: Member, *, by_user_id: int) -> None:
    """Change somebody's standing: updates for the bots concerned, and service messages in groups."""
    old = chat.member(member.user_id)
    chat.members[member.user_id] = member
    world.save_chat(chat)
    _tell_membership(world, chat, old, member, by_user_id)
    if chat.type in {"group", "supergroup"} and old.is_in != member.is_in:
        who = account_json(world.account(member.user_id))
        content = {"new_chat_members": [who]} if member.is_in else {"left_chat_member": who}
        post(world, chat, by_user_id, content)
    show_chat(world, chat)
    if old.is_in and not member.is_in and member.user_id in world.users:
        world.events.add("chat_gone", chat.key, frozenset({member.user_id}))


def _tell_membership(world: World, chat: Chat, old: Member, new: Member, by_user_id: int) -> None:
    if (old.status, old.rights) == (new.status, new.rights):
        return
    body = membership_json(world, chat, old, new, by_user_id)
    for bot in world.bots.values():
        if bot.id == new.user_id:
            world.queues[bot.id].push("my_chat_member", body, source=str(chat.id))
        elif chat.member(bot.id).status == "administrator":
            world.queues[bot.id].push("chat_member", body, source=str(chat.id))


def membership_json(world: World, chat: Chat, old: Member, new: Member, by_user_id: int) -> Json:
    """ChatMemberUpdated."""
    return {
        "chat": chat_json(world, chat),
        "from": account_json(world.account(by_user_id)),
        "date": int(world.now()),
        "old_chat_member": member_json(world, chat, old),
        "new_chat_member": member_json(world, chat, new),
    }


def set_reply_keyboard(world: World, chat: Chat, markup: Json) -> None:
    """Show or remove the keyboard under the input field."""
    chat.reply_keyboard = None if "remove_keyboard" in markup else markup
    world.save_chat(chat)
    world.events.add("reply_keyboard", chat.key, world.people_in(chat), markup=chat.reply_keyboard)
