"""The HTML parse mode. Offsets in refusals count bytes of UTF-8, as Telegram's do."""

import re
from dataclasses import dataclass

from web.sandbox.entities.links import emoji_id, linked
from web.sandbox.entities.model import Entity, FormatError, utf16_length

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
TAGS = frozenset({*STYLES, "a", "tg-emoji", "tg-time", "pre", "code", "blockquote"})
SPACE = " \t\r\n\0\v"
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+))(;?)")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TAG_NAME = re.compile(rf"[^{SPACE}>]*")
ATTRIBUTE_NAME = re.compile(rf"[^{SPACE}=>/\"']*")
TOKEN = re.compile(r"[A-Za-z0-9.-]*")
BLANKS = re.compile(rf"[{SPACE}]*")
ARGUMENTS = {("a", "href"): "", ("tg-emoji", "emoji-id"): "", ("code", "class"): "language-", ("span", "class"): "tg-",
             ("tg-time", "format"): ""}  # fmt: skip
"""Attributes that mean something, and what their values must begin with."""


@dataclass(slots=True)
class OpenTag:
    name: str
    argument: str
    date: str
    offset: int
    start: int
    """Where its text begins in the output."""


def parse_html(markup: str) -> tuple[str, list[Entity]]:
    """Raises FormatError with Telegram's words."""
    return _Parser(markup).run()


