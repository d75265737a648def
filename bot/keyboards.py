"""Rows that many screens share."""

from collections.abc import Callable

from bot.actions import Action
from bot.screens import Button

BAR_CELLS = 10


def pager(page: int, pages: int, go: Callable[[int], Action]) -> list[Button]:
    """`‹ 2/4 ›`, around the ends. Empty when there is one page only."""
    if pages <= 1:
        return []
    return [
        Button("‹", go(page - 1 if page > 1 else pages)),
        Button(f"{page}/{pages}", go(page)),
        Button("›", go(page + 1 if page < pages else 1)),
    ]


def bar(done: int, total: int) -> str:
    """Ten cells; a first unit is seen, and only the last one fills it."""
    cells = min(BAR_CELLS, max(int(done > 0), BAR_CELLS * done // total)) if total else 0
    return "▰" * cells + "▱" * (BAR_CELLS - cells)


def ticked(label: str, on: bool) -> str:
    """A label that shows whether it is chosen."""
    return f"✓ {label}" if on else label
