"""A script's JSON and its edits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.podcasts.pace import pace_of
from core.podcasts.script import (
    Claim,
    Line,
    Script,
    Section,
    Speaker,
    with_line,
    with_line_given,
    with_section,
    with_voices_swapped,
    without_line,
)

LINES = st.builds(
    Line,
    st.sampled_from(Speaker),
    st.text(max_size=40),
    st.lists(st.builds(Claim, st.integers(0, 3), st.text(max_size=20)), max_size=2).map(tuple),
)
SECTIONS = st.builds(Section, st.text(max_size=10), st.lists(LINES, min_size=1, max_size=4).map(tuple))
SCRIPTS = st.builds(
    Script,
    st.text(max_size=20),
    st.sampled_from(["en", "pt-BR", "zh"]),
    st.lists(SECTIONS, min_size=1, max_size=4).map(tuple),
    st.text(max_size=8),
    st.text(max_size=8),
)


def script(*sections: list[str]) -> Script:
    """Host and guest take turns."""
    speakers = iter([Speaker.HOST, Speaker.GUEST] * 50)
    made = [Section(f"Part {at}", tuple(Line(next(speakers), text) for text in one)) for at, one in enumerate(sections)]
    return Script("Bread", "en", tuple(made), "Clara", "Theo")


@given(SCRIPTS)
def test_json_keeps_everything(one: Script) -> None:
    assert Script.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_json_of_something_else_is_refused() -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Script.from_json({"title": "x", "sections": []})
    broken = script(["One."]).to_json()
    broken["sections"][0]["lines"][0]["speaker"] = "narrator"
    with pytest.raises(ValueError, match="narrator"):
        Script.from_json(broken)


def test_a_replaced_line_loses_the_claims_of_its_old_text() -> None:
    one = Script("t", "en", (Section("a", (Line(Speaker.HOST, "Old.", (Claim(0, "Old."),)),)),))
    assert with_line(one, 1, "  New \n text. ").line(1) == Line(Speaker.HOST, "New text.")


def test_a_dropped_line_moves_the_later_ones_up_and_an_empty_section_goes() -> None:
    one = without_line(script(["One.", "Two."], ["Three."], ["Four."]), 3)
    assert [(number, line.text) for number, line in one.numbered()] == [(1, "One."), (2, "Two."), (3, "Four.")]
    assert [section.title for section in one.sections] == ["Part 0", "Part 2"]


def test_an_empty_text_drops_the_line() -> None:
    assert [line.text for line in with_line(script(["One.", "Two."]), 1, " \n").lines] == ["Two."]


def test_the_last_line_stays() -> None:
    with pytest.raises(InvalidInput) as caught:
        without_line(script(["One."]), 1)
    assert caught.value.error_code == "script.nothing_left"


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_line_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        with_line(script(["One.", "Two."]), number, "New.")
    assert caught.value.error_code == "script.no_line"


def test_a_section_is_replaced_by_number_and_an_empty_one_goes() -> None:
    new = Section("New", (Line(Speaker.GUEST, "Five."),))
    one = with_section(script(["One."], ["Two."]), 2, new)
    assert [line.text for line in one.lines] == ["One.", "Five."]
    assert len(with_section(one, 1, Section("", ())).sections) == 1
    with pytest.raises(InvalidInput):
        with_section(one, 3, new)


def test_a_line_can_be_given_to_the_other() -> None:
    assert with_line_given(script(["One."]), 1, Speaker.GUEST).line(1).speaker is Speaker.GUEST


def test_swapped_voices_exchange_the_names_also_where_they_are_said() -> None:
    one = script(["I'm Clara, and with me is Theo.", "Thanks, Clara. Theodor isn't here."])
    swapped = with_voices_swapped(one)
    assert (swapped.host, swapped.guest) == ("Theo", "Clara")
    assert swapped.line(1).text == "I'm Theo, and with me is Clara."
    assert swapped.line(2).text == "Thanks, Theo. Theodor isn't here."
    assert with_voices_swapped(swapped) == one


@given(SCRIPTS)
def test_every_line_is_found_by_its_number(one: Script) -> None:
    assert [one.line(number) for number, _ in one.numbered()] == list(one.lines)


def test_a_faster_voice_makes_a_shorter_episode() -> None:
    one = script(["The bread rises, slowly, for 48 hours.", "It does."])
    assert one.seconds(pace_of("en", speed=1.5)) < one.seconds(pace_of("en")) < 8
    assert pace_of("en").words(60) == round(pace_of("en").words_per_minute)
