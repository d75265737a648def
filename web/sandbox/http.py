"""Bits that the client and control APIs share: the world's place in the application, bodies, and numbers."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from web.sandbox.errors import invalid
from web.sandbox.model import Chat, Json
from web.sandbox.people import chat_of
from web.sandbox.state import World

WORLD: web.AppKey[World] = web.AppKey("world", World)


def integer_of(text: Any) -> int:
    """A whole number, or the API's refusal."""
    try:
        return int(text)
    except (TypeError, ValueError):
        raise invalid(f"{text!r} is not a whole number") from None


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object, read strictly."""

    values: Json

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(f"{name} is missing")
        return value

    def optional(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None else str(value)

    def integer(self, name: str) -> int:
        if name not in self.values:
            raise invalid(f"{name} is missing")
        return integer_of(self.values[name])

    def maybe_integer(self, name: str) -> int | None:
        return None if self.values.get(name) is None else self.integer(name)


async def read_json(request: web.Request) -> Body:
    try:
        values = await request.json() if request.can_read_body else {}
    except ValueError:
        raise invalid("the body is not JSON") from None
    if not isinstance(values, dict):
        raise invalid("the body is not a JSON object")
    return Body(values)


def chat_in(request: web.Request, body: Body | None = None, chat_id: int | None = None) -> Chat:
    """The chat of a path (or another one); `bot_id` picks the bot of a private one."""
    asked = (body.optional("bot_id") if body else None) or request.query.get("bot_id")
    number = integer_of(request.match_info["chat_id"]) if chat_id is None else chat_id
    return chat_of(request.app[WORLD], number, integer_of(asked) if asked else None)
