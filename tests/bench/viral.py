"""Outlier scores and trends of a page of results over 1,000,000 readings, keeping a page of them, and the answer to a
search whose results are known, beside an answer that only looks at one row."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event, text

from bot.texts import Texts
from bot.viral import choosing_screens, screens
from core import ids
from core.billing.queries import Feature, entitlement_of
from core.clock import FixedClock
from core.deps import Deps, open_deps
from core.embedded import embedded
from core.home import make_home
from core.migrate import upgrade_database
from core.providers.discovery import Network
from core.settings import Settings
from core.viral.asking import Asked
from core.viral.keeping import keep_page, prune_snapshots
from core.viral.models import StoredSearch
from core.viral.numbers import outliers, trends
from core.viral.pages import page_data, page_drawn
from core.viral.queries import choices_of
from core.viral.searching import known_results
from core.viral.service import answer_lookup
from tests.bench.figures import Figure, percentile
from tests.core.viral.worlds import NOW, creator, video
from tests.factories import make_user

CREATORS, VIDEOS_EACH, READINGS_EACH = 1_000, 50, 20
ROUNDS = 40
PAGE = 100
ANSWERS = 200

CREATORS_MADE = """
INSERT INTO creators (id, network, network_creator_id, handle, name, url, verified, about, first_seen_at, seen_at)
SELECT gen_random_uuid(), 'tiktok', n::text, 'c' || n, 'C', 'https://t.example', false, '', :now, :now
FROM generate_series(1, :creators) AS n
"""
VIDEOS_MADE = """
INSERT INTO videos (id, network, network_video_id, creator_id, url, title, format, published_at, views, likes,
                    first_seen_at, measured_at)
SELECT gen_random_uuid(), 'tiktok', handle || '-' || n, id, 'https://t.example', 'A title of some words', 'short',
       CAST(:now AS timestamptz) - random() * interval '30 days', (exp(8 + 2 * random()))::bigint, 90, :now, :now
FROM creators, generate_series(1, :videos) AS n
"""
READINGS_MADE = """
INSERT INTO snapshots (video_id, hour, taken_at, views)
SELECT id, date_trunc('hour', at), at, greatest(1, views - 10 * n)
FROM videos, generate_series(0, :readings - 1) AS n,
     LATERAL (SELECT CAST(:now AS timestamptz) - n * interval '1 hour' AS at) AS moment
ORDER BY n DESC
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
        async with open_deps(settings, clock=FixedClock(NOW)) as deps:
            await _fill(deps)
            return await _measured(deps)


async def _fill(deps: Deps) -> None:
    async with deps.tx() as tx:
        await tx.session.execute(text("SET LOCAL statement_timeout = 0"))
        await tx.session.execute(text(CREATORS_MADE), {"now": NOW, "creators": CREATORS})
        await tx.session.execute(text(VIDEOS_MADE), {"now": NOW, "videos": VIDEOS_EACH})
        await tx.session.execute(text(READINGS_MADE), {"now": NOW, "readings": READINGS_EACH})
    async with deps.read() as session:
        await session.execute(text("SET statement_timeout = 0"))
        await session.execute(text("VACUUM ANALYZE"))


