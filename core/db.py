"""PostgreSQL: the declarative base, the engine, and pages of rows. Features bring their own tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, NewType, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    MetaData,
    Select,
    Text,
    Uuid,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from core import ids
from core.settings import Settings

ReadSession = AsyncSession
"""What queries take: they only look. A transaction's session will do as well."""

Row = TypeVar("Row")
Json = dict[str, Any]
TelegramId = NewType("TelegramId", int)
"""A user's or chat's id at Telegram: up to 52 significant bits."""

EMPTY_LIST = text("'[]'")
"""The server's default of a JSON column that holds a list."""

DATABASE_TROUBLE: tuple[type[Exception], ...] = (OSError, DBAPIError, PoolTimeoutError)
"""What a database that is away for a moment raises: to be caught where the next round makes up for it."""

STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000


class Base(DeclarativeBase):
    """All tables. Constraint names are fixed, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        UUID: Uuid(),
        **dict.fromkeys(ids.KINDS, Uuid()),
        Json: JSONB(none_as_null=True),
        list[Json]: JSONB(),
        list[list[Json]]: JSONB(),
        list[str]: JSONB(),
        TelegramId: BigInteger(),
    }


def open_engine(settings: Settings) -> AsyncEngine:
    """A pool of at most `database_pool_size` connections. Nothing is connected yet.

    Raises RuntimeError when the settings name no database.
    """
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL is not set")
    return create_async_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        pool_pre_ping=False,
        pool_use_lifo=True,
        hide_parameters=True,  # they hold what users wrote; errors are logged
        connect_args={
            "server_settings": {
                "application_name": "postaify",
                "jit": "off",
                "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
            }
        },
    )


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, counted from 1."""

    number: int = 1
    size: int = 5


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """Rows of one page. `number` is the page really shown: past the end it is the last one."""

    items: Sequence[Row]
    number: int
    pages: int
    total: int


def any_of(values: Collection[UUID]) -> ColumnElement[Any]:
    """To be compared with a column: one of these, as one array, whose length the statement doesn't depend on."""
    return func.any(literal(list(values), ARRAY(Uuid)))


def any_found(wanted: Select[Any]) -> ColumnElement[Any]:
    """To be compared with a column: one of what `wanted` gives, which is looked up once.

    `IN` may look it up anew for each row it is compared with; one that locks and skips what is locked then takes more
    than its limit. https://www.postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE
    """
    return func.any(func.array(wanted.scalar_subquery()))


async def paged(session: AsyncSession, ordered: Select[Row], page: Page) -> Paged[Row]:
    """The asked page of an ordered select, with the total."""
    total = await session.scalar(select(func.count()).select_from(ordered.order_by(None).subquery())) or 0
    pages = max(1, -(-total // page.size))
    number = min(max(1, page.number), pages)
    rows = await session.scalars(ordered.limit(page.size).offset((number - 1) * page.size))
    return Paged(items=rows.all(), number=number, pages=pages, total=total)


def may_pass(trouble: Exception) -> bool:
    """Whether the same statement can succeed later: of DATABASE_TROUBLE, what isn't a mistake of ours."""
    return not isinstance(trouble, IntegrityError | ProgrammingError | DataError)


async def ping(readers: async_sessionmaker[AsyncSession]) -> bool:
    """Whether the database answers."""
    try:
        async with readers() as session:
            return await session.scalar(select(1)) == 1
    except DATABASE_TROUBLE:
        return False
