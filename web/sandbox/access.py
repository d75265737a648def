"""What a bot may reach: chats, messages and rights, with the refusals that Telegram gives."""

from web.sandbox.call import Call, leading_integer
from web.sandbox.errors import ApiError, bad_request, forbidden
from web.sandbox.model import Bot, Chat, Message
from web.sandbox.state import World

CHAT_NOT_FOUND = "chat not found"
UPGRADED = "group chat was upgraded to a supergroup chat"


def find_chat(world: World, bot: Bot, identifier: str) -> Chat:
    """By number or @username; raises when the bot has never met it."""
    if not identifier:
        raise bad_request("chat_id is empty")
    chat = _by_username(world, identifier[1:]) if identifier[0] == "@" else _by_id(world, bot, identifier)
    if chat is None or not (chat.is_private or bot.id in chat.members or chat.username):
        raise bad_request(CHAT_NOT_FOUND)
    return chat


def _by_id(world: World, bot: Bot, identifier: str) -> Chat | None:
    chat_id = leading_integer(identifier)
    if chat_id in world.users:
        return world.private_chat(bot, chat_id)
    return world.chats.get((0, chat_id))


def _by_username(world: World, name: str) -> Chat | None:
    named = (chat for chat in world.chats.values() if chat.username and chat.username.lower() == name.lower())
    return next(named, None)


def readable_chat(call: Call, name: str = "chat_id") -> Chat:
    """A chat whose messages the bot may see."""
    chat = find_chat(call.world, call.bot, call.text(name))
    if not chat.is_private and not chat.username:
        _check_membership(chat, call.bot, groups_too=False)
    return chat


def editable_chat(call: Call, name: str = "chat_id") -> Chat:
    """A chat in which the bot may change its messages."""
    chat = find_chat(call.world, call.bot, call.text(name))
    if chat.is_private:
        if call.world.users[chat.id].deleted:
            raise forbidden("user is deactivated")
        return chat
    if chat.migrated_to:
        raise bad_request(UPGRADED, migrate_to_chat_id=chat.migrated_to)
    _check_membership(chat, call.bot, groups_too=True)
    return chat


def writable_chat(call: Call, name: str = "chat_id") -> Chat:
    """A chat into which the bot may send."""
    chat = editable_chat(call, name)
    if chat.is_private:
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
    elif chat.is_channel and not chat.member(call.bot.id).may("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    return chat


def _check_membership(chat: Chat, bot: Bot, *, groups_too: bool) -> None:
    status = chat.member(bot.id).status
    if chat.type == "group" and not groups_too:
        return
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.noun}")
    if not chat.member(bot.id).is_in:
        raise forbidden(f"bot is not a member of the {chat.noun}")


def message_in(call: Call, chat: Chat, what: str, name: str = "message_id") -> Message:
    """The message a parameter names. `what` begins the refusal: "message to edit not found"."""
    message = call.world.storage.message(chat.key, call.integer(name))
    if message is None or message.deleted:
        raise bad_request(f"{what} not found")
    return message


def not_enough_rights(to_do: str) -> ApiError:
    return bad_request(f"not enough rights to {to_do}")
