"""Our house beside the sandbox's Stripe, with somebody in it."""

from collections.abc import AsyncIterator

import pytest

from core.accounts.models import User
from core.clock import FixedClock
from core.deps import Deps
from tests.factories import make_user
from tests.jobs.stripe_house import StripeHouse, house_with
from tests.recording_queue import RecordingQueue
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox


@pytest.fixture
async def stripe_there() -> AsyncIterator[StripeSandbox]:
    async with stripe_sandbox() as running:
        yield running


@pytest.fixture
def house(deps: Deps, clock: FixedClock, queue: RecordingQueue, stripe_there: StripeSandbox) -> StripeHouse:
    return house_with(deps, clock, queue, stripe_there)


@pytest.fixture
async def ann(house: StripeHouse) -> User:
    async with house.deps.tx() as tx:
        return await make_user(tx)


@pytest.fixture
async def admin(house: StripeHouse) -> User:
    async with house.deps.tx() as tx:
        return await make_user(tx, telegram_user_id=1)
