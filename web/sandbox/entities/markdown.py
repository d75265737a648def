"""The legacy Markdown parse mode: no nesting, and escapes only outside of entities."""

from web.sandbox.entities.links import linked
from web.sandbox.entities.markdown_v2 import LANGUAGE, skip_line_end
from web.sandbox.entities.model import Entity, FormatError, utf16_length

MARKS = "_*`["
STYLES = {"_": "italic", "*": "bold", "`": "code"}


def parse_markdown(markup: str) -> tuple[str, list[Entity]]:
    """Raises FormatError with Telegram's words."""
    out: list[str] = []
    entities: list[Entity] = []
    offset = at = 0
    while at < len(markup):
        text, entity, next_at = _next(markup, at, offset)
        out.append(text)
        offset += utf16_length(text)
        if entity and text:
            entities.append(entity)
        at = next_at
    return "".join(out), entities


def _next(markup: str, at: int, offset: int) -> tuple[str, Entity | None, int]:
    """The next piece: its text, the entity that it is, and where it ends."""
    character = markup[at]
    if character == "\\" and markup[at + 1 : at + 2] in {*MARKS}:
        return markup[at + 1], None, at + 2
    if character not in MARKS:
        return character, None, at + 1
    if markup.startswith("```", at):
        return _block(markup, at, offset)
    end = _end(markup, at + 1, "]" if character == "[" else character, begin=at)
    text = markup[at + 1 : end]
    length = utf16_length(text)
    if not text:
        return "", None, end + 1
    if character != "[":
        return text, Entity(STYLES[character], offset, length), end + 1
    url, next_at = text, end + 1
    if markup.startswith("(", end + 1):
        close = markup.find(")", end + 2)
        close = close if close >= 0 else len(markup)
        url, next_at = markup[end + 2 : close], close + 1
    return text, linked(url, offset, length), next_at


def _block(markup: str, at: int, offset: int) -> tuple[str, Entity | None, int]:
    language = LANGUAGE.match(markup, at + 3)
    start = skip_line_end(markup, language.end() if language else at + 3)
    end = _end(markup, start, "```", begin=at)
    text = markup[start:end]
    more = {"language": language[0]} if language else {}
    return text, Entity("pre", offset, utf16_length(text), more), end + 3


def _end(markup: str, start: int, mark: str, *, begin: int) -> int:
    if (end := markup.find(mark, start)) < 0:
        offset = len(markup[:begin].encode())
        raise FormatError(f"Can't find end of the entity starting at byte offset {offset}")
    return end
