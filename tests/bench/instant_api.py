"""A Bot API that answers at once with ready-made bytes: what is measured against it is the bot, not the server.

It hands out updates as fast as they are answered (a window of them is under way at a time), or at a fixed rate, and
notes how long each took from being handed out to its answer.
"""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs

Json = dict[str, Any]
MakeUpdate = Callable[[int], Json]

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
FIELD = re.compile(rb'name="(\w+)"\r\n\r\n([^\r]*)\r\n')
"""Of an upload; files have a file name behind their name."""
ANSWERS = ("sendMessage", "editMessageText")
EMPTY_POLL_S = 0.05
BOT = {"id": 4242, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


@dataclass
class Load:
    """What is offered: `total` updates, `window` of them at once or `rate_per_s`; and what came of it."""

    make: MakeUpdate
    total: int
    window: int = 64
    rate_per_s: float | None = None
    handed_out: int = 0
    latencies_s: list[float] = field(default_factory=list)
    began_at: float = 0.0
    ended_at: float = 0.0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def per_s(self) -> float:
        return len(self.latencies_s) / (self.ended_at - self.began_at)

    def ready(self) -> int:
        """How many may be handed out now."""
        left = self.total - self.handed_out
        if self.rate_per_s is None:
            return min(left, self.window - (self.handed_out - len(self.latencies_s)))
        due = int((time.perf_counter() - self.began_at) * self.rate_per_s) + 1
        return min(left, due - self.handed_out)


class InstantApi:
    """The server's state. Each user has at most as many updates under way as answers are awaited."""

    def __init__(self) -> None:
        self.url = ""
        self.last_keyboard: dict[int, list[Json]] = {}
        self._load: Load | None = None
        self._waiting: dict[int, deque[float]] = {}
        self._update_id = 0
        self._message_id = 1_000
        self._moved = asyncio.Event()

    async def run(self, load: Load) -> Load:
        """Offer a load and return it when everything is answered."""
        load.began_at = time.perf_counter()
        self._load = load
        self._moved.set()
        async with asyncio.timeout(120):
            await load.done.wait()
        self._load = None
        return load

    async def answer(self, method: str, values: Json) -> bytes:
        if method == "getUpdates":
            return reply(await self._updates(int(values.get("limit", 100))))
        if method in ANSWERS:
            return self._note_answer(values)
        if method == "getMe":
            return reply(BOT)
        return reply(True)

    async def _updates(self, limit: int) -> list[Json]:
        """Held back while there are none, as Telegram does: waking up for nothing isn't an answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EMPTY_POLL_S):
                while self._load is None or self._load.ready() <= 0:
                    self._moved.clear()
                    await self._moved.wait()
        return self._hand_out(limit)

    def _hand_out(self, limit: int) -> list[Json]:
        load = self._load
        if load is None:
            return []
        updates = []
        for _ in range(max(0, min(limit, load.ready()))):
            update = load.make(load.handed_out)
            self._update_id += 1
            update["update_id"] = self._update_id
            load.handed_out += 1
            self._waiting.setdefault(_user_of(update), deque()).append(time.perf_counter())
            updates.append(update)
        return updates

    def _note_answer(self, values: Json) -> bytes:
        chat_id = int(values["chat_id"])
        message_id = int(values.get("message_id") or self._next_message_id())
        if markup := values.get("reply_markup"):
            rows = json.loads(markup) if isinstance(markup, str) else markup
            self.last_keyboard[chat_id] = [button for row in rows.get("inline_keyboard", []) for button in row]
        waiting = self._waiting.get(chat_id)
        if waiting and self._load is not None:
            self._load.latencies_s.append(time.perf_counter() - waiting.popleft())
            self._load.ended_at = time.perf_counter()
            if len(self._load.latencies_s) == self._load.total:
                self._load.done.set()
            self._moved.set()
        return reply(message(chat_id, message_id, "Noted.", sender=BOT))

    def _next_message_id(self) -> int:
        self._message_id += 1
        return self._message_id


ApiType = TypeVar("ApiType", bound=InstantApi)


@asynccontextmanager
async def instant_api() -> AsyncIterator[InstantApi]:
    """Serving on a free port."""
    async with serving(InstantApi()) as api:
        yield api


@asynccontextmanager
async def serving(api: ApiType) -> AsyncIterator[ApiType]:
    """On a free port; its address stands in `url` then."""
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(api), "127.0.0.1", 0)
    api.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield api


def person(number: int) -> Json:
    return {"id": 5_000_000 + number, "is_bot": False, "first_name": f"User {number}", "language_code": "en"}


def message(chat_id: int, message_id: int, text: str, *, sender: Json) -> Json:
    return {
        "message_id": message_id,
        "date": 1_790_000_000,
        "chat": {"id": chat_id, "type": "private", "first_name": "User"},
        "from": sender,
        "text": text,
    }


def command(number: int, text: str) -> Json:
    """An update: somebody has written."""
    sender = person(number)
    sent = message(sender["id"], 10, text, sender=sender)
    if text.startswith("/"):
        sent["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"message": sent}


def press(number: int, data: str, *, message_id: int = 1_001) -> Json:
    """An update: somebody has pressed a button."""
    sender = person(number)
    pressed = message(sender["id"], message_id, "Card", sender=BOT)
    return {"callback_query": {"id": "1", "from": sender, "message": pressed, "chat_instance": "1", "data": data}}


def _user_of(update: Json) -> int:
    return int((update.get("message") or update["callback_query"])["from"]["id"])


def reply(result: Any) -> bytes:
    """An answer of the Bot API, head and body."""
    body = json.dumps({"ok": True, "result": result}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


class _Connection(asyncio.Protocol):
    """Just enough HTTP/1.1 for clients that keep connections and send a length."""

    def __init__(self, api: InstantApi) -> None:
        self._api = api
        self._received = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := self._next_request()) is not None:
            task = asyncio.ensure_future(self._serve(*request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next_request(self) -> tuple[bytes, bytes] | None:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        size = int(length.group(1)) if length else 0
        if not found or len(rest) < size:
            return None
        self._received = rest[size:]
        return head, rest[:size]

    async def _serve(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1].decode()
        answer = await self._api.answer(path.rpartition("/")[2], _values(head, body))
        if isinstance(self._transport, asyncio.Transport) and not self._transport.is_closing():
            self._transport.write(answer)


def _values(head: bytes, body: bytes) -> Json:
    if not body:
        return {}
    if b"application/json" in head.lower():
        return dict(json.loads(body))
    if b"multipart/form-data" in head.lower():
        return {name.decode(): value.decode() for name, value in FIELD.findall(body)}
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}
