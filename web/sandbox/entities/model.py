"""An entity: a range of a text, in UTF-16 units, and what it is. Types have the Bot API's names."""

from dataclasses import dataclass, field, replace
from typing import Any

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
"""May overlap others in any way; they are cut so that all entities nest."""
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
LITERAL = frozenset({"code", "pre", "date_time"})
"""Hold no other entity."""

PRIORITIES = {
    "blockquote": 0, "expandable_blockquote": 0, "pre": 11, "code": 20, "date_time": 30, "text_link": 49,
    "text_mention": 49, "bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94,
    "custom_emoji": 99,
}  # fmt: skip
FOUND_PRIORITY = 50


class FormatError(Exception):
    """The markup can't be read. The message is Telegram's, without its prefix."""


@dataclass(frozen=True, slots=True)
class Entity:
    type: str
    offset: int
    length: int
    more: dict[str, Any] = field(default_factory=dict)
    """url, language, user, custom_emoji_id."""

    @property
    def end(self) -> int:
        return self.offset + self.length

    @property
    def order(self) -> tuple[int, int, int]:
        """Outer entities stand before inner ones."""
        priority = PRIORITIES.get(self.type, FOUND_PRIORITY)
        return self.offset, -self.length, priority - (self.type == "pre" and "language" in self.more)

    def between(self, start: int, end: int) -> "Entity":
        return replace(self, offset=start, length=end - start)

    def to_json(self) -> dict[str, Any]:
        return {"offset": self.offset, "length": self.length, "type": self.type, **self.more}


def utf16_length(text: str) -> int:
    """UTF-16 units: what Telegram's offsets, lengths and limits count."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def in_order(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda entity: entity.order)
