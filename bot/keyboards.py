"""Rows that many screens share."""

from collections.abc import Callable

from bot.actions import Action
from bot.screens import Button


def pager(page: int, pages: int, go: Callable[[int], Action]) -> list[Button]:
    """`‹ 2/4 ›`, around the ends. Empty when there is one page only."""
    if pages <= 1:
        return []
    return [
        Button("‹", go(page - 1 if page > 1 else pages)),
        Button(f"{page}/{pages}", go(page)),
        Button("›", go(page + 1 if page < pages else 1)),
    ]


def ticked(label: str, on: bool) -> str:
    """A label that shows whether it is chosen."""
    return f"✓ {label}" if on else label
