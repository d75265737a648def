"""A morning of 10,000 subscribers over 300 searches: what is asked of the networks, and how long enqueuing takes."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select, text

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.deliveries.models import Delivery, DeliveryKind
from core.deps import Deps, open_deps
from core.digests.models import Digest, DigestSearch, DigestStatus, Frequency, Issue, Refresh, ShownVideo
from core.digests.refreshing import lease_refreshes
from core.embedded import embedded
from core.home import make_home
from core.migrate import upgrade_database
from core.providers.discovery import FoundPage, FoundVideo, Network, Search
from core.settings import Settings
from core.telegram.client import open_limiter, open_plain_bot
from core.telegram.sender import Sender
from core.viral.asking import Asked
from jobs.digests import compose, refresh
from jobs.runtime import Bench
from tests.bench.figures import Figure
from tests.bench.planning import Peak
from tests.core.viral.networks import PlayedNetwork
from tests.core.viral.worlds import creator, video

SUBSCRIBERS, KEYWORDS = 10_000, 100
SEARCHES = KEYWORDS * len(Network)
VIDEOS, CREATORS = 30, 5
"""What one search brings: a page that is enough, and enough of each creator to compare with. Creators of whom less is
known are asked for their lists, once a day."""
CHUNK = 2_000
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


@dataclass
class Counted(PlayedNetwork):
    """A network of made-up pages: each search has videos of its own, by creators of its own."""

    calls: int = 0
    begins_at: datetime = NOW

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        self.calls += 1
        return FoundPage(tuple(self._video(search.keyword, number) for number in range(VIDEOS)))

    def _video(self, keyword: str, number: int) -> FoundVideo:
        by = creator(f"{self.network}-{keyword}-{number % CREATORS}", network=self.network)
        name = f"{self.network}-{keyword}-{number}"
        return video(1_000 + 97 * number, by=by, name=name, published_at=self.begins_at - timedelta(hours=3))


async def measure() -> list[Figure]:
    home = make_home(Path(tempfile.mkdtemp(prefix="postaify-bench-")))
    with embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        clock = FixedClock(NOW)
        async with open_deps(settings, clock=clock) as opened, open_plain_bot(settings) as bot:
            networks = {network: Counted(network=network) for network in Network}
            deps = replace(opened, discoveries=networks)
            await _make(deps)
            bench = Bench(deps, Sender(bot, open_limiter(settings, deps.redis)), worker="bench")
            return await _measured(bench, clock, list(networks.values()))


async def _measured(bench: Bench, clock: FixedClock, networks: list[Counted]) -> list[Figure]:
    deps = bench.deps
    with Peak() as memory:
        began = time.perf_counter()
        await _refresh_all(bench)
        refreshed_s = time.perf_counter() - began
        clock.advance(timedelta(minutes=45))
        began, began_cpu = time.perf_counter(), time.process_time()
        composed = await compose(deps)
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    idle_began = time.perf_counter()
    again = await compose(deps)
    idle_ms = 1000 * (time.perf_counter() - idle_began)
    async with deps.read() as session:
        enqueued = await session.scalar(select(func.count()).where(Delivery.kind == DeliveryKind.DIGEST))
        issues = await session.scalar(select(func.count()).select_from(Issue))
        shown = await session.scalar(select(func.count()).select_from(ShownVideo))
    calls = sum(network.calls for network in networks)
    if (composed, again, enqueued, issues) != (SUBSCRIBERS, 0, SUBSCRIBERS, SUBSCRIBERS):
        raise RuntimeError(f"{composed} digests, then {again}; {enqueued} deliveries, {issues} issues")
    return [
        Figure(f"searches for {SUBSCRIBERS:,} subscribers", calls, "calls", goal=f"= {SEARCHES} distinct"),
        Figure(f"asking {SEARCHES} searches and keeping what they bring, before the hour", refreshed_s, "s"),
        Figure(f"{composed:,} digests made and enqueued", took_s, "s", goal="<= 20 s"),
        Figure("of it, the scheduler's own processor time", cpu_s, "s"),
        Figure("digests", composed / took_s, "/s"),
        Figure("videos noted as shown", shown or 0, "rows"),
        Figure("peak memory", memory.peak_mb, "MB"),
        Figure("of it, by the work", memory.peak_mb - memory.before_mb, "MB", goal="flat"),
        Figure("a round with nothing due", idle_ms, "ms"),
    ]


async def _refresh_all(bench: Bench) -> None:
    """As many side by side as a scheduler allows."""
    while True:
        async with bench.deps.tx() as tx:
            leased = await lease_refreshes(tx)
            tx.outbox.clear()
        if not leased:
            return
        await asyncio.gather(*(refresh.run(bench, str(refresh_id)) for refresh_id in leased))


async def _make(deps: Deps) -> None:
    """Subscriptions as make_digest leaves them, in bulk: each to three keywords on one network."""
    searches = {(network, keyword): ids.RefreshId(ids.new()) for network in Network for keyword in range(KEYWORDS)}
    async with deps.tx() as tx:
        rows = [
            {"id": refresh_id, "next_at": NOW, "failures": 0, "created_at": NOW, **_asked(network, keyword).columns}
            for (network, keyword), refresh_id in searches.items()
        ]
        await tx.session.execute(insert(Refresh), rows)
    for start in range(0, SUBSCRIBERS, CHUNK):
        async with deps.tx() as tx:
            numbers = range(start, start + CHUNK)
            owners = [ids.UserId(ids.new()) for _ in numbers]
            people = [_person(number, owners[number - start]) for number in numbers]
            await tx.session.execute(insert(User), people)
            digests = {number: ids.DigestId(ids.new()) for number in numbers}
            subscribed = [_digest(number, digests[number], owners[number - start]) for number in numbers]
            await tx.session.execute(insert(Digest), subscribed)
            joined = [
                {"digest_id": digests[number], "refresh_id": searches[_network(number), keyword]}
                for number in numbers
                for keyword in _keywords(number)
            ]
            await tx.session.execute(insert(DigestSearch), joined)
    async with deps.tx() as tx:
        await tx.session.execute(text("ANALYZE"))


def _asked(network: Network, keyword: int) -> Asked:
    return Asked(network, f"keyword {keyword}", region="")


def _network(number: int) -> Network:
    return list(Network)[number % len(Network)]


def _keywords(number: int) -> set[int]:
    return {number // 3 % KEYWORDS, (number // 3 + 17) % KEYWORDS, (number // 3 + 51) % KEYWORDS}


def _person(number: int, user_id: ids.UserId) -> dict[str, object]:
    return {
        "id": user_id,
        "telegram_user_id": 1_000_000 + number,
        "first_name": f"Person {number}",
        "language": "en",
        "time_zone": "UTC",
        "platforms": ["telegram"],
        "writing_options": {},
        "is_admin": False,
        "created_at": NOW,
    }


def _digest(number: int, digest_id: ids.DigestId, owner_id: ids.UserId) -> dict[str, object]:
    return {
        "id": digest_id,
        "owner_id": owner_id,
        "keywords": [f"keyword {keyword}" for keyword in _keywords(number)],
        "networks": [str(_network(number))],
        "region": "",
        "frequency": Frequency.WEEKLY,
        "weekday": NOW.weekday(),
        "hour": 9,
        "says_nothing_new": True,
        "alert_times": None,
        "status": DigestStatus.ACTIVE,
        "next_run_at": NOW.replace(hour=9, minute=0) + timedelta(seconds=number % 900),
        "created_at": NOW,
        "deleted_at": None,
    }


def main() -> list[Figure]:
    return asyncio.run(measure())
