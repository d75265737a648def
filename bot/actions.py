"""What a button does, as a frozen dataclass that fits into Telegram's 64 bytes of callback_data.

`pl.go:AZq3...:3` is the action's name and its fields in order. A button that this version doesn't know, or whose
fields have changed, is out of date: that is told, never guessed.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_type_hints
from uuid import UUID

from telegram import Message

from core import ids

DATA_BYTES_MAX = 64
SEPARATOR = ":"


@dataclass(frozen=True)
class Action:
    """The base of everything a button can do. Fields may be str, int, bool, StrEnum, an id, or one of these or None."""

    action_name: ClassVar[str]

    def encode(self) -> str:
        """As callback_data. Raises ValueError when it doesn't fit."""
        values = [_encode(getattr(self, field.name)) for field in fields(self)]
        data = SEPARATOR.join([self.action_name, *values])
        if len(data.encode()) > DATA_BYTES_MAX:
            raise ValueError(f"{type(self).__name__} takes {len(data.encode())} bytes; a button has {DATA_BYTES_MAX}")
        return data


ActionClass = TypeVar("ActionClass", bound=Action)


class OutdatedButton(Exception):
    """The button was made by another version of the bot."""


_known: dict[str, type[Action]] = {}


@dataclass_transform(frozen_default=True)
def action(name: str) -> Callable[[type[ActionClass]], type[ActionClass]]:
    """Make a class a frozen dataclass and the action called `name`. Change the name when the fields change."""

    def register(cls: type[ActionClass]) -> type[ActionClass]:
        made = dataclass(frozen=True)(cls)
        made.action_name = name
        if _known.setdefault(name, made) is not made:
            raise ValueError(f"two actions are called {name}")
        return made

    return register


def decode(data: str) -> Action:
    """The action behind callback_data. Raises OutdatedButton for anything that no present action could have made."""
    name, *values = data.split(SEPARATOR)
    cls = _known.get(name)
    if cls is None:
        raise OutdatedButton(data)
    kinds = _field_kinds(name)
    if len(kinds) != len(values):
        raise OutdatedButton(data)
    try:
        made = cls(**{name: _decode(kind, text) for (name, kind), text in zip(kinds, values, strict=True)})
    except ValueError as exc:
        raise OutdatedButton(data) from exc
    if made.encode() != data:
        raise OutdatedButton(data)
    return made


def actions_under(message: Message) -> list[Action]:
    """What the inline buttons of one of the bot's messages do; buttons of other versions are left out."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    found = []
    for button in (button for row in rows for button in row):
        if isinstance(button.callback_data, str):
            with suppress(OutdatedButton):
                found.append(decode(button.callback_data))
    return found


@cache
def _field_kinds(action_name: str) -> list[tuple[str, Any]]:
    cls = _known[action_name]
    hints = get_type_hints(cls)
    return [(field.name, hints[field.name]) for field in fields(cls)]


def _encode(value: Any) -> str:
    match value:
        case None:
            return ""
        case UUID():
            return ids.short(value)
        case bool():
            return "1" if value else "0"
        case int():
            return str(value)
        case str() if SEPARATOR not in value and value:
            return str(value)
        case _:
            raise ValueError(f"{value!r} can't stand in a button")


def _decode(kind: Any, text: str) -> Any:
    options = getattr(kind, "__args__", None)
    if options and type(None) in options:
        if text == "":
            return None
        kind = next(option for option in options if option is not type(None))
    plain = getattr(kind, "__supertype__", kind)
    if plain is UUID:
        return ids.parse_short(text)
    if plain is bool:
        return {"1": True, "0": False}[text] if text in ("0", "1") else _refuse(text)
    if plain is int:
        return int(text)
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return plain(text)
    return text or _refuse(text)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text!r} isn't what an action holds")
