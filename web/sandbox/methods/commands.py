"""The menu: commands by scope and language, and the menu button."""

import re
from typing import Any

from web.sandbox.access import find_chat
from web.sandbox.call import Call, leading_integer, method
from web.sandbox.errors import bad_request
from web.sandbox.menus import commands_for, scope_key
from web.sandbox.model import Json
from web.sandbox.state import World

WIDE_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
COMMAND = re.compile(r"/?([a-z0-9_]{1,32})")
MOST_COMMANDS = 100
DESCRIPTION_LIMIT = 256
LANGUAGE = re.compile(r"[a-z]{2}|")


@method("setMyCommands")
def set_my_commands(call: Call) -> bool:
    commands = _commands(call)
    key = _key(call)
    if commands:
        call.bot.commands[key] = commands
    else:
        call.bot.commands.pop(key, None)
    return _changed(call)


@method("deleteMyCommands")
def delete_my_commands(call: Call) -> bool:
    call.bot.commands.pop(_key(call), None)
    return _changed(call)


@method("getMyCommands")
def get_my_commands(call: Call) -> list[Json]:
    return call.bot.commands.get(_key(call), [])


def _changed(call: Call) -> bool:
    call.world.save_bot(call.bot)
    tell_menus(call.world, call.bot.id)
    return True


def tell_menus(world: World, bot_id: int) -> None:
    """Show everybody their new menu."""
    for chat in world.chats.values():
        if bot_id in (chat.bot_id, *chat.members):
            for user_id in world.people_in(chat):
                menu = commands_for(world, chat, user_id)
                world.events.add("commands", chat.key, frozenset({user_id}), commands=menu)


def _commands(call: Call) -> list[Json]:
    given = call.parsed("commands", "can't parse commands JSON object")
    if given is None:
        return []
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(value) for value in given]


def _command(value: Any) -> Json:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if name not in value:
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    found = COMMAND.fullmatch(str(value["command"]))
    if not found:
        raise bad_request("BOT_COMMAND_INVALID")
    description = str(value["description"]).strip()
    if not 1 <= len(description) <= DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": found[1], "description": description}


def _key(call: Call) -> str:
    language = call.text("language_code")
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    scope = call.parsed("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    return scope_key(_checked(call, scope), language)


def _checked(call: Call, scope: Json) -> Json:
    kind = scope.get("type")
    if kind is None:
        raise bad_request("can't parse BotCommandScope: Can't find field \"type\"")
    if kind in WIDE_SCOPES:
        return {"type": kind}
    if kind not in CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if "chat_id" not in scope:
        raise bad_request("can't parse BotCommandScope: Can't find field \"chat_id\"")
    chat = find_chat(call.world, call.bot, str(scope["chat_id"]))
    if chat.is_channel:
        raise bad_request("can't change commands in channel chats")
    if chat.is_private and kind != "chat":
        raise bad_request("can't use specified scope in private chats")
    checked: Json = {"type": kind, "chat_id": chat.id}
    if kind == "chat_member":
        checked["user_id"] = leading_integer(str(scope.get("user_id", "")))
        if checked["user_id"] <= 0:
            raise bad_request("can't parse BotCommandScope: Invalid user_id specified")
    return checked


@method("setChatMenuButton")
def set_chat_menu_button(call: Call) -> bool:
    button = call.parsed("menu_button", "can't parse menu button JSON object") or {"type": "default"}
    if not isinstance(button, dict):
        raise bad_request("can't parse menu button: MenuButton must be an Object")
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    place = _menu_place(call)
    call.bot.menu_buttons[place] = button
    if button["type"] == "default":
        del call.bot.menu_buttons[place]
    call.world.save_bot(call.bot)
    return True


@method("getChatMenuButton")
def get_chat_menu_button(call: Call) -> Json:
    if button := call.bot.menu_buttons.get(_menu_place(call)):
        return button
    return {"type": "default"} if call.text("chat_id") else {"type": "commands"}


def _menu_place(call: Call) -> str:
    if not call.text("chat_id"):
        return "default"
    chat = find_chat(call.world, call.bot, call.text("chat_id"))
    if not chat.is_private:
        raise bad_request("USER_ID_INVALID")
    return str(chat.id)


@method("setMyDefaultAdministratorRights")
def set_my_default_administrator_rights(call: Call) -> bool:
    rights = call.parsed("rights", "can't parse ChatAdministratorRights JSON object") or {}
    if not isinstance(rights, dict):
        raise bad_request("can't parse ChatAdministratorRights: ChatAdministratorRights must be an Object")
    call.bot.default_rights[_rights_place(call)] = {name: bool(value) for name, value in rights.items()}
    call.world.save_bot(call.bot)
    return True


@method("getMyDefaultAdministratorRights")
def get_my_default_administrator_rights(call: Call) -> Json:
    names = ("is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
             "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
             "can_delete_stories")  # fmt: skip
    more = ("can_post_messages", "can_edit_messages") if call.flag("for_channels") else ("can_pin_messages",)
    given = call.bot.default_rights.get(_rights_place(call), {})
    return {name: given.get(name, False) for name in (*names, *more)}


def _rights_place(call: Call) -> str:
    return "channels" if call.flag("for_channels") else "groups"