async def _measured(deps: Deps) -> list[Figure]:
    async with deps.read() as session:
        rows = await session.scalar(text("SELECT count(*) FROM snapshots"))
        random = text("SELECT id FROM videos ORDER BY random() LIMIT :page")
        pages = [(await session.scalars(random, {"page": PAGE})).all() for _ in range(ROUNDS)]
        scores = await _timed(pages, lambda page: outliers(session, page))
        growth = await _timed(pages, lambda page: trends(session, page, now=NOW))
        plain = [await _round_trip(lambda: session.execute(text("SELECT 1"))) for _ in range(ROUNDS)]
    bare_ms = percentile(plain, 0.5)
    page = [video(by=creator()) for _ in range(PAGE)]
    kept = []
    for _ in range(ROUNDS // 4):
        async with deps.tx() as tx:
            kept.append(await _round_trip(lambda tx=tx: keep_page(tx, page, sample=False)))  # type: ignore[misc]
    answers, bare, statements = await _answers(deps)
    above_ms = percentile(answers, 0.99) - percentile(bare, 0.99)
    async with deps.tx() as tx:
        nothing_ms = await _round_trip(lambda: prune_snapshots(tx))
    return [
        Figure.beside(f"outlier scores of {PAGE} videos, {rows:,} readings, p50", percentile(scores, 0.5), "ms",
                      reference=bare_ms, goal="<= 100 ms"),
        Figure("the same, p99", percentile(scores, 0.99), "ms", goal="<= 100 ms"),
        Figure.beside(f"trends of {PAGE} videos, p50", percentile(growth, 0.5), "ms", reference=bare_ms),
        Figure("the same, p99", percentile(growth, 0.99), "ms", goal="<= 100 ms"),
        Figure(f"keeping a page of {PAGE} videos, p50", percentile(kept, 0.5), "ms"),
        Figure("pruning with nothing to prune", nothing_ms, "ms"),
        Figure.beside("a search's answer from cache, p99", percentile(answers, 0.99), "ms",
                      reference=percentile(bare, 0.99)),
        Figure("the same, above a bare handler's p99", above_ms, "ms", goal="<= 30 ms"),
        Figure("statements of such an answer", statements, "in one transaction"),
    ]  # fmt: skip


async def _answers(deps: Deps) -> tuple[list[float], list[float], float]:
    """From the look for a known answer to its screen and picture, a handler that shows a card, and how many round trips
    to the database an answer takes. All without Telegram.

    The results are 27 videos that were found, and whose first page was drawn, before. Each answer is somebody's first.
    """
    asked = Asked(Network.TIKTOK, "bread")
    async with deps.tx() as tx:
        owners = [await make_user(tx) for _ in range(ANSWERS + 1)]
        found = await keep_page(tx, [video(views=9_000 - n, by=creator()) for n in range(27)], sample=False)
        tx.session.add(
            StoredSearch(id=ids.new(), video_ids=found, provider="bench", created_at=NOW, refreshed_at=NOW,
                         sample=False, **asked.columns)
        )  # fmt: skip
    left = iter(owners)

    async def answer() -> None:
        owner = next(left)
        async with deps.read() as session:
            results = await known_results(session, asked, now=NOW)
        assert results is not None
        async with deps.tx() as tx:
            lookup = await answer_lookup(tx, owner_id=owner.id, asked=asked, results=results)
        seen, picture = await page_drawn(deps, results, 1, dark=False)
        assert picture is not None
        screens.results(page_data(lookup.id, asked, results, 1, seen), Texts("en"), NOW, picture=picture)

    async def bare() -> None:
        async with deps.read() as session:
            chosen = await choices_of(session, owner_id=owners[0].id)
            entitlement = await entitlement_of(session, owner_id=owners[0].id, feature=Feature.VIRAL_QUERIES, now=NOW)
        choosing_screens.card(chosen, [Network.TIKTOK], entitlement, Texts("en"))

    await answer()
    with _statements(deps) as counted:
        answers = [await _round_trip(answer) for _ in range(ANSWERS)]
    return answers, [await _round_trip(bare) for _ in range(ANSWERS)], len(counted) / ANSWERS


@contextmanager
def _statements(deps: Deps) -> Iterator[list[str]]:
    """What is asked of the database meanwhile; beginnings and commits aren't among it."""
    counted: list[str] = []

    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    engine = deps.sessions.kw["bind"].sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", count)


async def _timed(
    pages: list[Sequence[ids.VideoId]], ask: Callable[[Sequence[ids.VideoId]], Awaitable[object]]
) -> list[float]:
    return [await _round_trip(lambda page=page: ask(page)) for page in pages]  # type: ignore[misc]


async def _round_trip(ask: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await ask()
    return 1000 * (time.perf_counter() - began)
