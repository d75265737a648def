"""Kills, lost answers, refusals, a network that forgets and hides, limits, presses of all buttons: in whatever order
they come, what is said of a publication is true, and nothing is there more often than its owner has asked for.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from core.clock import FixedClock
from core.connections.models import ConnectionStatus
from core.errors import AppError, ProviderError
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import UNDER_WAY, Publication, PublicationStatus, VideoPost
from core.publishing.networks.contract import NetworkErrorCode, network_error
from core.publishing.scheduling import resume_connection
from core.tx import Tx
from jobs.runtime import Bench
from tests.jobs.networks.desk import Desk, open_desk
from tests.jobs.networks.fate import Fate, MortalSession, mortal_commits
from tests.jobs.networks.played import Killed, PlayedNetwork

EXAMPLES: Final = 8
MOVES: Final = 10
HERE: Final = Network.TIKTOK
NOT_THERE: Final = (PublicationStatus.FAILED, PublicationStatus.CANCELLED)
"""What surely isn't there, as it is told."""
OPEN: Final = (*UNDER_WAY, PublicationStatus.WAITING, PublicationStatus.SCHEDULED)
TROUBLES: Final = (
    NetworkErrorCode.UNAVAILABLE,
    NetworkErrorCode.RATE_LIMITED,
    NetworkErrorCode.DAILY_LIMIT,
    NetworkErrorCode.VIDEO_REFUSED,
    NetworkErrorCode.RECONNECT,
    NetworkErrorCode.UPLOAD_EXPIRED,
)
VERBS: Final = ("look", "begin", "upload", "release", "find", "terms")
LOSABLE: Final = ("upload", "release", "begin")
PAUSES: Final = (timedelta(seconds=3), timedelta(seconds=61), timedelta(hours=2))


@pytest.fixture
def fate() -> Iterator[Fate]:
    made = Fate()
    with mortal_commits(made):
        yield made


