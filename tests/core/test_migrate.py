"""Migrations: they make what the models say, once, however many processes start at the same time."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from core.migrate import missing_revisions, upgrade_database
from core.schema import MIGRATIONS, is_newest, newest_revision
from core.settings import Settings
from core.tables import Base


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))


async def test_the_migrated_database_is_what_the_models_say(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_migrating_again_from_many_processes_changes_nothing(settings: Settings, engine: AsyncEngine) -> None:
    await asyncio.gather(*(upgrade_database(settings) for _ in range(5)))
    assert await missing_revisions(settings) == []


async def test_the_newest_schema_is_known_without_alembic(settings: Settings, engine: AsyncEngine) -> None:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert newest_revision() == head
    assert await is_newest(settings)


async def test_an_empty_database_is_to_be_migrated(settings: Settings) -> None:
    assert settings.database_url is not None
    empty = settings.database_url.get_secret_value().rpartition("/")[0] + "/postgres"
    assert not await is_newest(settings.model_copy(update={"database_url": SecretStr(empty)}))
