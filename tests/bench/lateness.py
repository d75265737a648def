"""From the moment that was promised to the moment at which Telegram has the post; the sandbox is Telegram.

Each post has a status message that counts down and ends in a truth, so at 20/s there is more to say than Telegram
takes: posts are on time all the same, and what is said of them comes after, all of it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.deps import Deps, open_deps
from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.posts.scheduling import schedule_post
from core.posts.writing import draft_from_source
from core.settings import Settings
from tests.bench.figures import Figure, percentile
from tests.bench.processes import cpu_s, postgres_pid
from tests.factories import make_source, make_user
from tests.flows.house import House, running_house
from web.sandbox.client import Person

PEOPLE = 100
"""Each gets a post every few seconds, so that no chat's own limit shows."""
MAKING_S = 20.0
MADE_PER_S = 11.0
"""So fast at least, posts are written down, and the messages that say when they are due have gone out."""
TOLD_WITHIN_S = 180.0


@dataclass(frozen=True, slots=True)
class Stream:
    """Posts due at a steady rate for so long, and what is hoped for of the 99th percentile."""

    per_s: int
    seconds: int
    goal_p99_ms: int

    @property
    def posts(self) -> int:
        return self.per_s * self.seconds


REFERENCE_S = 10
"""So long it goes without the limit: enough for a 99th percentile."""
STREAMS = (Stream(per_s=10, seconds=30, goal_p99_ms=250), Stream(per_s=20, seconds=60, goal_p99_ms=300))


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one stream: how late each post was, and when the last was told of, after it was due."""

    late_ms: list[float]
    told_after_s: float
    refused: int
    cpu_ms: Mapping[str, float]
    """Processor time per post from the first one's time on, by process; to tell of it and the countdown included."""


async def measure() -> list[Figure]:
    """Lateness of posts due at steady rates, beside the same without the limit."""
    figures: list[Figure] = []
    for stream in STREAMS:
        limited = await _seen(stream, limited=True)
        figures += _figures(stream, limited, await _seen(replace(stream, seconds=REFERENCE_S), limited=False))
    return figures


def _figures(stream: Stream, limited: Seen, unlimited: Seen) -> list[Figure]:
    name = f"{stream.per_s}/s for {stream.seconds} s"
    goals = {0.5: "", 0.99: f"<= {stream.goal_p99_ms} ms"}
    return [
        *(
            Figure.beside(
                f"due to received, {name}, p{share * 100:.0f} (without the limit)",
                percentile(limited.late_ms, share),
                "ms",
                reference=percentile(unlimited.late_ms, share),
                goal=goal,
            )
            for share, goal in goals.items()
        ),
        Figure.beside(f"all told, {name}, after", limited.told_after_s, "s", reference=unlimited.told_after_s),
        Figure(f"refused by Telegram, {name}", limited.refused, "calls", goal="0"),
        *(
            Figure.beside(f"processor time per post, {name}, {process}", ms, "ms", reference=unlimited.cpu_ms[process])
            for process, ms in limited.cpu_ms.items()
        ),
    ]


async def _seen(stream: Stream, *, limited: bool) -> Seen:
    async with _house(limited=limited) as (house, settings):
        return await _observe(house, settings, stream)


@asynccontextmanager
async def _house(*, limited: bool) -> AsyncIterator[tuple[House, Settings]]:
    with temporary_home() as home, embedded(home) as services:
        settings = Settings.load(
            _env_file=None, DATABASE_URL=services.database_url, REDIS_URL=services.redis_url, POSTAIFY_HOME=home
        )
        await upgrade_database(settings)
        more = {} if limited else {"TELEGRAM_RATE_PER_S": "0"}
        async with running_house(settings, home, limits=limited, more=more) as house:
            yield house, settings


async def _observe(house: House, settings: Settings, stream: Stream) -> Seen:
    people = [await _person(house, number) for number in range(PEOPLE)]
    first_due = datetime.now(UTC) + timedelta(seconds=MAKING_S + stream.posts / MADE_PER_S)
    moments = [first_due + timedelta(seconds=number / stream.per_s) for number in range(stream.posts)]
    due = {f"This is post number {number}.": moment for number, moment in enumerate(moments)}
    async with open_deps(settings) as deps:
        for number, person in enumerate(people):
            await _schedule(deps, person.id, list(due.items())[number::PEOPLE])
    if datetime.now(UTC) > first_due:
        raise RuntimeError("this machine is too busy: what was to be delivered wasn't written down in time")
    await asyncio.sleep((first_due - datetime.now(UTC)).total_seconds())
    before = _cpu_s(house)
    await asyncio.sleep((moments[-1] - datetime.now(UTC)).total_seconds())
    told_at = await _all_told(house, stream.posts)
    cpu_ms = {name: 1000 * (cpu - before[name]) / stream.posts for name, cpu in _cpu_s(house).items()}
    calls = [call for call in await house.sandbox.client.calls(method="sendMessage") if call["accepted"]]
    received = {call["params"]["text"]: float(call["at"]) for call in calls if call["params"].get("text") in due}
    if missing := len(due) - len(received):
        raise RuntimeError(f"{missing} posts didn't arrive")
    late_ms = [1000 * (received[text] - at.timestamp()) for text, at in due.items()]
    refused = (await house.sandbox.client.stats())["refused_429"]
    return Seen(late_ms, told_at - moments[-1].timestamp(), refused, cpu_ms)


def _cpu_s(house: House) -> dict[str, float]:
    """The sandbox is this process, which does nothing else meanwhile."""
    ours = {name: cpu_s(house.running[name].pid) for name in ("worker", "scheduler", "bot")}
    return ours | {"PostgreSQL": cpu_s(postgres_pid()), "the sandbox": time.process_time()}


async def _all_told(house: House, posts: int) -> float:
    """When every status message shows that its post is out."""
    async with asyncio.timeout(TOLD_WITHIN_S):
        while await _told(house) < posts:  # noqa: ASYNC110 - a row sets no event
            await asyncio.sleep(0.5)
    return time.time()


async def _told(house: House) -> int:
    [row] = await house.rows(
        "SELECT count(*) FROM status_messages WHERE shown_version = version AND data->>'delivered_at' IS NOT NULL"
    )
    return int(row["count"])


async def _person(house: House, number: int) -> Person:
    person = await house.sandbox.client.new_person(f"P{number}")
    await person.send_text("/start")
    return person


async def _schedule(deps: Deps, telegram_user_id: int, posts: Sequence[tuple[str, datetime]]) -> None:
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=telegram_user_id, time_zone="UTC")
        for text, due_at in posts:
            source = await make_source(tx, user, text)
            post = await draft_from_source(tx, owner_id=user.id, source_id=source.id)
            await schedule_post(tx, owner_id=user.id, post_id=post.id, due_at=due_at)


def main() -> list[Figure]:
    return asyncio.run(measure())
