"""Keyboards: read from a call, checked, and brought into the Bot API's shape."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from web.sandbox.call import Call
from web.sandbox.errors import bad_request
from web.sandbox.model import Chat, Json

CALLBACK_DATA_LIMIT = 64
COPY_TEXT_LIMIT = 256
MOST_BUTTONS = 100
STYLES = ("danger", "success", "primary")
INLINE_KINDS = ("url", "callback_data", "callback_game", "pay", "switch_inline_query",
                "switch_inline_query_chosen_chat", "switch_inline_query_current_chat", "login_url",
                "web_app", "copy_text")  # fmt: skip
REQUESTS = {
    "request_contact": "phone number can be requested in private chats only",
    "request_location": "location can be requested in private chats only",
    "request_poll": "poll can be requested in private chats only",
    "request_users": "users can be requested in private chats only",
    "request_chat": "chats can be requested in private chats only",
    "web_app": "Web App buttons can be used in private chats only",
}
HOST = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]+|localhost|\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]", re.IGNORECASE)


def reply_markup(call: Call, chat: Chat, name: str = "reply_markup") -> Json | None:
    """The keyboard of a call, or None: one with "inline_keyboard", or one for under the input field."""
    value = call.parsed(name, "can't parse reply keyboard markup JSON object")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    return markup_of(value, chat)


def inline_markup(call: Call, chat: Chat) -> Json | None:
    """The inline keyboard of an edit; None when it is missing or empty."""
    markup = reply_markup(call, chat)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def markup_of(value: Json, chat: Chat) -> Json | None:
    """A keyboard that was read already, checked."""
    if rows := _rows(value, "keyboard", 'field "keyboard" must be an Array of Arrays', _reply_button, chat):
        shown = ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective", "input_field_placeholder")
        return {"keyboard": rows, **{name: value[name] for name in shown if value.get(name)}}
    complaint = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    if rows := _rows(value, "inline_keyboard", complaint, _inline_button, chat):
        return {"inline_keyboard": rows}
    if value.get("remove_keyboard") or value.get("hide_keyboard"):
        return {"remove_keyboard": True, **_if_set(value, "selective")}
    if value.get("force_reply"):
        return {"force_reply": True, **_if_set(value, "selective"), **_if_set(value, "input_field_placeholder")}
    return None


def _if_set(value: Json, name: str) -> Json:
    return {name: value[name]} if value.get(name) else {}


def _rows(value: Json, name: str, complaint: str, read: Callable[[Any, Chat], Json], chat: Chat) -> list[list[Json]]:
    rows = value.get(name)
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(complaint)
    read_rows = [[read(button, chat) for button in row] for row in rows]
    if sum(map(len, read_rows)) > MOST_BUTTONS * 3:
        raise bad_request("reply markup is too long")
    return [row for row in read_rows if row]


def _reply_button(button: Any, chat: Chat) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    _check_text(button, "keyboard button")
    for request, complaint in REQUESTS.items():
        if button.get(request) and not chat.is_private:
            raise bad_request(complaint)
    _check_ids(button)
    return button


def _check_ids(button: Json) -> None:
    for request in ("request_users", "request_chat"):
        if request in button and "request_id" not in button[request]:
            raise bad_request("can't parse keyboard button: Can't find field \"request_id\"")


def _check_text(button: Json, noun: str) -> None:
    if not isinstance(button.get("text"), str):
        raise bad_request(f"can't parse {noun}: Can't find field \"text\"")
    if not button["text"]:
        raise bad_request(f"{noun} text must be non-empty")
    if button.get("style") not in {None, "", *STYLES}:
        raise bad_request(f"can't parse {noun}: invalid button style specified")


def _inline_button(button: Any, chat: Chat) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    _check_text(button, "inline keyboard button")
    kind = next(
        (name for name in INLINE_KINDS if button.get(name) not in (None, "") or _empty_query(button, name)), None
    )
    if kind is None:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    shown = {name: button[name] for name in ("style", "icon_custom_emoji_id") if button.get(name)}
    return {"text": button["text"], kind: _checked(kind, button[kind], chat), **shown}


def _empty_query(button: Json, name: str) -> bool:
    """An empty query to insert is a query, too."""
    return name.startswith("switch_inline_query") and button.get(name) == ""


def _checked(kind: str, value: Any, chat: Chat) -> Any:
    if kind == "callback_data" and len(str(value).encode()) > CALLBACK_DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    if kind == "url":
        return checked_url(str(value))
    if kind == "copy_text" and not 1 <= len(value.get("text", "")) <= COPY_TEXT_LIMIT:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if kind == "web_app":
        if not chat.is_private:
            raise bad_request("BUTTON_TYPE_INVALID")
        if not str(value.get("url", "")).startswith("https://"):
            raise bad_request(
                f"inline keyboard button Web App URL '{value.get('url', '')}' is invalid: Only HTTPS links are allowed"
            )
    return value


def checked_url(url: str) -> str:
    """As Telegram keeps a button's address: http(s) with a path, or tg://."""
    if url.lower().startswith(("tg://", "tg:", "ton://", "tonsite://")):
        return url
    full = url if "://" in url else f"http://{url}"
    parts = urlsplit(full)
    if parts.scheme.lower() not in {"http", "https"}:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if not parts.hostname or not HOST.fullmatch(parts.netloc.rpartition("@")[2].partition(":")[0] or parts.netloc):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return full if parts.path or parts.query or parts.fragment else f"{full}/"