@dataclass
class Life:
    """One publication, and all that happens to it. Moves take a number, which says which of their kind."""

    desk: Desk
    mortal: Desk
    network: PlayedNetwork
    fate: Fate
    post: VideoPost
    asked_for: int = 1
    """How often it may be there: once, and once more for each time that its owner wasn't sure and has said so."""

    async def row(self) -> Publication:
        return await self.desk.only(self.post)

    async def attempt(self, _: int = 0) -> None:
        await self.desk.tend()
        await self.desk.attempt(self.post)

    async def killed(self, number: int) -> None:
        """In the next attempt, at that moment of it."""
        self.fate.at, self.fate.passed = frozenset({number + 1}), 0
        try:
            await self.mortal.attempt(self.post)
        except Killed:
            await self.desk.recover()
        self.fate.at = frozenset()

    async def time(self, number: int) -> None:
        self.desk.clock.advance(PAUSES[number % len(PAUSES)])

    async def refused(self, number: int) -> None:
        self._next_answer(number, network_error(HERE, TROUBLES[number // len(VERBS) % len(TROUBLES)]))

    async def unknown(self, number: int) -> None:
        """No answer, and nothing was done."""
        self._next_answer(number, network_error(HERE, NetworkErrorCode.UNAVAILABLE, unknown=True))

    def _next_answer(self, number: int, error: ProviderError) -> None:
        self.network.errors.setdefault(VERBS[number % len(VERBS)], []).append(error)

    async def lost(self, number: int) -> None:
        """It was done, and the answer gets lost."""
        self.network.lost.add(LOSABLE[number % len(LOSABLE)])

    async def forgotten(self, _: int) -> None:
        """All that was begun so far."""
        self.network.forgotten |= set(self.network.sessions)

    async def hidden(self, number: int) -> None:
        self.network.hides = bool(number % 2)

    async def fails_there(self, _: int) -> None:
        """What isn't out yet is refused by the network itself."""
        for key, session in self.network.sessions.items():
            if key not in self.network.published:
                session.failed = NetworkErrorCode.VIDEO_REFUSED

    async def cancel(self, _: int) -> None:
        await self._pressed(lambda tx: service.cancel(tx, **self._post))

    async def retry(self, _: int) -> None:
        await self._pressed(lambda tx: service.retry_failed(tx, **self._post))

    async def now(self, _: int) -> None:
        unsure = (await self.row()).status == PublicationStatus.SKIPPED
        if await self._pressed(lambda tx: service.publish_now(tx, **self._post)):
            self.asked_for += unsure

    async def send_again(self, _: int) -> None:
        one = await self._publication()
        self.asked_for += await self._pressed(lambda tx: service.send_again(tx, **one))

    async def look_again(self, _: int = 0) -> None:
        one = await self._publication()
        await self._pressed(lambda tx: service.look_again(tx, **one))

    async def skip(self, _: int) -> None:
        one = await self._publication()
        await self._pressed(lambda tx: service.skip(tx, **one))

    async def connect(self, _: int = 0) -> None:
        async with self.desk.deps.tx() as tx:
            connection = await tx.session.merge(self.desk.connections[HERE])
            connection.status, connection.connected_at = ConnectionStatus.ACTIVE, tx.now
            await resume_connection(tx, connection.id)

    @property
    def _post(self) -> dict[str, Any]:
        return {"owner_id": self.post.owner_id, "video_post_id": self.post.id}

    async def _publication(self) -> dict[str, Any]:
        return {"owner_id": self.post.owner_id, "publication_id": (await self.row()).id}

    async def _pressed(self, verb: Callable[[Tx], Awaitable[object]]) -> bool:
        """Whether it was taken on. A button that is out of date says so."""
        try:
            async with self.desk.deps.tx() as tx:
                await verb(tx)
        except AppError:
            return False
        return True

    async def settle(self) -> Publication:
        """The network is well again, and time passes until nothing is left to do."""
        self.network.errors.clear()
        self.network.lost.clear()
        self.network.hides = False
        for _ in range(40):
            await self.connect()
            await self.attempt()
            row = await self.row()
            if row.status not in OPEN and not await self.desk.unfinished(self.post):
                return row
            pause = row.due_at - self.desk.clock.now() if row.due_at else timedelta(0)
            self.desk.clock.advance(max(pause, timedelta(seconds=61)))
        raise AssertionError(f"no end: {row.status} {row.error}")

    async def check(self) -> None:
        there, row = len(self.network.published), await self.row()
        assert there <= self.asked_for, f"{row.status}: there {there} times, asked for {self.asked_for}"
        if row.status in NOT_THERE:
            assert there < self.asked_for, f"{row.status}, and it is there"
        if row.status == PublicationStatus.PUBLISHED:
            assert there, "published, and it isn't there"


MOVE: Final = st.tuples(
    st.sampled_from(
        [
            *[Life.attempt] * 4,
            *[Life.killed] * 4,
            *[Life.time] * 2,
            Life.refused,
            Life.unknown,
            Life.lost,
            Life.forgotten,
            Life.hidden,
            Life.fails_there,
            Life.cancel,
            Life.retry,
            Life.now,
            Life.send_again,
            Life.look_again,
            Life.skip,
            Life.connect,
        ]
    ),
    st.integers(0, 35),
)


RELEASED_AND_FORGOTTEN: Final = [
    (Life.lost, LOSABLE.index("release")),
    (Life.attempt, 0),
    (Life.time, 1),
    (Life.attempt, 0),
    (Life.forgotten, 0),
    (Life.hidden, 1),
    (Life.time, 1),
    (Life.attempt, 0),
    (Life.time, 1),
    (Life.attempt, 0),
]
"""Its answer gets lost, and the network knows nothing of it any more, nor shows it yet."""


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # what fails is short enough as it is
)
@example(by_upload=False, moves=RELEASED_AND_FORGOTTEN)
@given(by_upload=st.booleans(), moves=st.lists(MOVE, min_size=2, max_size=MOVES))
async def test_whatever_happens_in_whatever_order_ends_in_a_truth(
    concurrent_bench: Bench,
    fresh_database: AsyncEngine,
    clock: FixedClock,
    fate: Fate,
    by_upload: bool,
    moves: list[tuple[Callable[[Life, int], Awaitable[None]], int]],
) -> None:
    network = PlayedNetwork(HERE, by_upload=by_upload, moment=fate.moment)
    desk = await open_desk(concurrent_bench, clock, {HERE: network})
    sessions = async_sessionmaker(fresh_database, expire_on_commit=False, sync_session_class=MortalSession)
    mortal = replace(desk, bench=replace(desk.bench, deps=replace(desk.deps, sessions=sessions)))
    life = Life(desk, mortal, network, fate, await desk.started(HERE))
    for move, number in moves:
        await move(life, number)
        await life.check()
    row = await life.settle()
    await life.check()
    if row.status == PublicationStatus.UNCONFIRMED and network.published:
        await life.look_again()
        row = await life.settle()
        assert row.status == PublicationStatus.PUBLISHED, "a network that shows it is believed"
    assert (row.hold_id is None) == (row.status != PublicationStatus.UNCONFIRMED)
    assert await desk.used() == (row.status == PublicationStatus.PUBLISHED or row.hold_id is not None)
