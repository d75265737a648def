"""What tests work with: servers of their own, and a Deps on them whose writes are undone after each test.

`deps` and `tx` share one connection, so a test with several transactions side by side takes `concurrent_deps`, whose
commits are real and whose tables are emptied afterwards. A test takes the one or the other, never both.

All of them together take minutes, so a test is cheap by default: `deps` costs less than `concurrent_deps`, a parameter
less than a process, and a flow, which has real processes, is for what only they can show. The house of the flows runs
once for the session; each flow is somebody else in it. What is to happen is waited for (patience.py), never slept for.
"""

import asyncio
import gc
import logging
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import hypothesis
import pytest
import redis.asyncio
import structlog
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from core.clock import FixedClock
from core.crypto import build_cipher
from core.db import open_engine
from core.deps import Deps
from core.embedded import EmbeddedServices, embedded
from core.home import make_home
from core.http import open_http
from core.migrate import upgrade_database
from core.providers.answerers import build_answerer
from core.providers.critics import build_critic
from core.providers.email_engines import build_mailer
from core.providers.image_makers import build_image_makers
from core.providers.scriptwriters import build_script_writer
from core.providers.speakers import build_speakers
from core.providers.voice_readers import build_voice_reader
from core.providers.writers import build_post_writer
from core.settings import Settings
from core.storage import build_storage
from core.tx import Tx
from tests.flows.fixtures import flow_settings, house
from tests.forked import start_forking
from tests.recording_queue import RecordingQueue

__all__ = ["flow_settings", "house"]

KEPT_TABLES = {"alembic_version", "plans"}
"""Filled by migrations; tests leave them as they are."""

LONGEST_FIRST = (
    "tests/flows/test_every_button.py",
    "tests/jobs/test_processes.py",
    "tests/faults/test_faults.py",
    "tests/faults/test_broadcasts.py",
    "tests/flows/test_podcasts.py",
    "tests/test_cli_up.py",
    "tests/test_cli_demo.py",
    "tests/test_cli.py",
    "tests/browser/test_story.py",
    "tests/core/telegram/test_limiter.py",
    "tests/core/storage/test_storages_contract.py",
    "tests/core/test_embedded.py",
    "tests/core/test_supervisor.py",
    "tests/core/queues/test_queue_machine.py",
    "tests/core/deliveries/test_delivery_machine.py",
)
"""A worker that comes to one of these at the end would keep the others waiting. Most of what they do is waiting."""


@pytest.fixture(scope="session")
def services() -> Iterator[EmbeddedServices]:
    """PostgreSQL and Redis for this session. pytest's own folders can't be entered by the account that root lends."""
    home = make_home(Path(tempfile.gettempdir()) / f"postaify-tests-{secrets.token_hex(4)}")
    try:
        with embedded(home) as running:
            with ThreadPoolExecutor(1) as aside:  # a fixture of the loop may be what asks for this one
                aside.submit(lambda: asyncio.run(_forget_durability(running.database_url))).result()
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _forget_durability(url: str) -> None:
    """What is written here needn't outlive the machine: no commit waits for the disk."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM SET {name} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@pytest.fixture(scope="session")
def settings(services: EmbeddedServices) -> Settings:
    """As on a machine without an account anywhere; the environment of whoever runs the tests doesn't count."""
    defaults = {field.alias: field.get_default() for field in Settings.model_fields.values() if field.alias}
    given = {
        "POSTAIFY_HOME": services.home,
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "TELEGRAM_RATE_PER_S": 0,
    }
    return Settings.load(_env_file=None, **defaults | given)


