"""Buttons under a post as their owner types them: a line for each row, `Text - https://...`, `|` between neighbours."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from core.db import Json
from core.errors import InvalidInput
from core.telegram.content import Button

ROW_LIMIT: Final = 8
BUTTONS_LIMIT: Final = 100
"""What Telegram's apps show in a row, and what its server takes under a message."""
TEXT_LIMIT: Final = 64
"""Longer ones are cut on every screen."""
LINK_LIMIT: Final = 2048

_BUTTON = re.compile(r"(?P<text>.*?)\s*[-–—]\s*(?P<link>\S+)")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BARE_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?")


def read_buttons(typed: str) -> list[list[Button]]:
    """The rows that somebody has typed; empty lines are passed over.

    Raises InvalidInput "buttons.none", "buttons.no_link", "buttons.bad_link", "buttons.no_text",
    "buttons.text_too_long", "buttons.row_too_long" (params: line, from 1; said; limit) or "buttons.too_many" (limit).
    """
    rows = [_row(line.strip(), number) for number, line in enumerate(typed.splitlines(), 1) if line.strip()]
    if not rows:
        raise InvalidInput("buttons.none")
    count = sum(len(row) for row in rows)
    if count > BUTTONS_LIMIT:
        raise InvalidInput("buttons.too_many", count=count, limit=BUTTONS_LIMIT)
    return rows


def written_buttons(rows: list[list[Json]]) -> str:
    """The inverse: what to type for these buttons."""
    return "\n".join(" | ".join(f"{button['text']} - {button['url']}" for button in row) for row in rows)


def _row(line: str, number: int) -> list[Button]:
    pieces = [piece.strip() for piece in line.split("|")]
    if len(pieces) > ROW_LIMIT:
        raise InvalidInput("buttons.row_too_long", line=number, count=len(pieces), limit=ROW_LIMIT)
    return [_button(piece, number) for piece in pieces]


def _button(piece: str, number: int) -> Button:
    found = _BUTTON.fullmatch(piece)
    if found is None:
        raise InvalidInput("buttons.no_link", line=number, said=piece)
    text, link = found["text"], found["link"]
    if not text:
        raise InvalidInput("buttons.no_text", line=number, said=piece)
    if len(text) > TEXT_LIMIT:
        raise InvalidInput("buttons.text_too_long", line=number, said=text, limit=TEXT_LIMIT)
    return Button(text=text, url=_link(link, number))


def _link(link: str, number: int) -> str:
    """With its scheme: `t.me/name` is https."""
    whole = link if _SCHEME.match(link) and not _BARE_DOMAIN.fullmatch(link) else f"https://{link}"
    try:
        parts = urlsplit(whole)
        good = _is_good(parts)
    except ValueError:
        good = False
    if not good or len(whole) > LINK_LIMIT:
        raise InvalidInput("buttons.bad_link", line=number, said=link)
    return whole


def _is_good(parts: SplitResult) -> bool:
    """http and https with a domain, or one of Telegram's own. Reading `port` raises ValueError for a bad one."""
    if parts.scheme == "tg":
        return bool(parts.netloc or parts.path)
    host = parts.hostname or ""
    return (
        parts.scheme in {"http", "https"}
        and _BARE_DOMAIN.fullmatch(host) is not None
        and (parts.port is None or parts.port > 0)
    )
