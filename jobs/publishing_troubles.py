"""What becomes of a publication when its network doesn't do as asked: it waits, is looked at again, or ends in a
truth."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog

from core import ids
from core.connections.models import Connection
from core.connections.queries import ConnectionNotFound, works
from core.connections.renewing import locked_connection, mark_lost
from core.db import Json
from core.errors import AppError, ProviderError
from core.publishing.judging import LIMIT_PATIENCE, Standing, Verdict, limit_ends_at, verdict
from core.publishing.models import Publication, PublicationStatus
from core.publishing.networks.contract import Seen
from core.publishing.queries import publication_of
from core.publishing.standing import record_not_there, record_there, record_unconfirmed, tell_waiting, wait_for
from core.tx import Tx
from jobs.runtime import Run

log = structlog.get_logger()

UNDECIDED = "publishing.unknown_outcome"
"""In the error of what is unconfirmed."""

Find = Callable[[], Awaitable[Seen | None]]
"""Looks for it among the account's latest videos."""


async def answer(run: Run, error: AppError, *, find: Find | None) -> None:
    """What follows from an error: written down, with the end of this attempt."""
    row = await _read(run)
    judged = verdict(error, out_of_hands=row.out_of_hands_at is not None)
    log.info("publishing.trouble", code=error.error_code, verdict=judged, network=row.network)
    if judged is Verdict.LATER:
        asked_s = error.retry_after_s if isinstance(error, ProviderError) else None
        if not await put_off(run, least_s=asked_s or 0.0):
            await give_up(run, error, find=find)
    elif judged is Verdict.LIMIT:
        await _wait_for_limit(run, error, find=find)
    elif judged is Verdict.RECONNECT and isinstance(error, ProviderError):
        await _wait_for_connection(run, error)
    else:
        async with run.finishing() as tx:
            await record_not_there(tx, await _locked(tx, run), PublicationStatus.FAILED, error=plain(error))


async def _wait_for_limit(run: Run, error: AppError, *, find: Find | None) -> None:
    """Until it ends; what has waited for days ends itself, and its owner is told that it is the limit's doing."""
    row, now = await _read(run), run.deps.clock.now()
    until = limit_ends_at(error, since=row.limited_since or now, now=now)
    if until is None:
        error.params.pop("resets_at", None)
        error.params["days"] = LIMIT_PATIENCE.days
        await give_up(run, error, find=find)
        return
    async with run.finishing(unless_cancelled=True) as tx:
        row = await _locked(tx, run)
        await wait_for(tx, row, error=plain(error), until=until)
        await tell_waiting(tx, row, about="waiting")


async def put_off(run: Run, *, least_s: float = 0.0) -> bool:
    """Look again later, without keeping a worker. False when that has gone on for too long."""
    row, now = await _read(run), run.deps.clock.now()
    standing = Standing(row.stage_since or now, now)
    if standing.impatient:
        return False
    async with run.putting_off(after_s=max(standing.pause_s, least_s)):
        return True


async def give_up(run: Run, error: AppError, *, find: Find | None) -> None:
    """A truth: it is there, it surely isn't, or its owner has to look."""
    row = await _read(run)
    if row.out_of_hands_at is None:
        async with run.finishing() as tx:
            await record_not_there(tx, await _locked(tx, run), PublicationStatus.FAILED, error=plain(error))
        return
    found = await _found(find)
    async with run.finishing() as tx:
        row = await _locked(tx, run)
        if found is not None:
            await record_there(tx, row, found)
        else:
            await record_unconfirmed(tx, row, error=undecided(row, error.error_code))


async def _found(find: Find | None) -> Seen | None:
    """When the network can't even be asked for its list, nothing is found."""
    if find is None:
        return None
    try:
        return await find()
    except AppError as error:
        log.info("publishing.not_looked_up", code=error.error_code)
        return None


async def _wait_for_connection(run: Run, error: ProviderError) -> None:
    """Until its account is connected again. Who does that at this very moment is waited for: then it goes on at once.

    Whoever notices the loss first tells of it (core/connections/telling.py), this publication included.
    """
    async with run.finishing(unless_cancelled=True) as tx:
        row = await _locked(tx, run)
        began_at = row.stage_since or tx.now
        await wait_for(tx, row, error=plain(error), until=None)
        connection = await _connection(tx, row)
        if connection is None or not works(connection):
            await tell_waiting(tx, row, about="reconnect")
        elif connection.connected_at > began_at:
            row.due_at = tx.now
        else:
            await mark_lost(tx, connection, error)


async def _connection(tx: Tx, row: Publication) -> Connection | None:
    if row.connection_id is None:
        return None
    try:
        return await locked_connection(tx, owner_id=row.owner_id, connection_id=row.connection_id)
    except ConnectionNotFound:
        return None


def undecided(row: Publication, reason: str) -> Json:
    """The error of what is unconfirmed. `reason`: the code of what came between."""
    return {"code": UNDECIDED, "params": {"network": row.network, "reason": str(reason)}}


def plain(error: AppError) -> Json:
    """An error as it is stored: moments as text."""
    return {"code": str(error.error_code), "params": {name: _plain(value) for name, value in error.params.items()}}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


async def _read(run: Run) -> Publication:
    async with run.deps.read() as session:
        return await publication_of(
            session, owner_id=run.work.owner_id, publication_id=ids.PublicationId(run.work.subject_id)
        )


async def _locked(tx: Tx, run: Run) -> Publication:
    return await publication_of(
        tx.session, owner_id=run.work.owner_id, publication_id=ids.PublicationId(run.work.subject_id), lock=True
    )
