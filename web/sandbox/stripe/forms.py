"""Parameters as the SDK sends them, `items[0][price]=price_1`, read strictly against what a call takes.

A call's parameters are a dict of names to readers or to further dicts; a star behind the name makes it required.
`listed(...)` stands for a list. What isn't named is refused, as Stripe does; so is what only Stripe knows.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from web.sandbox.model import Json
from web.sandbox.stripe.errors import invalid, missing_param, unknown_param

Reader = Callable[[Any, str], Any]
METADATA_KEYS = 50
METADATA_KEY_LENGTH = 40
METADATA_VALUE_LENGTH = 500
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


@dataclass(frozen=True)
class Listed:
    """A list of what one reader or one dict of parameters takes."""

    inner: "Reader | Params"


Params = Mapping[str, "Reader | Listed | Params"]


def listed(inner: "Reader | Params") -> Listed:
    return Listed(inner)


def nested(pairs: Iterable[tuple[str, str]]) -> Json:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}; `a[]=x` counts up."""
    tree: Json = {}
    for name, value in pairs:
        matched = _KEY.fullmatch(name)
        if matched is None:
            raise unknown_param(name)
        path = [matched[1], *re.findall(r"\[([^\[\]]*)\]", matched[2])]
        spot = tree
        for step in path[:-1]:
            spot = spot.setdefault(step or str(len(spot)), {})
            if not isinstance(spot, dict):
                raise invalid(f"Invalid object: {name}", param=name)
        spot[path[-1] or str(len(spot))] = value
    return tree


def read(tree: Json, params: Params, at: str = "") -> Json:
    """The typed values of what was sent; what was left out is left out. Raises StripeError."""
    known = {name.rstrip("*"): reader for name, reader in params.items()}
    for name in tree:
        if name not in known:
            raise unknown_param(_path(at, name))
    for name in params:
        if name.endswith("*") and tree.get(name[:-1], "") == "":
            raise missing_param(_path(at, name[:-1]))
    return {name: _value(raw, known[name], _path(at, name)) for name, raw in tree.items()}


def _path(at: str, name: str) -> str:
    return f"{at}[{name}]" if at else name


def _value(raw: Any, reader: "Reader | Listed | Params", at: str) -> Any:
    if isinstance(reader, Listed):
        if raw == "":
            return []
        if not isinstance(raw, dict):
            raise invalid("Invalid array", param=at)
        return [_value(item, reader.inner, f"{at}[{place}]") for place, item in raw.items()]
    if isinstance(reader, Mapping):
        if raw == "":
            return None
        if not isinstance(raw, dict):
            raise invalid("Invalid object", param=at)
        return read(raw, reader, at)
    return reader(raw, at)


def text(raw: Any, at: str) -> str | None:
    """Empty text unsets."""
    if not isinstance(raw, str):
        raise invalid(f"Invalid string: {raw}", param=at)
    return raw or None


def integer(raw: Any, at: str) -> int:
    if not isinstance(raw, str) or not re.fullmatch(r"-?\d{1,15}", raw):
        raise invalid(f"Invalid integer: {raw}", param=at, code="parameter_invalid_integer")
    return int(raw)


def count(raw: Any, at: str) -> int:
    """How many there are: not fewer than none."""
    if (value := integer(raw, at)) < 0:
        raise invalid("This value must be greater than or equal to 0.", param=at, code="parameter_invalid_integer")
    return value


def some(raw: Any, at: str) -> int:
    """How many there are: one at least."""
    if (value := integer(raw, at)) < 1:
        raise invalid("This value must be greater than or equal to 1.", param=at, code="parameter_invalid_integer")
    return value


def flag(raw: Any, at: str) -> bool:
    if raw not in ("true", "false"):
        raise invalid(f"Invalid boolean: {raw}", param=at)
    return bool(raw == "true")


def one_of(*choices: str) -> Reader:
    def reader(raw: Any, at: str) -> str | None:
        if raw == "":
            return None
        if raw not in choices:
            told = ", ".join(choices[:-1]) + f", or {choices[-1]}" if len(choices) > 1 else choices[0]
            raise invalid(f"Invalid {at}: must be one of {told}", param=at)
        return str(raw)

    return reader


def integer_or(*words: str) -> Reader:
    """A number, one of some words, or nothing at all."""

    def reader(raw: Any, at: str) -> int | str | None:
        if raw == "":
            return None
        return str(raw) if raw in words else integer(raw, at)

    return reader


def address(raw: Any, at: str) -> str | None:
    """A web address."""
    value = text(raw, at)
    if value is not None and not re.match(r"https?://[^\s/]+", value):
        raise invalid("Not a valid URL", param=at, code="url_invalid")
    return value


def metadata(raw: Any, at: str) -> Json | None:
    """Keys to texts; an empty text takes a key away, an empty whole all of them (None)."""
    if raw == "":
        return None
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise invalid("Metadata must be keys and texts", param=at)
    for key, value in raw.items():
        if len(key) > METADATA_KEY_LENGTH or len(value) > METADATA_VALUE_LENGTH:
            raise invalid(
                f"Metadata keys can have up to {METADATA_KEY_LENGTH} characters and values up to "
                f"{METADATA_VALUE_LENGTH}",
                param=f"{at}[{key}]",
            )
    if len(raw) > METADATA_KEYS:
        raise invalid(f"You can have up to {METADATA_KEYS} metadata keys", param=at)
    return dict(raw)


def merged_metadata(old: Json, new: Json | None) -> Json:
    """What Stripe keeps after an update."""
    if new is None:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value != ""}


def span(raw: Any, at: str) -> Json:
    """A moment, or a range of them, as lists are filtered by: {"gte": 1} and so on."""
    if isinstance(raw, str):
        return {"gte": integer(raw, at), "lte": int(raw)}
    return read(raw, {"gt": integer, "gte": integer, "lt": integer, "lte": integer}, at)


def within(moment: int, bounds: dict[str, int]) -> bool:
    return (
        moment > bounds.get("gt", moment - 1)
        and moment >= bounds.get("gte", moment)
        and moment < bounds.get("lt", moment + 1)
        and moment <= bounds.get("lte", moment)
    )


PAGING: Params = {"limit": integer, "starting_after": text, "ending_before": text}
