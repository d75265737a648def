"""Finds every text for users in the sources: `t("...")`, `t.plural("...", "...", n)`, what menus and /cancel say."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.extract import extract_from_file

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = (("bot", "**/*.py"), ("web", "*.py"), ("core/emails/templates", "*"))
SINGULAR: Final = frozenset({"t", "texts", "msgid"})
"""`msgid("...")` marks what is translated elsewhere, `context.texts` is a screen's `t`."""
PLURAL: Final = "plural"
REGISTERED: Final = {"command": "menu", "prompt": "about"}
"""What these of the router's take as a msgid, by the name of the argument."""
MENU_LIMIT: Final = 256
"""https://core.telegram.org/bots/api#botcommand"""
TOAST_LIMIT: Final = 200
"""https://core.telegram.org/bots/api#answercallbackquery"""

_NO_WORDS: Final = re.compile(r"\{\w*\}|<[^>]*>")
_WORD: Final = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Message:
    """A text: its msgid, its plural when it counts something, the files that say it, and how long it may be."""

    msgid: str
    plural: str | None = None
    files: frozenset[str] = frozenset()
    limit: int | None = None

    @property
    def has_words(self) -> bool:
        """Whether there is anything to translate beside placeholders, tags and signs."""
        return _WORD.search(_NO_WORDS.sub("", self.msgid)) is not None

    def __or__(self, other: "Message") -> "Message":
        limits = [limit for limit in (self.limit, other.limit) if limit is not None]
        return Message(
            self.msgid, self.plural or other.plural, self.files | other.files, min(limits) if limits else None
        )


@dataclass(slots=True)
class _Finder(ast.NodeVisitor):
    """Walks one module. `unreadable`: calls whose text isn't written where it is said."""

    file: str
    found: list[Message] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    _limit: int | None = None

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in SINGULAR and node.args:
            for said in self._literals(node.args[0], node):
                self._note(said, None)
        elif name == PLURAL and len(node.args) >= 2:
            one, many = (self._literals(each, node) for each in node.args[:2])
            for first, second in zip(one, many, strict=True):
                self._note(first, second)
        outer, self._limit = self._limit, TOAST_LIMIT if name in ("toast", "Toast") else self._limit
        for keyword in node.keywords:
            if keyword.arg is not None and REGISTERED.get(name) == keyword.arg:
                for said in self._literals(keyword.value, node):
                    self.found.append(Message(said, None, frozenset({self.file}), MENU_LIMIT))
        self.generic_visit(node)
        self._limit = outer

    def _note(self, one: str, many: str | None) -> None:
        self.found.append(Message(one, many, frozenset({self.file}), self._limit))

    def _literals(self, node: ast.expr, call: ast.Call) -> list[str]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value] if node.value else []
        if isinstance(node, ast.IfExp):
            return [*self._literals(node.body, call), *self._literals(node.orelse, call)]
        self.unreadable.append(f"{self.file}: {ast.unparse(call)}")
        return []


@cache
def messages() -> dict[str, Message]:
    """All texts with words in them by msgid, in the order of the files."""
    found: dict[str, Message] = {}
    for message in _all():
        found[message.msgid] = found[message.msgid] | message if message.msgid in found else message
    return {msgid: message for msgid, message in found.items() if message.has_words}


def unreadable() -> list[str]:
    """Calls that no translation can reach unless the text is marked elsewhere by `msgid("...")`."""
    return [each for path in _paths() if path.suffix == ".py" for each in _read(path).unreadable]


def _all() -> Iterator[Message]:
    for path in _paths():
        if path.suffix == ".py":
            yield from _read(path).found
        else:
            yield from _of_template(path)


def _paths() -> Iterator[Path]:
    for folder, pattern in SOURCES:
        yield from sorted(path for path in (ROOT / folder).glob(pattern) if path.is_file())


def _read(path: Path) -> _Finder:
    finder = _Finder(path.relative_to(ROOT).as_posix())
    finder.visit(ast.parse(path.read_text(encoding="utf-8"), str(path)))
    return finder


def _of_template(path: Path) -> Iterator[Message]:
    file = path.relative_to(ROOT).as_posix()
    for _, said, _, _ in extract_from_file("jinja2", path, keywords={"t": None}):
        if isinstance(said, str):
            yield Message(said, None, frozenset({file}))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
