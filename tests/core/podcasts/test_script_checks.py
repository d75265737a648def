"""What is wrong with a script, and what is put right without asking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.podcasts.pace import pace_of
from core.podcasts.script import LINE_CHARACTERS, Claim, Line, Script, Section, Speaker
from core.podcasts.script_checks import ProblemCode, mended, mended_section, problems, repeated_trigrams

WORDS = st.lists(
    st.sampled_from(["bread", "rises", "slowly", "care", "[laughs]", "*soft*", "24", "https://a.com/x", "😀", "<b>"])
)
SENTENCES = WORDS.map(lambda words: " ".join(words) + ".")
TEXTS = st.lists(SENTENCES, min_size=1, max_size=30).map(" ".join)
SCRIPTS = st.lists(st.tuples(st.sampled_from(Speaker), TEXTS), min_size=1, max_size=6).map(
    lambda pairs: Script("t", "en", (Section("s", tuple(Line(who, text) for who, text in pairs)),))
)


def script(*texts: str) -> Script:
    lines = [Line(Speaker.GUEST if at % 2 else Speaker.HOST, text) for at, text in enumerate(texts)]
    return Script("Bread", "en", (Section("One", tuple(lines)),))


def codes(one: Script) -> list[tuple[ProblemCode, int | None]]:
    return [(problem.code, problem.line) for problem in problems(one)]


def test_a_good_script_has_no_problems() -> None:
    assert problems(script("What makes bread rise?", "Yeast eats sugar and breathes out gas. Go on.", "Go on.")) == []


def test_what_would_be_read_aloud_is_found_and_mended() -> None:
    one = script("Welcome [laughs] to the show.", "Thanks, it is **good** to be here.")
    assert codes(one) == [(ProblemCode.NOT_SPOKEN, 1), (ProblemCode.NOT_SPOKEN, 2)]
    assert [line.text for line in mended(one).lines] == ["Welcome to the show.", "Thanks, it is good to be here."]


def test_a_sentence_said_before_in_nearly_the_same_words_is_found_and_goes() -> None:
    one = script(
        "The oldest bakery of the town bakes at night.",
        "Bread needs time. The oldest bakery of the town bakes, at night!",
    )
    assert codes(one) == [(ProblemCode.REPEATED, 2)]
    assert mended(one).line(2).text == "Bread needs time."


def test_other_sentences_on_the_same_subject_are_no_repetition() -> None:
    assert problems(script("What should we know about bread?", "What should we know about the price of flour?")) == []


def test_a_long_line_is_parted_between_sentences_and_keeps_its_claims_where_they_are_said() -> None:
    facts = [f"Fact {word} says that number {at} of them all is different." for at, word in enumerate(_words(20))]
    line = Line(Speaker.GUEST, " ".join(facts), tuple(Claim(0, fact) for fact in facts))
    one = Script("t", "en", (Section("s", (Line(Speaker.HOST, "Tell me the facts."), line)),))
    assert (ProblemCode.LINE_TOO_LONG, 2) in codes(one)
    parted = mended(one).lines[1:]
    assert len(parted) > 1
    assert all(len(part.text) <= LINE_CHARACTERS and part.speaker is Speaker.GUEST for part in parted)
    assert [claim.sentence for part in parted for claim in part.claims] == facts
    assert all(claim.sentence in part.text for part in parted for claim in part.claims)


def test_one_speaker_alone_is_refused() -> None:
    one = script("Only the host speaks here.", "😀")
    assert (ProblemCode.EMPTY, 2) in codes(one)
    with pytest.raises(InvalidInput) as caught:
        mended(one)
    assert (caught.value.error_code, caught.value.params) == ("script.one_speaker", {"missing": "guest"})


def test_the_length_is_kept_within_fifteen_percent() -> None:
    one, pace = script("Hello and welcome to the show.", "Thank you, it is good to be here."), pace_of("en")
    seconds = one.seconds(pace)
    assert problems(one, pace=pace, wanted_s=seconds * 1.14) == []
    assert [found.code for found in problems(one, pace=pace, wanted_s=seconds * 1.25)] == [ProblemCode.TOO_SHORT]
    assert [found.code for found in problems(one, pace=pace, wanted_s=seconds * 0.8)] == [ProblemCode.TOO_LONG]


def test_a_new_section_says_nothing_that_the_others_say() -> None:
    one = script("The oldest bakery of the town bakes at night.", "I see.")
    new = Section("New", (Line(Speaker.GUEST, "The oldest bakery of the town bakes at night. Bread needs time."),))
    assert [line.text for line in mended_section(new, one).lines] == ["Bread needs time."]
    assert mended_section(new, one, instead_of=1) == new


def test_repeated_trigrams_are_counted() -> None:
    assert repeated_trigrams(script("one two three four", "five six seven")) == 0
    assert repeated_trigrams(script("one two three", "one two three")) == 0.5


@given(SCRIPTS)
def test_a_mended_script_has_no_problems_and_stays_as_it_is(one: Script) -> None:
    try:
        once = mended(one)
    except InvalidInput:
        return
    assert problems(once) == []
    assert mended(once) == once


def _words(count: int) -> list[str]:
    return [f"{first}{second}lor" for first in "abcde" for second in "aeio"][:count]
