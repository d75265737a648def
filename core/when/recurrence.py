"""Natural language to a rule of repetition: "every weekday at 9 until Dec 20". The languages of core/when/words."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from core.errors import InvalidInput
from core.when import lexer
from core.when.instants import DEFAULT_CLOCK, Habits, instant_of
from core.when.phrases import PHRASE_LIMIT, habits_of, languages_to_try, spoken_language, without_zone
from core.when.repeating import Repeated, understand_repetition
from core.when.rules import COUNT_MAX, INTERVAL_MAX, Rule, first_start, gap_is_sane
from core.when.said import NotUnderstood, Said
from core.when.times import at_local, local_day, to_local

FREQUENCIES = {"hour": "HOURLY", "day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was understood. `starts_on` is its DTSTART by the wall clock of `zone`: its first occurrence.

    `assumed` holds "time" and "day" when they weren't said.
    """

    rule: str
    starts_on: datetime
    zone: str
    assumed: frozenset[str] = frozenset()


def parse_recurrence(text: str, *, now: datetime, zone: str, language: str) -> Recurrence:
    """What repetition a phrase means to a person in a zone who speaks a language; English always works too.

    Without a time it is 09:00, without a day that of its first time. It begins with the next time that fits. Raises
    InvalidInput when.recurrence_not_understood, when.too_often (more than once an hour), when.too_many_times (limit),
    when.times_dont_fit (several times on several days of every few weeks), when.ends_before_start, when.never.
    """
    phrase = lexer.folded(text)
    if not phrase or len(phrase) > PHRASE_LIMIT:
        raise InvalidInput("when.recurrence_not_understood")
    phrase, spoken_zone = without_zone(phrase)
    for each in languages_to_try(spoken_language(language)):
        vocabulary = lexer.vocabulary(each)
        habits = habits_of(vocabulary, language=language, zone=zone)
        try:
            said = understand_repetition(lexer.tokens(phrase, each), vocabulary)
            return recurrence_of(said, now=now, zone=spoken_zone or zone, habits=habits)
        except (NotUnderstood, OverflowError):
            continue
    raise InvalidInput("when.recurrence_not_understood")


def recurrence_of(said: Repeated, *, now: datetime, zone: str, habits: Habits) -> Recurrence:
    """The rule, laid on the calendar. Raises NotUnderstood for what contradicts itself."""
    if said.unit == "minute":
        raise InvalidInput("when.too_often")
    clocks = said.clocks(afternoon_first=habits.has_12_hour_clock)
    clock = clocks[0] if clocks else _first_clock(said, now, zone)
    begin = _day_of(said.start, now, zone, habits) or _first_day(clocks[-1] if clocks else clock, now, zone)
    rule = _rule(said, begin)
    if len(clocks) > 1:
        rule = replace(rule, clocks=tuple(clocks))
    if not gap_is_sane(rule):
        raise InvalidInput("when.too_often")
    until = _day_of(said.until, now, zone, habits)
    rule = replace(rule, count=said.count, until=datetime.combine(until, time(23, 59, 59)) if until else None)
    starts_on = first_start(rule, from_day=begin, clock=clock, zone=zone, now=now)
    if said.lasting is not None:
        rule = replace(rule, until=datetime.combine(_last_day(starts_on.date(), *said.lasting), time(23, 59, 59)))
    day_assumed = rule.frequency in ("WEEKLY", "MONTHLY", "YEARLY") and not (said.weekdays or said.month_days)
    guessed = {"time": said.time_assumed and said.unit != "hour", "day": day_assumed}
    return Recurrence(
        str(rule), starts_on, zone, frozenset(what for what, was_guessed in guessed.items() if was_guessed)
    )


def _rule(said: Repeated, begin: date) -> Rule:
    """Without an end and without several times. Raises NotUnderstood."""
    if said.count is not None and said.count > COUNT_MAX:
        raise InvalidInput("when.too_many_times", limit=COUNT_MAX)
    if said.interval > INTERVAL_MAX or (said.weekdays and said.month_days):
        raise NotUnderstood
    weekdays = tuple(sorted(set(said.weekdays)))
    if said.nth == 2 and not said.by_month and said.unit is None:
        return Rule("WEEKLY", 2, weekdays=weekdays)
    if said.nth is not None:
        _check_unit(said, "month")
        return Rule("MONTHLY", said.interval, weekdays=weekdays, nth=said.nth)
    if said.month is not None:
        _check_unit(said, "year")
        return Rule("YEARLY", said.interval, month=said.month, month_days=tuple(said.month_days))
    if said.month_days:
        _check_unit(said, "month")
        return Rule("MONTHLY", said.interval, month_days=tuple(sorted(set(said.month_days))))
    if weekdays:
        if said.unit != "day" or said.interval != 1:
            _check_unit(said, "week")
        return Rule("WEEKLY", said.interval, weekdays=weekdays)
    return _plain_rule(said, begin)


def _plain_rule(said: Repeated, begin: date) -> Rule:
    """Only how often was said: on the day on which it begins."""
    match said.unit:
        case "hour" | "day":
            return Rule(FREQUENCIES[said.unit], said.interval)
        case "week":
            return Rule("WEEKLY", said.interval, weekdays=(begin.weekday(),))
        case "month":
            return Rule("MONTHLY", said.interval, month_days=(begin.day,))
        case "year":
            return Rule("YEARLY", said.interval, month=begin.month, month_days=(begin.day,))
        case _:
            raise NotUnderstood


def _check_unit(said: Repeated, unit: str) -> None:
    if said.unit not in (None, unit):
        raise NotUnderstood


def _first_clock(said: Repeated, now: datetime, zone: str) -> time:
    """Nine in the morning, but every few hours begin with the next one."""
    if said.unit != "hour":
        return DEFAULT_CLOCK
    return (to_local(now, zone) + timedelta(hours=1)).time().replace(minute=0, second=0, microsecond=0)


def _first_day(clock: time, now: datetime, zone: str) -> date:
    """Today while its time is ahead."""
    today = local_day(now, zone)
    return today if at_local(today, clock, zone) > now else today + timedelta(days=1)


def _day_of(said: Said | None, now: datetime, zone: str, habits: Habits) -> date | None:
    return local_day(instant_of(said, now=now, zone=zone, habits=habits).at, zone) if said is not None else None


def _last_day(first: date, amount: int, unit: str) -> date:
    """Two weeks from a Monday on end with a Sunday."""
    return first + relativedelta(**{f"{unit}s": amount}) - timedelta(days=1)  # type: ignore[arg-type]
