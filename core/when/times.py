"""Local time to UTC and back. The only place where wall clocks and instants meet."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.errors import InvalidInput


@lru_cache(maxsize=64)
def zone_info(zone: str) -> ZoneInfo:
    """Raises InvalidInput when.unknown_zone for anything but an IANA name."""
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as exc:
        raise InvalidInput("when.unknown_zone", zone=zone) from exc


def at_local(day: date, clock: time, zone: str) -> datetime:
    """The instant (UTC) at which a zone's clocks show this.

    A time that the spring change skips becomes the same distance after it (02:30 is 03:30);
    of a time that the autumn change repeats, the first counts.
    """
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone_info(zone)).astimezone(UTC)


def to_local(at: datetime, zone: str) -> datetime:
    """The instant as the zone's clocks show it, aware."""
    return at.astimezone(zone_info(zone))


def exists(day: date, clock: time, zone: str) -> bool:
    """Whether the zone's clocks ever show this: the spring change skips an hour."""
    shown = to_local(at_local(day, clock, zone), zone)
    return shown.replace(tzinfo=None, fold=0) == datetime.combine(day, clock.replace(tzinfo=None, fold=0))


def local_day(at: datetime, zone: str) -> date:
    return to_local(at, zone).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The instants (UTC) at which a local day begins and the next one does: 23 to 25 hours apart."""
    return at_local(day, time(0), zone), at_local(day + timedelta(days=1), time(0), zone)
