"""Polling: an update is confirmed when it was handled, and what a killed process had begun is taken up again."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from telegram import Bot, Update

from bot.polling import MOMENT_S, Poller
from core.settings import Settings
from core.telegram.client import open_bot
from tests.core.telegram.fake_telegram import fake_telegram
from tests.forked import ROOT, Forked
from tests.patience import PATIENCE_S, until
from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.client import Person


@pytest.fixture
async def telegram() -> AsyncIterator[RunningSandbox]:
    """A sandbox of one's own: nobody else polls there."""
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def polled_bot(
    settings: Settings, telegram: RunningSandbox, redis_store: redis.asyncio.Redis
) -> AsyncIterator[Bot]:
    async with open_bot(settings.model_copy(update={"telegram_api_url": telegram.base_url}), redis_store) as opened:
        yield opened


@pytest.fixture
async def person(telegram: RunningSandbox) -> Person:
    return await telegram.client.new_person("Ann")


@dataclass
class Handled:
    """What was handled. A text that begins with "slow" waits for `release`; "broken" fails."""

    texts: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def process(self, update: Update) -> None:
        text = update.message.text or "" if update.message is not None else ""
        self.begun.append(text)
        if text.startswith("slow"):
            await self.release.wait()
        if text == "broken":
            raise RuntimeError(text)
        self.texts.append(text)

    async def wait_for(self, *texts: str) -> None:
        await until(lambda: self.texts[-len(texts) :] == list(texts))


@asynccontextmanager
async def polling(bot: Bot, store: redis.asyncio.Redis, handled: Handled) -> AsyncIterator[asyncio.Event]:
    """A poller that runs, and its stop."""
    stop, ready = asyncio.Event(), asyncio.Event()
    poller = Poller(bot=bot, store=store, process=handled.process, on_ready=ready.set)
    running = asyncio.create_task(poller.run(stop))
    async with asyncio.timeout(PATIENCE_S):
        await ready.wait()
    yield stop
    handled.release.set()
    stop.set()
    async with asyncio.timeout(PATIENCE_S):
        await running


async def waiting_at_telegram(bot: Bot) -> int:
    """How many updates Telegram would send again."""
    return len(await bot.get_updates(timeout=0))


async def test_updates_are_handled_in_order_and_then_confirmed(
    polled_bot: Bot, redis_store: redis.asyncio.Redis, person: Person
) -> None:
    handled = Handled()
    for number in range(5):
        await person.send_text(f"before {number}")
    async with polling(polled_bot, redis_store, handled):
        await handled.wait_for(*(f"before {number}" for number in range(5)))
        await person.send_text("after")
        await handled.wait_for("after")
    assert await waiting_at_telegram(polled_bot) == 0


async def test_stopped_right_after_handling_nothing_comes_again(
    polled_bot: Bot, redis_store: redis.asyncio.Redis, person: Person
) -> None:
    handled = Handled()
    await person.send_text("last")
    stop = asyncio.Event()

    async def process(update: Update) -> None:
        await handled.process(update)
        stop.set()

    poller = Poller(bot=polled_bot, store=redis_store, process=process, on_ready=lambda: None)
    async with asyncio.timeout(PATIENCE_S):
        await poller.run(stop)
    assert handled.texts == ["last"]
    assert await waiting_at_telegram(polled_bot) == 0


async def test_a_slow_one_is_written_down_and_holds_nobody_up(
    polled_bot: Bot, redis_store: redis.asyncio.Redis, person: Person
) -> None:
    handled = Handled()
    key = f"updates:unfinished:{polled_bot.id}"
    async with polling(polled_bot, redis_store, handled):
        await person.send_text("slow one")
        await person.send_text("quick")
        await handled.wait_for("quick")
        await person.send_text("quick again")
        await handled.wait_for("quick again")
        assert await redis_store.hlen(key) == 1
        handled.release.set()
        await handled.wait_for("slow one")
    assert await redis_store.hlen(key) == 0


async def test_one_update_that_fails_does_not_hold_the_others(
    polled_bot: Bot, redis_store: redis.asyncio.Redis, person: Person
) -> None:
    handled = Handled()
    async with polling(polled_bot, redis_store, handled):
        await person.send_text("broken")
        await person.send_text("whole")
        await handled.wait_for("whole")
    assert handled.begun == ["broken", "whole"]
    assert await waiting_at_telegram(polled_bot) == 0


async def test_one_update_that_nobody_can_read_does_not_hold_the_others(redis_store: redis.asyncio.Redis) -> None:
    """A sender without a name is not as documented. The message is left out, and confirmed."""
    chat = {"id": 1, "type": "private"}
    batch = [
        {"update_id": 10, "message": {"message_id": 1, "date": 1, "chat": chat, "text": "before"}},
        {"update_id": 11, "message": {"message_id": 2, "date": 1, "chat": chat, "from": {"id": 1}}},
        {"update_id": 12, "message": {"message_id": 3, "date": 1, "chat": chat, "text": "after"}},
    ]
    handled = Handled()
    async with fake_telegram() as api:
        there = Settings(_env_file=None, TELEGRAM_RATE_PER_S=0, TELEGRAM_API_URL=api.url)
        async with open_bot(there, redis_store) as bot:
            again = api.answer(200, json.dumps({"ok": True, "result": batch}), **{"Content-Type": "application/json"})
            api.next.extend([again, again])
            async with polling(bot, redis_store, handled):
                await handled.wait_for("before", "after")
        assert api.calls[-1].params["offset"] == 13


