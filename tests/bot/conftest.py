"""The bot in one process with a sandbox Telegram: what a person does goes through `Application.handle`."""

from collections.abc import AsyncIterator

import pytest
import redis.asyncio
from telegram import Bot

from bot.app import Application, build_application
from core.deps import Deps
from core.settings import Settings
from core.telegram.client import open_bot
from tests.bot.chat import Chat
from tests.sandbox_server import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
async def sandbox() -> AsyncIterator[RunningSandbox]:
    """One for the session: each test has people of its own."""
    async with running_sandbox() as running:
        yield running


@pytest.fixture(scope="session")
async def bot(settings: Settings, sandbox: RunningSandbox, redis_client: redis.asyncio.Redis) -> AsyncIterator[Bot]:
    """The bot as production opens it."""
    there = settings.model_copy(update={"telegram_api_url": sandbox.base_url})
    async with open_bot(there, redis_client) as opened:
        yield opened


@pytest.fixture
def application(deps: Deps, bot: Bot) -> Application:
    return build_application(deps, bot)


@pytest.fixture
async def chat(application: Application, sandbox: RunningSandbox) -> Chat:
    """The private chat of somebody new. Nothing was said yet."""
    return Chat(application, sandbox, await sandbox.client.new_person("Ann"))
