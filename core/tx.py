"""A transaction: one session, one moment, and the jobs that start when it is committed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core import ids
from core.queue import JobSpec, Push


@dataclass(frozen=True, slots=True)
class Tx:
    """What services write with. They never commit: `deps.tx()` does, and then pushes what was enqueued."""

    session: AsyncSession
    now: datetime
    outbox: list[Push] = field(default_factory=list)

    entitled_anew: set[ids.UserId] = field(default_factory=set)
    """Whose entitlements are others after the commit: what is kept of them is forgotten then."""

    on_commit: list[Callable[[], None]] = field(default_factory=list)
    """Called when it stands, before the jobs are pushed: for whoever waits for no more than that."""

    def enqueue(self, spec: JobSpec, *args: str | int) -> None:
        """Start a job after commit. A push that fails loses nothing as long as a row tells the sweeper of the work."""
        self.outbox.append(Push(spec, args))
