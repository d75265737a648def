"""Fields of vendors' answers, read leniently: what is no number becomes None, and only what names a thing is required.

Models are built of these and ignore whatever else an answer holds, so that one odd value costs itself and not the item.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from core.providers.wire import object_of

_MOST = 2**63 - 1


def or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """What can be read, else None."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return read(value)
    except (ValidationError, OverflowError):
        return None


def _utc(moment: datetime) -> datetime:
    """Times without a zone are UTC on all of these networks. A zero is how TikTok says that it doesn't know."""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if moment.year < 2000:
        raise ValueError("not a moment")
    return moment


def _text(value: Any) -> str:
    """Without what neither a database nor a chat takes: halves of an emoji that was cut, and zero bytes."""
    return value.encode(errors="replace").decode().replace("\0", "").strip() if isinstance(value, str) else ""


def _id(value: Any) -> Any:
    """Networks give ids as text or as numbers; the text is what they are known by."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value) if isinstance(value, str) else value


Count = Annotated[Annotated[int, Field(ge=0, le=_MOST)] | None, WrapValidator(or_none)]
"""Also from a numeral. Negative (how Instagram says "hidden") and unreadable ones are None."""
Positive = Annotated[Annotated[int, Field(gt=0, le=_MOST)] | None, WrapValidator(or_none)]
"""A count where 0 stands for "not told"."""
Seconds = Annotated[Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None, WrapValidator(or_none)]
Moment = Annotated[Annotated[datetime, AfterValidator(_utc)] | None, WrapValidator(or_none)]
"""From seconds or milliseconds since 1970, or ISO 8601."""
Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(_id), StringConstraints(min_length=1, max_length=128)]
Flag = Annotated[bool, BeforeValidator(lambda value: value in (True, 1, "true"))]
Part = BeforeValidator(object_of)
"""For a model inside a model: anything else than an object counts as an empty one."""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


Items = BeforeValidator(_list)


class Answer(BaseModel):
    """The base of what is read from a vendor."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


A = TypeVar("A", bound=Answer)


def read_items(raw: Iterable[Any], model: type[A]) -> tuple[list[A], int]:
    """Those that can be read, and how many can't."""
    read: list[A] = []
    malformed = 0
    for item in raw:
        try:
            read.append(model.model_validate(item))
        except ValidationError:
            malformed += 1
    return read, malformed


def first_address(addresses: Iterable[Any]) -> str | None:
    """The first web address, those of pictures that every program can open before HEIC."""
    found = [text for text in addresses if isinstance(text, str) and text.startswith(("https://", "http://"))]
    return next((text for text in found if ".heic" not in text.partition("?")[0]), found[0] if found else None)
