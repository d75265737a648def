"""Updates answered per second: python-telegram-bot on its own transport beside ours, at an instant fake API."""

import asyncio
import json
import multiprocessing
import re
import time
from multiprocessing.connection import Connection

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters
from telegram.request import BaseRequest

from core.telegram.request import AioHttpRequest
from tests.bench.figures import Figure, show

UPDATES = 2000
BATCH = 100
CONCURRENCY = (1, 16, 64)
EMPTY_POLL_S = 0.1
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def main() -> list[Figure]:
    """Echo bots at 1, 16 and 64 updates at once."""
    figures = []
    for concurrent in CONCURRENCY:
        builtin = _per_second(concurrent, ours=False)
        ours = _per_second(concurrent, ours=True)
        name = "update -> sendMessage, " + ("one by one" if concurrent == 1 else f"{concurrent} at once")
        figures.append(Figure.beside(name, ours, "per s", reference=builtin, goal=">= 2 x the built-in transport"))
    return figures


def _per_second(concurrent: int, *, ours: bool) -> float:
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    api = context.Process(target=_serve, args=(theirs,), daemon=True)
    api.start()
    try:
        return asyncio.run(_echo(f"http://127.0.0.1:{pipe.recv()}/bot", concurrent, pipe, ours=ours))
    finally:
        api.terminate()
        api.join()


async def _echo(base_url: str, concurrent: int, pipe: Connection, *, ours: bool) -> float:
    """A bare echo bot, until the API has all the answers; updates per second."""
    builder = ApplicationBuilder().token("1:x").base_url(base_url).concurrent_updates(concurrent)
    if ours:
        request: BaseRequest = AioHttpRequest()
        builder = builder.request(request).get_updates_request(request)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, _answer))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(poll_interval=0)
        took_s = await asyncio.to_thread(pipe.recv)
        await application.updater.stop()
        await application.stop()
        return UPDATES / float(took_s)


async def _answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    await context.bot.send_message(update.effective_message.chat_id, "Noted.")


def _serve(pipe: Connection) -> None:
    asyncio.run(_serve_until_answered(pipe))


async def _serve_until_answered(pipe: Connection) -> None:
    api = _InstantApi()
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(api), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await api.all_answered.wait()
    pipe.send(time.perf_counter() - api.started_at)
    await asyncio.Event().wait()


class _InstantApi:
    """Hands out the updates in batches, and answers everything at once with ready-made bytes."""

    def __init__(self) -> None:
        self.handed_out = 0
        self.answers = 0
        self.started_at = 0.0
        self.all_answered = asyncio.Event()
        self._message = _reply(_message(1))
        self._me = _reply({"id": 1, "is_bot": True, "first_name": "Echo", "username": "echo_bot"})

    def reply(self, method: bytes) -> bytes:
        if method == b"sendMessage":
            self.answers += 1
            if self.answers == UPDATES:
                self.all_answered.set()
            return self._message
        if method == b"getUpdates":
            return self._updates()
        return self._me if method == b"getMe" else _reply(True)

    def _updates(self) -> bytes:
        self.started_at = self.started_at or time.perf_counter()
        first, self.handed_out = self.handed_out, min(self.handed_out + BATCH, UPDATES)
        return _reply([{"update_id": n, "message": _message(n)} for n in range(first + 1, self.handed_out + 1)])


class _Connection(asyncio.Protocol):
    """Just enough HTTP/1.1 for clients that keep connections and send a length."""

    def __init__(self, api: _InstantApi) -> None:
        self._api = api
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._received, 0, end)
            total = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < total:
                return
            path = self._received.split(b" ", 2)[1]
            self._received = self._received[total:]
            self._answer(path.rsplit(b"/", 1)[1])

    def _answer(self, method: bytes) -> None:
        if method == b"getUpdates" and self._api.handed_out == UPDATES:
            asyncio.get_running_loop().call_later(EMPTY_POLL_S, self._transport.write, EMPTY)
        else:
            self._transport.write(self._api.reply(method))


def _message(number: int) -> dict[str, object]:
    person = {"id": number, "is_bot": False, "first_name": "Ann"}
    return {
        "message_id": number,
        "date": 1,
        "chat": {"id": number, "type": "private", "first_name": "Ann"},
        "from": person,
        "text": "Hello",
    }


def _reply(result: object) -> bytes:
    body = json.dumps({"ok": True, "result": result}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


EMPTY = _reply([])


if __name__ == "__main__":
    show("Transport", main())
