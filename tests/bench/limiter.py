"""How fast processes drain a backlog through the shared limiter, how evenly, and how long an answer waits meanwhile."""

import asyncio
import json
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from itertools import chain
from pathlib import Path

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
    drained = drain(url, processes=processes, seconds=DRAIN_S)
    sent = drained.sent
    rate = (len(sent) - 1) / (sent[-1] - sent[0])
    waits_ms = [wait * 1000 for wait in drained.waits]
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


def granted(limiter: Limiter) -> list[float]:
    """When the turns of the last minute came, by the clock of the books."""
    return [int(at_us) / 1_000_000 for at_us in limiter._shared.memory.turns(since_us=0)[::2]]


@dataclass(slots=True)
class Part:
    """What a process did, or all together: when it sent by its own clock and by that of the books, and how long each
    answer waited."""

    sent: list[float] = field(default_factory=list)
    granted: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def drain(url: str, *, processes: int, seconds: float) -> Part:
    """As so many processes and one that answers. All start together."""
    key = f"bench:{time.time()}"
    children = [_start(role, url, key) for role in ["drain"] * processes + ["answer"]]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    stop_at = f"{time.time() + seconds}\n".encode()
    parts = [Part(**json.loads(said.splitlines()[-1])) for said in _finished(children, stop_at, seconds + 30)]
    sent, turns, waits = (list(chain.from_iterable(each)) for each in zip(*map(astuple, parts), strict=True))
    return Part(sorted(sent), sorted(turns), waits)


def _start(role: str, url: str, key: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.bench.limiter", role, url, key]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)


def _finished(children: "list[subprocess.Popen[bytes]]", stop_at: bytes, patience_s: float) -> list[bytes]:
    for child in children:
        assert child.stdin is not None
        child.stdin.write(stop_at)
        child.stdin.flush()
    return [child.communicate(timeout=patience_s)[0] for child in children]


async def _drain_until(url: str, key: str, stop_at: float) -> Part:
    """Bulk to ever new private chats, more of it than the limit lets through."""
    redis = Redis.from_url(url)
    limiter = Limiter(redis, rate_per_s=RATE_PER_S, key=key)
    part = Part()
    chats = iter(range(1, sys.maxsize))

    async def send_some() -> None:
        while True:
            await limiter.acquire(next(chats))
            part.sent.append(time.time())

    senders = [asyncio.create_task(send_some()) for _ in range(16)]
    await asyncio.sleep(stop_at - time.time())
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    await redis.aclose()
    part.granted = granted(limiter)
    return part


async def _answer_until(url: str, key: str, stop_at: float) -> Part:
    """Now and then an answer to somebody, in a process of its own, as the bot's."""
    redis = Redis.from_url(url)
    limiter = Limiter(redis, rate_per_s=RATE_PER_S, key=key)
    part = Part()
    while time.time() < stop_at - ANSWER_EVERY_S:
        await asyncio.sleep(ANSWER_EVERY_S)
        asked_at = time.perf_counter()
        await limiter.acquire(10_000_000 + len(part.sent), priority=Priority.INTERACTIVE)
        part.sent.append(time.time())
        part.waits.append(time.perf_counter() - asked_at)
    await redis.aclose()
    part.granted = granted(limiter)
    return part


def _play(role: str, url: str, key: str) -> None:
    """A child's part: it says that it is ready, hears until when, and tells what it did in its last line."""
    play = _answer_until if role == "answer" else _drain_until
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    json.dump(asdict(asyncio.run(play(url, key, float(sys.stdin.readline())))), sys.stdout)


if __name__ == "__main__":
    if sys.argv[1:]:
        _play(*sys.argv[1:])
    else:
        show("The shared limiter", main())
