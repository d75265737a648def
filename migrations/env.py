"""Alembic's environment: runs migrations over the connection that core/migrate.py passes in."""

from alembic import context
from sqlalchemy import Connection

from core.tables import Base

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
