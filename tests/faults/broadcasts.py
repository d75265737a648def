"""A broadcast among faults: worker and scheduler are killed, it is paused and resumed, and another one is cancelled.

`python -m tests.faults.broadcasts` lifts the limit: 10,000 people take about a minute. With `--rate 29`, as it is with
Telegram, about ten. Exit code 1 when something was wrong.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from core import ids
from core.broadcasts import service as broadcasts
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.broadcasts.progress import progress_of
from core.broadcasts.service import broadcast_of
from core.deliveries.broadcasting import IN_FLIGHT_MAX
from core.deliveries.service import UNLIMITED_IN_FLIGHT
from core.deps import Deps
from tests.bench.counting_api import LIMIT, CountingApi
from tests.bench.deliveries import Bakery, bakery_of, started
from tests.bench.instant_api import Json
from tests.bench.limiter import most_in_any
from tests.bench.sends import FIRST_CHAT
from tests.forked import Forked
from tests.patience import PATIENCE_S

WATCHED_S: Final = 3.0
"""How long it is looked at after the word that stops it."""
STOPS_WITHIN_S: Final = 2.0
STANDS_STILL_S: Final = PATIENCE_S
"""For so long nothing may arrive while more is to come: what was killed has to start, and leases to run out."""
BLOCKED_SHARE: Final = 0.03
KILLS: Final = 2
"""Of the worker. With it, at most the answers are lost to what was set aside."""
CONTENT: Final = {"text": "Bread for everybody.", "format": "plain"}


class BroadcastApi(CountingApi):
    """Notes only what is broadcast: the message that tells its admin how far it is goes to one of the people, too."""

    async def answer(self, method: str, values: Json) -> bytes:
        if method == "sendMessage" and values["text"] != CONTENT["text"]:
            return self._note_answer(values)
        return await super().answer(method, values)


@dataclass(slots=True)
class Outcome:
    """Counts, and in words what mustn't have been."""

    people: int
    in_flight_max: int
    lost: int = 0
    twice: int = 0
    blocked: int = 0
    marked: int = 0
    """As blocked, by the bot."""
    after_pause: int = 0
    after_cancel: int = 0
    """After the word: at most what was set aside before it."""
    pause_stops_s: float = 0.0
    cancel_stops_s: float = 0.0
    """From the word to the last message."""
    refused: int = 0
    """With 429, where the limit is in force."""
    most_per_s: int = 0
    sent_of_cancelled: int = 0
    per_s: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stage:
    """The processes while it runs."""

    bakery: Bakery
    running: dict[str, Forked] = field(default_factory=dict)
    moved_at: float = field(default_factory=time.perf_counter)

    @property
    def api(self) -> CountingApi:
        return self.bakery.api

    @property
    def deps(self) -> Deps:
        return self.bakery.deps

    async def kill(self, *names: str) -> None:
        """`kill -9`, and start them again."""
        for name in names:
            self.running[name].kill()
        for name in names:
            await asyncio.to_thread(self.running[name].wait, PATIENCE_S)
            self.running[name] = await started(self.bakery, name)

    async def arrived(self, messages: int) -> None:
        """Wait until so many are there."""
        self.moved_at = time.perf_counter()
        while len(self.api.arrived) < messages:
            self._check_moving()
            await asyncio.sleep(0.02)

    async def ended(self, broadcast_id: ids.BroadcastId) -> Broadcast:
        """Wait until it has ended."""
        self.moved_at = time.perf_counter()
        while True:
            async with self.deps.read() as session:
                broadcast = await broadcast_of(session, broadcast_id)
            if broadcast.finished_at is not None:
                return broadcast
            self._check_moving()
            await asyncio.sleep(0.1)

    def _check_moving(self) -> None:
        """Raises TimeoutError when nothing has arrived for long."""
        last_at = max(self.moved_at, self.api.arrived[-1] if self.api.arrived else 0.0)
        if time.perf_counter() - last_at > STANDS_STILL_S:
            raise TimeoutError(
                f"nothing has arrived for {STANDS_STILL_S:.0f} s, after {len(self.api.arrived)} messages"
            )


