"""Text with formatting, cut where one likes: Telegram's HTML and its entities, read into spans and written back."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Final

from core.telegram.content import Entity

TOKEN: Final = re.compile(
    r"""<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?:\s(?:"[^"]*"|'[^']*'|[^'"<>])*)?>"""
    r"|(?P<reference>&(?:\#\d+|\#x[0-9a-fA-F]+|lt|gt|amp|quot);)"
    r"|(?P<stray><)"
)
"""https://core.telegram.org/bots/api#html-style; any other `&` stands for itself."""
WHOLE: Final = frozenset(
    {"a", "tg-emoji", "text_link", "text_mention", "custom_emoji", "mention", "hashtag", "cashtag"}
    | {"bot_command", "url", "email", "phone_number", "code"}
)
"""Tags and entity types that lose their sense when they are cut in two."""
VERBATIM: Final = frozenset({"pre", "code"})
"""Where leading spaces matter."""


class MarkupInvalid(ValueError):
    """The HTML isn't what Telegram takes: a stray `<`, or tags that don't match."""


@dataclass(frozen=True, slots=True)
class Span:
    """Formatting from `start` to `end`, in characters. `kind` is the tag's name or the entity's type."""

    start: int
    end: int
    kind: str
    opening: str = ""
    """The tag as it was written."""
    entity: Entity | None = None


@dataclass(frozen=True)
class Rich:
    """What the reader sees, and its formatting, outer spans before inner ones."""

    text: str
    spans: tuple[Span, ...] = ()

    @cached_property
    def units(self) -> Sequence[int]:
        """For each position, how many UTF-16 units stand before it."""
        return list(accumulate((2 if char > "\uffff" else 1 for char in self.text), initial=0))

    @property
    def length(self) -> int:
        """As Telegram counts: UTF-16 units."""
        return self.units[-1]

    def slice(self, start: int, end: int) -> "Rich":
        clipped = (
            replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
            for span in self.spans
            if span.start < end and span.end > start
        )
        return Rich(self.text[start:end], _outer_first(clipped))


def _outer_first(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: (span.start, -span.end)))


def utf16_length(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def parse_html(source: str) -> Rich:
    """Raises MarkupInvalid. Tags around nothing are dropped."""
    text: list[str] = []
    spans: list[Span] = []
    open_tags: list[Span] = []
    length = at = 0
    for token in TOKEN.finditer(source):
        seen = source[at : token.start()]
        at = token.end()
        if token["reference"]:
            seen += html.unescape(token["reference"])
        text.append(seen)
        length += len(seen)
        if token["stray"]:
            raise MarkupInvalid("a stray <")
        if token["close"]:
            spans.append(_closed(open_tags, token["name"].lower(), length))
        elif token["name"]:
            open_tags.append(Span(length, length, token["name"].lower(), opening=token[0]))
    if open_tags:
        raise MarkupInvalid(f"<{open_tags[-1].kind}> isn't closed")
    return Rich("".join([*text, source[at:]]), _outer_first(span for span in reversed(spans) if span.end > span.start))


def _closed(open_tags: list[Span], name: str, end: int) -> Span:
    if not open_tags or open_tags[-1].kind != name:
        raise MarkupInvalid(f"</{name}> closes nothing")
    return replace(open_tags.pop(), end=end)


def to_html(rich: Rich) -> str:
    """The spans must be nested, as those of `parse_html` are, also after a slice."""
    out: list[str] = []
    open_spans: list[Span] = []
    at = 0

    def write_until(position: int) -> None:
        nonlocal at
        out.append(html.escape(rich.text[at:position], quote=False))
        at = position

    def close_until(position: int) -> None:
        while open_spans and open_spans[-1].end <= position:
            write_until(open_spans[-1].end)
            out.append(f"</{open_spans.pop().kind}>")

    for span in rich.spans:
        close_until(span.start)
        write_until(span.start)
        out.append(span.opening)
        open_spans.append(span)
    close_until(len(rich.text))
    write_until(len(rich.text))
    return "".join(out)


def from_entities(text: str, entities: Iterable[Entity]) -> Rich:
    """Offsets between the halves of a surrogate pair move to its start; what lies outside the text is dropped."""
    position = {unit: index for index, unit in enumerate(Rich(text).units)}
    end_unit = max(position)

    def at(unit: int) -> int:
        unit = min(unit, end_unit)
        return position[unit] if unit in position else position[unit - 1]

    spans = (Span(at(one.offset), at(one.offset + one.length), one.type, entity=one) for one in entities)
    return Rich(text, _outer_first(span for span in spans if span.end > span.start))


def to_entities(rich: Rich) -> tuple[Entity, ...]:
    return tuple(
        span.entity.model_copy(
            update={"offset": rich.units[span.start], "length": rich.units[span.end] - rich.units[span.start]}
        )
        for span in rich.spans
        if span.entity is not None
    )
