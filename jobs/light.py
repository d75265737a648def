"""The light worker: jobs that wait for the network, side by side on one event loop.

A lane is a thread that takes jobs from its queues and starts them on the loop, as many at once as it has room for.
There are three, so that what is due never waits behind a text model, and neither waits behind uploads of videos.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import redis
import structlog
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.timeouts import BaseDeathPenalty

from core.queue import DELIVERIES, EVENTS, PUBLISHING
from core.settings import Settings
from jobs import runtime
from jobs.listening import ListeningWorker, connected, listen_until
from jobs.runtime import Bench, Start

log = structlog.get_logger()

URGENT = (DELIVERIES, EVENTS)
URGENT_ROOM = 256
"""They wait for their turn at Telegram, which costs nothing but memory."""
ROOM = 16
UPLOADS = (PUBLISHING,)
UPLOADS_ROOM = 24
"""Each takes a while, and the memory of a piece."""
LEAVE_S = 1.0
UNBLOCK_EVERY_S = 0.02


class LightWorker:
    """Takes jobs from the queues and runs them on the loop on which it is made."""

    def __init__(self, settings: Settings, bench: Bench, queues: Sequence[str]) -> None:
        self._settings = settings
        urgent = [name for name in queues if name in URGENT]
        uploads = [name for name in queues if name in UPLOADS]
        others = [name for name in queues if name not in (*URGENT, *UPLOADS)]
        lanes = ((urgent, URGENT_ROOM), (uploads, UPLOADS_ROOM), (others, ROOM))
        self.lanes = [Lane(settings, bench, names, room) for names, room in lanes if names]

    def start(self) -> None:
        for lane in self.lanes:
            lane.start()

    async def stop(self, *, grace_s: float, give_back_s: float) -> None:
        """Take nothing more, let what runs go on for `grace_s`, and break off the rest, which gives its work back."""
        await asyncio.to_thread(self._leave)
        running = {task for lane in self.lanes for task in lane.tasks}
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=give_back_s)

    def _leave(self) -> None:
        """Wake the lanes that listen, until they have left. Redis itself does it, so that no job is lost half taken."""
        for lane in self.lanes:
            lane.leave()
        give_up_at = time.monotonic() + LEAVE_S
        with connected(self._settings) as connection:
            while (left := [lane for lane in self.lanes if lane.is_alive]) and time.monotonic() < give_up_at:
                for lane in left:
                    lane.unblock(connection)
                time.sleep(UNBLOCK_EVERY_S)


class Lane:
    """One thread, some queues, and room for so many jobs at once."""

    def __init__(self, settings: Settings, bench: Bench, queues: Sequence[str], room: int) -> None:
        self.queues = queues
        self.tasks: set[asyncio.Task[None]] = set()
        self._settings = settings
        self._bench = bench
        self._room = room
        self._taken = 0
        self._changed = threading.Condition()
        self._leaving = threading.Event()
        self._worker: _LaneWorker | None = None
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name=f"lane-{queues[0]}", daemon=True)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def leave(self) -> None:
        """Take no further job."""
        self._leaving.set()
        if self._worker is not None:
            self._worker.leave()
        with self._changed:
            self._changed.notify_all()

    def unblock(self, connection: redis.Redis) -> None:
        if self._worker is not None and self._worker.client_id is not None:
            with suppress(redis.RedisError):
                connection.client_unblock(self._worker.client_id)

    def wait_for_room(self, timeout_s: float) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self._room or self._leaving.is_set(), timeout_s)
            return self._taken < self._room and not self._leaving.is_set()

    def _work(self) -> None:
        runtime.install(self._submit)
        listen_until(self._leaving, self._settings, self._begin)

    def _begin(self, connection: redis.Redis) -> "_LaneWorker":
        self._worker = _LaneWorker.of(self, connection)
        if self._leaving.is_set():
            self._worker.leave()
        return self._worker

    def _submit(self, start: Start) -> None:
        """Called in the lane's thread: from here on the job is the loop's."""
        with self._changed:
            self._taken += 1
        self._loop.call_soon_threadsafe(self._run, start)

    def _run(self, start: Start) -> None:
        task = asyncio.create_task(start(self._bench))
        self.tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()
        if not task.cancelled() and (error := task.exception()):
            log.error("worker.job_escaped", exc_info=error)


class _NoDeathPenalty(BaseDeathPenalty):
    """The runtime has its own time limit; RQ's works by signals, which only reach a main thread."""

    def setup_death_penalty(self) -> None:
        return

    def cancel_death_penalty(self) -> None:
        return


class _LaneWorker(ListeningWorker, SimpleWorker):
    """RQ's side of a lane: finds the jobs and starts them. RQ takes a job for done once it runs."""

    death_penalty_class = _NoDeathPenalty
    lane: Lane
    client_id: int | None = None

    @classmethod
    def of(cls, lane: Lane, connection: redis.Redis) -> "_LaneWorker":
        worker = cls.create(lane.queues, connection)
        worker.lane = lane
        return worker

    def has_room(self, timeout_s: float) -> bool:
        return self.lane.wait_for_room(timeout_s)

    def listen(self) -> tuple[Job, Queue] | None:
        self.client_id = self.connection.client_id()
        return super().listen()

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Start it, and forget it: rows know what becomes of it. RQ's own keeps a diary of its beginning and its end,
        ten calls of Redis, which is thrown away right after."""
        try:
            job.func(*job.args)
        except Exception:
            log.exception("worker.job_not_started", job=job.description)
        with self.connection.pipeline(transaction=False) as pipe:
            pipe.delete(job.key)
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
            pipe.execute()

    def leave(self) -> None:
        self._stop_requested = True

    def _install_signal_handlers(self) -> None:
        """Signals belong to the process's main thread."""
