"""Everything that is kept encrypted, brought to the newest key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import func, select, update

from core.crypto import Cipher, Undecipherable, place_of
from core.db import ReadSession
from core.deps import Deps
from core.tables import Base
from core.tx import Tx

log = structlog.get_logger()

SEALED: Final = (
    ("connections", "access_token"),
    ("connections", "refresh_token"),
    ("connections", "revoke_tokens"),
    ("consents", "verifier"),
    ("publications", "handle"),
)
"""Tables and columns whose values are encrypted, each bound to its place (core.crypto.place_of)."""
BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of a column's values that weren't encrypted with the newest key."""

    name: str
    changed: int = 0
    unreadable: int = 0
    """Their key isn't among ours any more."""


async def key_ids_in_use(session: ReadSession) -> set[str]:
    """Of the keys that something stored was encrypted with."""
    found: set[str] = set()
    for table, column in SEALED:
        value = Base.metadata.tables[table].c[column]
        used = select(func.split_part(value, ".", 2)).where(value.is_not(None), value != "").distinct()
        found.update((await session.scalars(used)).all())
    return found


async def reseal(deps: Deps, table: str, column: str) -> Resealed:
    """Encrypt anew whatever an older key has encrypted, a batch a transaction. Broken off, it goes on where it was."""
    changed, unreadable, last = 0, 0, UUID(int=0)
    while True:
        async with deps.tx() as tx:
            rows = await _older(tx, deps.cipher, table, column, after=last)
            done = [await _resealed(tx, deps.cipher, table, column, row_id, text) for row_id, text in rows]
        changed, unreadable = changed + sum(done), unreadable + len(done) - sum(done)
        if len(rows) < BATCH:
            return Resealed(f"{table}.{column}", changed, unreadable)
        last = rows[-1][0]


async def _older(tx: Tx, cipher: Cipher, table: str, column: str, *, after: UUID) -> Sequence[tuple[UUID, str]]:
    """Locked: whoever stores another value meanwhile waits."""
    columns = Base.metadata.tables[table].c
    value = columns[column]
    older = select(columns.id, value).where(
        columns.id > after, value.is_not(None), value != "", ~value.startswith(cipher.prefix, autoescape=True)
    )
    rows = await tx.session.execute(older.order_by(columns.id).limit(BATCH).with_for_update())
    return [(row_id, text) for row_id, text in rows]


async def _resealed(tx: Tx, cipher: Cipher, table: str, column: str, row_id: UUID, text: str) -> bool:
    place = place_of(table, column, row_id)
    try:
        secret = cipher.decrypt(text, place=place)
    except Undecipherable as error:
        log.warning("keys.unreadable", place=place, key_id=error.params["key_id"])
        return False
    rows = Base.metadata.tables[table]
    anew = {column: cipher.encrypt(secret, place=place)}
    await tx.session.execute(update(rows).where(rows.c.id == row_id).values(anew))
    return True
