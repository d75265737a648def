"""From a committed row to a worker. Jobs are named by string and take ids. Redis only makes them fast, never true."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol

import redis
import structlog
from rq import Queue as RqQueue
from rq.queue import EnqueueData
from rq.serializers import JSONSerializer

log = structlog.get_logger()

DELIVERIES: Final = "deliveries"
EVENTS: Final = "events"
TEXT: Final = "text"
PUBLISHING: Final = "publishing"
MEDIA: Final = "media"
DISCOVERY: Final = "discovery"
MAINTENANCE: Final = "maintenance"

QUEUES: Final = (DELIVERIES, EVENTS, TEXT, PUBLISHING, MEDIA, DISCOVERY, MAINTENANCE)
"""All queues, the most urgent first."""
HEAVY_QUEUES: Final = (MEDIA,)
LIGHT_QUEUES: Final = tuple(name for name in QUEUES if name not in HEAVY_QUEUES)


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A job's target (`package.module.function`), its queue, and how the runtime treats it.

    `lease_s`: how long a claim holds without renewal. `timeout_s`: when a run is broken off.
    `backoff_s`: the wait before the second attempt, doubled for each further one. `fair`: whoever comes to work takes
    what waits of the owner for whom the least is running, not what it was called for.
    """

    target: str
    queue: str
    attempts: int = 3
    lease_s: float = 30
    timeout_s: float = 300
    backoff_s: float = 5
    fair: bool = False


@dataclass(frozen=True, slots=True)
class Push:
    """One job to enqueue. `args` are ids as strings, or numbers."""

    spec: JobSpec
    args: tuple[str | int, ...]


class Queue(Protocol):
    async def push(self, pushes: Iterable[Push]) -> None:
        """Enqueue now. Raises ConnectionError when Redis is away; the sweeper makes up for it."""
        ...


@dataclass(frozen=True, slots=True)
class RedisQueue:
    """RQ. Its client is synchronous, so it works in one thread of its own, off the event loop."""

    connection: redis.Redis
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="queue")
    )

    async def push(self, pushes: Iterable[Push]) -> None:
        by_queue: dict[str, list[Push]] = {}
        for one in pushes:
            by_queue.setdefault(one.spec.queue, []).append(one)
        for name, batch in by_queue.items():
            await asyncio.get_running_loop().run_in_executor(self._thread, self._enqueue, name, batch)

    def _enqueue(self, name: str, batch: list[Push]) -> None:
        queue = RqQueue(name, connection=self.connection, serializer=JSONSerializer)
        try:
            queue.enqueue_many([_job_data(push) for push in batch])
        except redis.RedisError as exc:
            raise ConnectionError("redis is away") from exc

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self.connection.close()


def _job_data(push: Push) -> EnqueueData:
    return RqQueue.prepare_data(
        push.spec.target,
        args=list(push.args),
        timeout=int(push.spec.timeout_s) + 60,
        result_ttl=0,
        failure_ttl=3600,
        description=push.spec.target,
    )
