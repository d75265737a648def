"""What the crawler takes for a flaw of a screen."""

import pytest

from bot.screens import clipped
from bot.viral.screens import LINE_CHARACTERS
from tests.flows.crawler import problems_of
from tests.flows.test_every_button import ANSWERS
from web.sandbox.client import SeenMessage
from web.sandbox.discovery.words import caption_of


def said(text: str) -> SeenMessage:
    return SeenMessage({"message_id": 1, "text": text})


@pytest.mark.parametrize("words", ANSWERS)
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_what_was_typed_is_no_flaw_in_the_titles_of_what_is_found(words: str, language: str) -> None:
    for draw in range(20):
        title = caption_of(words, language, draw / 20)
        for shown in (title, *(clipped(title, most) for most in range(8, LINE_CHARACTERS))):
            assert problems_of(said(f"1. {shown}\n2. {shown} · 3 days"), ANSWERS) == []


@pytest.mark.parametrize(
    "text", ["Hello {name}", "<b>Results", "Tom &amp; Ann", "☃ &lt;b&gt;{name}&lt;/b&gt; &amp; %s"]
)
def test_what_nobody_has_typed_is(text: str) -> None:
    assert problems_of(said(text), ANSWERS) != []
