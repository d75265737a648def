"""RQ's worker as both kinds use it: it comes back when Redis does, leaves at once when idle, and writes no diary."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Self

import redis
import structlog
from rq import Queue
from rq.exceptions import DequeueTimeout, StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker.base import BaseWorker

from core.settings import Settings

log = structlog.get_logger()

LISTEN_S = 10
"""How long one look for a job waits for one."""
LISTEN_BEFORE_TTL_S = 15
"""RQ's worker listens for so much less than its time to live."""
AWAY_S = 0.5


class ListeningWorker(BaseWorker):
    """What differs from RQ's own. Commands from afar (`rq` on a command line) aren't listened to."""

    @classmethod
    def create(cls, queues: Sequence[str], connection: redis.Redis) -> Self:
        return cls(
            list(queues),
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=LISTEN_S + LISTEN_BEFORE_TTL_S,
            log_job_description=False,
        )

    def has_room(self, timeout_s: float) -> bool:
        """Whether one more job can be taken; waits for that."""
        return True

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """RQ's own goes on listening when it should leave, and waits up to a minute after Redis was away."""
        try:
            while not self._stop_requested:
                self.heartbeat()
                if self.should_run_maintenance_tasks:
                    self.run_maintenance_tasks()  # type: ignore[no-untyped-call] # RQ annotates only some
                if self.has_room(LISTEN_S):
                    with suppress(DequeueTimeout):
                        return self.listen()
        except redis.RedisError as error:
            log.warning("worker.redis_away", error=type(error).__name__)
        raise StopRequested

    def listen(self) -> tuple[Job, Queue] | None:
        """The next job. Raises DequeueTimeout when none comes."""
        return self.queue_class.dequeue_any(
            self._ordered_queues,
            LISTEN_S,
            connection=self.connection,
            job_class=self.job_class,
            serializer=self.serializer,
            death_penalty_class=self.death_penalty_class,
        )

    def subscribe(self) -> None:
        """No commands from afar: they would cost a thread for each worker."""

    def unsubscribe(self) -> None:
        """See `subscribe`."""


def listen_until(stopping: threading.Event, settings: Settings, begin: Callable[[redis.Redis], BaseWorker]) -> None:
    """Work, with a new RQ worker each time that Redis was away: it would take the old one for a namesake."""
    while not stopping.is_set():
        try:
            with connected(settings) as connection:
                begin(connection).work(logging_level="WARNING")
        except redis.RedisError as error:
            log.warning("worker.redis_away", error=type(error).__name__)
        stopping.wait(AWAY_S)


@contextmanager
def connected(settings: Settings) -> Iterator[redis.Redis]:
    """A connection of one's own, closed afterwards."""
    if settings.redis_url is None:
        raise RuntimeError("REDIS_URL is not set")
    connection = redis.Redis.from_url(settings.redis_url.get_secret_value(), socket_connect_timeout=5)
    try:
        yield connection
    finally:
        connection.close()
