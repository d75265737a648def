"""Repetitions in words: what rule they mean, in ten languages. It is Saturday, 21 November 2026, 13:00 in Berlin."""

from datetime import UTC, datetime

import pytest

from core.errors import InvalidInput
from core.when.phrases import parse_when
from core.when.recurrence import Recurrence, parse_recurrence

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def understood(text: str, *, zone: str = BERLIN, language: str = "en") -> Recurrence:
    return parse_recurrence(text, now=NOW, zone=zone, language=language)


@pytest.mark.parametrize(
    ("text", "rule", "starts_on"),
    [
        ("every Monday 9am until Christmas", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261225T235959", "2026-11-23T09:00"),
        (
            "every weekday at 9 until Dec 20",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261220T235959",
            "2026-11-23T09:00",
        ),
        ("every 2 weeks on tue and thu 18:30", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "2026-11-24T18:30"),
        ("daily at 8 for 10 times", "FREQ=DAILY;COUNT=10", "2026-11-22T08:00"),
        ("every tuesday at 10 10 times", "FREQ=WEEKLY;BYDAY=TU;COUNT=10", "2026-11-24T10:00"),
        ("monthly on the 15th at noon", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-12-15T12:00"),
        ("every month on the 1st and 15th at 8:30", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-12-01T08:30"),
        ("every 31st at 10", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "2026-11-30T10:00"),
        ("last day of every month 18:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30T18:00"),
        ("every last friday 17:00", "FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27T17:00"),
        ("every first monday of the month at 10", "FREQ=MONTHLY;BYDAY=1MO", "2026-12-07T10:00"),
        ("every other friday at 5pm", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-11-27T17:00"),
        ("every second friday at 5pm", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-11-27T17:00"),
        ("every second friday of the month at 5pm", "FREQ=MONTHLY;BYDAY=2FR", "2026-12-11T17:00"),
        ("every day at 9 and 18", "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0", "2026-11-21T18:00"),
        (
            "every day at 9 in the morning and 6 in the evening",
            "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0",
            "2026-11-21T18:00",
        ),
        (
            "every monday and thursday at 9, 14 and 18:30",
            "FREQ=DAILY;BYDAY=MO,TH;BYHOUR=9,14,18;BYMINUTE=0,30;BYSETPOS=1,3,6",
            "2026-11-23T09:00",
        ),
        ("monday to friday at 9", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-23T09:00"),
        ("fri-sun 9am", "FREQ=WEEKLY;BYDAY=FR,SA,SU", "2026-11-22T09:00"),
        ("every weekend at 11", "FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-22T11:00"),
        ("every 25 December at 9", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "2026-12-25T09:00"),
        ("every day from Dec 1 until Jan 15 at 9", "FREQ=DAILY;UNTIL=20270115T235959", "2026-12-01T09:00"),
        ("every day for 2 weeks at 9", "FREQ=DAILY;UNTIL=20261205T235959", "2026-11-22T09:00"),
        ("every 3 days at 14:00", "FREQ=DAILY;INTERVAL=3", "2026-11-21T14:00"),
        ("every 3 hours", "FREQ=HOURLY;INTERVAL=3", "2026-11-21T14:00"),
        ("every evening at 7", "FREQ=DAILY", "2026-11-21T19:00"),
        ("every sunday at midnight", "FREQ=WEEKLY;BYDAY=SU", "2026-11-22T00:00"),
        ("every tue & thu 10am", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-24T10:00"),
        ("every 3rd friday at 9am", "FREQ=MONTHLY;BYDAY=3FR", "2026-12-18T09:00"),
        ("every 2nd tuesday of the month at 9", "FREQ=MONTHLY;BYDAY=2TU", "2026-12-08T09:00"),
        ("every week day at 9", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-23T09:00"),
    ],
)
def test_in_english(text: str, rule: str, starts_on: str) -> None:
    found = understood(text)
    assert (found.rule, found.starts_on) == (rule, datetime.fromisoformat(starts_on))
    assert found.zone == BERLIN
    assert not found.assumed


@pytest.mark.parametrize(
    ("language", "text", "rule", "starts_on"),
    [
        ("de", "jeden Werktag um 9 Uhr bis 20. Dezember", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261220T235959", 23),
        ("de", "alle 2 Wochen dienstags um 18:30", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", 24),
        ("de", "jeden letzten Freitag um 17 Uhr", "FREQ=MONTHLY;BYDAY=-1FR", 27),
        ("de", "10 mal täglich um 9", "FREQ=DAILY;COUNT=10", 22),
        ("de", "immer montags um 8", "FREQ=WEEKLY;BYDAY=MO", 23),
        ("de", "an jedem Montag um 8", "FREQ=WEEKLY;BYDAY=MO", 23),
        ("de", "Mo & Do um 9", "FREQ=WEEKLY;BYDAY=MO,TH", 23),
        ("de", "jeden 3. Freitag um 9", "FREQ=MONTHLY;BYDAY=3FR", 18),
        ("de", "jeden Montag um 8 bis Ende Dezember", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231T235959", 23),
        ("es", "de lunes a viernes a las 9", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 23),
        ("es", "los martes a las 10", "FREQ=WEEKLY;BYDAY=TU", 24),
        ("es", "los lunes y los jueves a las 9", "FREQ=WEEKLY;BYDAY=MO,TH", 23),
        ("es", "todos los lunes a las 9 hasta navidad", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261225T235959", 23),
        ("es", "el 30 de cada mes a las 9", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", 30),
        ("es", "todos los días a las 9 y a las 18", "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0", 21),
        ("fr", "tous les lundis à 9h jusqu'au 20 décembre", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261220T235959", 23),
        ("fr", "du lundi au vendredi à 9h", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 23),
        ("fr", "les lundis et les jeudis à 9h", "FREQ=WEEKLY;BYDAY=MO,TH", 23),
        ("fr", "chaque mardi à 10h jusqu'à la fin de l'année", "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231T235959", 24),
        ("fr", "le dernier vendredi de chaque mois à 17h", "FREQ=MONTHLY;BYDAY=-1FR", 27),
        ("pt", "toda segunda às 9 até o natal", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261225T235959", 23),
        ("pt", "de segunda a sexta às 9", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 23),
        ("pt", "todo dia 25 às 9", "FREQ=MONTHLY;BYMONTHDAY=25", 25),
        ("id", "setiap hari kerja jam 9", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 23),
        ("id", "setiap senin jam 9 sampai 20 desember", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261220T235959", 23),
        ("ru", "каждый понедельник в 9 до 20 декабря", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261220T235959", 23),
        ("ru", "по понедельникам и четвергам в 10", "FREQ=WEEKLY;BYDAY=MO,TH", 23),
        ("ru", "каждый месяц 25 числа в 12", "FREQ=MONTHLY;BYMONTHDAY=25", 25),
        ("ru", "каждое 25-е число в 12", "FREQ=MONTHLY;BYMONTHDAY=25", 25),
        ("ru", "каждую пятницу в 18:00 до конца года", "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261231T235959", 27),
        ("ru", "ежедневно в 8 10 раз", "FREQ=DAILY;COUNT=10", 22),
        ("uk", "щодня о 9 до 20 грудня", "FREQ=DAILY;UNTIL=20261220T235959", 22),
        ("uk", "щоп'ятниці о 18:00 до кінця року", "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261231T235959", 27),
        ("uk", "щопонеділка о 9", "FREQ=WEEKLY;BYDAY=MO", 23),
        ("ar", "كل اثنين الساعة 9 حتى 20 ديسمبر", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261220T235959", 23),
        ("ar", "كل اسبوعين الثلاثاء الساعة 9", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", 24),
        ("hi", "हर दिन 9 बजे 20 दिसंबर तक", "FREQ=DAILY;UNTIL=20261220T235959", 22),
        ("hi", "सोमवार से शुक्रवार सुबह 9 बजे", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 23),
        ("hi", "हर सोमवार सुबह 9 बजे", "FREQ=WEEKLY;BYDAY=MO", 23),
        ("de", "every monday at 9", "FREQ=WEEKLY;BYDAY=MO", 23),
    ],
)
def test_in_the_users_language(language: str, text: str, rule: str, starts_on: int) -> None:
    found = understood(text, language=language)
    assert (found.rule, found.starts_on.day) == (rule, starts_on)


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("every wednesday", {"time"}),
        ("weekly at 9", {"day"}),
        ("monthly", {"day", "time"}),
        ("every morning", {"time"}),
    ],
)
def test_what_wasnt_said_is_told(text: str, assumed: set[str]) -> None:
    assert understood(text).assumed == assumed


def test_where_clocks_have_twelve_hours_three_is_in_the_afternoon() -> None:
    assert understood("every day at 3", zone="America/New_York").starts_on.hour == 15
    assert understood("every day at 3").starts_on.hour == 3


def test_a_zone_that_is_named_counts() -> None:
    found = understood("every day at 7am est")
    assert (found.zone, found.starts_on.hour) == ("America/New_York", 7)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("every nonsense", "recurrence_not_understood"),
        ("tomorrow at 9", "recurrence_not_understood"),
        ("every monday on the 15th", "recurrence_not_understood"),
        ("", "recurrence_not_understood"),
        ("every day at 9" + " and 9" * 100, "recurrence_not_understood"),
        ("every 30 minutes", "too_often"),
        ("every half hour", "too_often"),
        ("every day at 9 and 9:30", "too_often"),
        ("daily at 9 5000 times", "too_many_times"),
        ("every 2 weeks on mon and tue at 9:00 and 18:30", "times_dont_fit"),
        ("every monday until tomorrow", "ends_before_start"),
    ],
)
def test_what_cant_be(text: str, code: str) -> None:
    with pytest.raises(InvalidInput, match=rf"when\.{code}"):
        understood(text)


def test_a_single_time_is_still_told_from_a_repetition() -> None:
    with pytest.raises(InvalidInput, match=r"when\.recurring"):
        parse_when("every monday 9am until christmas", now=NOW, zone=BERLIN, language="en")
    with pytest.raises(InvalidInput, match=r"when\.recurring"):
        parse_when("los martes a las 10", now=NOW, zone=BERLIN, language="es")
    assert parse_when("next monday 9:00", now=NOW, zone=BERLIN, language="en").local.day == 23
