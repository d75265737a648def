"""A desk over two networks that are played: one publishes by the upload, the other by a call."""

import pytest

from core.clock import FixedClock
from core.providers.discovery import Network
from jobs.runtime import Bench
from tests.jobs.networks.desk import Desk, open_desk
from tests.jobs.networks.played import PlayedNetwork

TIKTOK, INSTAGRAM = Network.TIKTOK, Network.INSTAGRAM


@pytest.fixture
def tiktok() -> PlayedNetwork:
    return PlayedNetwork(TIKTOK)


@pytest.fixture
def instagram() -> PlayedNetwork:
    return PlayedNetwork(INSTAGRAM, by_upload=False)


@pytest.fixture
async def desk(concurrent_bench: Bench, clock: FixedClock, tiktok: PlayedNetwork, instagram: PlayedNetwork) -> Desk:
    return await open_desk(concurrent_bench, clock, {TIKTOK: tiktok, INSTAGRAM: instagram})
