"""What a phrase about time can say, and the place in it that is being read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

from core.when.lexer import Token, Vocabulary


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


@dataclass(slots=True)
class Reading:
    """Where the rules are among the tokens, and what they have found so far."""

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
        while self.token(ahead).get("fill") and not self.token(ahead).get("unit"):
            ahead += 1
        return ahead
