"""Migrations: they make what the models say, once, however many processes start at the same time."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from core.migrate import missing_revisions, upgrade_database
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
