"""Real worker and scheduler processes that are told to stop, killed, or left without their servers."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from aiohttp import web

from core import ids
from core.db import TelegramId
from core.deps import Deps, open_deps
from core.embedded import EmbeddedServices, embedded
from core.home import make_home
from core.migrate import upgrade_database
from core.posts.writing import Place, request_posts
from core.queue import JobSpec, Push
from core.settings import Settings
from core.supervisor.supervisor import STOP_CHILDREN_S
from jobs.heavy import AT_ONCE
from jobs.runtime import KEEP_EVERY_S
from tests.core.providers import fake_model_server
from tests.core.providers.fake_model_server import KEY, FakeModelServer
from tests.factories import make_batch, make_user
from tests.flows.house import House
from tests.jobs.heavy_jobs import ENDLESS, QUICK
from tests.patience import PATIENCE_S, until
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
NAMES = ("worker", "second-worker", "heavy-worker", "scheduler")


@pytest.fixture(scope="module")
def own_services() -> Iterator[EmbeddedServices]:
    """Servers that may be killed."""
    home = make_home(Path(tempfile.mkdtemp(prefix="postaify-jobs-")))
    with embedded(home) as running:
        yield running
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
async def own_settings(own_services: EmbeddedServices) -> Settings:
    made = Settings.load(
        _env_file=None,
        POSTAIFY_HOME=own_services.home,
        DATABASE_URL=own_services.database_url,
        REDIS_URL=own_services.redis_url,
    )
    await upgrade_database(made)
    return made


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[FakeModelServer]:
    async with fake_model_server.running() as server:
        yield server


@pytest.fixture(scope="module")
async def running(
    own_services: EmbeddedServices, own_settings: Settings, sandbox: RunningSandbox, model: FakeModelServer
) -> AsyncIterator[House]:
    """Nothing runs in it yet."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "POSTAIFY_HOME": str(own_services.home),
        "DATABASE_URL": own_services.database_url,
        "REDIS_URL": own_services.redis_url,
        "TELEGRAM_API_URL": sandbox.base_url,
        "LLM_BASE_URL": model.url,
        "LLM_MODEL": "first",
        "LLM_API_KEY": KEY,
    }
    url = own_services.database_url.replace("+asyncpg", "")
    house = House(sandbox, environment, own_services.home, url)
    yield house
    for name in list(house.running):
        await house.end(name)


@pytest.fixture
async def house(running: House) -> House:
    """All processes run, also those that the test before has ended."""
    await running.start(*(name for name in NAMES if name not in running.running))
    return running


@pytest.fixture
async def own_deps(own_settings: Settings) -> AsyncIterator[Deps]:
    async with open_deps(own_settings) as opened:
        yield opened


class Held:
    """A model that has begun to think, and answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def __call__(self, server: FakeModelServer, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        self.asked.set()
        await self.answer.wait()
        return await fake_model_server.streamed()(server, request, body)


@pytest.fixture
def held(model: FakeModelServer) -> Held:
    fault = Held()
    model.faults.append(fault)
    return fault


async def ask_for_posts(deps: Deps, person: Person) -> ids.BatchId:
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        batch = await make_batch(tx, user)
        place = Place(user.telegram_user_id, TelegramId(1), "en")
        await request_posts(tx, owner_id=user.id, batch_id=batch.id, place=place)
    return batch.id


async def work_on(house: House, batch_id: ids.BatchId) -> Any:
    [row] = await house.rows("SELECT * FROM jobs WHERE subject_id = $1", batch_id)
    return row


async def holder_of(house: House, batch_id: ids.BatchId) -> str:
    """The name of the process that does the work."""
    leased_by = (await work_on(house, batch_id))["leased_by"]
    return next(name for name, process in house.running.items() if f":{process.pid}:" in leased_by)


async def until_written(house: House, batch_id: ids.BatchId, person: Person) -> Any:
    """The finished work, once its one card is there and the quota is settled."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (row := await work_on(house, batch_id))["status"] != "done":  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{row}\n{house.log[-5000:]}") from None
    card = await person.wait_for_message(lambda message: len(message.buttons) > 3)
    assert [message.text for message in await person.history()].count(card.text) == 1
    [used] = await house.rows(
        "SELECT sum(amount) AS posts FROM quota_entries JOIN users ON users.id = owner_id WHERE telegram_user_id = $1",
        person.id,
    )
    assert used["posts"] == 3
    return row


