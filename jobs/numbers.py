"""Reading how published videos do: beside the scheduler's loop for what is due, and in jobs from the networks."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from core import ids
from core.connections.service import access_of, lose_connection
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.providers.discovery import Network
from core.publishing.handles import opened
from core.publishing.models import Publication
from core.publishing.networks.contract import Access, NetworkErrorCode, Publisher
from core.publishing.numbers import (
    PAGE,
    READ,
    lease_readings,
    plan_next,
    record_identity,
    record_numbers,
    to_be_read,
)
from jobs.runtime import Bench, plain_job

log = structlog.get_logger()

TEND_EVERY_S = 30.0


async def tend_numbers(deps: Deps) -> float:
    """Have read what is due. Several may run. Seconds until the next look."""
    while True:
        async with deps.tx() as tx:
            leased = await lease_readings(tx)
        if leased < PAGE:
            return TEND_EVERY_S


@plain_job(READ)
async def read_numbers(bench: Bench, *publication_ids: str) -> None:
    """Ask a network how videos of one account do. Doing it twice does no harm."""
    deps = bench.deps
    async with deps.read() as session:
        rows = await to_be_read(session, [ids.PublicationId(UUID(each)) for each in publication_ids])
    if not rows:
        return
    try:
        await _read(deps, rows)
    except AppError as error:
        log.info("numbers.not_read", code=error.error_code, publications=len(rows))
        if not (isinstance(error, ProviderError) and error.retryable):
            async with deps.tx() as tx:
                await plan_next(tx, rows)
        if error.error_code == NetworkErrorCode.RECONNECT:
            await _lose(deps, rows[0], error)


async def _read(deps: Deps, rows: Sequence[Publication]) -> None:
    first = rows[0]
    publisher = deps.publishers.get(Network(first.network))
    if publisher is None or first.connection_id is None:
        raise AppError("publishing.no_connection")
    access = await access_of(deps, connection_id=first.connection_id, owner_id=first.owner_id)
    await _identify(deps, publisher, access, rows)
    numbers = await publisher.numbers(access, [row.network_id for row in rows if row.network_id is not None])
    async with deps.tx() as tx:
        await record_numbers(tx, rows, numbers)


async def _identify(deps: Deps, publisher: Publisher, access: Access, rows: Sequence[Publication]) -> None:
    """What the network hadn't named when it was published: its numbers are there the next time."""
    for row in rows:
        if row.network_id is None and row.handle is not None:
            seen = await publisher.look(access, opened(deps.cipher, row.id, row.handle))
            if seen.network_id is not None or seen.stage != row.status:
                async with deps.tx() as tx:
                    await record_identity(tx, row, seen)


async def _lose(deps: Deps, row: Publication, error: AppError) -> None:
    """Whoever notices first that an account is lost has its owner told."""
    if row.connection_id is not None and isinstance(error, ProviderError):
        async with deps.tx() as tx:
            await lose_connection(tx, connection_id=row.connection_id, owner_id=row.owner_id, error=error)
