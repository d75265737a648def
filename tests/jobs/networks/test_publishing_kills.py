"""Killed between any two steps, whatever the steps: it ends published once, and the message says so.

The moments are counted (fate.py). The n-th run is killed at the n-th moment, until one gets through; and some are
killed twice.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from core.clock import FixedClock
from core.providers.discovery import Network
from core.publishing.models import VideoPostStatus
from jobs.runtime import Bench
from tests.jobs.networks.desk import Desk, open_desk
from tests.jobs.networks.fate import Fate, MortalSession, mortal_commits
from tests.jobs.networks.played import Killed, PlayedNetwork


@pytest.fixture
def fate() -> Iterator[Fate]:
    made = Fate()
    with mortal_commits(made):
        yield made


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
