"""Killed between any two steps, whatever the steps: it ends published once, and the message says so.

The moments are counted: before and behind all that the network does, each piece of the upload, and each commit. The
n-th run is killed at the n-th moment, until one gets through; and some are killed twice.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.providers.discovery import Network
from core.publishing.models import VideoPostStatus
from jobs.runtime import Bench
from tests.jobs.networks.desk import Desk, open_desk
from tests.jobs.networks.played import Killed, PlayedNetwork


@dataclass
class Fate:
    """Kills at the moments whose numbers are told, counted from 1 in all attempts together."""

    at: frozenset[int] = frozenset()
    passed: int = 0
    killed: int = 0

    def moment(self, _name: str = "") -> None:
        self.passed += 1
        if self.passed in self.at:
            self.killed += 1
            raise Killed


class MortalSession(Session):
    """Whose process may be gone right before a commit and right behind it."""


@pytest.fixture
def fate() -> Iterator[Fate]:
    made = Fate()

    def moment(_session: Session) -> None:
        made.moment()

    for name in ("before_commit", "after_commit"):
        event.listen(MortalSession, name, moment)
    yield made
    for name in ("before_commit", "after_commit"):
        event.remove(MortalSession, name, moment)


@dataclass
class Stage:
    """The same person publishes again and again, each time with another fate."""

    desk: Desk
    mortal: Bench
    network: PlayedNetwork
    fate: Fate

    async def play(self, *at: int) -> str:
        """How it ended. Whoever was killed is followed by another worker that takes up the work."""
        before = len(self.network.published)
        post = await self.desk.started(self.network.network)
        self.fate.at, self.fate.passed, self.fate.killed = frozenset(at), 0, 0
        mortal = replace(self.desk, bench=self.mortal)
        for _ in range(20):
            try:
                await mortal.attempt(post)
            except Killed:
                await self.desk.recover()
            if not await self.desk.unfinished(post):
                break
        self.fate.at = frozenset()
        assert len(self.network.published) - before == 1, f"killed at {at}"
        shown = await self.desk.shown(post)
        assert shown["publications"][0]["url"] == f"https://net.example/{self.network.published[-1]}", f"killed at {at}"
        return (await self.desk.post(post)).status


@pytest.fixture(params=[True, False], ids=["by-upload", "by-release"])
async def stage(
    request: pytest.FixtureRequest, concurrent_bench: Bench, fresh_database: AsyncEngine, clock: FixedClock, fate: Fate
) -> Stage:
    network = PlayedNetwork(Network.TIKTOK, by_upload=request.param, processing=0, moment=fate.moment)
    desk = await open_desk(concurrent_bench, clock, {Network.TIKTOK: network})
    sessions = async_sessionmaker(fresh_database, expire_on_commit=False, sync_session_class=MortalSession)
    return Stage(desk, replace(desk.bench, deps=replace(desk.deps, sessions=sessions)), network, fate)


async def test_killed_at_any_moment_it_is_published_once(stage: Stage) -> None:
    number = 0
    while True:
        number += 1
        assert await stage.play(number) == VideoPostStatus.PUBLISHED
        if not stage.fate.killed:
            break
    assert number > 20, "each step has a moment before it and one behind it"


async def test_killed_twice_it_is_published_once(stage: Stage) -> None:
    chosen = random.Random(20)
    for _ in range(6):
        first = chosen.randint(1, 22)
        assert await stage.play(first, first + chosen.randint(1, 12)) == VideoPostStatus.PUBLISHED
