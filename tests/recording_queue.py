"""A queue that only remembers: what was pushed after a commit is what a test asserts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.queue import JobSpec, Push


@dataclass(slots=True)
class RecordingQueue:
    """Stands where Redis stands. While `away` is set it refuses as Redis would."""

    pushes: list[Push] = field(default_factory=list)
    away: bool = False

    async def push(self, pushes: Iterable[Push]) -> None:
        if self.away:
            raise ConnectionError("redis is away")
        self.pushes.extend(pushes)

    def pushed(self, spec: JobSpec) -> list[tuple[str | int, ...]]:
        """The arguments of each push of one job, in order."""
        return [push.args for push in self.pushes if push.spec.target == spec.target]

    def clear(self) -> None:
        self.pushes.clear()
