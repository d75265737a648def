"""Leasing what is due: the statement with few and with very many deliveries to come, and the idle tick."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import psutil
from sqlalchemy import text

from core.deliveries import service as deliveries
from core.deps import Deps, open_deps
from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.settings import Settings
from jobs.scheduler import BATCH, Scheduler
from tests.bench.figures import Figure, percentile

FEW, MANY = 10_000, 1_000_000
ROUNDS: Final = 60
TICKS: Final = 300
OWNERS: Final = 1_000
WARM_UP: Final = 10

MAKE_OWNERS: Final = """
INSERT INTO users (id, telegram_user_id, first_name, language, platforms, writing_options, is_admin, created_at)
SELECT gen_random_uuid(), 9000000 + number, 'Ann', 'en', '{telegram}', '{}', false, now()
FROM generate_series(1, :owners) AS number
"""
MAKE_PENDING: Final = """
INSERT INTO deliveries (id, owner_id, kind, subject_id, chat_id, content, due_at, next_attempt_at, priority, status,
                        attempt, parts, created_at)
SELECT uuidv7(), owners.id, 'post', uuidv7(), 9000000 + number % :owners,
       '{"text": "Bread that pays for the oven.", "format": "plain"}',
       now() + number * interval '1 second' + interval '1 day', now() + number * interval '1 second' + interval '1 day',
       10, 'scheduled', 0, '[]', now()
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS number
JOIN (SELECT id, row_number() OVER () AS place FROM users) AS owners ON owners.place = number % :owners + 1
"""
DUE_NOW: Final = """
UPDATE deliveries SET next_attempt_at = now() - interval '1 second', due_at = now() - interval '1 second'
WHERE id IN (SELECT id FROM deliveries WHERE status = 'scheduled' ORDER BY next_attempt_at DESC LIMIT :rows)
"""
END: Final = (
    "UPDATE deliveries SET status = 'delivered', finished_at = now(), lease_until = NULL WHERE status = 'leased'"
)


def main() -> list[Figure]:
    return asyncio.run(measure())


async def measure(few: int = FEW, many: int = MANY) -> list[Figure]:
    """Both in one database, one after the other."""
    async with _deps() as deps:
        await _run(deps, MAKE_OWNERS, owners=OWNERS)
        await _fill(deps, 1, few)
        few_ms, few_idle_ms = await _lease_ms(deps), await _idle_ms(deps)
        memory_before = _memory_mb()
        await _fill(deps, few + 1, many)
        many_ms, many_idle_ms = await _lease_ms(deps), await _idle_ms(deps)
        grown_mb = _memory_mb() - memory_before
    name = f"{many:,} pending beside {few:,}"
    return [
        Figure.beside(f"lease of {BATCH}, {name}, p50", many_ms, "ms", reference=few_ms, goal="<= 1.3 x"),
        Figure.beside(f"idle tick, {name}, p50", many_idle_ms, "ms", reference=few_idle_ms, goal="<= 1 ms"),
        Figure("memory of the scheduler's side, grown by", grown_mb, "MB", goal="<= 5 MB"),
    ]


async def _lease_ms(deps: Deps) -> float:
    """A lease with its commit, while a batch is due."""
    return await _median_ms(deps, lambda: _lease(deps), _make_due, rounds=ROUNDS)


async def _idle_ms(deps: Deps) -> float:
    """The whole tick when nothing is due: it looks for the next one."""
    return await _median_ms(deps, Scheduler(deps).tick, None, rounds=TICKS)


async def _lease(deps: Deps) -> None:
    async with deps.tx() as tx:
        leased = await deliveries.lease_due(tx, limit=BATCH) if await deliveries.has_room(tx.session) else None
    if leased is None or len(leased.delivery_ids) != BATCH:
        raise RuntimeError(f"{leased} instead of {BATCH} rows")


async def _make_due(deps: Deps) -> None:
    await _run(deps, END)
    await _run(deps, DUE_NOW, rows=BATCH)


async def _median_ms(
    deps: Deps,
    act: Callable[[], Awaitable[object]],
    prepare: Callable[[Deps], Awaitable[None]] | None,
    *,
    rounds: int,
) -> float:
    took_ms = []
    for _ in range(rounds + WARM_UP):
        if prepare is not None:
            await prepare(deps)
        began = time.perf_counter()
        await act()
        took_ms.append(1000 * (time.perf_counter() - began))
    await _run(deps, END)
    return percentile(took_ms[WARM_UP:], 0.5)


async def _fill(deps: Deps, first: int, last: int) -> None:
    async with deps.tx() as tx:
        await tx.session.execute(text("SET LOCAL statement_timeout = 0"))
        await tx.session.execute(text(MAKE_PENDING), {"first": first, "last": last, "owners": OWNERS})
    async with deps.read() as session:
        await session.execute(text("SET statement_timeout = 0"))
        await session.execute(text("VACUUM ANALYZE deliveries"))


async def _run(deps: Deps, statement: str, **values: object) -> None:
    async with deps.tx() as tx:
        await tx.session.execute(text(statement), values)


def _memory_mb() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss) / 2**20


@asynccontextmanager
async def _deps() -> AsyncIterator[Deps]:
    with temporary_home() as home, embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        async with open_deps(settings) as deps:
            yield deps
