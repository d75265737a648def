"""How objects are shown: lists with their pages, and `expand`."""

from collections.abc import Callable, Iterable
from typing import Any

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account, bare
from web.sandbox.stripe.errors import invalid, no_such
from web.sandbox.stripe.forms import within

DEFAULT_LIMIT = 10
LIMIT = 100
DEPTH = 4
Included = Callable[[Account, Json], Any]
INCLUDED: dict[tuple[str, str], Included] = {}
"""(object, field): what is left out unless it is asked for by `expand`. Filled by the modules of the objects."""


def list_of(items: list[Json], url: str, *, has_more: bool = False) -> Json:
    return {"object": "list", "data": items, "has_more": has_more, "url": url}


def page(found: Iterable[Json], asked: Json, url: str) -> Json:
    """The page that was asked for, newest first. Raises StripeError for a cursor that isn't there."""
    newest = [body for body in found if within(body.get("created", 0), asked.get("created", {}))][::-1]
    limit = asked.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= LIMIT:
        raise invalid("This value must be between 1 and 100.", param="limit", code="parameter_invalid_integer")
    if "starting_after" in asked and "ending_before" in asked:
        raise invalid("Received both ending_before and starting_after parameters. Please pass in only one.")
    if after := asked.get("starting_after"):
        newest = newest[_place(newest, after, "starting_after") + 1 :]
    if before := asked.get("ending_before"):
        newest = newest[: _place(newest, before, "ending_before")]
        return list_of(newest[-limit:], url, has_more=len(newest) > limit)
    return list_of(newest[:limit], url, has_more=len(newest) > limit)


def _place(found: list[Json], object_id: str, param: str) -> int:
    for place, body in enumerate(found):
        if body["id"] == object_id:
            return place
    raise no_such("object", object_id, param=param)


def shown(account: Account, body: Json, expand: list[str]) -> Json:
    """A copy of an object as it is answered, with the asked-for ids replaced by what they name."""
    answer: Json = bare(body)
    for path in expand:
        steps = path.split(".")
        if sum(step != "data" for step in steps) > DEPTH:
            raise invalid("You cannot expand more than 4 levels of a property", param="expand")
        _expand(account, answer, steps, path)
    return answer


def _expand(account: Account, body: Json, steps: list[str], path: str) -> None:
    name, rest = steps[0], steps[1:]
    include = INCLUDED.get((str(body.get("object", "")), name))
    if include is not None and name not in body:
        body[name] = bare(include(account, account.store.find(body["id"]) or body))
    if name not in body:
        raise _unexpandable(path)
    value = body[name]
    if isinstance(value, str) and (named := account.store.find(value)):
        value = body[name] = bare(named)
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        value = body[name] = [bare(account.store.find(item)) or item for item in value]
    elif not isinstance(value, dict | list) and not (value is None or include):
        raise _unexpandable(path)
    if rest:
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                _expand(account, inner, rest, path)


def _unexpandable(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")
