"""The migrations make exactly the tables that the models describe, and can be taken back."""

from sqlalchemy.ext.asyncio import AsyncEngine

from core.migrate import differences, missing_revisions, upgrade_database
from core.settings import Settings


async def test_migrations_and_models_agree(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_migrated_database_misses_nothing_and_can_be_migrated_again(
    engine: AsyncEngine, settings: Settings
) -> None:
    await upgrade_database(settings)
    assert await missing_revisions(settings) == []
