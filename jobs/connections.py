"""What time does to connected accounts: tokens that are to be refreshed, consents that come to their end, and consents
that are still to be taken back.

No job: each step is claimed on the row (core/connections/renewing.py), so several schedulers may do it side by side.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from core.connections.consents import forget_old_consents
from core.connections.disconnecting import take_back
from core.connections.models import Connection
from core.connections.queries import ConnectionNotFound, connections_due, revocations_due
from core.connections.renewing import look_after
from core.db import DATABASE_TROUBLE, may_pass
from core.deps import Deps

log = structlog.get_logger()

TEND_EVERY_S: Final = 30.0
AT_ONCE: Final = 40
SIDE_BY_SIDE: Final = 8
"""Calls to the networks at a time, from each scheduler."""
FORGET_EVERY_S: Final = 3600.0

Verb = Callable[[Deps, Connection], Awaitable[None]]


async def tend_connections(deps: Deps) -> float:
    """Look after those whose time has come. Returns the seconds until the next look."""
    now = deps.clock.now()
    async with deps.read() as session:
        due = await connections_due(session, now=now, limit=AT_ONCE)
        ended = await revocations_due(session, now=now, limit=AT_ONCE)
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def tend(verb: Verb, connection: Connection) -> None:
        async with room:
            await _tried(verb, deps, connection)

    await asyncio.gather(
        *(tend(look_after, each) for each in due),
        *(tend(take_back, each) for each in ended),
    )
    return TEND_EVERY_S


async def _tried(verb: Verb, deps: Deps, connection: Connection) -> None:
    """One that fails is tried again at the next look and keeps no other waiting."""
    try:
        await verb(deps, connection)
    except ConnectionNotFound:
        return
    except Exception as error:
        if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
            raise
        log.exception("connections.not_looked_after", connection_id=str(connection.id))


async def forget_old(deps: Deps) -> float:
    """Remove walks through consent pages that are long over. Returns the seconds until the next look."""
    async with deps.tx() as tx:
        forgotten = await forget_old_consents(tx)
    if forgotten:
        log.info("connections.consents_forgotten", consents=forgotten)
    return FORGET_EVERY_S
