"""A month as rows of buttons: title with paging, weekdays, weeks."""

from collections.abc import Callable
from datetime import date

from bot.actions import Action
from bot.screens import Button
from core.when.choices import Day, Month

BLANK = " "
MARK = "•"
"""Behind a day that has posts."""


def month_number(day: date) -> int:
    """The month that a day lies in, as one number that fits into a button."""
    return day.year * 12 + day.month - 1


def month_of(number: int | None, today: date) -> date:
    """The first day of a month; this one for None and for numbers that no month has."""
    if number is None or not 12 <= number < 10_000 * 12:
        return today.replace(day=1)
    return date(number // 12, number % 12 + 1, 1)


def day_of(ordinal: int, today: date) -> date:
    """The day behind an ordinal; today for one that no day has."""
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else today


def month_rows(month: Month, cell: Callable[[Day], Button], *, turn: Callable[[date], Action]) -> list[list[Button]]:
    """`turn` shows another month. What can't be pressed shows the same month again: nothing happens."""
    stay = turn(month.first)
    head = [
        Button("‹", turn(month.previous)) if month.previous else Button(BLANK, stay),
        Button(month.title, stay),
        Button("›", turn(month.next)) if month.next else Button(BLANK, stay),
    ]
    weeks = [[cell(day) if day is not None else Button(BLANK, stay) for day in week] for week in month.weeks]
    return [head, [Button(name, stay) for name in month.weekdays], *weeks]
