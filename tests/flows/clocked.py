"""The bot, a scheduler and a worker in this process, over a sandbox that plays Telegram: for stories of days, whose
clock is moved by hand."""

from dataclasses import dataclass
from datetime import datetime

from core.clock import FixedClock
from core.deps import Deps
from jobs.catalogue import JOBS
from jobs.digests import tend_digests
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.bot.chat import Chat
from tests.recording_queue import RecordingQueue
from web.sandbox.client import SeenMessage

_JOBS = {job.spec.target: job for job in JOBS}


@dataclass(slots=True)
class Story:
    """One person's days."""

    chat: Chat
    deps: Deps
    bench: Bench
    queue: RecordingQueue
    clock: FixedClock

    async def work(self) -> None:
        """Do all jobs that wait, and those that they leave."""
        while self.queue.pushes:
            waiting = list(self.queue.pushes)
            self.queue.clear()
            for push in waiting:
                await _JOBS[push.spec.target].run(self.bench, *map(str, push.args))

    async def be_at(self, moment: datetime) -> list[SeenMessage]:
        """It is that time now: what the scheduler and the workers do then. Gives what came by itself."""
        before = {message.id for message in await self.chat.person.history()}
        self.clock.at = moment
        for _ in range(2):  # what was refreshed is composed by the next look
            await tend_digests(self.deps)
            await self.work()
        await Scheduler(self.deps).tick()
        await self.work()
        return [each for each in await self.chat.person.history() if each.id not in before and not each.outgoing]
