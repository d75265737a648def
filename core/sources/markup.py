"""Whether a text that doesn't say what it is is Markdown or HTML. In doubt it is neither, and stays as it is."""

import re
from collections.abc import Iterator

_FRONT_MATTER = re.compile(
    r"\A---[^\S\n]*\n(?=[\w-]+:)(?:[\w-]+:(?:[^\S\n].*)?\n|[ \t]+\S.*\n|- .*\n|#.*\n|[^\S\n]*\n)*"
    r"(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)"
)
_BLOCK = r"(?:html|body|main|article|section|header|div|p|h[1-6]|ul|ol|table|blockquote)"
_HTML_BEGINS = re.compile(rf"\s*(?:<!doctype\s+html\b|<{_BLOCK}(?:\s[^<>]*)?>)", re.IGNORECASE)
_HTML_ENDS = re.compile(rf"</{_BLOCK}\s*>\s*\Z", re.IGNORECASE)
_SIGNS = (
    re.compile(rf"\A{_HTML_BEGINS.pattern}", re.IGNORECASE),
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"\[[^\[\]\n]+\]\((?:https?://|/|\.|#|mailto:)[^()\s]*\)"),
    re.compile(r"(?<![\w*])\*\*(?=\S)[^*\n]+(?<=\S)\*\*(?![\w*])"),
    re.compile(r"^```[\w+-]*[^\S\n]*$", re.MULTILINE),
)
"""A tag that begins it, a heading, a link, bold words, fenced code. One alone may stand in any text."""
_SIGNS_LEAST = 2
_SNIFFED = 32 * 1024
_UNSEEN = re.compile(r"<(head|script|style|template)\b", re.IGNORECASE)
_INDENT = re.compile(r"^[^\S\n]+", re.MULTILINE)


def is_markup(text: str) -> bool:
    """Whether it is clearly Markdown or HTML: by its front matter, by tags around it all, or by signs of two kinds."""
    if _FRONT_MATTER.match(text) or is_html(text):
        return True
    return sum(sign.search(text, 0, _SNIFFED) is not None for sign in _SIGNS) >= _SIGNS_LEAST


def is_html(text: str) -> bool:
    """Whether tags of blocks stand around it all."""
    return _HTML_BEGINS.match(text) is not None and _HTML_ENDS.search(text[-200:]) is not None


def readable_html(text: str) -> str:
    """HTML as what reads Markdown takes it: without what nobody sees, and without indents, which would make it code."""
    return _INDENT.sub("", "".join(_seen(text)))


def _seen(text: str) -> Iterator[str]:
    """What stands between elements that aren't shown. One that never ends ends the search."""
    at = 0
    while (begin := _UNSEEN.search(text, at)) is not None:
        end = re.compile(rf"</{begin[1]}\s*>", re.IGNORECASE).search(text, begin.end())
        if end is None:
            break
        yield text[at : begin.start()]
        at = end.end()
    yield text[at:]
