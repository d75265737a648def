"""Slots and quiet hours as people type them: "Mon-Fri 09:00, 18:00; Sat 10am", "22:00-07:00".

Weekdays are understood in the user's language and in English.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.errors import InvalidInput
from core.queues.slots import MINUTES_OF_DAY, WEEKDAYS, QuietHours, WeekTime
from core.when import lexer
from core.when.lexer import Token

TEXT_LIMIT = 300
WORKDAYS = tuple(range(5))
WEEKEND = (5, 6)
_DASH = re.compile(r"\s*[-‐‑‒–—−]\s*")
_EVERY_DAY = frozenset({"daily", "everyday", "every day"})
_WORKDAYS = frozenset({"weekdays", "weekday", "workdays"})
_UNTIL = frozenset({"-", "to", "till", "until", "through", "thru", "bis", "a", "al", "au", "ate", "до", "по", "sampai"})
"""Between two weekdays: from the one to the other."""
_SAYS_NOTHING = frozenset({"at", "fill", "oclock", "in"})
_HOUR_MARK = re.compile(r"(?<=\d)\s?h\s?(?=\d\d\b)")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s?(?P<half>[ap])?\.?m?\.?")
_RANGE = re.compile(r"(?P<first>[^-]+?)-(?P<second>[^-]+)")


@dataclass(slots=True)
class _Group:
    """Days, and the times that hold for each of them."""

    days: list[int] = field(default_factory=list)
    minutes: list[int] = field(default_factory=list)

    def slots(self) -> Iterator[WeekTime]:
        yield from (WeekTime(day, minute) for day in self.days or WEEKDAYS for minute in self.minutes)


def parse_slots(text: str, *, language: str) -> frozenset[WeekTime]:
    """The slots that were typed; without a day, every day. Raises InvalidInput queues.slots_not_understood."""
    phrase = _HOUR_MARK.sub(":", _DASH.sub(" - ", lexer.folded(text)))
    if 0 < len(phrase) <= TEXT_LIMIT:
        for each in _languages(language):
            found = _read([_singular(token, each) for token in lexer.tokens(phrase, each)])
            if found:
                return found
    raise InvalidInput("queues.slots_not_understood")


def parse_quiet_hours(text: str) -> QuietHours:
    """ "22:00-07:00", "10pm to 7am". Raises InvalidInput queues.quiet_not_understood."""
    phrase = _DASH.sub("-", lexer.folded(text).replace(" to ", "-").replace(" until ", "-"))
    match = _RANGE.fullmatch(phrase)
    first, second = (_minute(match["first"].strip()), _minute(match["second"].strip())) if match else (None, None)
    if first is None or second is None or first == second:
        raise InvalidInput("queues.quiet_not_understood")
    return QuietHours(first, second)


def _languages(language: str) -> list[str]:
    spoken = language.replace("_", "-").split("-")[0].lower()
    return [each for each in dict.fromkeys((spoken, "en")) if each in lexer.languages()]


def _singular(token: Token, language: str) -> Token:
    """Mondays are every Monday."""
    if not token.get("every"):
        return token
    single = lexer.tokens(token.text.removesuffix("s"), language)[0]
    return single if single.get("weekday") is not None else token


def _read(tokens: Sequence[Token]) -> frozenset[WeekTime] | None:
    """None when a word isn't known, or days stand there without times."""
    groups, at = [_Group()], 0
    while at < len(tokens):
        token = tokens[at]
        if days := _days(tokens, at):
            if groups[-1].minutes:
                groups.append(_Group())
            groups[-1].days += days.found
            at += days.length
        elif (minute := _minute_of(token)) is not None:
            groups[-1].minutes.append(minute)
            at += 1
        elif _says_nothing(tokens, at):
            at += 1
        else:
            return None
    if not all(group.minutes for group in groups):
        return None
    return frozenset(slot for group in groups for slot in group.slots())


def _says_nothing(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.get("every"):
        return at + 1 < len(tokens) and tokens[at + 1].get("weekday") is not None
    return bool(_SAYS_NOTHING & token.meanings.keys()) or token.get("unit") == "hour"


@dataclass(frozen=True, slots=True)
class _Days:
    found: Sequence[int]
    length: int


def _days(tokens: Sequence[Token], at: int) -> _Days | None:
    """Mon, Mon-Fri, weekend, daily, every day"""
    token = tokens[at]
    after = [*tokens[at + 1 : at + 3], Token(""), Token("")]
    first, last = token.get("weekday"), after[1].get("weekday")
    if first is not None and after[0].text in _UNTIL and last is not None:
        return _Days([(first + step) % 7 for step in range((last - first) % 7 + 1)], 3)
    if first is not None:
        return _Days([first], 1)
    if token.text in _EVERY_DAY:
        return _Days(WEEKDAYS, 1)
    if token.get("every") and after[0].get("unit") == "day":
        return _Days(WEEKDAYS, 2)
    if token.text in _WORKDAYS:
        return _Days(WORKDAYS, 1)
    return _Days(WEEKEND, 1) if token.get("weekend") else None


def _minute_of(token: Token) -> int | None:
    written = any(token.get(kind) for kind in ("clock", "half_day", "pair", "number"))
    return _minute(token.text) if written else None


def _minute(text: str) -> int | None:
    """Minutes after midnight; None for what is no time of day."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    total = hour * 60 + minute
    return total if minute < 60 and total < MINUTES_OF_DAY else None
