"""One house for the session: each test is somebody else in it. For flows, and for the browser."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from core.home import make_home
from core.migrate import upgrade_database
from core.settings import Settings
from tests.flows.house import House, running_house

DATABASE = "flows"


@pytest.fixture(scope="session")
async def flow_settings(settings: Settings) -> Settings:
    """A database and a Redis number of their own, so that unit tests don't meet these rows."""
    return await apart(settings, DATABASE, redis_number=1)


async def apart(settings: Settings, database: str, *, redis_number: int) -> Settings:
    """The same servers, with a new database in them and another number of Redis."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    url = settings.database_url.get_secret_value()
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(f"CREATE DATABASE {database}")
    await connection.close()
    redis_url = settings.redis_url.get_secret_value().rstrip("/").removesuffix("/0")
    own = settings.model_copy(
        update={
            "database_url": SecretStr(f"{url.rpartition('/')[0]}/{database}"),
            "redis_url": SecretStr(f"{redis_url}/{redis_number}"),
        }
    )
    await upgrade_database(own)
    return own


@pytest.fixture(scope="session")
async def house(flow_settings: Settings) -> AsyncIterator[House]:
    home = make_home(Path(tempfile.mkdtemp(prefix="postaify-flows-")))
    async with running_house(flow_settings, home) as running:
        yield running
    shutil.rmtree(home, ignore_errors=True)
