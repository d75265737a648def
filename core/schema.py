"""Whether the database has the newest schema: asked at every start, so without Alembic, which takes time to load."""

from pathlib import Path

from sqlalchemy import Connection, text

from core.db import open_engine
from core.settings import Settings

MIGRATIONS = Path(__file__).parent.parent / "migrations"


async def is_newest(settings: Settings) -> bool:
    """Whether nothing is to be migrated."""
    engine = open_engine(settings)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(current_revision) == newest_revision()
    finally:
        await engine.dispose()


def newest_revision() -> str:
    """Revisions are numbered, and their files are named `<revision>_<what>.py`."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_revision(connection: Connection) -> str | None:
    """What the database has; None before the first migration."""
    found = connection.scalar(text("SELECT to_regclass('alembic_version')"))
    return connection.scalar(text("SELECT version_num FROM alembic_version")) if found else None
