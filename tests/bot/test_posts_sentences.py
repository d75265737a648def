"""Whatever a writer can report has words for the person who reads it."""

import re
from pathlib import Path

import pytest

import core.providers
from bot.posts.problems import SENTENCES, note_sentence, problem_sentence
from bot.texts import Texts
from core.providers.text import NoteCode

RAISED = re.compile(r'(?:_error|ProviderError)\(\s*"(text\.\w+)"|"(text\.\w+)"(?= if status)|: "(text\.\w+)",')


def codes_of_writers() -> set[str]:
    """The error codes that stand in the code of the writers."""
    sources = [path.read_text() for path in Path(core.providers.__path__[0]).glob("*.py")]
    return {next(filter(None, match.groups())) for source in sources for match in RAISED.finditer(source)}


def test_every_failure_of_a_writer_has_a_sentence() -> None:
    assert {"text.timeout", "text.no_credit", "text.bad_request"} <= codes_of_writers()
    assert codes_of_writers() <= set(SENTENCES)


@pytest.mark.parametrize("code", NoteCode)
def test_every_note_of_a_writer_has_a_sentence(code: NoteCode) -> None:
    params = {"language": "de", "old": "a", "new": "b", "text": "c", "figures": ["97", "5 %"], "words": ["cheap"]}
    assert note_sentence({"code": code, "params": params}, Texts("en"))


def test_figures_to_check_are_named() -> None:
    note = {"code": NoteCode.CHECK_FIGURES, "params": {"figures": ["97", "5 %"], "words": ["cheap"]}}
    assert note_sentence(note, Texts("en")) == "Please check these figures, they aren't in your source: 97, 5 %"


def test_forbidden_characters_are_shown_as_they_are() -> None:
    error = {"code": "post.forbidden_characters", "params": {"platform": "youtube", "characters": ["<", ">"]}}
    assert (
        problem_sentence(error, Texts("en"))
        == "YouTube doesn't take these characters: &lt; &gt;. Please leave them out."
    )
