"""Slots and quiet hours as people type them."""

import pytest

from core.errors import InvalidInput
from core.queues.slots import WEEKDAYS, QuietHours, WeekTime
from core.queues.spoken import parse_quiet_hours, parse_slots

WORKDAYS = range(5)


def on(days: object, *clocks: tuple[int, int]) -> set[WeekTime]:
    return {WeekTime(day, hour * 60 + minute) for day in days for hour, minute in clocks}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Mon-Fri 09:00, 18:00", "en", on(WORKDAYS, (9, 0), (18, 0))),
        ("mon – fri 9, 18; Sat 10am", "en", on(WORKDAYS, (9, 0), (18, 0)) | on([5], (10, 0))),
        ("daily 12:00", "en", on(WEEKDAYS, (12, 0))),
        ("every day at 7:30 pm", "en", on(WEEKDAYS, (19, 30))),
        ("weekend 10.30", "en", on([5, 6], (10, 30))),
        ("Fri-Mon 9:00", "en", on([4, 5, 6, 0], (9, 0))),
        ("mon, wed and fri 08:15", "en", on([0, 2, 4], (8, 15))),
        ("mondays 9am", "en", on([0], (9, 0))),
        ("every monday 9am", "en", on([0], (9, 0))),
        ("Monday to Friday 9:00", "en", on(WORKDAYS, (9, 0))),
        ("9:00 18:00", "en", on(WEEKDAYS, (9, 0), (18, 0))),
        ("Mo-Fr 9 Uhr", "de", on(WORKDAYS, (9, 0))),
        ("Montag bis Freitag 9 Uhr", "de", on(WORKDAYS, (9, 0))),
        ("Mon-Fri 9:00", "de", on(WORKDAYS, (9, 0))),
        ("пн-пт 09:00", "ru", on(WORKDAYS, (9, 0))),
        ("lunes a viernes 9:00", "es", on(WORKDAYS, (9, 0))),
        ("lundi, mardi 9h30", "fr", on([0, 1], (9, 30))),
    ],
)
def test_slots_are_understood(text: str, language: str, expected: set[WeekTime]) -> None:
    assert parse_slots(text, language=language) == expected


@pytest.mark.parametrize(
    "text", ["", "Mon", "Mon 25:00", "9:60", "sometimes 9:00", "Mon 9:00 Tue", "tomorrow 9:00", "every 9:00", "x" * 400]
)
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_slots(text, language="en")
    assert refused.value.error_code == "queues.slots_not_understood"


@pytest.mark.parametrize("text", ["22:00-07:00", "22-7", "10pm to 7am", "22:00 – 07:00", "22.00-7.00"])
def test_quiet_hours_are_understood(text: str) -> None:
    assert parse_quiet_hours(text) == QuietHours(22 * 60, 7 * 60)


@pytest.mark.parametrize("text", ["", "22:00", "9-9", "night", "25-7", "22-7-8"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_quiet_hours(text)
    assert refused.value.error_code == "queues.quiet_not_understood"
