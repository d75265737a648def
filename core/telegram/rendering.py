"""Plain text with entities as Telegram's HTML, for screens that show it among words of their own.

https://core.telegram.org/bots/api#html-style
"""

import html
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from core.telegram.content import Entity
from core.telegram.markup import Rich, Span, from_entities

TAGS: Final = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ("<tg-spoiler>", "</tg-spoiler>"),
    "code": ("<code>", "</code>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
}
"""Kinds without parameters. What isn't here and has none is found by Telegram itself: links, hashtags, mentions."""


def html_of(text: str, entities: Iterable[Entity] = (), *, units: int | None = None) -> str:
    """The text in HTML; at most `units` UTF-16 units of it, up to the end of a word."""
    rich = from_entities(text, entities)
    return _html(rich if units is None or rich.length <= units else _beginning(rich, units))


def _beginning(rich: Rich, units: int) -> Rich:
    last = max(index for index, before in enumerate(rich.units) if before <= units)
    seam = max(rich.text.rfind(" ", 0, last), rich.text.rfind("\n", 0, last))
    return rich.slice(0, seam if seam > 0 else last)


def _html(rich: Rich) -> str:
    out: list[str] = []
    at = 0
    open_spans: list[tuple[int, str]] = []

    def write_until(position: int) -> None:
        nonlocal at
        out.append(html.escape(rich.text[at:position], quote=False))
        at = position

    def close_until(position: int) -> None:
        while open_spans and open_spans[-1][0] <= position:
            end, tag = open_spans.pop()
            write_until(end)
            out.append(tag)

    for span in _nested(rich.spans):
        if (tags := _tags(span.entity)) is not None:
            close_until(span.start)
            write_until(span.start)
            out.append(tags[0])
            open_spans.append((span.end, tags[1]))
    close_until(len(rich.text))
    write_until(len(rich.text))
    return "".join(out)


def _nested(spans: Iterable[Span]) -> Iterator[Span]:
    """Outer ones first; what reaches over the end of one that began before it ends there."""
    ends: list[int] = []
    for span in spans:
        while ends and ends[-1] <= span.start:
            ends.pop()
        clipped = replace(span, end=min(span.end, ends[-1])) if ends else span
        ends.append(clipped.end)
        yield clipped


def _tags(entity: Entity | None) -> tuple[str, str] | None:
    if entity is None:
        return None
    match entity.type:
        case "text_link":
            return f'<a href="{html.escape(entity.url or "")}">', "</a>"
        case "text_mention":
            return f'<a href="tg://user?id={entity.user_id}">', "</a>"
        case "custom_emoji":
            return f'<tg-emoji emoji-id="{html.escape(entity.custom_emoji_id or "")}">', "</tg-emoji>"
        case "pre" if entity.language:
            return f'<pre><code class="language-{html.escape(entity.language)}">', "</code></pre>"
        case "pre":
            return "<pre>", "</pre>"
    return TAGS.get(entity.type)
