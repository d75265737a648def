"""Variables: what is one, what takes its place, and where the formatting stays."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.telegram.content import Entity
from core.templates.variables import Known, date_value, filled, filled_rich, meant, variables_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{date}: {Guest Name} at {link}, {DATE}", ["date", "guest name", "link"]),
        ('{{date}} stays, and so do {}, { }, {1} and {"a": 1}', []),
        ("{гость} und {Überschrift}", ["гость", "überschrift"]),
        ("{" + "x" * 33 + "}", []),
    ],
)
def test_what_is_a_variable(text: str, names: list[str]) -> None:
    assert variables_in(text) == names


def test_values_take_their_places_and_braces_stay_braces() -> None:
    text = "{Brand} on {date}: {{brand}} {unknown} {not, one}"
    assert filled(text, {"brand": "Oven", "date": "{brand}"}) == "Oven on {brand}: {brand} {unknown} {not, one}"


def test_formatting_stays_on_its_words() -> None:
    text = "🥖 Hello {guest}, bold {date} end"
    entities = [
        Entity(type="bold", offset=3, length=13),  # "Hello {guest}"
        Entity(type="italic", offset=9, length=7),  # "{guest}"
        Entity(type="underline", offset=text.index("end") + 1, length=3),
    ]
    new, moved = filled_rich(text, entities, {"guest": "Jo", "date": "🎂 today"})
    assert new == "🥖 Hello Jo, bold 🎂 today end"
    units = new.encode("utf-16-le")

    def words(one: Entity) -> str:
        return units[one.offset * 2 : (one.offset + one.length) * 2].decode("utf-16-le")

    assert {one.type: words(one) for one in moved} == {"bold": "Hello Jo", "italic": "Jo", "underline": "end"}


def test_formatting_of_a_variable_without_a_value_goes() -> None:
    assert filled_rich("{a}b", [Entity(type="bold", offset=0, length=3)], {"a": ""}) == ("b", ())


@given(st.text(alphabet="{}ab🥖 ", max_size=30), st.text(max_size=5))
def test_any_text_can_be_filled_and_then_has_no_such_variable_but_in_values(text: str, value: str) -> None:
    new = filled(text, dict.fromkeys(variables_in(text), "x" + value.replace("{", "").replace("}", "")))
    assert len(variables_in(new)) <= text.count("{{")


def test_near_misses_are_seen() -> None:
    assert (meant("dates"), meant("brnd"), meant("guest"), meant("date")) == (Known.DATE, Known.BRAND, None, None)


def test_the_day_is_that_of_the_zone_in_the_language_of_the_post() -> None:
    at = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert date_value(at, "Europe/Berlin", "de") == "22. November 2026"
    assert date_value(at, "America/New_York", "en") == "November 21, 2026"
