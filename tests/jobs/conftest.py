"""A worker's bench in this process, over a sandbox that plays Telegram."""

from collections.abc import AsyncIterator

import pytest

from core.deps import Deps
from core.settings import Settings
from core.telegram.client import open_limiter, open_plain_bot
from core.telegram.sender import Sender
from jobs.runtime import Bench
from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.client import Person

WORKER = "host:1:aa"


@pytest.fixture(scope="session")
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def person(sandbox: RunningSandbox) -> AsyncIterator[Person]:
    """Somebody who has pressed Start."""
    made = await sandbox.client.new_person("Ann")
    await made.send_text("/start")
    yield made
    await sandbox.client.clear_faults()


@pytest.fixture
async def bench(deps: Deps, settings: Settings, sandbox: RunningSandbox) -> AsyncIterator[Bench]:
    """On one connection: for one thing after another."""
    async with open_plain_bot(at_sandbox(settings, sandbox)) as bot:
        yield Bench(deps, Sender(bot, open_limiter(settings, deps.redis)), worker=WORKER)


@pytest.fixture
async def concurrent_bench(concurrent_deps: Deps, settings: Settings, sandbox: RunningSandbox) -> AsyncIterator[Bench]:
    """On the pool: for things side by side."""
    async with open_plain_bot(at_sandbox(settings, sandbox)) as bot:
        yield Bench(concurrent_deps, Sender(bot, open_limiter(settings, concurrent_deps.redis)), worker=WORKER)


def at_sandbox(settings: Settings, sandbox: RunningSandbox) -> Settings:
    return settings.model_copy(update={"telegram_api_url": sandbox.base_url})
