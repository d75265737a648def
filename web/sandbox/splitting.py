"""Cutting a long text into messages, as Telegram's apps do for people."""

from collections.abc import Iterator

from web.sandbox.entities import Formatted
from web.sandbox.entities.model import Entity, utf16_length


def split(formatted: Formatted, limit: int) -> Iterator[Formatted]:
    """Parts of at most `limit` UTF-16 units, cut at a line's end, else at a blank, else anywhere, entities as well."""
    text, offset = formatted.text, 0
    while text:
        part = _first_part(text, limit)
        length = utf16_length(part)
        shown = part.rstrip(" \n")
        yield Formatted(shown, tuple(_inside(formatted.entities, offset, offset + utf16_length(shown))))
        text = text[len(part) :]
        offset += length


def _first_part(text: str, limit: int) -> str:
    if utf16_length(text) <= limit:
        return text
    end = _fitting(text, limit)
    for separator in ("\n", " "):
        if (cut := text.rfind(separator, end // 2, end)) > 0:
            return text[: cut + 1]
    return text[:end]


def _fitting(text: str, limit: int) -> int:
    """How many characters fit into so many UTF-16 units."""
    end = min(len(text), limit)
    while utf16_length(text[:end]) > limit:
        end -= max(1, (utf16_length(text[:end]) - limit) // 2)
    return end


def _inside(entities: tuple[Entity, ...], start: int, end: int) -> Iterator[Entity]:
    for entity in entities:
        if entity.offset < end and start < entity.end:
            yield entity.between(max(entity.offset, start) - start, min(entity.end, end) - start)
