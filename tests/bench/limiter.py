"""How fast processes drain a backlog through the shared limiter, how evenly, and how long an answer waits meanwhile."""

import asyncio
import multiprocessing
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

from redis.asyncio import Redis

from core.telegram.limiter import Limiter, Priority
from tests.bench.figures import Figure, percentile, show
from tests.bench.redis_server import redis_server

RATE_PER_S = 29
DRAIN_S = 12.0
ANSWER_EVERY_S = 0.4


def main() -> list[Figure]:
    """Drain with 1, 2 and 4 processes at 29/s."""
    figures: list[Figure] = []
    with redis_server() as url:
        for processes in (1, 2, 4):
            figures += _drained(url, processes)
    return figures


def _drained(url: str, processes: int) -> list[Figure]:
    drains, answers = _run(url, processes)
    sent = sorted([at for drain in drains for at in drain] + [at for at, _ in answers])
    rate = (len(sent) - 1) / (sent[-1] - sent[0])
    waits_ms = [wait * 1000 for _, wait in answers]
    name = f"limiter, {processes} processes"
    return [
        Figure.beside(f"{name}: drained", rate, "per s", reference=RATE_PER_S, goal=">= 28.5 per s"),
        Figure(f"{name}: most in any second", most_in_any(sent, 1.0), "sends", goal="<= 30"),
        Figure(f"{name}: an answer's wait, p50", percentile(waits_ms, 0.5), "ms"),
        Figure(f"{name}: an answer's wait, p99", percentile(waits_ms, 0.99), "ms", goal="< 100 ms"),
    ]


def most_in_any(ordered: Sequence[float], seconds: float) -> int:
    """The most instants that lie in any stretch of this length."""
    return max(index + 1 - bisect_left(ordered, at - seconds + 1e-9) for index, at in enumerate(ordered))


def _run(url: str, processes: int) -> tuple[list[list[float]], list[tuple[float, float]]]:
    context = multiprocessing.get_context("spawn")
    key = f"bench:{processes}:{time.time()}"
    stop_at = time.time() + 1.5 + DRAIN_S
    with _started(context, processes, url, key, stop_at) as pipes:
        *drains, answers = (pipe.recv() for pipe in pipes)
    return drains, answers


@contextmanager
def _started(
    context: multiprocessing.context.SpawnContext, processes: int, url: str, key: str, stop_at: float
) -> Iterator[list[Connection]]:
    pipes: list[Connection] = []
    children = []
    for index in range(processes + 1):
        ours, theirs = context.Pipe(duplex=False)
        target = _answer if index == processes else _drain
        child = context.Process(target=target, args=(theirs, url, key, stop_at), daemon=True)
        child.start()
        pipes.append(ours)
        children.append(child)
    yield pipes
    for child in children:
        child.join()


def _drain(pipe: Connection, url: str, key: str, stop_at: float) -> None:
    pipe.send(asyncio.run(_drain_until(url, key, stop_at)))


async def _drain_until(url: str, key: str, stop_at: float) -> list[float]:
    """Bulk to ever new private chats, more of it than the limit lets through."""
    redis = Redis.from_url(url)
    limiter = Limiter(redis, rate_per_s=RATE_PER_S, key=key)
    sent: list[float] = []
    chats = iter(range(1, sys.maxsize))

    async def send_some() -> None:
        while True:
            await limiter.acquire(next(chats))
            sent.append(time.time())

    senders = [asyncio.create_task(send_some()) for _ in range(16)]
    await asyncio.sleep(stop_at - time.time())
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    await redis.aclose()
    return sent


def _answer(pipe: Connection, url: str, key: str, stop_at: float) -> None:
    pipe.send(asyncio.run(_answer_until(url, key, stop_at)))


async def _answer_until(url: str, key: str, stop_at: float) -> list[tuple[float, float]]:
    """Now and then an answer to somebody, in a process of its own, as the bot's."""
    redis = Redis.from_url(url)
    limiter = Limiter(redis, rate_per_s=RATE_PER_S, key=key)
    answered: list[tuple[float, float]] = []
    while time.time() < stop_at - ANSWER_EVERY_S:
        await asyncio.sleep(ANSWER_EVERY_S)
        asked_at = time.perf_counter()
        await limiter.acquire(10_000_000 + len(answered), priority=Priority.INTERACTIVE)
        answered.append((time.time(), time.perf_counter() - asked_at))
    await redis.aclose()
    return answered


if __name__ == "__main__":
    show("The shared limiter", main())
