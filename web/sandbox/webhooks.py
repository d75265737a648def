"""Pushing updates to webhooks: in order per chat or person, several at once, again and again until taken."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import structlog

from web.sandbox.model import Bot, Json, Webhook
from web.sandbox.state import World
from web.sandbox.updates import Update

log = structlog.get_logger()

ANSWER_TIMEOUT_S = 60.0
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0
Reply = Callable[[Bot, Json], Awaitable[None]]
"""Carries out a method that came as the answer to an update."""


@dataclass(slots=True)
class Attempt:
    """How often an update was refused, and when it may go out again."""

    failures: int = 0
    not_before: float = 0.0


class Deliverer:
    """One bot's webhook at work. The first redelivery follows at once, later ones after 2, 4, 8, ... seconds."""

    def __init__(self, world: World, bot: Bot, webhook: Webhook, reply: Reply) -> None:
        self._world = world
        self._bot = bot
        self._webhook = webhook
        self._reply = reply
        self._queue = world.queues[bot.id]
        self._news = asyncio.Event()
        self._attempts: dict[int, Attempt] = {}
        self._busy: set[str] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._queue.on_push = self._news.set
        self._task = asyncio.create_task(self._run(), name=f"webhook of {bot.id}")

    async def stop(self) -> None:
        self._queue.on_push = lambda: None
        tasks = [self._task, *self._sending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S)
        connector = aiohttp.TCPConnector(limit=self._webhook.max_connections)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            while True:
                self._news.clear()
                wait_s = self._send_ready(session)
                try:
                    async with asyncio.timeout(wait_s):
                        await self._news.wait()
                except TimeoutError:
                    continue

    def _send_ready(self, session: aiohttp.ClientSession) -> float | None:
        """Start what may go out now; how long until the next one may, None when none waits."""
        now = time.monotonic()
        seen = set(self._busy)
        waits = []
        for update in self._queue.all_pending():
            if len(self._busy) >= self._webhook.max_connections:
                break
            if update.source in seen:
                continue
            seen.add(update.source)
            wait_s = self._attempts.setdefault(update.id, Attempt()).not_before - now
            if wait_s > 0:
                waits.append(wait_s)
            else:
                self._start(session, update)
        return min(waits, default=None)

    def _start(self, session: aiohttp.ClientSession, update: Update) -> None:
        self._busy.add(update.source)
        task = asyncio.create_task(self._send(session, update))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, session: aiohttp.ClientSession, update: Update) -> None:
        try:
            refusal, retry_after_s = await self._post(session, update)
        except (aiohttp.ClientError, OSError) as exc:
            refusal, retry_after_s = _told(exc), 0.0
        except TimeoutError:
            refusal, retry_after_s = "Read timeout expired", 0.0
        finally:
            self._busy.discard(update.source)
        if refusal is None:
            self._taken(update)
        else:
            self._refused(update, refusal, retry_after_s)
        self._world.storage.commit()
        self._news.set()

    async def _post(self, session: aiohttp.ClientSession, update: Update) -> tuple[str | None, float]:
        headers = {"Content-Type": "application/json"}
        if self._webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._webhook.secret_token
        body = json.dumps(update.to_json(), ensure_ascii=False).encode()
        async with session.post(self._webhook.url, data=body, headers=headers, allow_redirects=False) as response:
            if not 200 <= response.status <= 299:
                retry_after = response.headers.get("Retry-After", "")
                wait_s = float(retry_after) if retry_after.isdecimal() else 0.0
                return f"Wrong response from the webhook: {response.status} {response.reason}", wait_s
            await self._carry_out(await response.read())
            return None, 0.0

    async def _carry_out(self, answer: bytes) -> None:
        """A webhook may answer with a call of a method."""
        try:
            call = json.loads(answer)
        except ValueError:
            return
        if isinstance(call, dict) and isinstance(call.get("method"), str):
            await self._reply(self._bot, call)

    def _taken(self, update: Update) -> None:
        self._attempts.pop(update.id, None)
        self._queue.drop(update.id)

    def _refused(self, update: Update, refusal: str, retry_after_s: float) -> None:
        attempt = self._attempts.setdefault(update.id, Attempt())
        delay_s = retry_after_s
        if not retry_after_s and attempt.failures:
            delay_s = min(FIRST_DELAY_S * 2**attempt.failures, LONGEST_DELAY_S)
        attempt.failures += 1
        attempt.not_before = time.monotonic() + delay_s
        self._webhook.last_error_date = int(self._world.now())
        self._webhook.last_error_message = refusal
        self._world.save_bot(self._bot)


def _told(exc: Exception) -> str:
    if isinstance(exc, aiohttp.ClientConnectorError):
        return "Connection refused" if isinstance(exc.os_error, ConnectionRefusedError) else str(exc.os_error)
    return "Webhook connection closed"


class Webhooks:
    """All bots' deliverers."""

    def __init__(self, world: World, reply: Reply) -> None:
        self._world = world
        self._reply = reply
        self._deliverers: dict[int, Deliverer] = {}

    async def refresh(self, bot: Bot) -> None:
        """Start, restart or stop, as the bot's webhook now says."""
        if deliverer := self._deliverers.pop(bot.id, None):
            await deliverer.stop()
        if bot.webhook:
            self._deliverers[bot.id] = Deliverer(self._world, bot, bot.webhook, self._reply)

    async def start(self) -> None:
        for bot in self._world.bots.values():
            await self.refresh(bot)

    async def stop(self) -> None:
        for deliverer in self._deliverers.values():
            await deliverer.stop()
        self._deliverers.clear()
