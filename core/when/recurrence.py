"""Natural language to a rule."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was understood. `starts_on` is its DTSTART by the wall clock of `zone`: its first occurrence.

    `assumed` holds "time" and "day" when they weren't said.
    """

    rule: str
    starts_on: datetime
    zone: str
    assumed: frozenset[str] = frozenset()
