"""A sandbox in this process, a person, and python-telegram-bot's own client for the default bot."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.client import Person


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def person(sandbox: RunningSandbox) -> Person:
    """Has pressed Start; the bot's queue holds that one update."""
    person = await sandbox.client.me()
    await person.send_text("/start")
    return person


@pytest.fixture
async def bot(sandbox: RunningSandbox) -> AsyncIterator[Bot]:
    asking, polling = (
        HTTPXRequest(read_timeout=PATIENCE_S, connect_timeout=PATIENCE_S, pool_timeout=PATIENCE_S) for _ in range(2)
    )
    bot = Bot(
        sandbox.token,
        base_url=sandbox.bot_api_url,
        base_file_url=sandbox.bot_files_url,
        request=asking,
        get_updates_request=polling,
    )
    async with bot:
        yield bot


@pytest.fixture
def picture() -> bytes:
    """A PNG of 1600 x 900."""
    target = io.BytesIO()
    Image.new("RGB", (1600, 900), "teal").save(target, "PNG")
    return target.getvalue()
