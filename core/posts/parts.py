"""How much of a post is there that goes out in several messages. What is sent later is the rest, never all of it."""

from collections.abc import Sequence

from pydantic import ValidationError

from core.db import Json
from core.telegram.content import Content
from core.telegram.markup import MarkupInvalid
from core.telegram.parts import parts_of

MAY_BE_THERE = {"may_be_there": True}
"""In the params of an error: one more attempt was made of which nobody knows whether it arrived."""
UNSEEN = {"message_id": 0}
"""A part that its owner has seen in the chat, and whose message nobody knows."""


def progress(content: Json, parts: Sequence[Json]) -> Json:
    """`sent` and `total` for a post of several parts: params of its error. Empty for one of a single part."""
    try:
        total = len(parts_of(Content.from_json(content)))
    except (ValidationError, MarkupInvalid):
        return {}
    return {"sent": len(parts), "total": total} if total > 1 else {}


def remaining(error: Json | None) -> int:
    """How many parts surely aren't there: of an unconfirmed post those behind the one in question."""
    params = (error or {}).get("params") or {}
    return max(0, int(params.get("total", 0)) - int(params.get("sent", 0)) - 1)
