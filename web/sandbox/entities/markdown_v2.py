"""The MarkdownV2 parse mode. Offsets in refusals count bytes of UTF-8, as Telegram's do."""

import re
from dataclasses import dataclass

from web.sandbox.entities.links import emoji_of, linked
from web.sandbox.entities.model import Entity, FormatError, utf16_length

RESERVED = "_*[]()~`>#+-=|{}.!\n"
NAMES = {
    "bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough",
    "spoiler": "Spoiler", "code": "Code", "pre": "Pre", "pre_code": "PreCode", "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji", "blockquote": "BlockQuote",
}  # fmt: skip
"""How Telegram's refusals call the entities."""
MARKS = {"bold": "*", "italic": "_", "underline": "__", "strikethrough": "~", "spoiler": "||", "code": "`",
         "pre": "```", "pre_code": "```", "text_link": "]", "custom_emoji": "]"}  # fmt: skip
ONE_CHARACTER = {"_": "italic", "*": "bold", "~": "strikethrough", "`": "code", "[": "text_link"}
LANGUAGE = re.compile(r"[^\s`]+(?=\s)")


@dataclass(slots=True)
class OpenEntity:
    type: str
    argument: str
    offset: int
    at: int
    """Where its mark stands in the markup."""
    start: int
    """Where its text begins in the output."""


def parse_markdown_v2(markup: str) -> tuple[str, list[Entity]]:
    """Raises FormatError with Telegram's words."""
    return _Parser(markup).run()


def skip_line_end(text: str, at: int) -> int:
    """Behind one line end, when there is one."""
    if text[at : at + 1] not in {"\n", "\r"}:
        return at
    two = text[at : at + 2]
    return at + (2 if two in {"\r\n", "\n\r"} else 1)


class _Parser:
    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.at = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[OpenEntity] = []
        self.entities: list[Entity] = []
        self.in_quote = False
        self.line_start = True

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.markup):
            character = self.markup[self.at]
            if character == "\\" and "\0" < self._peek(1) <= "~":
                self._emit(self._peek(1), 2)
            elif character not in self._reserved():
                self._emit(character, 1)
            elif self._ends(character):
                self._end(character)
            else:
                self._begin(character)
        self._end_last_quote()
        if self.open:
            raise self._unended(self.open[-1])
        return "".join(self.out), self.entities

    def _peek(self, ahead: int) -> str:
        return self.markup[self.at + ahead : self.at + ahead + 1]

    def _bytes(self, at: int) -> int:
        return len(self.markup[:at].encode())

    def _emit(self, character: str, consumed: int) -> None:
        self.out.append(character)
        self.offset += utf16_length(character)
        if character != "\r":
            self.line_start = character == "\n"
        self.at += consumed

    def _reserved(self) -> str:
        in_code = self.open and self.open[-1].type in {"code", "pre", "pre_code"}
        return "`" if in_code else RESERVED

    def _ends(self, character: str) -> bool:
        if not self.open:
            return False
        if self.in_quote and character == "\n" and self._peek(1) != ">":
            return True
        kind = self.open[-1].type
        if kind == "blockquote":
            return False
        if kind == "italic":
            return character == "_" and self._peek(1) != "_"
        return self.markup.startswith(MARKS[kind], self.at)

    def _begin(self, character: str) -> None:
        at = self.at
        match character:
            case "\n":
                self._emit("\n", 1)
                return
            case ">" if self.line_start and self.in_quote:
                self.at += 1
                return
            case ">" if self.line_start:
                kind, length = "blockquote", 1
                self.in_quote = True
            case "`" if self.markup.startswith("```", at):
                self._begin_block()
                return
            case "_" if self._peek(1) == "_":
                kind, length = "underline", 2
            case "|" if self._peek(1) == "|":
                kind, length = "spoiler", 2
            case "!" if self._peek(1) == "[":
                kind, length = "custom_emoji", 2
            case "_" | "*" | "~" | "`" | "[":
                kind, length = ONE_CHARACTER[character], 1
            case _:
                raise FormatError(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        self._open(kind, at, at + length)

    def _open(self, kind: str, at: int, next_at: int, argument: str = "") -> None:
        self.open.append(OpenEntity(kind, argument, self.offset, at, len(self.out)))
        self.at = next_at

    def _begin_block(self) -> None:
        at = self.at + 3
        language = LANGUAGE.match(self.markup, at)
        kind, argument = ("pre_code", language[0]) if language else ("pre", "")
        self._open(kind, self.at, skip_line_end(self.markup, language.end() if language else at), argument)

    def _end(self, character: str) -> None:
        if character == "\n" and self.in_quote:
            self._end_quote_line()
            return
        entity = self.open[-1]
        self.at += len(MARKS[entity.type])
        made = self._made(entity)
        self.open.pop()
        if made and self.offset > entity.offset:
            self.entities.append(made)

    def _made(self, entity: OpenEntity) -> Entity | None:
        length = self.offset - entity.offset
        match entity.type:
            case "text_link":
                url = self._address() if self._peek(0) == "(" else "".join(self.out[entity.start :])
                return linked(url, entity.offset, length)
            case "custom_emoji":
                if self._peek(0) != "(":
                    raise FormatError("The entity must contain a tg://emoji or tg://time URL")
                return Entity("custom_emoji", entity.offset, length, {"custom_emoji_id": emoji_of(self._address())})
            case "pre_code":
                return Entity("pre", entity.offset, length, {"language": entity.argument})
            case _:
                return Entity(entity.type, entity.offset, length)

    def _address(self) -> str:
        """What stands in parentheses, with the position left behind them."""
        self.at += 1
        begin = self.at
        url: list[str] = []
        while self.at < len(self.markup) and self.markup[self.at] != ")":
            escaped = self.markup[self.at] == "\\" and "\0" < self._peek(1) <= "~"
            url.append(self._peek(1) if escaped else self.markup[self.at])
            self.at += 2 if escaped else 1
        if self.at >= len(self.markup):
            raise FormatError(f"Can't find end of a URL at byte offset {self._bytes(begin)}")
        self.at += 1
        return "".join(url)

    def _end_quote_line(self) -> None:
        """The line end that ends a quote; `||` right before it makes the quote expandable."""
        kind = "blockquote"
        if self.open[-1].type == "spoiler" and self._just_opened(self.open[-1], self.at):
            self.open.pop()
            kind = "expandable_blockquote"
        quote = self.open[-1]
        if quote.type != "blockquote":
            raise self._unended(quote)
        self.open.pop()
        self.in_quote = False
        self._emit("\n", 1)
        self.entities.append(Entity(kind, quote.offset, self.offset - quote.offset))

    def _just_opened(self, spoiler: OpenEntity, at: int) -> bool:
        return self.markup[spoiler.at + 2 : at] in {"", "\r"}

    def _end_last_quote(self) -> None:
        if not self.in_quote:
            return
        kind = "blockquote"
        if self.open[-1].type == "spoiler" and self.open[-1].at == len(self.markup) - 2:
            self.open.pop()
            kind = "expandable_blockquote"
        if self.open[-1].type == "blockquote":
            quote = self.open.pop()
            if self.offset > quote.offset:
                self.entities.append(Entity(kind, quote.offset, self.offset - quote.offset))

    def _unended(self, entity: OpenEntity) -> FormatError:
        return FormatError(f"Can't find end of {NAMES[entity.type]} entity at byte offset {self._bytes(entity.at)}")
