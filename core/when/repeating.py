"""What tokens say of a repetition: how often, on which days, at what times, from when and until when.

Choosing the rule is recurrence.py's. Single times, days and dates are read by the rules of clocks.py and grammar.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

from core.when import clocks
from core.when.grammar import understand
from core.when.instants import PART_CLOCKS
from core.when.lexer import Token, Vocabulary
from core.when.said import NotUnderstood, Reading, Recurring, Said

SATURDAY_AND_SUNDAY = (5, 6)
WORKDAYS = tuple(range(5))
FIFTH = 5
"""No month has more of a weekday."""
EXACT_PARTS = ("noon", "midnight")
PASSED_OVER = {"fill", "at", "in", "this", "oclock"}


@dataclass(slots=True)
class Repeated:
    """What was said. None and empty: nothing about that."""

    unit: str | None = None
    interval: int = 1
    weekdays: list[int] = field(default_factory=list)
    nth: int | None = None
    month_days: list[int] = field(default_factory=list)
    month: int | None = None
    times: list[Said] = field(default_factory=list)
    count: int | None = None
    lasting: tuple[int, str] | None = None
    start: Said | None = None
    until: Said | None = None
    repeats: bool = False
    """Some word says that it repeats."""
    by_month: bool = False
    """Months are spoken of."""

    def clocks(self, *, afternoon_first: bool) -> list[time]:
        """The times of day. `afternoon_first`: where clocks have twelve hours, "at 3" is 15:00."""
        found = []
        for said in self.times:
            clock = said.clock or PART_CLOCKS[said.part or "morning"]
            early = said.clock_is_loose and 1 <= clock.hour < 6
            found.append(clock.replace(hour=clock.hour + 12) if early and afternoon_first else clock)
        return sorted(set(found))

    @property
    def time_assumed(self) -> bool:
        return not self.times or any(each.clock is None and each.part not in EXACT_PARTS for each in self.times)


def understand_repetition(tokens: Sequence[Token], vocabulary: Vocabulary) -> Repeated:
    """Several weekdays repeat, too. Raises NotUnderstood when any token is left over, or when none speaks of that."""
    said = Repeated()
    rest = _with_feasts_as_dates(tokens)
    rest = _with_ranges_spelled_out(_with_dashes_apart(rest, vocabulary))
    rest = _without_count(rest, said)
    rest = _without_length(rest, said)
    said.until, rest = _without_day_behind("until", rest, vocabulary)
    said.start, rest = _without_day_behind("start", rest, vocabulary)
    said.by_month = any(token.get("unit") == "month" or token.get("cycle") == (1, "month") for token in rest)
    _Main(Reading(rest, vocabulary), said).read()
    for each in (said.until, said.start):
        if each is not None and (each.clock or each.part) and not said.times:
            said.times.append(each)
    if not said.repeats and len(set(said.weekdays)) < 2:
        raise NotUnderstood
    return said


def _with_feasts_as_dates(tokens: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        if feast := token.get("feast"):
            month, day = feast
            found += [Token(str(day), {"number": str(day)}), Token(token.text, {"month": month - 1})]
        else:
            found.append(token)
    return found


def _with_dashes_apart(tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """mon-fri: mon to fri"""
    found: list[Token] = []
    for token in tokens:
        ends = [Token(each, vocabulary.meanings.get(each, {})) for each in re.split("[-–—]", token.text)]
        is_range = not token.meanings and len(ends) == 2 and all(end.get("weekday") is not None for end in ends)
        found += [ends[0], Token("-", {"until": True}), ends[1]] if is_range else [token]
    return found


def _with_ranges_spelled_out(tokens: list[Token]) -> list[Token]:
    """Monday to Friday: all five."""
    for at in range(1, len(tokens) - 1):
        first, last = tokens[at - 1].get("weekday"), tokens[at + 1].get("weekday")
        if first is not None and last is not None and (tokens[at].get("until") or tokens[at].get("range")):
            days = [(first + step) % 7 for step in range((last - first) % 7 + 1)]
            before = at - 2 if at > 1 and tokens[at - 2].get("start") else at - 1
            spelled = [Token(tokens[at].text, {"weekday": day, "every": True}) for day in days]
            return [*tokens[:before], *spelled, *tokens[at + 2 :]]
    return tokens


def _without_count(tokens: list[Token], said: Repeated) -> list[Token]:
    for at in range(len(tokens) - 1):
        count = Reading(tokens, Vocabulary({}, False, False)).whole(1, 9999, at)
        if count is not None and tokens[at + 1].get("times"):
            said.count = count
            return [*tokens[:at], *tokens[at + 2 :]]
    return tokens


def _without_length(tokens: list[Token], said: Repeated) -> list[Token]:
    """for 2 weeks, für einen Monat"""
    for at in range(len(tokens) - 2):
        amount = Reading(tokens, Vocabulary({}, False, False)).whole(1, 999, at + 1)
        unit = tokens[at + 2].get("unit")
        if tokens[at].get("lasting") and amount is not None and unit not in (None, "minute", "hour"):
            said.lasting = (amount, unit)
            return [*tokens[:at], *tokens[at + 3 :]]
    return tokens


def _without_day_behind(kind: str, tokens: list[Token], vocabulary: Vocabulary) -> tuple[Said | None, list[Token]]:
    """What stands behind "until": as much of it as names a day. In Hindi it stands before."""
    for at, token in enumerate(tokens):
        if not token.get(kind):
            continue
        for end in range(len(tokens), at + 1, -1):
            if (day := _day(tokens[at + 1 : end], vocabulary)) is not None:
                return day, [*tokens[:at], *tokens[end:]]
        for begin in range(at):
            if (day := _day(tokens[begin:at], vocabulary)) is not None and at > begin:
                return day, [*tokens[:begin], *tokens[at + 1 :]]
    return None, tokens


def _day(tokens: Sequence[Token], vocabulary: Vocabulary) -> Said | None:
    if any(token.get("every") for token in tokens):
        return None
    try:
        said = understand(tokens, vocabulary)
    except (NotUnderstood, Recurring):
        return None
    return said if said.has_day else None


@dataclass(slots=True)
class _Main:
    """Reading what is left when the beginning, the end and the number are taken out."""

    r: Reading
    said: Repeated

    def read(self) -> None:
        r = self.r
        rules = (self._every, self._nth, self._date, self._month_day, self._weekday, self._time, self._unit)
        while r.at < len(r.tokens):
            if any(rule() for rule in rules):
                continue
            if not PASSED_OVER & r.token().meanings.keys():
                raise NotUnderstood
            r.at += 1
        self._end_time()

    def _every(self) -> bool:
        """every, daily, every 2 weeks, every other week, every third day, mondays"""
        r, token = self.r, self.r.token()
        cycle, each = token.get("cycle"), token.get("each")
        if not token.get("every") and cycle is None and each is None:
            return False
        if token.get("weekday") is not None:
            return False
        self.said.repeats = True
        r.at += 1
        if each is not None:
            self.said.weekdays.append(each)
        elif cycle is not None:
            self._set_cycle(*cycle)
        else:
            self._what_repeats()
        return True

    def _what_repeats(self) -> None:
        r = self.r
        ahead = r.past_fillers(0)
        token, after = r.token(ahead), r.token(ahead + 1)
        number = r.whole(1, 999, ahead)
        step = 2 if token.get("other") else token.get("nth") or number
        if token.get("date") and r.whole(1, 31, ahead + 1) is not None and not r.token(ahead + 2).get("oclock"):
            self._set_cycle(1, "month")
            self.said.month_days.append(r.whole(1, 31, ahead + 1) or 1)
            r.at += ahead + 2
        elif stretch := token.get("stretch"):
            self._set_stretch(*stretch)
            r.at += ahead + 1
        elif token.get("cycle") is not None or (token.get("unit") and number is None):
            self._set_cycle(*(token.get("cycle") or (1, token.get("unit"))))
            r.at += ahead + 1
        elif token.get("weekend"):
            self._set_cycle(1, "weekend")
            r.at += ahead + 1
        elif step and step > 0 and after.get("unit"):
            self._set_cycle(int(step), after.get("unit"))
            r.at += ahead + 2
        elif token.get("other") and after.get("weekday") is not None:
            self._set_cycle(2, "week")
            r.at += ahead + 1
        elif token.get("part"):
            self._set_cycle(1, "day")

    def _set_stretch(self, amount: float, unit: str) -> None:
        """A number and a unit in one word: a fortnight, half an hour."""
        if amount < 1:
            unit, amount = "minute", 1
        self._set_cycle(int(amount), unit)

    def _set_cycle(self, interval: int, unit: str) -> None:
        days = {"workday": WORKDAYS, "weekend": SATURDAY_AND_SUNDAY}.get(unit)
        if days is not None:
            self.said.weekdays += days
        elif self.said.unit not in (None, unit):
            raise NotUnderstood
        else:
            self.said.unit, self.said.interval = unit, max(interval, self.said.interval)

    def _nth(self) -> bool:
        """the last Friday, the 3rd Friday, the first Monday of the month, the last day of the month"""
        r, token = self.r, self.r.token()
        ordinal = int(token.get("ordinal") or 0)
        nth = token.get("nth") or (ordinal if 1 <= ordinal <= FIFTH else None)
        if nth is None or self.said.nth is not None:
            return False
        ahead = r.past_fillers(1)
        if (weekday := r.token(ahead).get("weekday")) is not None:
            self.said.nth = nth
            self.said.weekdays.append(weekday)
        elif token.get("nth") and r.token(ahead).get("unit") == "day":
            self.said.month_days.append(nth)
        else:
            return False
        r.at += ahead + 1
        return True

    def _date(self) -> bool:
        """25 December, December 25th"""
        r = self.r
        if (day := r.whole(1, 31)) is not None:
            ahead = r.past_fillers(1)
            month = r.token(ahead).get("month")
        else:
            month, ahead = r.token().get("month"), 1
            day = r.whole(1, 31, 1)
        if month is None or day is None or self.said.month is not None:
            return False
        self.said.month, self.said.month_days = month + 1, [day]
        r.at += ahead + 1
        return True

    def _month_day(self) -> bool:
        """the 15th; a bare number where months are spoken of and no hour is"""
        r, token = self.r, self.r.token()
        day = r.whole(1, 31)
        if day is None or self.said.month is not None:
            return False
        before, after = r.token(-1), r.token(1)
        is_hour = before.get("at") or after.get("oclock") or after.get("part") or after.get("unit") == "hour"
        if not token.get("ordinal") and (not self.said.by_month or is_hour or self.said.month_days):
            return False
        self.said.month_days.append(day)
        r.at += 1
        return True

    def _weekday(self) -> bool:
        token = self.r.token()
        if token.get("weekday") is None:
            return False
        self.said.weekdays.append(token.get("weekday"))
        self.said.repeats = self.said.repeats or bool(token.get("every"))
        self.r.at += 1
        return True

    def _time(self) -> bool:
        """A second time of day begins where the first one has its clock."""
        r = self.r
        if clocks.part(r):
            return True
        present = r.said
        if present.clock is not None:
            r.said = Said()
        if clocks.clock(r) or clocks.hour(r):
            if r.said is not present:
                self.said.times.append(present)
            return True
        r.said = present
        return False

    def _end_time(self) -> None:
        last = self.r.said
        if last.clock is not None or last.part is not None:
            self.said.times.append(last)
        for each in self.said.times:
            if each.has_day:
                raise NotUnderstood
            clocks.settle(each)

    def _unit(self) -> bool:
        """of the month"""
        unit = self.r.token().get("unit")
        if unit != "month" or not (self.said.month_days or self.said.nth):
            return False
        self.r.at += 1
        return True
