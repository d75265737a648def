"""How results and refusals go back to a bot."""

import json
import math
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from web.sandbox.errors import ApiError
from web.sandbox.model import Json


@dataclass(frozen=True, slots=True)
class Described:
    """A result that comes with a description."""

    result: Any
    description: str


def answer_json(result: Any) -> web.Response:
    body: Json = {"ok": True, "result": result}
    if isinstance(result, Described):
        body = {"ok": True, "result": result.result, "description": result.description}
    return web.Response(text=_dump(body), content_type="application/json")


def refusal_json(refusal: ApiError) -> web.Response:
    headers = {}
    if retry_after := refusal.parameters.get("retry_after"):
        headers["Retry-After"] = str(math.ceil(retry_after))
    return web.Response(
        text=_dump(refusal.to_json()), status=refusal.code, content_type="application/json", headers=headers
    )


def _dump(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
