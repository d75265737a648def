"""From what a caller sent to the text that appears: parsed, cleaned, trimmed, with entities that nest."""

import json
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from web.sandbox.entities.detect import found_entities
from web.sandbox.entities.html import parse_html
from web.sandbox.entities.markdown import parse_markdown
from web.sandbox.entities.markdown_v2 import parse_markdown_v2
from web.sandbox.entities.model import Entity, FormatError, utf16_length
from web.sandbox.entities.nesting import nested

GIVEN_TYPES = frozenset({
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "text_mention",
    "custom_emoji", "blockquote", "expandable_blockquote", "date_time",
})  # fmt: skip
FOUND_TYPES = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number",
                         "bank_card_number"})  # fmt: skip
NEEDED_FIELDS = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
DROPPED = frozenset("\r\u0333\u033f\u030a") | {chr(code) for code in range(0x2028, 0x202F)}
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as it appears."""

    text: str
    entities: tuple[Entity, ...] = ()

    @property
    def length(self) -> int:
        """In UTF-16 units."""
        return utf16_length(self.text)

    def to_json(self) -> list[dict[str, Any]]:
        return [entity.to_json() for entity in self.entities]


def from_html(markup: str) -> Formatted:
    """Raises FormatError when the markup can't be read. So do the others."""
    return _finished(*parse_html(markup))


def from_markdown_v2(markup: str) -> Formatted:
    return _finished(*parse_markdown_v2(markup))


def from_markdown(markup: str) -> Formatted:
    return _finished(*parse_markdown(markup))


def from_entities(text: str, given: Any = None) -> Formatted:
    """A text with entities in the Bot API's shape. Types that Telegram finds by itself are passed over."""
    entities = [_given(value) for value in given] if isinstance(given, list) else []
    return _finished(text, [entity for entity in entities if entity])


def _given(value: Any) -> Entity | None:
    if not isinstance(value, dict):
        raise FormatError("expected an Object")
    for name in ("offset", "length", "type"):
        if name not in value:
            raise FormatError(f'Can\'t find field "{name}"')
    kind = value["type"]
    if kind in FOUND_TYPES:
        return None
    if kind not in GIVEN_TYPES:
        raise FormatError("Unsupported type specified")
    needed = NEEDED_FIELDS.get(kind)
    if needed and needed not in value:
        raise FormatError(f'Can\'t find field "{needed}"')
    names = [name for name in (needed, "language", "date_time_format") if name and value.get(name)]
    return Entity(kind, int(value["offset"]), int(value["length"]), {name: value[name] for name in names})


def _finished(text: str, entities: list[Entity]) -> Formatted:
    _check_ranges(text, entities)
    text, entities = _cleaned(text, [entity for entity in entities if entity.length])
    text, entities = _trimmed(text, nested(entities))
    return Formatted(text, tuple(nested(entities, found_entities(text))))


def _check_ranges(text: str, entities: list[Entity]) -> None:
    edges = _edges(text) if entities else frozenset()
    total = utf16_length(text)
    for entity in entities:
        if not 0 <= entity.offset <= MOST:
            raise FormatError(f"Receive an entity with incorrect offset {entity.offset}")
        if not 0 <= entity.length <= MOST:
            raise FormatError(f"Receive an entity with incorrect length {entity.length}")
        _check_range(text, entity, edges, total)


def _check_range(text: str, entity: Entity, edges: frozenset[int], total: int) -> None:
    if entity.offset > total:
        raise FormatError(f"Entity begins after the end of the text at UTF-16 offset {entity.offset}")
    if entity.end > total:
        raise FormatError(
            f"Entity beginning at UTF-16 offset {entity.offset} ends after the end of the text "
            f"at UTF-16 offset {entity.end}"
        )
    if entity.offset not in edges:
        where = _byte_offset(text, entity.offset + 1)
        raise FormatError(f"Entity begins in a middle of a UTF-16 symbol at byte offset {where}")
    if entity.end not in edges:
        where = _byte_offset(text, entity.end + 1)
        raise FormatError(
            f"Entity beginning at UTF-16 offset {entity.offset} ends in a middle of a UTF-16 symbol "
            f"at byte offset {where}"
        )


def _edges(text: str) -> frozenset[int]:
    """The UTF-16 offsets at which characters begin, and the end."""
    edges, at = [0], 0
    for character in text:
        at += 1 + (character > "\uffff")
        edges.append(at)
    return frozenset(edges)


def _byte_offset(text: str, utf16_offset: int) -> int:
    return len(text.encode("utf-16-le")[: utf16_offset * 2].decode("utf-16-le", errors="ignore").encode())


def _cleaned(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Control characters become spaces; a few characters are dropped, and the entities moved."""
    if not DROPPED.isdisjoint(text):
        entities = [_moved(entity, text) for entity in entities]
        text = "".join(character for character in text if character not in DROPPED)
    return "".join(" " if character < " " and character != "\n" else character for character in text), entities


def _moved(entity: Entity, text: str) -> Entity:
    units = text.encode("utf-16-le")

    def kept(end: int) -> int:
        part = units[: end * 2].decode("utf-16-le")
        return utf16_length("".join(character for character in part if character not in DROPPED))

    return entity.between(kept(entity.offset), kept(entity.end))


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without blanks at the end, and at the beginning up to the first entity."""
    text = text.rstrip(" \n")
    end = utf16_length(text)
    entities = [entity.between(entity.offset, min(entity.end, end)) for entity in entities if entity.offset < end]
    blanks = len(text) - len(text.lstrip(" \n"))
    skipped = min([blanks, *(entity.offset for entity in entities)])
    return text[skipped:], [replace(entity, offset=entity.offset - skipped) for entity in entities]


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen."""
    return all(unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cf", "Cc"} for character in text)


def entities_from_json(value: str) -> Any:
    """A call's list of entities; one that is no JSON counts as none, as on Telegram."""
    try:
        return json.loads(value) if value else None
    except ValueError:
        return None