async def play(people: int, *, rate_per_s: float = 0) -> Outcome:
    """To `people`, of whom a few have blocked the bot without its knowing."""
    outcome = Outcome(people, IN_FLIGHT_MAX if rate_per_s else UNLIMITED_IN_FLIGHT)
    async with _stage(people, rate_per_s) as stage:
        stage.api.blocked_by = {FIRST_CHAT + number for number in range(0, people, round(1 / BLOCKED_SHARE))}
        await _through_everything(stage, outcome)
        await _cancelled(stage, outcome)
    return outcome


async def _through_everything(stage: Stage, outcome: Outcome) -> None:
    stage.api.expect(0)
    reachable = outcome.people - len(stage.api.blocked_by)
    began = time.perf_counter()
    broadcast_id, admin_id = await _begin(stage.deps)
    for share, names in ((0.1, ["worker"]), (0.25, ["scheduler"]), (0.4, ["worker", "scheduler"])):
        await stage.arrived(round(reachable * share))
        await stage.kill(*names)
    await stage.arrived(round(reachable * 0.45))
    outcome.pause_stops_s, outcome.after_pause = await _after(stage, broadcasts.pause_broadcast, admin_id, broadcast_id)
    if len(stage.api.by_chat) >= reachable:
        outcome.wrong.append("it was over before the pause")
    async with stage.deps.tx() as tx:
        await broadcasts.resume_broadcast(tx, admin_id=admin_id, broadcast_id=broadcast_id)
    ended = await stage.ended(broadcast_id)
    outcome.per_s = reachable / (time.perf_counter() - began)
    await _judge(stage, outcome, ended)


async def _judge(stage: Stage, outcome: Outcome, ended: Broadcast) -> None:
    async with stage.deps.read() as session:
        progress = await progress_of(session, ended)
        marked = await session.scalar(text("SELECT count(*) FROM users WHERE blocked_at IS NOT NULL")) or 0
    blocked = len(stage.api.blocked_by)
    outcome.blocked, outcome.marked, outcome.refused = blocked, marked, stage.api.refused
    outcome.most_per_s = most_in_any(sorted(stage.api.arrived), 1.0)
    reachable = outcome.people - blocked
    outcome.lost = reachable - len(stage.api.by_chat)
    outcome.twice = len(stage.api.arrived) - len(stage.api.by_chat)
    expected = {"status": BroadcastStatus.DONE, "sent": reachable, "blocked": blocked, "failed": 0, "left": 0}
    told = {name: progress[name] for name in expected}
    for holds, words in (
        (told == expected, f"it says {told}"),
        (outcome.lost == 0, f"{outcome.lost} got nothing"),
        (outcome.twice <= KILLS * outcome.in_flight_max, f"{outcome.twice} got it twice"),
        (marked == blocked, f"{marked} of {blocked} are marked as blocked"),
        (outcome.after_pause <= outcome.in_flight_max, f"{outcome.after_pause} were sent after the pause"),
    ):
        if not holds:
            outcome.wrong.append(words)


async def _cancelled(stage: Stage, outcome: Outcome) -> None:
    """Another one, ended in the middle."""
    stage.api.expect(0)
    broadcast_id, admin_id = await _begin(stage.deps)
    await stage.arrived(round(outcome.people * 0.2))
    outcome.cancel_stops_s, outcome.after_cancel = await _after(
        stage, broadcasts.cancel_broadcast, admin_id, broadcast_id
    )
    await stage.ended(broadcast_id)
    async with stage.deps.read() as session:
        rows = await session.execute(
            text(
                "SELECT status, count(*), count(*) FILTER (WHERE attempt > 0) "
                "FROM deliveries WHERE subject_id = :id GROUP BY status"
            ),
            {"id": broadcast_id},
        )
        counts, tried = Counter[str](), Counter[str]()
        for status, rows_of, tried_of in rows:
            counts[status], tried[status] = rows_of, tried_of
    outcome.sent_of_cancelled = there = len(stage.api.by_chat)
    if outcome.after_cancel > outcome.in_flight_max:
        outcome.wrong.append(f"{outcome.after_cancel} were sent after the cancel")
    unknown = there - counts["delivered"]  # whose answer was waited for in vain; they were to be tried again
    if set(counts) - {"delivered", "cancelled"} or not 0 <= unknown <= tried["cancelled"]:
        outcome.wrong.append(f"cancelled, it leaves {dict(counts)}, and {there} are there")
    if there >= outcome.people - len(stage.api.blocked_by):
        outcome.wrong.append("it was over before the cancel")


