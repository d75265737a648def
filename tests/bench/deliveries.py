"""Deliveries through the whole engine, with real processes: at Telegram's limit, and with the limit lifted."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import text

from core.deliveries.models import DeliveryKind
from core.deps import Deps, open_deps
from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.readiness import readiness_of
from core.settings import Settings
from tests.bench.counting_api import LIMIT, CountingApi
from tests.bench.figures import Figure
from tests.bench.instant_api import serving
from tests.bench.limiter import most_in_any
from tests.bench.processes import cpu_s, environment_of
from tests.bench.sends import FIRST_CHAT, TEXT
from tests.forked import ROOT, Forked

ROWS: Final = "kind broadcast"
"""Rows with no post behind them: what the end of a post costs beside (its row, its status message) isn't measured."""
POSTS: Final = 3_000
WORKERS: Final = (1, 2, 4)
TELEGRAM_S: Final = 0.1
"""How long Telegram takes to answer."""
UNLIMITED: Final = 6_000
LEAD_S: Final = 1.0
WITHIN_S: Final = 300.0
READY_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Bakery:
    """A migrated home with people, each with a delivery to come."""

    deps: Deps
    environment: dict[str, str]
    home: Path
    api: CountingApi


def main() -> list[Figure]:
    return asyncio.run(measure())


async def measure(posts: int = POSTS, workers: tuple[int, ...] = WORKERS, unlimited: int = UNLIMITED) -> list[Figure]:
    """At the limit beside python-telegram-bot's own limiter, and without it beside a bare loop of sends."""
    figures = await _at_the_limit(posts, workers) if posts else []
    return figures + (await _without_it(unlimited) if unlimited else [])


async def _at_the_limit(posts: int, workers: tuple[int, ...]) -> list[Figure]:
    async with bakery_of(posts, CountingApi(answer_s=TELEGRAM_S)) as bakery:
        await _beside(bakery.api, posts, "rate-limited")
        theirs, theirs_most, theirs_refused = bakery.api.per_s, most_in_any(bakery.api.arrived, 1.0), bakery.api.refused
        figures = []
        for count in workers:
            await _drained(bakery, posts, workers=count)
            api, name = bakery.api, f"{posts} due, {ROWS}, {count} light worker" + "s" * (count > 1)
            figures += [
                Figure.beside(f"{name}: delivered", api.per_s, "per s", reference=theirs, goal=">= 28.5 per s"),
                Figure.beside(
                    f"{name}: most in any second",
                    most_in_any(api.arrived, 1.0),
                    "messages",
                    reference=theirs_most,
                    goal=f"<= {LIMIT}",
                ),
                Figure.beside(f"{name}: refused with 429", api.refused, "calls", reference=theirs_refused, goal="0"),
            ]
        return figures


async def _without_it(deliveries: int) -> list[Figure]:
    async with bakery_of(deliveries, CountingApi(limited=False), {"TELEGRAM_RATE_PER_S": "0"}) as bakery:
        bare_ms = await _beside(bakery.api, deliveries, "bare")
        bare = bakery.api.per_s
        worker_ms = await _drained(bakery, deliveries, workers=1)
        name = f"limit lifted, a light worker, {ROWS} (a bare loop)"
        return [
            Figure.beside(name, bakery.api.per_s, "per s", reference=bare, goal=">= 0.6 x"),
            Figure.beside(f"{name}: processor time of each", worker_ms, "ms", reference=bare_ms),
        ]


async def _beside(api: CountingApi, chats: int, sender: str) -> float:
    """Another sender, in a process of its own. Gives the processor time of a message, in ms, but for its start."""
    api.expect(chats)
    command = ("-m", "tests.bench.sends", api.url, str(chats), sender)
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT)
    try:
        async with asyncio.timeout(WITHIN_S):
            while not api.arrived:  # noqa: ASYNC110 - once, before what is measured
                await asyncio.sleep(0.01)
            before_s = cpu_s(process.pid)
            await api.complete.wait()
            return 1000 * (cpu_s(process.pid) - before_s) / chats
    finally:
        process.terminate()
        await process.wait()


async def _drained(bakery: Bakery, deliveries: int, *, workers: int) -> float:
    """All become due at once, when the processes serve. Gives the workers' processor time for each, in ms."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(program(bakery, "scheduler"))
        running = [await stack.enter_async_context(program(bakery, "worker")) for _ in range(workers)]
        before_s = sum(cpu_s(worker.pid) for worker in running)
        bakery.api.expect(deliveries)
        async with bakery.deps.tx() as tx:
            await tx.session.execute(text(MAKE_DUE), _row_values(tx.now + timedelta(seconds=LEAD_S)))
        async with asyncio.timeout(WITHIN_S):
            await bakery.api.complete.wait()
            await _written_down(bakery.deps)
        return 1000 * (sum(cpu_s(worker.pid) for worker in running) - before_s) / deliveries


MAKE_DUE: Final = """
INSERT INTO deliveries (id, owner_id, kind, subject_id, chat_id, content, due_at, next_attempt_at, priority, status,
                        attempt, parts, created_at)
SELECT gen_random_uuid(), id, :kind, gen_random_uuid(), telegram_user_id, CAST(:content AS jsonb), :due_at, :due_at,
       :priority, 'scheduled', 0, '[]', :due_at
FROM users
"""
MAKE_PEOPLE: Final = """
INSERT INTO users (id, telegram_user_id, first_name, language, platforms, writing_options, is_admin, created_at)
SELECT gen_random_uuid(), :first + number, 'Ann', 'en', '{telegram}', '{}', false, now()
FROM generate_series(0, :people - 1) AS number
"""


def _row_values(due_at: datetime) -> dict[str, object]:
    content = f'{{"text": "{TEXT}", "format": "plain"}}'
    return {"kind": DeliveryKind.BROADCAST, "content": content, "due_at": due_at, "priority": 10}


async def _written_down(deps: Deps) -> None:
    """The last result comes after its message."""
    while True:
        async with deps.read() as session:
            open_rows = await session.scalar(text("SELECT count(*) FROM deliveries WHERE finished_at IS NULL"))
        if not open_rows:
            return
        await asyncio.sleep(0.1)


async def started(bakery: Bakery, name: str) -> Forked:
    """A process of the service that serves."""
    number = len(list(bakery.home.glob("*.log")))
    log = bakery.home / f"{number}.log"
    process = Forked("postaify", name, cwd=bakery.home, environment=bakery.environment, output=log)
    async with asyncio.timeout(READY_WITHIN_S):
        while readiness_of(bakery.home, process.pid) is None:  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.05)
    return process


@asynccontextmanager
async def program(bakery: Bakery, name: str) -> AsyncIterator[Forked]:
    """The same, ended afterwards."""
    process = await started(bakery, name)
    try:
        yield process
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)


@asynccontextmanager
async def bakery_of(
    people: int, api: CountingApi, more: MappingProxyType[str, str] | dict[str, str] = MappingProxyType({})
) -> AsyncIterator[Bakery]:
    """With so many people, and this API as Telegram. `more` settings for the processes."""
    with temporary_home() as home, embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        async with serving(api), open_deps(settings) as deps:
            async with deps.tx() as tx:
                await tx.session.execute(text(MAKE_PEOPLE), {"first": FIRST_CHAT, "people": people})
            environment = environment_of(home, services) | {"TELEGRAM_API_URL": api.url, **more}
            yield Bakery(deps, environment, home, api)
