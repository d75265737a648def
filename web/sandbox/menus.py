"""Which commands a person sees in a chat: of the narrowest scope that has any, in the person's language first."""

from web.sandbox.model import Chat, Json
from web.sandbox.state import World


def scope_key(scope: Json, language: str) -> str:
    """Under which name a bot's commands are kept."""
    parts = [scope["type"], *(str(scope[name]) for name in ("chat_id", "user_id") if name in scope)]
    return f"{','.join(parts)}:{language}"


def commands_for(world: World, chat: Chat, user_id: int) -> list[Json]:
    """What the menu shows. In groups, the commands of every bot in it."""
    user = world.users.get(user_id)
    languages = ((user.language_code or "")[:2] if user else "", "")
    scopes = _scopes(chat, user_id)
    keys = [scope_key(scope, language) for scope in scopes for language in languages]
    menus = []
    for bot in world.bots_in(chat):
        first = next((bot.commands[key] for key in keys if key in bot.commands), [])
        menus += first
    return menus


def _scopes(chat: Chat, user_id: int) -> list[Json]:
    """From the narrowest to the widest."""
    here: Json = {"type": "chat", "chat_id": chat.id}
    default: Json = {"type": "default"}
    if chat.is_private:
        return [here, {"type": "all_private_chats"}, default]
    if chat.is_channel:
        return []
    member: Json = {"type": "chat_member", "chat_id": chat.id, "user_id": user_id}
    groups: Json = {"type": "all_group_chats"}
    if chat.member(user_id).status not in {"creator", "administrator"}:
        return [member, here, groups, default]
    admins: Json = {"type": "chat_administrators", "chat_id": chat.id}
    return [member, admins, here, {"type": "all_chat_administrators"}, groups, default]
