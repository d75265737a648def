"""A broadcast among faults: worker and scheduler are killed, it is paused and resumed, and another one is cancelled.

`python -m tests.faults.broadcasts --people 10000`; Telegram answers at once, and the limit is lifted unless given.
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
from sqlalchemy import text

from core import ids
from core.broadcasts import service as broadcasts
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.broadcasts.progress import progress_of
from core.broadcasts.service import broadcast_of
from core.deliveries.broadcasting import IN_FLIGHT_MAX
from core.deliveries.service import UNLIMITED_IN_FLIGHT
from core.deps import Deps
from tests.bench.counting_api import CountingApi
from tests.bench.deliveries import Bakery, bakery_of, started
from tests.bench.sends import FIRST_CHAT
from tests.forked import Forked

WATCHED_S: Final = 3.0
"""How long it is looked at after the word that stops it."""
ENDS_WITHIN_S: Final = 400.0
BLOCKED_SHARE: Final = 0.03
KILLS: Final = 2
"""Of the worker. With it, at most the answers are lost to what was set aside."""
CONTENT: Final = {"text": "Bread for everybody.", "format": "plain"}


@dataclass(slots=True)
class Outcome:
    """Counts, and in words what mustn't have been."""

    people: int
    in_flight_max: int
    lost: int = 0
    twice: int = 0
    after_pause: int = 0
    after_cancel: int = 0
    """After the word: at most what was set aside before it."""
    sent_of_cancelled: int = 0
    per_s: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stage:
    """The processes while it runs."""

    bakery: Bakery
    running: dict[str, Forked] = field(default_factory=dict)

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
            await asyncio.to_thread(self.running[name].wait, 10)
            self.running[name] = await started(self.bakery, name)

    async def arrived(self, messages: int) -> None:
        """Wait until so many are there."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            while len(self.api.arrived) < messages:  # noqa: ASYNC110 - counted by another task
                await asyncio.sleep(0.02)

    async def ended(self, broadcast_id: ids.BroadcastId) -> Broadcast:
        """Wait until it has ended."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            while True:
                async with self.deps.read() as session:
                    broadcast = await broadcast_of(session, broadcast_id)
                if broadcast.finished_at is not None:
                    return broadcast
                await asyncio.sleep(0.1)


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
    outcome.after_pause = await _sent_after(stage, broadcasts.pause_broadcast, admin_id, broadcast_id)
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
        marked = await session.scalar(text("SELECT count(*) FROM users WHERE blocked_at IS NOT NULL"))
    blocked = len(stage.api.blocked_by)
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
    outcome.after_cancel = await _sent_after(stage, broadcasts.cancel_broadcast, admin_id, broadcast_id)
    await stage.ended(broadcast_id)
    async with stage.deps.read() as session:
        rows = await session.execute(
            text("SELECT status, count(*) FROM deliveries WHERE subject_id = :id GROUP BY status"), {"id": broadcast_id}
        )
        counts = Counter({str(row[0]): int(row[1]) for row in rows})
    outcome.sent_of_cancelled = len(stage.api.by_chat)
    if outcome.after_cancel > outcome.in_flight_max:
        outcome.wrong.append(f"{outcome.after_cancel} were sent after the cancel")
    if set(counts) - {"delivered", "cancelled"} or counts["delivered"] != len(stage.api.by_chat):
        outcome.wrong.append(f"cancelled, it leaves {dict(counts)}, and {len(stage.api.by_chat)} are there")
    if len(stage.api.by_chat) >= outcome.people - len(stage.api.blocked_by):
        outcome.wrong.append("it was over before the cancel")


Verb = Callable[..., Awaitable[Broadcast]]


async def _sent_after(stage: Stage, verb: Verb, admin_id: ids.UserId, broadcast_id: ids.BroadcastId) -> int:
    """How many arrived after the word was given."""
    async with stage.deps.tx() as tx:
        await verb(tx, admin_id=admin_id, broadcast_id=broadcast_id)
    before = len(stage.api.arrived)
    await asyncio.sleep(WATCHED_S)
    return len(stage.api.arrived) - before


async def _begin(deps: Deps) -> tuple[ids.BroadcastId, ids.UserId]:
    async with deps.tx() as tx:
        admin_id = await tx.session.scalar(text("SELECT id FROM users ORDER BY id LIMIT 1"))
        broadcast = await broadcasts.draft_broadcast(tx, admin_id=admin_id, content=CONTENT)
        await broadcasts.start_broadcast(tx, admin_id=admin_id, broadcast_id=broadcast.id)
    return broadcast.id, admin_id


@asynccontextmanager
async def _stage(people: int, rate_per_s: float) -> AsyncIterator[Stage]:
    async with bakery_of(people, CountingApi(limited=False), {"TELEGRAM_RATE_PER_S": str(rate_per_s)}) as bakery:
        stage = Stage(bakery)
        try:
            for name in ("worker", "scheduler"):
                stage.running[name] = await started(bakery, name)
            yield stage
        finally:
            for process in stage.running.values():
                process.terminate()
                await asyncio.to_thread(process.wait, 20)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.broadcasts", description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=0)
    chosen = parser.parse_args()
    outcome = asyncio.run(play(chosen.people, rate_per_s=chosen.rate))
    Console(highlight=False).print(outcome)
    return int(bool(outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
