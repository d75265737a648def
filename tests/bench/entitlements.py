"""What may somebody do, and what is left: from Redis and from the database, over a ledger of 1,000,000 rows."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import text

from core import ids
from core.billing.entitlements import forget_entitlements
from core.billing.queries import Feature, entitlement_of
from core.billing.trials import start_trial
from core.clock import FixedClock
from core.deps import Deps, open_deps
from core.embedded import embedded
from core.home import make_home
from core.migrate import upgrade_database
from core.settings import Settings
from core.tx import Tx
from tests.bench.figures import Figure, percentile
from tests.factories import make_user

FEW, MANY = 10_000, 1_000_000
ROWS_EACH = 200
ROUNDS = 400
HELD = """
INSERT INTO quota_entries (id, owner_id, feature, period_start, hold_id, kind, closing, amount, reason, created_at)
SELECT gen_random_uuid(), owner.id, (ARRAY['posts', 'images', 'podcasts', 'viral_queries'])[1 + n % 4], :start,
       gen_random_uuid(), 'hold', false, 1, 'bench', :start
FROM (SELECT id FROM users ORDER BY id OFFSET :skipped LIMIT :owners) AS owner, generate_series(1, :each) AS n
"""
USERS = """
INSERT INTO users (id, telegram_user_id, first_name, language, platforms, writing_options, is_admin, created_at)
SELECT gen_random_uuid(), 1000000 + n, 'U', 'en', '{}', '{}', false, now() FROM generate_series(1, :users) AS n
"""


def main() -> list[Figure]:
    return asyncio.run(measure())


async def measure() -> list[Figure]:
    home = make_home(Path(tempfile.mkdtemp(prefix="postaify-bench-")))
    with embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        async with open_deps(settings, clock=FixedClock()) as deps:
            return await _measured(deps)


async def _measured(deps: Deps) -> list[Figure]:
    async with deps.tx() as tx:
        owner_id = (await make_user(tx)).id
        await start_trial(tx, owner_id=owner_id)
        await tx.session.execute(text(USERS), {"users": MANY // ROWS_EACH})
    await _fill(deps, owner_id, skipped=0, rows=FEW)
    few = await _balance(deps, owner_id)
    await _fill(deps, owner_id, skipped=FEW // ROWS_EACH, rows=MANY - FEW)
    many = await _balance(deps, owner_id)
    bare = [await _took(lambda: deps.redis.get("nothing")) for _ in range(ROUNDS)]
    await deps.entitlements(owner_id)
    cached = [await _took(lambda: deps.entitlements(owner_id)) for _ in range(ROUNDS)]
    cold = []
    for _ in range(ROUNDS):
        await forget_entitlements(deps.redis, [owner_id])
        cold.append(await _took(lambda: deps.entitlements(owner_id)))
    return [
        Figure.beside("all entitlements, kept in Redis, p50", percentile(cached, 0.5), "ms",
                      reference=percentile(bare, 0.5), goal="<= 1 ms"),
        Figure("the same, p99", percentile(cached, 0.99), "ms"),
        Figure.beside("all entitlements, from the database, p50", percentile(cold, 0.5), "ms",
                      reference=percentile(bare, 0.5), goal="<= 5 ms"),
        Figure("the same, p99", percentile(cold, 0.99), "ms"),
        Figure.beside(f"one balance over {MANY:,} rows, p50", percentile(many, 0.5), "ms",
                      reference=percentile(few, 0.5), goal="<= 1.5 x"),
    ]  # fmt: skip


async def _fill(deps: Deps, owner_id: ids.UserId, *, skipped: int, rows: int) -> None:
    """Everybody has as many rows in the period of `owner_id`'s plan."""
    async with deps.tx() as tx:
        start = await _period_start(tx, owner_id)
        values = {"start": start, "skipped": skipped, "owners": rows // ROWS_EACH, "each": ROWS_EACH}
        await tx.session.execute(text("SET LOCAL statement_timeout = 0"))
        await tx.session.execute(text(HELD), values)
        if not skipped:
            own = {"start": start, "owner": owner_id, "each": ROWS_EACH}
            owned = HELD[: HELD.index("FROM (")].replace("owner.id", ":owner") + "FROM generate_series(1, :each) AS n"
            await tx.session.execute(text(owned), own)
    async with deps.read() as session:
        await session.execute(text("SET statement_timeout = 0"))
        await session.execute(text("VACUUM ANALYZE quota_entries"))


async def _period_start(tx: Tx, owner_id: ids.UserId) -> object:
    found = await entitlement_of(tx.session, owner_id=owner_id, feature=Feature.POSTS, now=tx.now)
    return found.period_start


async def _balance(deps: Deps, owner_id: ids.UserId) -> list[float]:
    async with deps.read() as session:
        now = deps.clock.now()
        return [
            await _took(lambda: entitlement_of(session, owner_id=owner_id, feature=Feature.POSTS, now=now))
            for _ in range(ROUNDS)
        ]


async def _took(do: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await do()
    return (time.perf_counter() - began) * 1000
