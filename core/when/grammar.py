"""What tokens say together: a day, a time of day, a stretch from now. Choosing the instant is phrases.py's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from core.when.lexer import Token, Vocabulary

PART_DAYS = {
    "tonight": (0, "evening"),
    "this_morning": (0, "morning"),
    "this_noon": (0, "noon"),
    "this_afternoon": (0, "afternoon"),
    "tomorrow_morning": (1, "morning"),
    "tomorrow_evening": (1, "evening"),
}


class NotUnderstood(Exception):
    """These tokens say nothing, or two things at once."""


class Recurring(Exception):
    """They speak of every Monday, not of one."""


@dataclass(slots=True)
class Said:
    """What was said, before it is laid on a calendar. None: nothing about that."""

    now: bool = False
    minutes: float = 0
    """A stretch from now in hours and minutes, as minutes."""
    days: float = 0
    months: float = 0
    from_now: bool = False
    day_offset: int | None = None
    day: date | None = None
    pair: tuple[int, int] | None = None
    """Two numbers parted by a slash or dash: day and month, in whichever order is usual."""
    pair_year: int | None = None
    month: int | None = None
    month_day: int | None = None
    year: int | None = None
    weekday: int | None = None
    next_weekday: bool = False
    period: str | None = None
    """The unit (week, month, year) of "next week", or "weekend"."""
    end_of: str | None = None
    clock: time | None = None
    clock_is_loose: bool = False
    """A bare hour from 1 to 11: morning or evening, who knows."""
    next_midnight: bool = False
    part: str | None = None

    @property
    def has_day(self) -> bool:
        named = (self.day_offset, self.day, self.pair, self.month_day, self.weekday, self.period, self.end_of)
        return any(value is not None for value in named)


def understand(tokens: Sequence[Token], vocabulary: Vocabulary) -> Said:
    """Raises NotUnderstood when any token is left over, Recurring when they speak of a repetition."""
    if any(token.get("every") for token in tokens):
        raise Recurring
    reading = _Reading(tokens, vocabulary)
    while reading.at < len(tokens):
        if not any(rule(reading) for rule in _RULES):
            raise NotUnderstood
    said = reading.said
    if not (said.now or said.from_now or said.has_day or said.clock or said.part):
        raise NotUnderstood
    _settle_hour(said)
    return said


@dataclass(slots=True)
class _Reading:
    tokens: Sequence[Token]
    vocabulary: Vocabulary
    at: int = 0
    said: Said = field(default_factory=Said)

    def token(self, ahead: int = 0) -> Token:
        place = self.at + ahead
        return self.tokens[place] if 0 <= place < len(self.tokens) else Token("")

    def number(self, ahead: int = 0) -> float | None:
        token = self.token(ahead)
        digits = token.get("number")
        return float(digits.replace(",", ".")) if isinstance(digits, str) else digits

    def whole(self, low: int, high: int, ahead: int = 0) -> int | None:
        token = self.token(ahead)
        value = float(token.get("ordinal") or -1) if token.get("ordinal") else self.number(ahead)
        return int(value) if value is not None and value == int(value) and low <= value <= high else None

    def past_fillers(self, ahead: int) -> int:
        while self.token(ahead).get("fill"):
            ahead += 1
        return ahead


def _stretch(r: _Reading) -> bool:
    """in 2 hours, half an hour, an hour and a half, 1h30m, через час"""
    if stretch := r.token().get("stretch"):
        _add(r.said, *stretch)
        r.at += 1
        return True
    before, amount, length = r.token(-1), r.number(), 1
    if before.get("at") and not before.get("in"):
        return False
    if r.token().get("half"):
        amount, length = 0.5, 2 if r.number(1) == 1 else 1
    elif amount is None and before.get("in"):
        amount, length = 1, 0
    elif amount is not None and r.token(1).get("half"):
        amount, length = amount + 0.5, 2
    unit = r.token(length).get("unit")
    if amount is None or unit is None or _is_hour_mark(r, length):
        return False
    length += 1
    if r.token(length).get("half"):
        amount, length = amount + 0.5, length + 1
    _add(r.said, amount, unit)
    r.at += length
    rest = r.whole(0, 59)
    if unit == "hour" and rest is not None and not {"unit", "month", "half"} & r.token(1).meanings.keys():
        _add(r.said, rest, "minute")
        r.at += 1
    return True


def _is_hour_mark(r: _Reading, ahead: int) -> bool:
    """Whether the unit after the number is the "h" of "9h" in a language that tells the time so."""
    said_in = r.token(-1).get("in") or r.token(ahead + 1).get("in") or r.said.from_now
    return bool(r.vocabulary.h_is_clock and r.token(ahead).text == "h" and not said_in)


def _add(said: Said, amount: float, unit: str) -> None:
    said.from_now = True
    match unit:
        case "minute" | "hour":
            said.minutes += amount * (60 if unit == "hour" else 1)
        case "day" | "week":
            said.days += amount * (7 if unit == "week" else 1)
        case _:
            said.months += amount * (12 if unit == "year" else 1)


def _period(r: _Reading) -> bool:
    """next week, semaine prochaine, end of month, this weekend"""
    said, token, after = r.said, r.token(), r.token(1)
    if token.get("next") and after.get("unit"):
        return _set_period(r, after.get("unit"), 2)
    if token.get("unit") and after.get("next"):
        return _set_period(r, token.get("unit"), 2)
    if token.get("end"):
        ahead = r.past_fillers(1)
        unit = r.token(ahead).get("unit")
        if unit is None or said.has_day:
            return False
        said.end_of = unit
        r.at += ahead + 1
        return True
    if token.get("next") and after.get("weekend"):
        return _set_period(r, "next weekend", 2)
    if token.get("weekend") and not said.has_day:
        said.period = "weekend"
        r.at += 1
        return True
    return False


def _set_period(r: _Reading, unit: str, length: int) -> bool:
    if r.said.period is not None or unit in ("minute", "hour"):
        return False
    if unit == "day":
        r.said.day_offset = 1
    else:
        r.said.period = unit
    r.at += length
    return True


def _weekday(r: _Reading) -> bool:
    said = r.said
    first = 1 if r.token().get("next") or r.token().get("this") else 0
    weekday = r.token(first).get("weekday")
    if weekday is None or said.weekday is not None:
        return False
    said.weekday = weekday
    last = r.token(first + 1).get("next") and not r.token(first + 2).get("unit")
    said.next_weekday = bool(last or (first and r.token().get("next")))
    r.at += first + (2 if last else 1)
    return True


def _day(r: _Reading) -> bool:
    offset = r.token().get("day")
    if offset is None or r.said.has_day:
        return False
    r.said.day_offset = offset
    r.at += 1
    return True


def _written_date(r: _Reading) -> bool:
    """2026-12-01, 25.12.2026, 25/12"""
    token, said = r.token(), r.said
    if said.day or said.pair or said.month_day:
        return False
    if iso := token.get("iso"):
        said.day = _date(*map(int, iso.split("-")))
    elif dated := token.get("dated"):
        mark = token.get("dated").strip("0123456789")[0]
        first, second, year = (int(part) for part in dated.split(mark))
        said.pair_year = year if year > 99 else 2000 + year
        _set_pair(said, first, second, dotted=mark == ".")
    elif (pair := token.get("pair")) and not _is_dotted_clock(r, pair):
        mark = pair.strip("0123456789")[0]
        first, second = (int(part) for part in pair.split(mark))
        _set_pair(said, first, second, dotted=mark == ".")
    else:
        return False
    r.at += 1
    return True


def _set_pair(said: Said, first: int, second: int, *, dotted: bool) -> None:
    if dotted:
        said.month_day, said.month, said.year = first, second, said.pair_year
        _check_day_of_month(first, second)
    elif max(first, second) > 31 or min(first, second) > 12 or min(first, second) < 1:
        raise NotUnderstood
    else:
        said.pair = (first, second)


def _is_dotted_clock(r: _Reading, pair: str) -> bool:
    """18.30 and "um 9.10" are times; 9.10 alone is the ninth of October."""
    if "." not in pair or len(pair.partition(".")[2]) != 2:
        return False
    first, second = map(int, pair.split("."))
    said_so = r.token(-1).get("at") or r.token(1).get("oclock")
    return bool(first < 24 and second < 60 and (said_so or not 1 <= second <= 12))


def _spoken_date(r: _Reading) -> bool:
    """25 December, December 25th 2026, 1er janvier, 25 de diciembre"""
    said = r.said
    if said.month_day is not None or said.day or said.pair:
        return False
    if (day := r.whole(1, 31)) is not None:
        ahead = r.past_fillers(1)
        month = r.token(ahead).get("month")
    elif (month := r.token().get("month")) is not None and (day := r.whole(1, 31, 1)) is not None:
        ahead = 1
    else:
        return False
    if month is None:
        return False
    said.month, said.month_day = month + 1, day
    _check_day_of_month(day, month + 1)
    ahead = r.past_fillers(ahead + 1)
    said.year = r.whole(1000, 9999, ahead)
    r.at += ahead + (said.year is not None)
    return True


def _ordinal(r: _Reading) -> bool:
    """on the 25th"""
    token = r.token()
    if not token.get("ordinal") or r.said.month_day is not None or not 1 <= int(token.get("ordinal")) <= 31:
        return False
    r.said.month_day = int(token.get("ordinal"))
    r.at += 1
    return True


def _clock(r: _Reading) -> bool:
    """18:30, 6 pm, 18.30"""
    token, said = r.token(), r.said
    if said.clock is not None:
        return False
    if half_day := token.get("half_day"):
        said.clock = _half_day_clock(half_day)
    elif text := token.get("clock") or (token.get("pair") if _is_dotted_clock(r, token.get("pair") or "") else None):
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


def _hour(r: _Reading) -> bool:
    """at 9, 9 Uhr 30, 9h30, las 9 y media, halb neun, half past nine"""
    said = r.said
    lead = r.token() if r.token().get("half_past") or r.token().get("half_to") else None
    ahead = 1 if lead else 0
    hour = r.whole(0, 24, ahead)
    if hour is None or said.clock is not None or r.token(ahead).get("ordinal"):
        return False
    if r.token(-1).get("in") and not r.token(-1).get("at"):
        return False
    minute = 30 if lead else 0
    ahead += 1
    marked = r.token(ahead).get("oclock") or r.token(ahead).get("unit") == "hour"
    if marked:
        ahead += 1
    if r.token(ahead).get("half"):
        minute, ahead = 30, ahead + 1
    elif marked and (more := r.whole(0, 59, ahead)) is not None and not r.token(ahead + 1).get("month"):
        minute = more
        ahead += 2 if r.token(ahead + 1).get("unit") == "minute" else 1
    if lead and lead.get("half_to"):
        hour = (hour - 1) % 12
    _set_clock(said, hour, minute)
    said.clock_is_loose = 1 <= hour <= 11
    r.at += ahead
    return True


def _set_clock(said: Said, hour: int, minute: int) -> None:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise NotUnderstood
    said.next_midnight = hour == 24
    said.clock = time(hour % 24, minute)


def _part(r: _Reading) -> bool:
    said, part = r.said, r.token().get("part")
    if part is None or said.part is not None:
        return False
    if part in PART_DAYS:
        if said.has_day:
            return False
        said.day_offset, part = PART_DAYS[part]
    said.part = part
    r.at += 1
    return True


def _now(r: _Reading) -> bool:
    if not r.token().get("now") or len(r.tokens) > 1:
        return False
    r.said.now = True
    r.at += 1
    return True


def _filler(r: _Reading) -> bool:
    """Words that only lead to the next one. `at` before a month or a unit alone leads nowhere, and fails there."""
    if not {"fill", "at", "in", "this", "oclock"} & r.token().meanings.keys():
        return False
    r.at += 1
    return True


_RULES: tuple[Callable[[_Reading], bool], ...] = (
    _now,
    _spoken_date,
    _written_date,
    _period,
    _stretch,
    _weekday,
    _day,
    _clock,
    _part,
    _ordinal,
    _hour,
    _filler,
)


def _settle_hour(said: Said) -> None:
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


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as exc:
        raise NotUnderstood from exc


def _check_day_of_month(day: int, month: int) -> None:
    if not 1 <= month <= 12:
        raise NotUnderstood
    _date(2024, month, day)
