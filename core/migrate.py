"""Bringing the database to the newest schema. Safe to call from many processes at once, cheap when nothing is to do."""

import asyncio

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from core.db import open_engine
from core.schema import MIGRATIONS, current_revision
from core.settings import Settings
from core.tables import Base

LOCK = 4_242_000_001
"""The advisory lock under which a single process migrates."""


def upgrade(settings: Settings) -> None:
    """Run what is missing."""
    asyncio.run(upgrade_database(settings))


async def upgrade_database(settings: Settings) -> None:
    """The same on a running loop."""
    engine = open_engine(settings)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def missing_revisions(settings: Settings) -> list[str]:
    """The revisions that the database doesn't have yet."""
    engine = open_engine(settings)
    try:
        async with engine.connect() as connection:
            current = await connection.run_sync(current_revision)
    finally:
        await engine.dispose()
    script = ScriptDirectory.from_config(_config(None))
    return [revision.revision for revision in script.iterate_revisions("head", current or "base")]


def _upgrade(connection: Connection) -> None:
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if current_revision(connection) != head:
        command.upgrade(_config(connection), "head")


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def draft_revision(settings: Settings, message: str) -> None:
    """Write a new revision: what the models have and the migrated database doesn't. Read it before it is kept."""
    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    engine = open_engine(settings)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(
                lambda sync: command.revision(_config(sync), message, autogenerate=True, rev_id=f"{number:04}")
            )
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[object]:
    """What the models have otherwise than the database. Empty when the migrations are complete."""
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
