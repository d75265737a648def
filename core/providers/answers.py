"""Reading a model's answers: the JSON in them, what they took, and figures that nobody gave it. Pure."""

from collections.abc import Sequence
from typing import Any

import pydantic_core
import regex

from core.providers.text import Usage

_FENCE = regex.compile(r"```(?:json)?\s*(.*?)\s*(?:```|\Z)", regex.DOTALL | regex.IGNORECASE)
_FIGURE = regex.compile(r"\p{Nd}[\p{Nd}.,]*\p{Nd}")

CORRECTION = (
    "That can't be used: {reason}. Answer again with the JSON object only, exactly as the schema says,"
    " without a code fence and without any text around it."
)


def json_in(text: str, *, partial: bool) -> Any:
    """The JSON in an answer, out of its fence or the talk around it; None when there is none."""
    fenced = _FENCE.search(text)
    raw = fenced[1] if fenced and not text.lstrip().startswith("{") else text
    start = raw.find("{")
    if start < 0:
        return None
    raw = raw[start:] if partial else raw[start : raw.rfind("}") + 1]
    try:
        return pydantic_core.from_json(
            raw.encode("utf-8", "replace"), allow_partial="trailing-strings" if partial else "off"
        )
    except ValueError:
        return None


def text_field(answer: Any, name: str) -> str:
    value = answer.get(name) if isinstance(answer, dict) else None
    return value if isinstance(value, str) else ""


def list_field(answer: Any, name: str) -> list[Any]:
    value = answer.get(name) if isinstance(answer, dict) else None
    return value if isinstance(value, list) else []


def total(usages: Sequence[Usage], engine: str) -> Usage:
    costs = [usage.cost_usd for usage in usages if usage.cost_usd is not None]
    return Usage(
        model=usages[0].model if usages else engine,
        prompt_tokens=sum(usage.prompt_tokens for usage in usages),
        completion_tokens=sum(usage.completion_tokens for usage in usages),
        cost_usd=sum(costs) if costs else None,
    )


def unknown_figures(said: str, known: str) -> list[str]:
    """Figures that no material holds: a model invents those most easily, and a listener checks them first."""
    given = set(_FIGURE.findall(known))
    plain = {regex.sub(r"\P{Nd}", "", figure) for figure in given}
    return sorted(
        figure for figure in set(_FIGURE.findall(said)) - given if regex.sub(r"\P{Nd}", "", figure) not in plain
    )