class _Parser:
    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.at = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[OpenTag] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.markup):
            character = self.markup[self.at]
            if character == "&":
                self._emit(*self._reference(self.at))
            elif character != "<":
                self._emit_plain()
            elif self.markup.startswith("/", self.at + 1):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise FormatError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        return "".join(self.out), [_settled(entity) for entity in self.entities]

    def _emit(self, text: str, next_at: int) -> None:
        self.out.append(text)
        self.offset += utf16_length(text)
        self.at = next_at

    def _emit_plain(self) -> None:
        ends = [place for mark in "&<" if (place := self.markup.find(mark, self.at)) >= 0]
        end = min(ends, default=len(self.markup))
        self._emit(self.markup[self.at : end], end)

    def _reference(self, at: int) -> tuple[str, int]:
        """The character that a reference stands for, and what follows; `&` itself when it is none."""
        found = REFERENCE.match(self.markup, at)
        if not found:
            return "&", at + 1
        if found[3]:
            named = NAMED.get(found[3])
            return (named, found.end()) if named else ("&", at + 1)
        code = int(found[1], 16) if found[1] else int(found[2])
        if not 0 < code < 0x10FFFF or found.end() - len(found[4]) - at >= 10:
            return "&", at + 1
        if 0xD800 <= code <= 0xDFFF:
            raise FormatError(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
                "surrogate code units"
            )
        return chr(code), found.end()

    def _bytes(self, at: int) -> int:
        return len(self.markup[:at].encode())

    def _skip(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.match(self.markup, at)
        return found.end() if found else at

    def _peek(self, at: int) -> str:
        return self.markup[at : at + 1]

    def _start_tag(self) -> None:
        begin = self.at
        end = self._skip(TAG_NAME, begin + 1)
        if end >= len(self.markup):
            raise FormatError(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        name = self.markup[begin + 1 : end].lower()
        if name not in TAGS:
            raise FormatError(f'Unsupported start tag "{name}" at byte offset {self._bytes(begin)}')
        argument, date = self._attributes(name, begin, end)
        if name == "span" and argument != "spoiler":
            raise FormatError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}')
        self.open.append(OpenTag(name, argument, date, self.offset, len(self.out)))

    def _attributes(self, tag: str, begin: int, at: int) -> tuple[str, str]:
        """(argument, date) of a start tag; leaves the position behind its `>`."""
        argument = date = ""
        while (at := self._skip(BLANKS, at)) >= 0 and self._peek(at) != ">":
            name, value, at = self._attribute(tag, begin, at)
            if (tag, name) == ("blockquote", "expandable"):
                argument = "1"
            elif (tag, name) == ("tg-time", "unix"):
                date = value or ""
            elif value is not None and (prefix := ARGUMENTS.get((tag, name))) is not None and value.startswith(prefix):
                argument = value.removeprefix(prefix)
        self.at = at + 1
        return argument, date

    def _attribute(self, tag: str, begin: int, at: int) -> tuple[str, str | None, int]:
        """(name, value or None, next position)."""
        name_end = self._skip(ATTRIBUTE_NAME, at)
        name = self.markup[at:name_end]
        unclosed = FormatError(f'Unclosed start tag "{tag}" at byte offset {self._bytes(begin)}')
        if not name:
            if at >= len(self.markup):
                raise unclosed
            raise FormatError(f'Empty attribute name in the tag "{tag}" at byte offset {self._bytes(begin)}')
        at = self._skip(BLANKS, name_end)
        if self._peek(at) != "=":
            if at >= len(self.markup):
                raise unclosed
            return name, None, at
        at = self._skip(BLANKS, at + 1)
        if at >= len(self.markup):
            raise unclosed
        value, at = self._quoted(at) if self._peek(at) in "'\"" else self._token(at)
        if at >= len(self.markup):
            raise FormatError(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        return name, value, at

    def _token(self, at: int) -> tuple[str, int]:
        end = self._skip(TOKEN, at)
        if end < len(self.markup) and self._peek(end) not in SPACE + ">":
            raise FormatError(f"Unexpected end of name token at byte offset {self._bytes(at)}")
        return self.markup[at:end].lower(), end

    def _quoted(self, at: int) -> tuple[str, int]:
        quote, at = self.markup[at], at + 1
        value: list[str] = []
        while at < len(self.markup) and self.markup[at] != quote:
            text, at = self._reference(at) if self.markup[at] == "&" else (self.markup[at], at + 1)
            value.append(text)
        return "".join(value), min(at + 1, len(self.markup))

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise FormatError(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        name_end = self._skip(TAG_NAME, begin + 2)
        name = self.markup[begin + 2 : name_end].lower()
        at = self._skip(BLANKS, name_end)
        if self._peek(at) != ">":
            raise FormatError(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        tag = self.open.pop()
        if name and name != tag.name:
            raise FormatError(
                f'Unmatched end tag at byte offset {self._bytes(begin)}, expected "</{tag.name}>", found "</{name}>"'
            )
        self.at = at + 1
        if self.offset > tag.offset and (entity := self._entity(tag)):
            self.entities.append(entity)

    def _entity(self, tag: OpenTag) -> Entity | None:
        offset, length = tag.offset, self.offset - tag.offset
        match tag.name:
            case "tg-emoji":
                return Entity("custom_emoji", offset, length, {"custom_emoji_id": emoji_id(tag.argument)})
            case "tg-time":
                return _date(tag, offset, length)
            case "a":
                return linked(tag.argument or "".join(self.out[tag.start :]), offset, length)
            case "pre" | "code":
                return self._code(tag, offset, length)
            case "blockquote":
                return Entity("expandable_blockquote" if tag.argument else "blockquote", offset, length)
            case _:
                return Entity(STYLES[tag.name], offset, length)

    def _code(self, tag: OpenTag, offset: int, length: int) -> Entity:
        """`<pre><code class="language-x">` is one block of code in a language, either way around."""
        inner = self.entities[-1] if self.entities else None
        same_place = inner is not None and (inner.offset, inner.length) == (offset, length)
        if inner and same_place and tag.name == "pre" and inner.type == "code" and inner.more:
            self.entities.pop()
            return Entity("pre", offset, length, inner.more)
        if inner and same_place and tag.name == "code" and inner.type == "pre" and tag.argument:
            self.entities.pop()
            return Entity("pre", offset, length, {"language": tag.argument})
        return Entity(tag.name, offset, length, {"language": tag.argument} if tag.argument else {})


def _date(tag: OpenTag, offset: int, length: int) -> Entity | None:
    if not tag.date.isdecimal() or int(tag.date) == 0:
        return None
    form = {"date_time_format": tag.argument} if tag.argument else {}
    return Entity("date_time", offset, length, {"unix_time": int(tag.date), **form})


def _settled(entity: Entity) -> Entity:
    """Code outside of a block has no language."""
    return Entity("code", entity.offset, entity.length) if entity.type == "code" else entity
