"""How fast processes drain a backlog through the shared limiter, how evenly, and how long an answer waits meanwhile."""

import asyncio
import json
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from redis.asyncio import Redis

from core.telegram.limiter import Limiter, Priority
from tests.bench.figures import Figure, percentile, show
from tests.bench.redis_server import redis_server

RATE_PER_S = 29
DRAIN_S = 12.0
STARTING_S = 1.5
ANSWER_EVERY_S = 0.4


def main() -> list[Figure]:
    """Drain with 1, 2 and 4 processes at 29/s."""
    figures: list[Figure] = []
    with redis_server() as url:
        for processes in (1, 2, 4):
            figures += _drained(url, processes)
    return figures


def _drained(url: str, processes: int) -> list[Figure]:
    drains, answers = drain(url, processes=processes, seconds=DRAIN_S)
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


def drain(url: str, *, processes: int, seconds: float) -> tuple[list[list[float]], list[tuple[float, float]]]:
    """The instants of each process's sends, and of each answer with its wait."""
    stop_at = time.time() + STARTING_S + seconds
    arguments = [url, f"bench:{time.time()}", str(stop_at)]
    children = [_start(role, arguments) for role in ["drain"] * processes + ["answer"]]
    *drains, answers = (json.loads(child.communicate(timeout=seconds + 30)[0]) for child in children)
    return drains, answers


def _start(role: str, arguments: list[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.bench.limiter", role, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])


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


def _play(role: str, url: str, key: str, stop_at: str) -> None:
    """A child's part: what it did goes to standard output."""
    part = _answer_until if role == "answer" else _drain_until
    json.dump(asyncio.run(part(url, key, float(stop_at))), sys.stdout)


if __name__ == "__main__":
    if sys.argv[1:]:
        _play(*sys.argv[1:])
    else:
        show("The shared limiter", main())
