"""When a digest comes, and when nobody is to be disturbed. Pure.

Hours are the wall clock's: 9:00 stays 9:00 across the changes of the clocks (core/queues/slots.py).
"""

import zlib
from datetime import datetime, timedelta
from uuid import UUID

from core.digests.models import Frequency
from core.queues.slots import WEEKDAYS, Pattern, QuietHours, WeekTime, clock_of, coming_slots, minute_of
from core.when.times import at_local, local_day

SPREAD = timedelta(minutes=15)
"""Everybody's nine o'clock begins somewhere in the first quarter of the hour, each day at the same minute: all at once
would only wait for Telegram's rate, and keep posts waiting."""


def next_run(
    digest_id: UUID,
    *,
    frequency: Frequency,
    weekday: int,
    hour: int,
    zone: str,
    quiet: QuietHours | None,
    after: datetime,
) -> datetime:
    """The next time behind `after`. An hour that lies in quiet hours is put off to their end."""
    days = WEEKDAYS if frequency is Frequency.DAILY else (weekday,)
    pattern = Pattern(frozenset(WeekTime(day, hour * 60) for day in days))
    slots = coming_slots(pattern, zone=zone, after=after - timedelta(days=2))
    offset = offset_of(digest_id)
    return next(at for at in (loud_at(slot, quiet, zone) + offset for slot in slots) if at > after)


def offset_of(digest_id: UUID) -> timedelta:
    """Where in `SPREAD` a digest has its place, always the same."""
    return timedelta(seconds=zlib.crc32(digest_id.bytes) % int(SPREAD.total_seconds()))


def loud_at(at: datetime, quiet: QuietHours | None, zone: str) -> datetime:
    """`at`, or when the quiet hours that it lies in are over."""
    if quiet is None or not quiet.cover(minute_of(at, zone)):
        return at
    day = local_day(at, zone)
    ends = (at_local(day + timedelta(days=more), clock_of(quiet.ends), zone) for more in range(3))
    return next(end for end in ends if end > at)
