"""One Bot API call: its parameters, read as leniently or strictly as Telegram reads them."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from web.sandbox.errors import bad_request
from web.sandbox.files import Upload
from web.sandbox.model import Bot, Json
from web.sandbox.state import World

INT32_MAX = 2**31 - 1
LEADING_INTEGER = re.compile(r"\s*(-?\d+)")

Handler = Callable[["Call"], Any | Awaitable[Any]]
METHODS: dict[str, tuple[str, Handler]] = {}
"""Lower-cased name -> (name, handler)."""


def method(*names: str) -> Callable[[Handler], Handler]:
    """Register what carries out a Bot API method. A plain function, or a coroutine when it must wait."""

    def register(handler: Handler) -> Handler:
        METHODS.update({name.lower(): (name, handler) for name in names})
        return handler

    return register


def leading_integer(text: str) -> int:
    """The number a text begins with, or 0: how Telegram reads ids."""
    found = LEADING_INTEGER.match(text)
    return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Call:
    """Parameters are strings, whatever way they came: JSON values other than strings as JSON text."""

    world: World
    bot: Bot
    method: str
    params: dict[str, str]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.params.get(name, "")

    def required(self, name: str) -> str:
        if not (value := self.text(name)):
            raise bad_request(f'parameter "{name}" is required')
        return value

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def integer(self, name: str, default: int = 0, *, low: int = -INT32_MAX, high: int = INT32_MAX) -> int:
        """Moved into the bounds when outside."""
        value = leading_integer(self.params[name]) if self.text(name) else default
        return max(low, min(high, value))

    def number(self, name: str) -> float:
        try:
            return float(self.text(name))
        except ValueError:
            return 0.0

    def user_id(self, name: str = "user_id") -> int:
        if (user_id := leading_integer(self.text(name))) <= 0:
            raise bad_request(f"invalid {name} specified")
        return user_id

    def parsed(self, name: str, complaint: str) -> Any:
        """A parameter that holds JSON; None when it is missing. Raises the complaint when it doesn't parse."""
        if not (value := self.text(name)):
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(complaint) from None

    def message_ids(self, name: str = "message_ids", *, most: int = 100) -> list[int]:
        values = self.parsed(name, f"can't parse {name} JSON object")
        if values is None:
            raise bad_request("message identifiers are not specified")
        if not isinstance(values, list):
            raise bad_request("expected an Array of message identifiers")
        if len(values) > most:
            raise bad_request("too many message identifiers specified")
        return [_message_id(value) for value in values]


def _message_id(value: Json | str | float) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise bad_request("message identifier must be a Number")
    try:
        number = int(value)
    except ValueError:
        raise bad_request("can't parse message identifier as a Number") from None
    if number <= 0:
        raise bad_request("invalid message identifier specified")
    return number
