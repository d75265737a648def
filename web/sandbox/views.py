"""How chats, members and messages look from outside: the Bot API's JSON, and what the people's apps get."""

from web.sandbox.model import Bot, Chat, Json, Member, Message, User
from web.sandbox.state import World

INLINE = "inline_keyboard"
MEDIA_FIELDS = ("photo", "video", "audio", "voice", "document", "animation", "video_note", "sticker")


def chat_json(world: World, chat: Chat) -> Json:
    """Chat, as it stands in messages."""
    if chat.is_private:
        return {**_person(world.users[chat.id]), "type": "private"}
    body: Json = {"id": chat.id, "title": chat.title, "type": chat.type}
    if chat.username:
        body["username"] = chat.username
    if chat.type == "group":
        body["all_members_are_administrators"] = False
    return body


def _person(user: User) -> Json:
    shown = user.public()
    return {name: shown[name] for name in ("id", "first_name", "last_name", "username") if name in shown}


def account_json(account: User | Bot | None) -> Json:
    """User; an account that is gone has lost its name."""
    if account is None or (isinstance(account, User) and account.deleted):
        return {"id": account.id if account else 0, "is_bot": False, "first_name": ""}
    return account.public()


def member_json(world: World, chat: Chat, member: Member) -> Json:
    """ChatMember."""
    body: Json = {"user": account_json(world.account(member.user_id)), "status": member.status}
    if member.status == "creator":
        return {**body, "is_anonymous": False}
    if member.status == "administrator":
        return {**body, "can_be_edited": False, **member.rights, "is_anonymous": False}
    if member.status == "kicked":
        return {**body, "until_date": 0}
    return body


def message_json(world: World, message: Message, *, with_reply: bool = True) -> Json:
    """Message, as bots get it."""
    chat = world.chats[message.key]
    body: Json = {"message_id": message.id}
    if message.via_chat:
        body["sender_chat"] = chat_json(world, chat)
    else:
        body["from"] = account_json(world.account(message.sender_id))
    body |= {"chat": chat_json(world, chat), "date": message.date}
    if with_reply and message.reply_to is not None:
        replied = world.storage.message(message.key, message.reply_to)
        if replied and not replied.deleted:
            body["reply_to_message"] = message_json(world, replied, with_reply=False)
    body |= message.content
    if "pinned_message" in body:
        body["pinned_message"] = _pinned_json(world, message)
    return body


def _pinned_json(world: World, message: Message) -> Json:
    pinned_id: int = message.content["pinned_message"]["message_id"]
    pinned = world.storage.message(message.key, pinned_id)
    if pinned and not pinned.deleted:
        return message_json(world, pinned, with_reply=False)
    return {"message_id": pinned_id, "chat": chat_json(world, world.chats[message.key]), "date": 0}


def view_message(world: World, message: Message, viewer_id: int) -> Json:
    """The view message of README.md."""
    body = message_json(world, message)
    body |= {"outgoing": message.sender_id == viewer_id, "deleted": message.deleted}
    if urls := file_urls(message.content):
        body["file_urls"] = urls
    if reactions := [reaction for given in message.reactions.values() for reaction in given]:
        body["reactions"] = reactions
    return body


def file_urls(content: Json) -> dict[str, str]:
    urls = {}
    for name in MEDIA_FIELDS:
        if media := content.get(name):
            largest = media[-1] if isinstance(media, list) else media
            urls[name] = f"/client/files/{largest['file_id']}"
            if "thumbnail" in largest:
                urls["thumbnail"] = f"/client/files/{largest['thumbnail']['file_id']}"
    return urls


def view_chat(world: World, chat: Chat, viewer_id: int) -> Json:
    """The chat of README.md, as one person sees it."""
    cleared = chat.cleared_up_to.get(viewer_id, 0)
    last = world.last_message(chat, after=cleared)
    bot = world.bots[chat.bot_id] if chat.is_private else world.default_bot
    body = {
        **(_with_bot(bot) if chat.is_private else chat_json(world, chat)),
        "photo": None,
        "last_message": view_message(world, last, viewer_id) if last else None,
        "unread": _unread(world, chat, viewer_id),
        "can_write": can_write(chat, viewer_id),
        "bot_is_admin": chat.member(bot.id).status == "administrator",
        "bot_is_member": chat.is_private or chat.member(bot.id).is_in,
        "blocked": chat.blocked,
        "started": chat.started,
        "reply_keyboard": chat.reply_keyboard,
        "bot_id": bot.id,
        "pinned_message_id": chat.pinned[-1] if chat.pinned else None,
        "members": 2 if chat.is_private else len(chat.audience),
        "menu_button": menu_button(bot, chat),
    }
    return body | ({"id": chat.id} if chat.is_private else {})


def _with_bot(bot: Bot) -> Json:
    """A private chat carries the bot's name on the person's side."""
    return {"type": "private", "title": bot.public()["first_name"], "username": bot.username}


def menu_button(bot: Bot, chat: Chat) -> Json:
    default = bot.menu_buttons.get("default", {"type": "commands"})
    return bot.menu_buttons.get(str(chat.id), default)


def can_write(chat: Chat, user_id: int) -> bool:
    if chat.migrated_to:
        return False
    if chat.is_private:
        return not chat.blocked
    member = chat.member(user_id)
    return member.may("can_post_messages") if chat.is_channel else member.is_in


def _unread(world: World, chat: Chat, viewer_id: int) -> int:
    seen = max(chat.read_up_to.get(viewer_id, 0), chat.cleared_up_to.get(viewer_id, 0))
    newer = world.storage.messages_before(chat.key, 1 << 60, after=seen, limit=100)
    return sum(1 for message in newer if message.sender_id != viewer_id)
