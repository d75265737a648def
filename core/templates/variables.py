"""Variables in a text: `{name}` is one, `{{name}}` stands for `{name}` itself, and any other brace for itself. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

import regex

from core.telegram.content import Entity
from core.telegram.markup import Rich, from_entities, to_entities
from core.when.formats import locale_of
from core.when.times import local_day

VALUE_LIMIT: Final = 1_000
"""Characters of what stands for a variable."""
_NAME = r"\p{L}[\p{L}\p{N}_ -]{0,31}"
_TOKEN = regex.compile(rf"\{{\{{(?P<literal>{_NAME})\}}\}}|\{{(?P<name>{_NAME})\}}")
_NEAR = 0.75


class Known(StrEnum):
    """Variables with a meaning of their own; any other is asked for."""

    BRAND = "brand"
    DATE = "date"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    name: str
    literal: bool


def variables_in(*texts: str) -> list[str]:
    """The names, each once, in the order of their coming; letters' case doesn't count."""
    found = (each.name for text in texts for each in _tokens(text) if not each.literal)
    return list(dict.fromkeys(found))


def meant(name: str) -> Known | None:
    """The known variable that a name looks like and isn't: "dates" looks like "date"."""
    if name in set(Known):
        return None
    near = get_close_matches(name, [str(each) for each in Known], n=1, cutoff=_NEAR)
    return Known(near[0]) if near else None


def filled(text: str, values: Mapping[str, str]) -> str:
    """With the values in; a variable without one stays."""
    return filled_rich(text, (), values)[0]


def filled_rich(
    text: str, entities: Iterable[Entity], values: Mapping[str, str], *, for_good: bool = True
) -> tuple[str, tuple[Entity, ...]]:
    """The same with formatting, which stays on the words it was on: what is bold around a variable is bold around its
    value. Unless it is `for_good`, doubled braces stay doubled: it is filled again later."""
    changes = [
        (each.start, each.end, "{" + text[each.start + 2 : each.end - 2] + "}" if each.literal else values[each.name])
        for each in _tokens(text)
        if (for_good if each.literal else each.name in values)
    ]
    if not changes:
        return text, tuple(entities)
    pieces, at = [], 0
    for start, end, value in changes:
        pieces += [text[at:start], value]
        at = end
    new = "".join([*pieces, text[at:]])
    spans = (
        replace(span, start=_moved(span.start, changes, at_end=False), end=_moved(span.end, changes, at_end=True))
        for span in from_entities(text, entities).spans
    )
    return new, to_entities(Rich(new, tuple(span for span in spans if span.end > span.start)))


def _moved(position: int, changes: Sequence[tuple[int, int, str]], *, at_end: bool) -> int:
    """Where a position is afterwards. One inside of a variable goes to the edge of its value."""
    shift = 0
    for start, end, value in changes:
        if position >= end:
            shift += len(value) - (end - start)
        elif position > start:
            return start + shift + (len(value) if at_end else 0)
    return position + shift


def _tokens(text: str) -> Iterator[_Found]:
    for match in _TOKEN.finditer(text):
        name = match["literal"] or match["name"]
        yield _Found(match.start(), match.end(), name.strip().casefold(), literal=match["literal"] is not None)


def date_value(at: datetime, zone: str, language: str) -> str:
    """The day of a moment as it is written in the post's language: "22 November 2026"."""
    from babel.dates import format_date

    return str(format_date(local_day(at, zone), "long", locale=locale_of(language, zone)))