@pytest.fixture(scope="session")
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Connections to the migrated database."""
    await upgrade_database(settings)
    opened = open_engine(settings)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="session")
async def redis_client(settings: Settings) -> AsyncIterator[redis.asyncio.Redis]:
    """Kept for the session; tests take `redis_store`."""
    assert settings.redis_url is not None
    client = redis.asyncio.Redis.from_url(settings.redis_url.get_secret_value())
    yield client
    await client.aclose()


@pytest.fixture
async def redis_store(redis_client: redis.asyncio.Redis) -> redis.asyncio.Redis:
    """An empty Redis."""
    await redis_client.flushdb()
    return redis_client


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http() as client:
        yield client


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def queue() -> RecordingQueue:
    return RecordingQueue()


@pytest.fixture
async def deps(
    settings: Settings,
    engine: AsyncEngine,
    redis_store: redis.asyncio.Redis,
    http: httpx.AsyncClient,
    clock: FixedClock,
    queue: RecordingQueue,
) -> AsyncIterator[Deps]:
    """A real Deps over one connection: production's commits are savepoints, and the end of the test undoes them."""
    async with engine.connect() as connection:
        undone = await connection.begin()
        # All of the test is one transaction, which may stand idle for as long as the machine does.
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        sessions = async_sessionmaker(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        yield _deps(settings, sessions, sessions, redis_store, http, clock, queue)
        try:
            await undone.rollback()
        except DBAPIError:
            await connection.invalidate()  # its transactions ran into each other: no other test gets the connection
            raise


@pytest.fixture
async def tx(deps: Deps) -> AsyncIterator[Tx]:
    """An open transaction of `deps`."""
    async with deps.tx() as opened:
        yield opened


@pytest.fixture
async def fresh_database(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """The database for real commits on many connections; emptied afterwards."""
    yield engine
    async with engine.begin() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        deletions = " ".join(f"DELETE FROM {table};" for table in set(tables) - KEPT_TABLES)  # noqa: S608 - our own
        # TRUNCATE takes a hundred times as long, and in this role no table waits for another's rows.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(f"DO $$ BEGIN {deletions} END $$"))


@pytest.fixture
async def concurrent_deps(
    settings: Settings,
    fresh_database: AsyncEngine,
    redis_store: redis.asyncio.Redis,
    http: httpx.AsyncClient,
    clock: FixedClock,
    queue: RecordingQueue,
) -> Deps:
    """A real Deps over the pool: transactions side by side, as in production."""
    sessions = async_sessionmaker(fresh_database, expire_on_commit=False)
    readers = async_sessionmaker(
        fresh_database.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False, autoflush=False
    )
    return _deps(settings, sessions, readers, redis_store, http, clock, queue)


def _deps(
    settings: Settings,
    sessions: async_sessionmaker[AsyncSession],
    readers: async_sessionmaker[AsyncSession],
    store: redis.asyncio.Redis,
    http: httpx.AsyncClient,
    clock: FixedClock,
    queue: RecordingQueue,
) -> Deps:
    return Deps(
        settings=settings,
        clock=clock,
        sessions=sessions,
        readers=readers,
        redis=store,
        queue=queue,
        http=http,
        writer=build_post_writer(settings, http),
        scripts=build_script_writer(settings, http),
        answers=build_answerer(settings, http),
        critic=build_critic(settings, http),
        voice_reader=build_voice_reader(settings, http),
        storage=build_storage(settings, clock),
        cipher=build_cipher(settings),
        speakers=build_speakers(settings, http),
        image_makers=build_image_makers(settings, http),
        mailer=build_mailer(settings, http),
    )


class SlowCallbacks(logging.Handler):
    """Collects what asyncio's debug mode says of callbacks that held the loop for over 0.1 s."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Executing "):
            self.seen.append(message)


slow_callbacks = SlowCallbacks()


class WatchedLoop(asyncio.SelectorEventLoop):
    """asyncio's debug mode (callbacks that hold the loop, calls from foreign threads, coroutines nobody awaits) without
    the stack that it notes for each callback and request: that takes as long as all the tests."""

    def get_debug(self) -> bool:
        return False

    def _set_coroutine_origin_tracking(self, enabled: bool) -> None:
        """Ten frames for each coroutine, wanted only to say where one was made that nobody awaits."""


class WatchedLoops(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return WatchedLoop()


ANY_MACHINE = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
"""How long an example takes says how busy the machine is. What says nothing of its own is taken from the profile that
hypothesis has chosen: in CI, the same examples in each run."""


def pytest_configure() -> None:
    _listen_to_signals()
    hypothesis.settings.register_profile("any machine", ANY_MACHINE)
    hypothesis.settings.load_profile("any machine")
    asyncio.set_event_loop_policy(WatchedLoops())
    logging.getLogger("asyncio").addHandler(slow_callbacks)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


def _listen_to_signals() -> None:
    """Whoever is started in the background, or by nohup, inherits that Ctrl-C or a hang-up is passed over, and would
    hand it on to every process that a test ends by one."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay for the whole session: the garbage collector needn't look at them again and again, which
    is a fifth of the loading, nor later on."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files, in the same order in each worker."""
    places = {path: number for number, path in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """The parent of the forked programs loads its modules while the first tests run."""
    if any(item.get_closest_marker("process") for item in session.items):
        start_forking()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of several leaves what it saw to the process that reports."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["slow_callbacks"] = slow_callbacks.seen


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    slow_callbacks.seen += getattr(node, "workeroutput", {}).get("slow_callbacks", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Slow callbacks are shown, never asserted: this machine may be busy with something else."""
    if slow_callbacks.seen:
        terminalreporter.section("callbacks that held the event loop")
        for message in slow_callbacks.seen:
            what, _, took = message.rpartition(" took ")
            terminalreporter.line(f"{took}: {what[:160]}")