Verb = Callable[..., Awaitable[Broadcast]]


async def _after(stage: Stage, verb: Verb, admin_id: ids.UserId, broadcast_id: ids.BroadcastId) -> tuple[float, int]:
    """How long after the word was given the last one arrived, and how many after it was written down."""
    said_at = time.perf_counter()
    async with stage.deps.tx() as tx:
        await verb(tx, admin_id=admin_id, broadcast_id=broadcast_id)
    before = len(stage.api.arrived)
    await asyncio.sleep(WATCHED_S)
    return max(stage.api.arrived[-1] - said_at, 0.0), len(stage.api.arrived) - before


async def _begin(deps: Deps) -> tuple[ids.BroadcastId, ids.UserId]:
    async with deps.tx() as tx:
        admin_id = await tx.session.scalar(text("SELECT id FROM users ORDER BY id LIMIT 1"))
        broadcast = await broadcasts.draft_broadcast(tx, admin_id=admin_id, content=CONTENT)
        await broadcasts.start_broadcast(tx, admin_id=admin_id, broadcast_id=broadcast.id)
    return broadcast.id, admin_id


@asynccontextmanager
async def _stage(people: int, rate_per_s: float) -> AsyncIterator[Stage]:
    api = BroadcastApi(limited=0 < rate_per_s <= LIMIT)
    async with bakery_of(people, api, {"TELEGRAM_RATE_PER_S": str(rate_per_s)}) as bakery:
        stage = Stage(bakery)
        try:
            for name in ("worker", "scheduler"):
                stage.running[name] = await started(bakery, name)
            yield stage
        finally:
            for process in stage.running.values():
                process.terminate()
                await asyncio.to_thread(process.wait, PATIENCE_S)


def show(outcome: Outcome) -> None:
    """The run as a table."""
    goal = f"goal {STOPS_WITHIN_S:g}"
    console, table = Console(highlight=False), Table(title="broadcast", title_justify="left", show_header=False)
    for name, value in {
        "people": f"{outcome.people:,}",
        "a second": f"{outcome.per_s:.1f}, at most {outcome.most_per_s}",
        "lost": f"{outcome.lost} (goal 0)",
        "twice": f"{outcome.twice} (at most {KILLS * outcome.in_flight_max}: what killed workers had)",
        "blocked, marked as such": f"{outcome.marked} of {outcome.blocked}",
        "stops after a pause": f"{outcome.pause_stops_s:.1f} s ({goal}), {outcome.after_pause} more",
        "stops after a cancel": f"{outcome.cancel_stops_s:.1f} s ({goal}), {outcome.after_cancel} more",
        "sent of the cancelled one": outcome.sent_of_cancelled,
        "refused with 429": outcome.refused,
    }.items():
        table.add_row(name, str(value))
    console.print(table)
    for wrong in outcome.wrong:
        console.print(f"[red]{wrong}[/]")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.broadcasts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--people", type=int, default=10_000, help="how many there are (%(default)s)")
    parser.add_argument(
        "--rate", type=float, default=0, help="messages a second; 29 as with Telegram, 0 lifts the limit"
    )
    chosen = parser.parse_args()
    outcome = asyncio.run(play(chosen.people, rate_per_s=chosen.rate))
    show(outcome)
    return int(bool(outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
