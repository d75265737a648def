"""What tokens say together: a day, a time of day, a stretch from now. Choosing the instant is instants.py's."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date

from core.when import clocks
from core.when.lexer import Token, Vocabulary
from core.when.said import NotUnderstood, Reading, Recurring, Said

COMMON_YEAR = 2026
"""Not a leap year: there February ends for sure."""


def understand(tokens: Sequence[Token], vocabulary: Vocabulary) -> Said:
    """Raises NotUnderstood when any token is left over, Recurring when they speak of a repetition."""
    if any(token.get("every") for token in tokens) and all(token.meanings for token in tokens):
        raise Recurring
    reading = Reading(tokens, vocabulary)
    while reading.at < len(tokens):
        if not any(rule(reading) for rule in _RULES):
            raise NotUnderstood
    said = reading.said
    if not (said.now or said.from_now or said.has_day or said.clock or said.part):
        raise NotUnderstood
    clocks.settle(said)
    return said


def _stretch(r: Reading) -> bool:
    """in 2 hours, half an hour, an hour and a half, 1h30m, через час"""
    one = 1 if r.number() == 1 else 0
    if stretch := r.token(one).get("stretch"):
        _add(r.said, *stretch)
        r.at += 1 + one
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


def _is_hour_mark(r: Reading, ahead: int) -> bool:
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


def _period(r: Reading) -> bool:
    """next week, semaine prochaine, end of month, this weekend"""
    said, token, after = r.said, r.token(), r.token(1)
    if token.get("next") and after.get("unit"):
        return _set_period(r, after.get("unit"), 2)
    if token.get("unit") and after.get("next"):
        return _set_period(r, token.get("unit"), 2)
    if token.get("end"):
        return _end(r)
    if token.get("next") and after.get("weekend"):
        return _set_period(r, "next weekend", 2)
    if token.get("weekend") and not said.has_day:
        said.period = "weekend"
        r.at += 1
        return True
    return False


def _end(r: Reading) -> bool:
    """end of the year, end of December"""
    ahead = r.past_fillers(1)
    unit, month = r.token(ahead).get("unit"), r.token(ahead).get("month")
    if r.said.has_day or (unit is None and month is None):
        return False
    if unit is not None:
        r.said.end_of = unit
    else:
        r.said.month, r.said.month_day = month + 1, monthrange(COMMON_YEAR, month + 1)[1]
    r.at += ahead + 1
    return True


def _set_period(r: Reading, unit: str, length: int) -> bool:
    if r.said.period is not None or unit in ("minute", "hour"):
        return False
    if unit == "day":
        r.said.day_offset = 1
    else:
        r.said.period = unit
    r.at += length
    return True


def _weekday(r: Reading) -> bool:
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


def _day(r: Reading) -> bool:
    offset = r.token().get("day")
    if offset is None or r.said.has_day:
        return False
    r.said.day_offset = offset
    r.at += 1
    return True


def _written_date(r: Reading) -> bool:
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
    elif (pair := token.get("pair")) and not clocks.is_dotted(r, pair):
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


def _spoken_date(r: Reading) -> bool:
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


def _ordinal(r: Reading) -> bool:
    """on the 25th"""
    token = r.token()
    if not token.get("ordinal") or r.said.month_day is not None or not 1 <= int(token.get("ordinal")) <= 31:
        return False
    r.said.month_day = int(token.get("ordinal"))
    r.at += 1
    return True


def _now(r: Reading) -> bool:
    if not r.token().get("now") or len(r.tokens) > 1:
        return False
    r.said.now = True
    r.at += 1
    return True


def _filler(r: Reading) -> bool:
    """Words that only lead to the next one. `at` before a month or a unit alone leads nowhere, and fails there."""
    if not {"fill", "at", "in", "this", "oclock"} & r.token().meanings.keys():
        return False
    r.at += 1
    return True


_RULES: tuple[Callable[[Reading], bool], ...] = (
    _now,
    _spoken_date,
    _written_date,
    _period,
    _stretch,
    _weekday,
    _day,
    clocks.clock,
    clocks.part,
    _ordinal,
    clocks.hour,
    _filler,
)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as exc:
        raise NotUnderstood from exc


def _check_day_of_month(day: int, month: int) -> None:
    if not 1 <= month <= 12:
        raise NotUnderstood
    _date(2024, month, day)
