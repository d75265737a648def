"""Changing the key that tokens are encrypted with, from the command line."""

import asyncio

from rich.console import Console
from rich.table import Table

from core.deps import open_deps
from core.schema import is_newest
from core.sealed import SEALED, Resealed, reseal
from core.settings import Settings


def rotate(settings: Settings, console: Console) -> bool:
    """Encrypt everything with the first of ENCRYPTION_KEYS, and print how much that was. False when something is left
    that none of the keys opens."""
    return asyncio.run(_rotate(settings, console))


async def _rotate(settings: Settings, console: Console) -> bool:
    if not await is_newest(settings):
        console.print("The database isn't ready: run `postaify migrate` first.", soft_wrap=True)
        return False
    async with open_deps(settings) as deps:
        done = [await reseal(deps, table, column) for table, column in SEALED]
        console.print(_table(done, title=f"Encrypted with the key {deps.cipher.current}"))
    if not any(each.unreadable for each in done):
        return True
    console.print(
        "Some can't be read with any of the keys. Put the one that they were made with behind the others in "
        "ENCRYPTION_KEYS and run this again; without it, those accounts have to be connected again.",
        soft_wrap=True,
    )
    return False


def _table(done: list[Resealed], *, title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("what", "encrypted anew", "unreadable"):
        table.add_column(column)
    for each in done:
        table.add_row(each.name, str(each.changed), str(each.unreadable))
    return table
