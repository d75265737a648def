"""Planning 100,000 series one day ahead, by mixed rules, as the scheduler does it: time and memory."""

import asyncio
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import insert, text

from core import ids
from core.clock import FixedClock
from core.deps import Deps, open_deps
from core.embedded import embedded
from core.home import make_home
from core.migrate import upgrade_database
from core.posts.models import Post, PostStatus
from core.series.models import Series, SeriesStatus
from core.settings import Settings
from core.tx import Tx
from jobs.series import plan_series
from tests.bench.figures import Figure
from tests.factories import make_user

SERIES = 100_000
OWNERS = 100
CHUNK = 2_000
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
RULES = (
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0",
    "FREQ=WEEKLY;BYDAY=FR,SA",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
    "FREQ=DAILY;BYDAY=FR;BYHOUR=9,18;BYMINUTE=0,30;BYSETPOS=1,4",
    "FREQ=MONTHLY;BYMONTHDAY=20",
    "FREQ=MONTHLY;BYDAY=3FR",
)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "UTC")
SAID = "Bread that pays for the oven. " * 20


class Peak:
    """The most memory that this process has had at once, in MB, looked at every 20 ms."""

    def __init__(self) -> None:
        self.before_mb = self.peak_mb = _rss_mb()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.peak_mb = max(self.peak_mb, _rss_mb())


def _rss_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


async def measure(series: int = SERIES) -> list[Figure]:
    """The first day of all of them, then a round with nothing to do."""
    home = make_home(Path(tempfile.mkdtemp(prefix="postaify-bench-")))
    with embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        async with open_deps(settings, clock=FixedClock(NOW)) as deps:
            await _make(deps, series)
            with Peak() as memory:
                began, began_cpu = time.perf_counter(), time.process_time()
                copies = await plan_series(deps)
                took_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
            began = time.perf_counter()
            again = await plan_series(deps)
            idle_ms = 1000 * (time.perf_counter() - began)
    if again or copies < series:
        raise RuntimeError(f"{copies} copies of {series} series, then {again} more")
    return [
        Figure(f"{series:,} series planned a day ahead", took_s, "s", goal="<= 60 s"),
        Figure("of it, the planner's own processor time", cpu_s, "s"),
        Figure("series", series / took_s, "/s"),
        Figure("posts made with their deliveries", copies / took_s, "/s"),
        Figure("peak memory of the planner", memory.peak_mb, "MB"),
        Figure("of it, by planning", memory.peak_mb - memory.before_mb, "MB", goal="<= 10 MB"),
        Figure("a round with nothing to plan", idle_ms, "ms"),
    ]


async def _make(deps: Deps, series: int) -> None:
    """Templates and series as start_series leaves them, but for the first day: in bulk."""
    async with deps.tx() as tx:
        owners = [(await make_user(tx, time_zone="UTC")).id for _ in range(OWNERS)]
    for start in range(0, series, CHUNK):
        async with deps.tx() as tx:
            await _make_some(tx, owners, range(start, min(start + CHUNK, series)))
    async with deps.tx() as tx:
        await tx.session.execute(text("ANALYZE"))


async def _make_some(tx: Tx, owners: list[ids.UserId], numbers: range) -> None:
    templates = {number: ids.PostId(ids.new()) for number in numbers}
    posts = [
        {
            "id": post_id,
            "owner_id": owners[number % OWNERS],
            "platform": "telegram",
            "text": SAID,
            "language": "en",
            "engine": "you",
            "status": PostStatus.RECURRING,
            "created_at": NOW,
            "updated_at": NOW,
        }
        for number, post_id in templates.items()
    ]
    await tx.session.execute(insert(Post), posts)
    await tx.session.execute(insert(Series), [_series(owners, number, templates[number]) for number in numbers])


def _series(owners: list[ids.UserId], number: int, post_id: ids.PostId) -> dict[str, object]:
    """Begun up to two years ago, at some time of the day, planned up to now."""
    wall_now = NOW.replace(tzinfo=None)
    begun = wall_now - timedelta(days=14 * (number % 50)) + timedelta(minutes=60 + number % 600)
    return {
        "id": ids.new(),
        "owner_id": owners[number % OWNERS],
        "post_id": post_id,
        "rule": RULES[number % len(RULES)],
        "starts_on": begun,
        "zone": ZONES[number % len(ZONES)],
        "status": SeriesStatus.ACTIVE,
        "next_at": NOW + timedelta(minutes=number % 1_400),
        "planned_through": wall_now - timedelta(hours=12),
        "created_at": NOW,
    }


def main() -> list[Figure]:
    return asyncio.run(measure())
