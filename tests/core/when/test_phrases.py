"""Natural language, in the product's ten languages and a few more. It is Saturday 21 November 2026, 13:00 in Berlin."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.when import lexer
from core.when.phrases import When, parse_when
from core.when.times import at_local, to_local

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def when(text: str, language: str = "en", *, now: datetime = NOW, zone: str = BERLIN) -> When:
    return parse_when(text, now=now, zone=zone, language=language)


def shown(text: str, language: str = "en", *, now: datetime = NOW, zone: str = BERLIN) -> str:
    return f"{when(text, language, now=now, zone=zone).local:%a %d %b %Y %H:%M}"


def refusal(text: str, language: str = "en", *, now: datetime = NOW, zone: str = BERLIN) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        when(text, language, now=now, zone=zone)
    return caught.value


TODAY, TOMORROW, MONDAY = "Sat 21 Nov 2026", "Sun 22 Nov 2026", "Mon 23 Nov 2026"
FRIDAY, XMAS = "Fri 27 Nov 2026", "Fri 25 Dec 2026"

SAID = {
    "en": {
        "in 1 minute": f"{TODAY} 13:01",
        "in half an hour": f"{TODAY} 13:30",
        "in an hour and a half": f"{TODAY} 14:30",
        "two and a half hours": f"{TODAY} 15:30",
        "1h30m": f"{TODAY} 14:30",
        "in a fortnight": "Sat 05 Dec 2026 13:00",
        "2 days from now": f"{MONDAY} 13:00",
        "in 3 days at 18:00": "Tue 24 Nov 2026 18:00",
        "Next Fri 18:30": f"{FRIDAY} 18:30",
        "friday": f"{FRIDAY} 09:00",
        "friday next week": f"{FRIDAY} 09:00",
        "saturday 9am": "Sat 28 Nov 2026 09:00",
        "saturday 9pm": f"{TODAY} 21:00",
        "sunday morning": f"{TOMORROW} 09:00",
        "Monday at 9 a.m.": f"{MONDAY} 09:00",
        "tomorrow 9am": f"{TOMORROW} 09:00",
        "tomorrow evening at 7": f"{TOMORROW} 19:00",
        "tomorrow at noon": f"{TOMORROW} 12:00",
        "day after tomorrow, 10am": f"{MONDAY} 10:00",
        "21:15": f"{TODAY} 21:15",
        "9pm": f"{TODAY} 21:00",
        "9": f"{TOMORROW} 09:00",
        "half past nine": f"{TOMORROW} 09:30",
        "noon": f"{TOMORROW} 12:00",
        "12pm": f"{TOMORROW} 12:00",
        "12am": f"{TOMORROW} 00:00",
        "midnight": f"{TOMORROW} 00:00",
        "24:00": f"{TOMORROW} 00:00",
        "tonight": f"{TODAY} 20:00",
        "tonight at 9": f"{TODAY} 21:00",
        "today": f"{TODAY} 14:00",
        "next week": f"{MONDAY} 09:00",
        "end of month": "Mon 30 Nov 2026 09:00",
        "this weekend": f"{TODAY} 14:00",
        "next weekend": "Sat 28 Nov 2026 09:00",
        "on the 25th": "Wed 25 Nov 2026 09:00",
        "25.12 18:00": f"{XMAS} 18:00",
        "12/25 6pm": f"{XMAS} 18:00",
        "dec 25": f"{XMAS} 09:00",
        "25th of December 2026 at 9:30": f"{XMAS} 09:30",
        "January 5": "Tue 05 Jan 2027 09:00",
        "2026-12-01": "Tue 01 Dec 2026 09:00",
        "2026-12-01 09:00": "Tue 01 Dec 2026 09:00",
        "2026-12-01T09:00:00Z": "Tue 01 Dec 2026 10:00",
        "2026-12-01T09:00+05:00": "Tue 01 Dec 2026 05:00",
        "9pm utc": f"{TODAY} 22:00",
        "9am PST": f"{TODAY} 18:00",
        "now": f"{TODAY} 13:00",
    },
    "es": {
        "mañana a las 9": f"{TOMORROW} 09:00",
        "manana a las 10": f"{TOMORROW} 10:00",
        "mañana por la mañana": f"{TOMORROW} 09:00",
        "el viernes a las 18:30": f"{FRIDAY} 18:30",
        "viernes que viene": f"{FRIDAY} 09:00",
        "próximo lunes": f"{MONDAY} 09:00",
        "pasado mañana a las 21h": f"{MONDAY} 21:00",
        "25 de diciembre a las 18:00": f"{XMAS} 18:00",
        "hoy a las 9 de la noche": f"{TODAY} 21:00",
        "a las 9 y media de la mañana": f"{TOMORROW} 09:30",
        "esta noche": f"{TODAY} 20:00",
        "al mediodía": f"{TOMORROW} 12:00",
        "dentro de media hora": f"{TODAY} 13:30",
        "en una hora": f"{TODAY} 14:00",
        "la semana que viene": f"{MONDAY} 09:00",
        "fin de mes": "Mon 30 Nov 2026 09:00",
    },
    "pt": {
        "amanhã às 9": f"{TOMORROW} 09:00",
        "amanhã de manhã": f"{TOMORROW} 09:00",
        "sexta às 18h30": f"{FRIDAY} 18:30",
        "sexta-feira às 9 da manhã": f"{FRIDAY} 09:00",
        "daqui a 2 horas": f"{TODAY} 15:00",
        "em meia hora": f"{TODAY} 13:30",
        "próxima segunda": f"{MONDAY} 09:00",
        "25 de dezembro às 18h": f"{XMAS} 18:00",
        "hoje à noite": f"{TODAY} 20:00",
        "ao meio-dia": f"{TOMORROW} 12:00",
        "depois de amanhã 10h": f"{MONDAY} 10:00",
        "semana que vem": f"{MONDAY} 09:00",
    },
    "de": {
        "morgen um 9": f"{TOMORROW} 09:00",
        "morgen früh um 8": f"{TOMORROW} 08:00",
        "Freitag Morgen": f"{FRIDAY} 09:00",
        "nächsten Freitag 18:30": f"{FRIDAY} 18:30",
        "in einer halben Stunde": f"{TODAY} 13:30",
        "übermorgen 10 Uhr": f"{MONDAY} 10:00",
        "am 25. Dezember um 18 Uhr": f"{XMAS} 18:00",
        "am 25.12. um 18:00": f"{XMAS} 18:00",
        "um 18.30 Uhr": f"{TODAY} 18:30",
        "9 Uhr 30": f"{TOMORROW} 09:30",
        "halb neun": f"{TOMORROW} 08:30",
        "heute Abend": f"{TODAY} 20:00",
        "am Dienstag um 9 Uhr morgens": "Tue 24 Nov 2026 09:00",
        "nächste Woche": f"{MONDAY} 09:00",
        "Ende des Monats": "Mon 30 Nov 2026 09:00",
    },
    "fr": {
        "demain à 9h": f"{TOMORROW} 09:00",
        "dans 2 heures": f"{TODAY} 15:00",
        "dans 2h": f"{TODAY} 15:00",
        "dans une demi-heure": f"{TODAY} 13:30",
        "dans une heure et demie": f"{TODAY} 14:30",
        "vendredi prochain à 18h30": f"{FRIDAY} 18:30",
        "à 9 heures et demie": f"{TOMORROW} 09:30",
        "ce soir": f"{TODAY} 20:00",
        "demain matin": f"{TOMORROW} 09:00",
        "après-demain à midi": f"{MONDAY} 12:00",
        "le 25 décembre à 18h": f"{XMAS} 18:00",
        "1er janvier": "Fri 01 Jan 2027 09:00",
        "mardi à 9 heures du matin": "Tue 24 Nov 2026 09:00",
        "à minuit": f"{TOMORROW} 00:00",
        "la semaine prochaine": f"{MONDAY} 09:00",
    },
    "ru": {
        "завтра в 9": f"{TOMORROW} 09:00",
        "послезавтра в 10 утра": f"{MONDAY} 10:00",
        "в пятницу в 18:30": f"{FRIDAY} 18:30",
        "в следующую пятницу": f"{FRIDAY} 09:00",
        "через 2 часа": f"{TODAY} 15:00",
        "через полчаса": f"{TODAY} 13:30",
        "через полтора часа": f"{TODAY} 14:30",
        "через час": f"{TODAY} 14:00",
        "в 3 дня": f"{TODAY} 15:00",
        "через 3 дня": "Tue 24 Nov 2026 13:00",
        "в 9 часов": f"{TOMORROW} 09:00",
        "в 9 вечера": f"{TODAY} 21:00",
        "в 2 ночи": f"{TOMORROW} 02:00",
        "25 декабря в 18:00": f"{XMAS} 18:00",
        "сегодня вечером": f"{TODAY} 20:00",
        "на следующей неделе": f"{MONDAY} 09:00",
        "в конце месяца": "Mon 30 Nov 2026 09:00",
    },
    "uk": {
        "завтра о 9": f"{TOMORROW} 09:00",
        "післязавтра о 10 ранку": f"{MONDAY} 10:00",
        "у п'ятницю о 18:30": f"{FRIDAY} 18:30",
        "пʼятниця 18:00": f"{FRIDAY} 18:00",
        "наступної п’ятниці": f"{FRIDAY} 09:00",
        "за 2 години": f"{TODAY} 15:00",
        "через півгодини": f"{TODAY} 13:30",
        "25 грудня о 18:00": f"{XMAS} 18:00",
        "сьогодні ввечері": f"{TODAY} 20:00",
        "о 3 дня": f"{TODAY} 15:00",
        "через 3 дні": "Tue 24 Nov 2026 13:00",
    },
    "ar": {
        "غدا الساعة 9 صباحا": f"{TOMORROW} 09:00",
        "غداً الساعة ٩ مساءً": f"{TOMORROW} 21:00",
        "بعد ساعتين": f"{TODAY} 15:00",
        "بعد نصف ساعة": f"{TODAY} 13:30",
        "بعد ١٠ دقائق": f"{TODAY} 13:10",
        "بعد غد": f"{MONDAY} 09:00",
        "يوم الجمعة الساعة 18:30": f"{FRIDAY} 18:30",
        "الجمعة القادمة": f"{FRIDAY} 09:00",
        "25 ديسمبر الساعة 6 مساء": f"{XMAS} 18:00",
        "الليلة": f"{TODAY} 20:00",
        "الأسبوع القادم": f"{MONDAY} 09:00",
        "منتصف الليل": f"{TOMORROW} 00:00",
    },
    "hi": {
        "कल सुबह 9 बजे": f"{TOMORROW} 09:00",
        "कल सुबह ९ बजे": f"{TOMORROW} 09:00",
        "2 घंटे में": f"{TODAY} 15:00",
        "आधे घंटे में": f"{TODAY} 13:30",
        "10 मिनट बाद": f"{TODAY} 13:10",
        "शुक्रवार को 18:30": f"{FRIDAY} 18:30",
        "परसों शाम 6 बजे": f"{MONDAY} 18:00",
        "25 दिसंबर को शाम 6 बजे": f"{XMAS} 18:00",
        "रात 9 बजे": f"{TODAY} 21:00",
        "आज रात": f"{TODAY} 20:00",
        "अगले हफ्ते": f"{MONDAY} 09:00",
    },
    "id": {
        "besok jam 9": f"{TOMORROW} 09:00",
        "besok pagi": f"{TOMORROW} 09:00",
        "2 jam lagi": f"{TODAY} 15:00",
        "setengah jam lagi": f"{TODAY} 13:30",
        "jumat 18.30": f"{FRIDAY} 18:30",
        "jumat depan": f"{FRIDAY} 09:00",
        "lusa pukul 10": f"{MONDAY} 10:00",
        "25 desember jam 6 sore": f"{XMAS} 18:00",
        "nanti malam": f"{TODAY} 20:00",
        "minggu depan": f"{MONDAY} 09:00",
        "hari minggu jam 9": f"{TOMORROW} 09:00",
        "akhir bulan": "Mon 30 Nov 2026 09:00",
    },
    "it": {
        "domani": f"{TOMORROW} 09:00",
        "domani alle 15": f"{TOMORROW} 15:00",
        "venerdì alle 18:30": f"{FRIDAY} 18:30",
        "tra 2 ore": f"{TODAY} 15:00",
    },
    "pl": {"jutro o 15": f"{TOMORROW} 15:00", "za 2 godziny": f"{TODAY} 15:00"},
    "tr": {"yarın 9:00": f"{TOMORROW} 09:00"},
}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, text, expected) for language, said in SAID.items() for text, expected in said.items()],
)
def test_what_people_say_is_understood(language: str, text: str, expected: str) -> None:
    assert shown(text, language) == expected


def test_the_product_speaks_ten_languages() -> None:
    assert lexer.languages() == set("en es pt de fr ru uk ar hi id".split())  # noqa: SIM905


@pytest.mark.parametrize("language", ["de", "uk", "xx", "", "pt-BR"])
def test_english_and_other_languages_work_whatever_ones_own_is(language: str) -> None:
    assert shown("tomorrow 9am", language) == f"{TOMORROW} 09:00"
    assert shown("завтра в 9", language) == f"{TOMORROW} 09:00"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("every Monday 9am until Christmas", "en"),
        ("daily at 9", "en"),
        ("at 9 every day", "en"),
        ("cada lunes a las 9", "es"),
        ("todos los lunes", "es"),
        ("toda segunda às 9", "pt"),
        ("jeden Montag um 9", "de"),
        ("montags um 9", "de"),
        ("tous les lundis à 9h", "fr"),
        ("chaque lundi", "fr"),
        ("каждый понедельник в 9", "ru"),
        ("по понедельникам в 9", "ru"),
        ("щопонеділка о 9", "uk"),
        ("كل يوم اثنين", "ar"),
        ("हर सोमवार", "hi"),
        ("setiap senin jam 9", "id"),
    ],
)
def test_repetitions_are_recognised(text: str, language: str) -> None:
    assert refusal(text, language).error_code == "when.recurring"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "when.not_understood"),
        ("   ", "when.not_understood"),
        ("hello", "when.not_understood"),
        ("soon", "when.not_understood"),
        ("march", "when.not_understood"),
        ("in 5", "when.not_understood"),
        ("25:00", "when.not_understood"),
        ("32.13", "when.not_understood"),
        ("13/13", "when.not_understood"),
        ("30 february", "when.not_understood"),
        ("13pm", "when.not_understood"),
        ("tomorrow tomorrow 5 6 7", "when.not_understood"),
        ("in 99999999999 years", "when.not_understood"),
        ("9" * 500, "when.not_understood"),
        ("🎉🎉", "when.not_understood"),
        (")", "when.not_understood"),
        ("0001-01-01T00:00+05:00", "when.not_understood"),
        ("9999-12-31T23:59-05:00", "when.not_understood"),
        ("yesterday", "when.in_past"),
        ("2 hours ago", "when.in_past"),
        ("today 9am", "when.in_past"),
        ("1.1.2020", "when.in_past"),
        ("2020-01-01", "when.in_past"),
        ("2020-01-01T00:00:00Z", "when.in_past"),
        ("in 400 days", "when.too_far"),
        ("31.12.2027", "when.too_far"),
        ("in 5 years", "when.too_far"),
    ],
)
def test_what_can_not_be_scheduled_is_named(text: str, code: str) -> None:
    assert refusal(text).error_code == code


def test_the_farthest_day_is_366_days_away() -> None:
    assert shown("in 366 days") == "Mon 22 Nov 2027 13:00"
    assert refusal("in 367 days").params == {"at": "2027-11-23T12:00:00+00:00", "limit_days": 366}


def test_a_time_that_has_passed_today_is_tomorrows_and_says_so() -> None:
    assert when("at 9").moved_to_tomorrow
    assert not when("at 21").moved_to_tomorrow
    assert not when("tomorrow at 9").moved_to_tomorrow
    assert when("at 9").assumed == {"day"}


def test_what_was_not_said_is_flagged() -> None:
    assert when("friday").assumed == {"time"}
    assert when("next week").assumed == {"day", "time"}
    assert when("friday 18:30").assumed == frozenset()
    assert when("in 2 hours").assumed == frozenset()


@pytest.mark.parametrize(
    ("text", "zone", "now", "first", "other"),
    [
        ("3/4", BERLIN, NOW, "Sat 03 Apr 09:00", "Thu 04 Mar 09:00"),
        ("3/4", "America/New_York", NOW, "Thu 04 Mar 09:00", "Sat 03 Apr 09:00"),
        ("next friday", BERLIN, NOW + timedelta(days=2), "Fri 04 Dec 09:00", "Fri 27 Nov 09:00"),
        ("at 9", "America/New_York", NOW, "Sat 21 Nov 09:00", "Sat 21 Nov 21:00"),
        ("at 9", "America/New_York", NOW + timedelta(hours=6), "Sat 21 Nov 21:00", "Sun 22 Nov 09:00"),
        ("tomorrow at 3", "America/New_York", NOW, "Sun 22 Nov 15:00", "Sun 22 Nov 03:00"),
    ],
)
def test_two_readings_are_both_given(text: str, zone: str, now: datetime, first: str, other: str) -> None:
    found = when(text, zone=zone, now=now)
    assert found.was_ambiguous
    assert found.other_utc is not None
    assert [f"{at:%a %d %b %H:%M}" for at in (found.local, to_local(found.other_utc, zone))] == [first, other]


@pytest.mark.parametrize("text", ["13/4", "4/4", "04:00", "9am", "21:00", "tomorrow evening at 7", "next friday"])
def test_one_reading_is_not_ambiguous(text: str) -> None:
    assert not when(text).was_ambiguous


def test_late_in_the_evening_tonight_is_the_next_full_hour() -> None:
    assert shown("tonight", now=NOW + timedelta(hours=9)) == f"{TODAY} 23:00"
    assert refusal("tonight", now=NOW + timedelta(hours=10, minutes=50)).error_code == "when.in_past"


def test_a_stretch_of_hours_is_exact_across_the_change_of_clocks() -> None:
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # 01:30 in Berlin; at 02:00 the clocks jump to 03:00
    assert when("in 1 hour", now=before).at_utc - before == timedelta(hours=1)
    assert shown("in 1 hour", now=before) == "Sun 28 Mar 2027 03:30"


def test_a_stretch_of_days_keeps_the_wall_clock_across_the_change_of_clocks() -> None:
    assert shown("in 1 day", now=datetime(2027, 3, 27, 12, tzinfo=UTC)) == "Sun 28 Mar 2027 13:00"


def test_a_time_that_the_clocks_skip_is_shifted() -> None:
    assert shown("tomorrow 02:30", now=datetime(2027, 3, 27, 12, tzinfo=UTC)) == "Sun 28 Mar 2027 03:30"


instants = st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from([BERLIN, "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"])


@settings(deadline=None)
@given(instants, zones, st.times().map(lambda clock: clock.replace(second=0, microsecond=0)))
def test_a_clock_time_is_always_the_next_one(now: datetime, zone: str, clock: time) -> None:
    found = when(f"{clock:%H:%M}", "de", now=now, zone=zone)
    assert now.replace(microsecond=0) <= found.at_utc <= now + timedelta(hours=25, minutes=1)
    assert found.at_utc == at_local(found.local.date() if found.local.time() == clock else _day(found), clock, zone)


def _day(found: When) -> date:
    """The day meant by a time that was shifted over a gap of the clocks, perhaps past midnight."""
    return (found.local - timedelta(hours=1)).date()


@settings(deadline=None)
@given(instants, zones, st.dates(min_value=date(2025, 1, 1), max_value=date(2031, 1, 1)))
def test_a_written_date_is_that_day_or_is_refused(now: datetime, zone: str, day: date) -> None:
    try:
        found = when(f"{day:%Y-%m-%d} 18:30", now=now, zone=zone)
    except InvalidInput as exc:
        distance = at_local(day, time(18, 30), zone) - now
        assert (exc.error_code == "when.in_past") == (distance < timedelta(0))  # noqa: PT017  (either outcome is right)
    else:
        assert (found.local.date(), found.local.time()) == (day, time(18, 30))


MIXTURE = """
    next in at 9 18:30 friday half an hour the 25th december 3/4 week end of month 2h30 pm tonight . , 12.30 0 24:00 day
"""


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(MIXTURE.split()),
        max_size=6,
    ),
    st.sampled_from(["en", "fr", "de"]),
)
def test_any_mixture_of_words_is_understood_or_refused(words: list[str], language: str) -> None:
    try:
        assert when(" ".join(words), language).at_utc >= NOW
    except InvalidInput as exc:
        assert exc.error_code.startswith("when.")  # noqa: PT017  (either outcome is right)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        when(text)
    except InvalidInput as exc:
        assert exc.error_code.startswith("when.")  # noqa: PT017  (either outcome is right)
