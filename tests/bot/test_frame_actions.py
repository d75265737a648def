"""What buttons carry: it fits, comes back as it was, and anything else is out of date."""

from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import DATA_BYTES_MAX, Action, OutdatedButton, action, decode
from bot.screens import Button
from core import ids


class Size(StrEnum):
    SMALL = "s"
    LARGE = "l"


@action("t.all")
class Everything(Action):
    post_id: ids.PostId
    page: int
    on: bool
    size: Size
    name: str | None
    other: Size | None = None


@action("t.none")
class Nothing(Action):
    pass


@action("t.str")
class Word(Action):
    word: str


words = st.text(min_size=1, max_size=6).filter(lambda text: ":" not in text and len(text.encode()) <= 20)
everything = st.builds(
    Everything,
    post_id=st.uuids().map(ids.PostId),
    page=st.integers(-999, 99_999),
    on=st.booleans(),
    size=st.sampled_from(Size),
    name=st.none() | words,
    other=st.none() | st.sampled_from(Size),
)


@given(made=everything)
def test_every_action_comes_back_as_it_was_and_fits(made: Everything) -> None:
    data = made.encode()
    assert len(data.encode()) <= DATA_BYTES_MAX
    assert decode(data) == made


@given(text=st.text(max_size=64))
def test_whatever_comes_in_is_an_action_or_out_of_date(text: str) -> None:
    try:
        assert decode(text).encode() == text
    except OutdatedButton:
        return


@given(made=everything, at=st.integers(0, 63), letter=st.characters(codec="ascii"))
def test_data_that_was_tampered_with_never_becomes_something_that_no_button_holds(
    made: Everything, at: int, letter: str
) -> None:
    data = made.encode()
    try:
        changed = decode(data[:at] + letter + data[at + 1 :])
    except OutdatedButton:
        return
    assert decode(changed.encode()) == changed


@pytest.mark.parametrize(
    "data",
    [
        "",
        ":",
        "nobody",
        "t.none:",
        "t.none:1",
        "t.str",
        "t.str:",
        "t.str:a:b",
        "t.all:short:1:1:s:",
        "t.all:AZq3AZq3AZq3AZq3AZq3AA:01:1:s::",
        "t.all:AZq3AZq3AZq3AZq3AZq3AA:1:2:s::",
        "t.all:AZq3AZq3AZq3AZq3AZq3AA:1:1:xl::",
        "t.all:AZq3AZq3AZq3AZq3AZq3AA:+1:1:s::",
    ],
)
def test_an_old_or_broken_button_is_out_of_date(data: str) -> None:
    with pytest.raises(OutdatedButton):
        decode(data)


def test_an_action_without_fields_is_its_name() -> None:
    assert decode(Nothing().encode()) == Nothing()
    assert Nothing().encode() == "t.none"


@pytest.mark.parametrize("word", ["a:b", "", "ж" * 40])
def test_what_does_not_fit_into_a_button_is_noticed_when_it_is_made(word: str) -> None:
    with pytest.raises(ValueError, match="button"):
        Button("Go", Word(word)).to_telegram()


def test_an_action_has_its_name_for_itself() -> None:
    with pytest.raises(ValueError, match="two actions"):

        @action("t.str")
        class Other(Action):
            pass


def _same_of_one_feature() -> Action:
    @action("t.same1")
    class Same(Action):
        number: int

    return Same(7)


def _same_of_another() -> Action:
    @action("t.same2")
    class Same(Action):
        word: str

    return Same("7")


def test_two_actions_of_the_same_class_name_are_told_apart() -> None:
    first, second = _same_of_one_feature(), _same_of_another()
    assert decode("t.same1:7") == first
    assert decode("t.same2:7") == second


@given(value=st.uuids())
def test_ids_come_back_from_their_short_form(value: UUID) -> None:
    assert ids.parse_short(ids.short(value)) == value
