"""What is read aloud of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.podcasts.spoken import spoken

SIGNS = st.text(alphabet="ab Z1.,;:*_[]()<>#@/&$%~`|→😀\n-!?'\"é", max_size=60)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("That's [laughs] great. *sighs* Really (chuckles softly).", "That's great. Really."),
        ("Wait <break time='1s'/> for <speak>it</speak>.", "Wait for it."),
        ("HOST: Hello there.", "Hello there."),
        ("**Bold** and _soft_ and `code` and ~~gone~~.", "Bold and soft and code and gone."),
        ("It *really* works [12] as [the bakery] says.", "It really works as the bakery says."),
        ("# Title\n- one\n- two", "Title one two"),
        ("Read https://www.example.com/a/b?c=1, please.", "Read example dot com, please."),
        ("See [the study](https://example.org/x_(y)).", "See the study."),
        ("Write to ana@example.com today.", "Write to ana at example dot com today."),
        ("Good bread 🥖👨‍👩‍👧 for all!", "Good bread for all!"),
        ("#SlowFood and #slow_food by @maria", "Slow Food and slow food by maria"),
        ("It cost $40 million & more.", "It cost 40 million dollars and more."),
        ("It grew by 11% to 2,400.", "It grew by 11% to 2,400."),
        ("a < b and a -> b", "a b and a, b"),
        ("(the old one) stays", "(the old one) stays"),
        ("Rain 🌧 and ☂ fell™", "Rain and fell™"),
        ("😀 *** <br>", ""),
        ("Caf&eacute; &amp; bread &#8212; &lt;b&gt;now&lt;/b&gt;; AT&T; stays", "Café and bread — now; AT&T; stays"),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    assert spoken(text, "en") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es-MX", "Vea ejemplo punto es y 5 euros."),
        ("de", "Vea ejemplo Punkt es y 5 Euro."),
        ("xx", "Vea ejemplo.es y €5."),
    ],
)
def test_signs_are_said_in_the_language(language: str, said: str) -> None:
    assert spoken("Vea https://ejemplo.es y €5.", language) == said


@given(SIGNS)
def test_what_is_spoken_already_stays(text: str) -> None:
    once = spoken(text, "en")
    assert spoken(once, "en") == once


@given(SIGNS)
def test_no_markup_is_left(text: str) -> None:
    assert not set(spoken(text, "en")) & set("*`|<>[]{}~😀\n")


def test_sentences_of_scripts_without_spaces_stand_together() -> None:
    assert spoken("雨が降った。 街は 学んだ。 It rained. Then", "ja") == "雨が降った。街は 学んだ。 It rained. Then"
