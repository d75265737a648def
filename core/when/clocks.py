"""Rules for times of day: 18:30, 6 pm, half past nine, 9 in the evening. Each takes what it knows, or nothing."""

from collections.abc import Callable
from datetime import time

from core.when.said import NotUnderstood, Reading, Said

PART_DAYS = {
    "tonight": (0, "evening"),
    "this_morning": (0, "morning"),
    "this_noon": (0, "noon"),
    "this_afternoon": (0, "afternoon"),
    "tomorrow_morning": (1, "morning"),
    "tomorrow_evening": (1, "evening"),
}


def clock(r: Reading) -> bool:
    """18:30, 6 pm, 18.30"""
    token, said = r.token(), r.said
    if said.clock is not None:
        return False
    if half_day := token.get("half_day"):
        said.clock = _half_day_clock(half_day)
    elif text := token.get("clock") or (token.get("pair") if is_dotted(r, token.get("pair") or "") else None):
        hour, minute, *_ = (int(part) for part in text.replace(".", ":").split(":"))
        _set_clock(said, hour, minute)
        said.clock_is_loose = 1 <= hour <= 11 and not text.startswith("0")
    else:
        return False
    r.at += 1
    if r.token().get("oclock"):
        r.at += 1
    return True


def _half_day_clock(text: str) -> time:
    digits = text.rstrip("apm. ")
    hour, _, minute = digits.replace(".", ":").partition(":")
    if not 1 <= int(hour) <= 12 or int(minute or 0) > 59:
        raise NotUnderstood
    return time(int(hour) % 12 + (12 if "p" in text else 0), int(minute or 0))


def hour(r: Reading) -> bool:
    """at 9, 9 Uhr 30, 9h30, las 9 y media, halb neun, half past nine"""
    said = r.said
    lead = r.token() if r.token().get("half_past") or r.token().get("half_to") else None
    ahead = 1 if lead else 0
    value = r.whole(0, 24, ahead)
    if value is None or said.clock is not None or r.token(ahead).get("ordinal"):
        return False
    if r.token(-1).get("in") and not r.token(-1).get("at"):
        return False
    r.at += ahead + 1
    minute = _minute_after_hour(r)
    if lead:
        value, minute = (value - 1) % 12 if lead.get("half_to") else value, 30
    _set_clock(said, value, minute)
    said.clock_is_loose = 1 <= value <= 11
    return True


def _minute_after_hour(r: Reading) -> int:
    """What follows the number: nothing, "Uhr", "Uhr 30", "y media"."""
    marked = r.token().get("oclock") or r.token().get("unit") == "hour"
    r.at += 1 if marked else 0
    if r.token().get("half"):
        r.at += 1
        return 30
    minute = r.whole(0, 59) if marked and not r.token(1).get("month") else None
    if minute is None:
        return 0
    r.at += 2 if r.token(1).get("unit") == "minute" else 1
    return minute


def _set_clock(said: Said, hour: int, minute: int) -> None:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise NotUnderstood
    said.next_midnight = hour == 24
    said.clock = time(hour % 24, minute)


def part(r: Reading) -> bool:
    """in the evening, tonight"""
    said, named = r.said, r.token().get("part")
    if named is None or said.part is not None:
        return False
    if named in PART_DAYS:
        if said.has_day:
            return False
        said.day_offset, named = PART_DAYS[named]
    said.part = named
    r.at += 1
    return True


def is_dotted(r: Reading, pair: str) -> bool:
    """18.30 and "um 9.10" are times; 9.10 alone is the ninth of October."""
    if "." not in pair or len(pair.partition(".")[2]) != 2:
        return False
    first, second = map(int, pair.split("."))
    said_so = r.token(-1).get("at") or r.token(1).get("oclock")
    return bool(first < 24 and second < 60 and (said_so or not 1 <= second <= 12))


def settle(said: Said) -> None:
    """9 in the evening is 21:00."""
    if said.clock is None or said.part is None:
        return
    hour = said.clock.hour
    if said.part in ("noon", "midnight") or not 1 <= hour <= 12:
        said.clock_is_loose = False
        return
    said.clock = said.clock.replace(hour=_HOURS[said.part](hour))
    said.next_midnight = said.part in ("night", "evening") and said.clock.hour < 6 and said.day_offset == 0
    said.clock_is_loose = False


_HOURS: dict[str, Callable[[int], int]] = {
    "dawn": lambda hour: hour % 12,
    "morning": lambda hour: hour % 12,
    "midday": lambda hour: hour if hour >= 10 else hour + 12,
    "afternoon": lambda hour: hour % 12 + 12,
    "evening": lambda hour: hour % 12 + 12 if hour < 12 else 0,
    "night": lambda hour: hour + 12 if 6 <= hour < 12 else hour % 12,
}
