"""The jobs of a test in one process: what is in the queues is done, and what comes of it."""

from core.deliveries import service as deliveries
from core.deliveries import statuses
from jobs import deliveries as delivery_jobs
from jobs import statuses as status_jobs
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.recording_queue import RecordingQueue

JOBS = {deliveries.SEND.target: delivery_jobs.send, statuses.SHOW_STATUS.target: status_jobs.show_status}


async def work(bench: Bench, queue: RecordingQueue) -> None:
    """What is due goes out, and messages that change in place are brought up to date."""
    await Scheduler(bench.deps).tick()
    while queue.pushes:
        push = queue.pushes.pop(0)
        if push.spec.target in JOBS:
            await JOBS[push.spec.target].function(bench, *push.args)
