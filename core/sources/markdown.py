"""Markdown as a reader would see it in a plain message: structure kept, syntax gone."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(.*?\n)?(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:\s*(?P<quote>[\"']?)(?P<title>.+?)(?P=quote)\s*$", re.MULTILINE | re.IGNORECASE)
_BLOCK_ENDS = frozenset({"heading_close", "fence", "code_block", "html_block", "table_close"})
_TAGS = re.compile(r"<!--.*?-->|<[/!]?[a-zA-Z][^>]*>", re.DOTALL)


def plain(markdown: str) -> str:
    """The text with one blank line between blocks, `- ` and `1. ` before list items, and cells parted by ` | `."""
    tokens = _parser().parse(_FRONT_MATTER.sub("", markdown.replace("\r\n", "\n")))
    return "\n".join(_lines(tokens)).strip()


def heading(markdown: str) -> str | None:
    """The title in the front matter, else the first heading."""
    markdown = markdown.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(markdown)
    named = front and _FRONT_TITLE.search(front[0])
    if named:
        return named["title"]
    tokens = _parser().parse(_FRONT_MATTER.sub("", markdown))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and (text := _inline(inline)):
            return text
    return None


def _lines(tokens: Sequence["Token"]) -> Iterator[str]:
    lists: list[int | None] = []  # per open list: the next number, or None for bullets
    cells: list[str] | None = None  # of the open table row
    mark = ""
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                if not lists:
                    yield ""
            case "list_item_open":
                mark = _mark(lists)
            case "tr_open":
                cells = []
            case "inline" if cells is not None:
                cells.append(_inline(token))
            case "tr_close":
                yield " | ".join(cells or [])
                cells = None
            case "inline" | "fence" | "code_block" | "html_block":
                indent = "  " * len(lists[1:])
                yield from _block(token, indent + mark, indent + " " * len(mark))
                mark = ""
        if token.type in _BLOCK_ENDS or (token.type == "paragraph_close" and not lists):
            yield ""


def _mark(lists: list[int | None]) -> str:
    number = lists[-1]
    if number is None:
        return "- "
    lists[-1] = number + 1
    return f"{number}. "


def _block(token: "Token", first: str, rest: str) -> Iterator[str]:
    text = _inline(token) if token.type == "inline" else _TAGS.sub("", token.content)
    if token.type == "html_block":
        text = unescape(text)
    for at, line in enumerate(text.strip("\n").splitlines()):
        yield (rest if at else first) + line


def _inline(token: "Token") -> str:
    return "".join(_pieces(token.children or []))


def _pieces(children: Iterable["Token"]) -> Iterator[str]:
    for child in children:
        match child.type:
            case "text" | "code_inline":
                yield child.content
            case "softbreak" | "hardbreak":
                yield "\n"


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])
