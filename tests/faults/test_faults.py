"""A few scenarios of `make faults`, in one home: what is worst for each of the servers and processes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.faults.chats import Chats, make_chats
from tests.faults.home import FaultyHome, faulty_home
from tests.faults.plan import Kind, plan_of
from tests.faults.scenario import play

pytestmark = pytest.mark.process


@dataclass(frozen=True, slots=True)
class Stage:
    home: FaultyHome
    chats: Chats


@pytest.fixture(scope="module")
async def stage() -> AsyncIterator[Stage]:
    """Everything running, and chats to send to."""
    async with faulty_home() as home:
        async with home.deps() as deps:
            chats = await make_chats(home.sandbox, deps, people=12, channels=6, groups=4)
        yield Stage(home, chats)


@pytest.mark.parametrize(
    "kinds",
    [
        (Kind.KILL_WORKER, Kind.KILL_POSTGRES, Kind.DROP_ANSWERS),
        (Kind.KILL_REDIS, Kind.ERRORS, Kind.TOO_MANY),
    ],
    ids=", ".join,
)
async def test_whatever_goes_wrong_nothing_is_lost_and_no_channel_gets_it_twice(
    stage: Stage, kinds: tuple[Kind, ...]
) -> None:
    verdict = await play(stage.home, stage.chats, plan_of(7, *kinds, deliveries=30, planned=4))
    assert verdict.wrong == []
