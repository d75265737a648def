"""Groups and channels: making them, who is in, sharing them with bots, turning a group into a supergroup."""

from web.sandbox.errors import invalid, not_found
from web.sandbox.model import ADMIN_RIGHTS, Chat, Json, Member, Message, User
from web.sandbox.people import say
from web.sandbox.posting import post, set_member, set_reply_keyboard, show_chat
from web.sandbox.state import World

TYPES = ("group", "supergroup", "channel")
STATUSES = ("member", "administrator", "left", "kicked")


def found(world: World, type_: str, *, title: str, owner_id: int, username: str | None = None) -> Chat:
    """Make a group or channel, owned by a person."""
    if type_ not in TYPES:
        raise invalid(f"type must be one of {', '.join(TYPES)}")
    if username and (type_ == "group" or any(chat.username == username for chat in world.chats.values())):
        raise invalid("this username can't be taken")
    chat = world.new_chat(type_, title=title, owner_id=world.user(owner_id).id, username=username)
    if type_ == "group":
        post(world, chat, owner_id, {"group_chat_created": True})
    show_chat(world, chat)
    return chat


def put_member(
    world: World, chat: Chat, account_id: int, status: str, rights: dict[str, bool] | None, *, by_user_id: int | None
) -> None:
    """Let somebody in, out, up or down. Rights left out: all that fit the chat."""
    if chat.is_private:
        raise invalid("a private chat has no members")
    if status not in STATUSES:
        raise invalid(f"status must be one of {', '.join(STATUSES)}")
    if world.account(account_id) is None:
        raise not_found("account")
    if chat.is_channel and status == "member" and account_id in world.bots:
        raise invalid("bots can only be administrators of channels")
    given = full_rights(chat.type, rights) if status == "administrator" else {}
    set_member(world, chat, Member(account_id, status, given), by_user_id=by_user_id or owner_of(chat))


def full_rights(chat_type: str, rights: dict[str, bool] | None) -> dict[str, bool]:
    """All rights of an administrator, each true or false; an administrator can always manage the chat."""
    names = ADMIN_RIGHTS[chat_type]
    if rights is None:
        return dict.fromkeys(names, True) | {"can_promote_members": False}
    return {name: bool(rights.get(name)) for name in names} | {"can_manage_chat": True}


def owner_of(chat: Chat) -> int:
    return next(member.user_id for member in chat.members.values() if member.status == "creator")


def share(
    world: World, chat: Chat, user_id: int, request_id: int, *, chat_id: int | None, user_ids: list[int] | None
) -> list[Message]:
    """Answer a keyboard's button that asks for a chat or for people."""
    button = requested(chat, request_id)
    if "request_users" in button:
        content = _shared_users(world, button["request_users"], user_ids or [])
    else:
        content = _shared_chat(world, chat, user_id, button["request_chat"], chat_id or 0)
    if chat.reply_keyboard and chat.reply_keyboard.get("one_time_keyboard"):
        set_reply_keyboard(world, chat, {"remove_keyboard": True})
    return say(world, chat, user_id, [content])


def requested(chat: Chat, request_id: int) -> Json:
    """The button with that request_id in the keyboard that the chat shows."""
    rows: list[list[Json]] = (chat.reply_keyboard or {}).get("keyboard", [])
    for button in (button for row in rows for button in row):
        for name in ("request_chat", "request_users"):
            if button.get(name, {}).get("request_id") == request_id:
                return button
    raise not_found("button")


def _shared_users(world: World, request: Json, user_ids: list[int]) -> Json:
    if not 1 <= len(user_ids) <= request.get("max_quantity", 1):
        raise invalid(f"choose 1 to {request.get('max_quantity', 1)} people")
    shown = [_shared_user(world.user(user_id), request) for user_id in user_ids]
    return {"users_shared": {"user_ids": user_ids, "users": shown, "request_id": request["request_id"]}}


def _shared_user(user: User, request: Json) -> Json:
    body: Json = {"user_id": user.id}
    if request.get("request_name"):
        body |= {"first_name": user.first_name, **({"last_name": user.last_name} if user.last_name else {})}
    if request.get("request_username") and user.username:
        body["username"] = user.username
    return body


def _shared_chat(world: World, chat: Chat, user_id: int, request: Json, chat_id: int) -> Json:
    shared = world.chats.get((0, chat_id))
    if shared is None or user_id not in world.people_in(shared):
        raise not_found("chat")
    _check_fits(shared, user_id, request)
    _let_bot_in(world, shared, chat.bot_id, request, user_id)
    body: Json = {"chat_id": shared.id}
    if request.get("request_title"):
        body["title"] = shared.title
    if request.get("request_username") and shared.username:
        body["username"] = shared.username
    return {"chat_shared": {**body, "request_id": request["request_id"]}}


def _check_fits(shared: Chat, user_id: int, request: Json) -> None:
    if shared.is_channel != bool(request.get("chat_is_channel")):
        raise invalid("the button asks for another type of chat")
    if request.get("chat_is_created") and owner_of(shared) != user_id:
        raise invalid("the button asks for a chat that the person owns")
    wanted = request.get("chat_has_username")
    if wanted is not None and wanted != bool(shared.username):
        raise invalid("the button asks for a chat with another publicity")
    for name, needed in (request.get("user_administrator_rights") or {}).items():
        if needed and name != "is_anonymous" and not shared.member(user_id).may(name):
            raise invalid("the person lacks rights that the button asks for")


def _let_bot_in(world: World, shared: Chat, bot_id: int, request: Json, user_id: int) -> None:
    rights = request.get("bot_administrator_rights")
    member = shared.member(bot_id)
    if rights:
        asked = {name: bool(value) or member.rights.get(name, False) for name, value in rights.items()}
        given = full_rights(shared.type, {**member.rights, **asked})
        set_member(world, shared, Member(bot_id, "administrator", given), by_user_id=user_id)
    elif request.get("bot_is_member") and not member.is_in and not shared.is_channel:
        set_member(world, shared, Member(bot_id, "member"), by_user_id=user_id)


def migrate(world: World, group: Chat, user_id: int) -> Chat:
    """Turn a basic group into a supergroup: service messages on both sides, and the group leads to it from now on."""
    if group.type != "group" or group.migrated_to:
        raise invalid("only a basic group can become a supergroup")
    fresh = world.new_chat("supergroup", title=group.title or "", owner_id=owner_of(group))
    fresh.members = {
        member.user_id: Member(
            member.user_id, member.status, full_rights("supergroup", member.rights) if member.rights else {}
        )
        for member in group.members.values()
    }
    world.save_chat(fresh)
    post(world, group, user_id, {"migrate_to_chat_id": fresh.id})
    group.migrated_to = fresh.id
    world.save_chat(group)
    post(world, fresh, user_id, {"migrate_from_chat_id": group.id})
    for person_id in world.people_in(group):
        world.events.add("chat_gone", group.key, frozenset({person_id}))
    show_chat(world, fresh)
    return fresh