async def test_a_server_that_holds_no_answer_back_is_not_asked_in_a_tight_loop(
    redis_store: redis.asyncio.Redis,
) -> None:
    async with fake_telegram() as api:
        there = Settings(_env_file=None, TELEGRAM_RATE_PER_S=0, TELEGRAM_API_URL=api.url)
        async with open_bot(there, redis_store) as bot, polling(bot, redis_store, Handled()):
            began, before = time.monotonic(), len(api.calls)
            await asyncio.sleep(0.5)
            assert len(api.calls) - before <= 6 + (time.monotonic() - began) / MOMENT_S  # the pauses grow


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "error_code": 500, "times": 2},
        {"kind": "error", "error_code": 502, "times": 1},
        {"kind": "rate_limit", "retry_after": 1},
        {"kind": "drop_answer"},
    ],
)
async def test_polls_that_fail_lose_nothing(
    polled_bot: Bot,
    redis_store: redis.asyncio.Redis,
    person: Person,
    telegram: RunningSandbox,
    fault: dict[str, int | str],
) -> None:
    handled = Handled()
    await telegram.client.add_fault(str(fault["kind"]), "getUpdates", **{k: v for k, v in fault.items() if k != "kind"})
    await person.send_text("kept")
    async with polling(polled_bot, redis_store, handled):
        await handled.wait_for("kept")
    assert handled.texts == ["kept"]


async def test_without_redis_a_slow_one_is_waited_for(
    polled_bot: Bot, redis_store: redis.asyncio.Redis, person: Person
) -> None:
    """An update that can't be written down must not be confirmed before its end."""
    nowhere = redis.asyncio.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))

    class Half:
        """Redis that goes away after the start."""

        hgetall = redis_store.hgetall
        hset = nowhere.hset
        hdel = nowhere.hdel

    handled = Handled()
    async with polling(polled_bot, Half(), handled):  # type: ignore[arg-type] # the three calls that a poller makes
        await person.send_text("slow one")
        await until(lambda: handled.begun)
        await person.send_text("next")
        await asyncio.sleep(0.3)
        assert handled.begun == ["slow one"]
        handled.release.set()
        await handled.wait_for("slow one", "next")
    await nowhere.aclose()


@pytest.mark.process
async def test_what_a_killed_process_had_begun_is_taken_up_by_the_next(
    settings: Settings, telegram: RunningSandbox, redis_store: redis.asyncio.Redis, person: Person, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    async with bot_process(settings, telegram, journal) as first:
        await read_until(journal, "ready")
        await person.send_text("slow one")
        await person.send_text("quick")
        await read_until(journal, "end quick")
        await person.send_text("later")
        await read_until(journal, "end later")
        await all_confirmed(telegram)
        first.kill()
        await asyncio.to_thread(first.wait, PATIENCE_S)
    await person.send_text("while away")
    async with bot_process(settings, telegram, journal) as second:
        lines = await read_until(journal, "end slow one", "end while away")
        second.terminate()
        assert await asyncio.to_thread(second.wait, PATIENCE_S) == 0
    ended = [line for line in lines if line.startswith("end")]
    assert sorted(ended) == ["end later", "end quick", "end slow one", "end while away"]
    assert lines.index("begin slow one", lines.index("end later")) < lines.index("begin while away")


@asynccontextmanager
async def bot_process(settings: Settings, telegram: RunningSandbox, journal: Path) -> AsyncIterator[Forked]:
    """The script at work; killed at the end if it still is."""
    assert settings.redis_url is not None
    arguments = [telegram.base_url, settings.redis_url.get_secret_value(), str(journal)]
    output = journal.with_suffix(".txt")
    process = Forked("tests.bot.polled_bot", *arguments, cwd=ROOT, environment=os.environ, output=output)
    try:
        yield process
    finally:
        process.kill()
        await asyncio.to_thread(process.wait, PATIENCE_S)


async def all_confirmed(telegram: RunningSandbox) -> None:
    """The poll after the last update has come: from here on Telegram sends nothing again."""

    async def confirmed() -> bool:
        answer = await telegram.client.bot_call(telegram.token, "getWebhookInfo")
        return int(answer["result"]["pending_update_count"]) == 0

    await until(confirmed)


async def read_until(journal: Path, *wanted: str) -> list[str]:
    """The journal's lines, once all that is wanted stands in it."""
    await until(lambda: set(wanted) <= set(_lines(journal)))
    return _lines(journal)


def _lines(journal: Path) -> list[str]:
    return journal.read_text().splitlines() if journal.exists() else []
