"""Updates per second of the full bot, beside a bare python-telegram-bot in the same run; and an action that writes."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.settings import Settings
from tests.bench.figures import Figure, percentile
from tests.bench.instant_api import InstantApi, Load, command, instant_api, press
from tests.bench.processes import ended, environment_of

USERS = 500
WARM_UP = 1_000
UPDATES = 6_000
WRITERS = 50
WRITES = 1_000
WRITES_PER_S = 50.0
ARTICLE = "Publishing every day is hard. Most creators give up after three weeks. A system helps, not talent. " * 4


async def measure() -> list[Figure]:
    """All figures of this bench."""
    builtin = await _help_of_bare_bot("builtin")
    same = await _help_of_bare_bot("ours")
    async with _full_bot() as api:
        full = await _help(api)
        writes = await _writes(api)
    return [
        Figure.beside("/help, full bot", full.per_s, "per s", reference=same.per_s, goal=">= 0.6 x bare, ours"),
        Figure.beside("/help, full bot", full.per_s, "per s", reference=builtin.per_s, goal=">= 1.8 x bare, built-in"),
        Figure.beside("/help p50", _ms(full, 0.5), "ms", reference=_ms(same, 0.5)),
        Figure.beside("/help p99", _ms(full, 0.99), "ms", reference=_ms(same, 0.99)),
        Figure(f"a press that writes, {WRITES_PER_S:.0f}/s, p50", _ms(writes, 0.5), "ms"),
        Figure(f"a press that writes, {WRITES_PER_S:.0f}/s, p99", _ms(writes, 0.99), "ms", goal="<= 50 ms"),
    ]


async def _help(api: InstantApi) -> Load:
    await api.run(Load(lambda number: command(number % USERS, "/help"), WARM_UP))
    return await api.run(Load(lambda number: command(number % USERS, "/help"), UPDATES))


async def _writes(api: InstantApi) -> Load:
    """Everybody opens an options card, then its number of variants is changed again and again."""
    first = 100_000
    await api.run(Load(lambda number: command(first + number, f"{ARTICLE} {number}"), WRITERS, window=4))
    opens = {number: _data(api, first + number, "op.new") for number in range(WRITERS)}
    await api.run(Load(lambda number: press(first + number, opens[number]), WRITERS, window=4))
    changes = {number: _data(api, first + number, "op.n") for number in range(WRITERS)}

    def change(number: int) -> dict[str, object]:
        head = changes[number % WRITERS].rpartition(":")[0]
        return press(first + number % WRITERS, f"{head}:{1 + number // WRITERS % 9}")

    return await api.run(Load(change, WRITES, rate_per_s=WRITES_PER_S))


def _data(api: InstantApi, number: int, action: str) -> str:
    buttons = api.last_keyboard[5_000_000 + number]
    found = (str(button["callback_data"]) for button in buttons)
    return next(data for data in found if data.startswith(f"{action}:"))


async def _help_of_bare_bot(transport: str) -> Load:
    async with instant_api() as api:
        process = subprocess.Popen(  # noqa: ASYNC220  starting it takes a moment, and nothing else runs meanwhile
            [sys.executable, "-m", "tests.bench.bare_bot", api.url, transport], stderr=subprocess.DEVNULL
        )
        with ended(process):
            return await _help(api)


@asynccontextmanager
async def _full_bot() -> AsyncIterator[InstantApi]:
    with temporary_home() as home, embedded(home) as services:
        environment = environment_of(home, services)
        async with instant_api() as api:
            environment |= {"TELEGRAM_API_URL": api.url, "TELEGRAM_RATE_PER_S": "0", "LOG_LEVEL": "ERROR"}
            await upgrade_database(Settings.load(DATABASE_URL=services.database_url, _env_file=None))
            process = subprocess.Popen(  # noqa: ASYNC220  as above
                [sys.executable, "-m", "postaify", "bot"], env=environment, cwd=home
            )
            with ended(process):
                yield api


def _ms(load: Load, share: float) -> float:
    return 1000 * percentile(load.latencies_s, share)


def main() -> list[Figure]:
    return asyncio.run(measure())
