"""What becomes of a message's content when it is forwarded or copied."""

from web.sandbox.model import Chat, Json, Message, User
from web.sandbox.state import World
from web.sandbox.views import account_json, chat_json

LEFT_BEHIND = frozenset({"reply_markup", "edit_date", "quote", "has_protected_content", "effect_id", "pinned_message"})
ORIGIN_FIELDS = frozenset({
    "forward_origin", "forward_from", "forward_from_chat", "forward_from_message_id", "forward_sender_name",
    "forward_date", "forward_signature",
})  # fmt: skip


def copied(message: Message) -> Json:
    """The content alone, without whose it was."""
    gone = LEFT_BEHIND | ORIGIN_FIELDS | {"media_group_id"}
    return {name: value for name, value in message.content.items() if name not in gone}


def forwarded(world: World, message: Message) -> Json:
    """The content with its origin; a forwarded forward keeps the first one."""
    content = {name: value for name, value in message.content.items() if name not in LEFT_BEHIND}
    return content if "forward_origin" in content else {**content, **_origin(world, message)}


def _origin(world: World, message: Message) -> Json:
    """`forward_origin`, and the older fields that Telegram still sends along."""
    chat = world.chats[message.key]
    if message.via_chat:
        return _channel_origin(world, chat, message)
    account = world.account(message.sender_id)
    if isinstance(account, User) and account.deleted:
        name = "Deleted Account"
        origin = {"type": "hidden_user", "sender_user_name": name, "date": message.date}
        return {"forward_origin": origin, "forward_sender_name": name, "forward_date": message.date}
    who = account_json(account)
    origin = {"type": "user", "sender_user": who, "date": message.date}
    return {"forward_origin": origin, "forward_from": who, "forward_date": message.date}


def _channel_origin(world: World, chat: Chat, message: Message) -> Json:
    shown = chat_json(world, chat)
    origin = {"type": "channel", "chat": shown, "message_id": message.id, "date": message.date}
    return {
        "forward_origin": origin,
        "forward_from_chat": shown,
        "forward_from_message_id": message.id,
        "forward_date": message.date,
    }