async def test_another_worker_takes_up_what_a_killed_one_did(
    house: House, own_deps: Deps, person: Person, held: Held
) -> None:
    batch_id = await ask_for_posts(own_deps, person)
    await asyncio.wait_for(held.asked.wait(), PATIENCE_S)
    lease_until = (await work_on(house, batch_id))["lease_until"]
    await house.end(await holder_of(house, batch_id))
    row = await until_written(house, batch_id, person)
    assert row["attempt"] == 2
    assert row["finished_at"] < lease_until, "its death was noticed"


async def test_workers_that_are_told_to_stop_break_off_and_give_their_work_to_others(
    house: House, own_services: EmbeddedServices, own_deps: Deps, person: Person, held: Held, tmp_path: Path
) -> None:
    """The heavy worker forks for each job, and has found its way back to Redis before."""
    with redis.Redis.from_url(own_services.redis_url) as store:
        store.client_kill_filter(_type="normal", skipme=True)
    await push(own_deps, QUICK, tmp_path / "quick")
    await push(own_deps, ENDLESS, tmp_path / "endless")
    batch_id = await ask_for_posts(own_deps, person)
    await asyncio.wait_for(held.asked.wait(), PATIENCE_S)
    await until_says(tmp_path / "endless", "begun")
    heavy, light = house.running["heavy-worker"], await holder_of(house, batch_id)
    heavy.send_signal(signal.SIGTERM)
    await house.end(light, signal.SIGTERM)
    row = await until_written(house, batch_id, person)
    assert row["attempt"] == 1
    assert await asyncio.to_thread(house.running.pop("heavy-worker").wait, PATIENCE_S) == 0, house.log[-3000:]
    assert said(tmp_path / "quick") == "done"
    assert said(tmp_path / "endless") == "broken off"


async def test_heavy_work_is_done_five_at_once(house: House, own_deps: Deps, tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(AT_ONCE + 1)]
    for path in paths:
        await push(own_deps, ENDLESS, path)
    for path in paths[:AT_ONCE]:
        await until_says(path, "begun")
    assert said(paths[-1]) == ""
    await own_deps.redis.flushall()  # the one that waits would keep another test's worker busy
    await house.end("heavy-worker", signal.SIGTERM)
    assert [said(path) for path in paths[:AT_ONCE]] == ["broken off"] * AT_ONCE


async def test_what_redis_forgot_is_done_all_the_same(house: House, own_deps: Deps, person: Person) -> None:
    batch_id = await ask_for_posts(replace(own_deps, queue=RecordingQueue()), person)
    await own_deps.redis.flushall()
    await until_written(house, batch_id, person)


async def test_servers_that_are_killed_in_the_middle_cost_nothing(
    house: House, own_services: EmbeddedServices, own_deps: Deps, person: Person, held: Held
) -> None:
    """All processes live on, and what the model was asked before is written once the database is back."""
    batch_id = await ask_for_posts(own_deps, person)
    await asyncio.wait_for(held.asked.wait(), PATIENCE_S)
    for server in own_services.servers:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
    await asyncio.sleep(KEEP_EVERY_S)
    await asyncio.to_thread(start_again, own_services, "postgres", "redis")
    held.answer.set()
    row = await until_written(house, batch_id, person)
    assert row["attempt"] == 1
    assert all(process.poll() is None for process in house.running.values())


def start_again(services: EmbeddedServices, *names: str) -> None:
    back: set[str] = set()
    while back != set(names):
        back |= set(services.check())
        time.sleep(0.02)
    services.wait_ready()


async def push(deps: Deps, spec: JobSpec, path: Path) -> None:
    await deps.queue.push([Push(spec, (str(path),))])


async def until_says(path: Path, text: str) -> None:
    await until(lambda: said(path) == text)


def said(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def test_idle_processes_end_when_told(house: House) -> None:
    for name in NAMES:
        assert await ended(house, name) == 0, house.log[-3000:]


async def test_idle_processes_end_when_told_also_while_redis_is_away(
    house: House, own_services: EmbeddedServices
) -> None:
    [server] = [server for server in own_services.servers if server.name == "redis"]
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    for name in ("worker", "heavy-worker"):
        await until_logs(house, name, "worker.redis_away")
    try:
        assert {name: await ended(house, name) for name in NAMES} == dict.fromkeys(NAMES, 0), house.log[-3000:]
    finally:
        await asyncio.to_thread(start_again, own_services, "redis")


async def ended(house: House, name: str) -> int:
    """The exit status after SIGTERM. Raises TimeoutExpired when the supervisor would have killed it."""
    process = house.running.pop(name)
    process.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(process.wait, STOP_CHILDREN_S)


async def until_logs(house: House, name: str, event: str) -> None:
    """What was logged before may be an earlier test's, so it has to be said once more."""
    path = house.home / f"{name}.log"
    before = path.read_text().count(event)
    await until(lambda: path.read_text().count(event) > before)
