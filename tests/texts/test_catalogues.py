"""What is translated can be shown, and the languages that users are offered lack nothing."""

import string

import pytest

from bot.texts import Texts
from core.telegram.markup import parse_html
from core.translations import LANGUAGES
from tests.texts.catalogues import TRANSLATED, stored
from tests.texts.checking import problems
from tests.texts.extracting import messages

OFFERED = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OFFERED)
def test_an_offered_language_says_everything(language: str) -> None:
    known = stored(language)
    assert [text.msgid for text in messages().values() if text.msgid not in known] == [], (
        "python -m tests.texts missing"
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_translated_keeps_what_it_must(language: str) -> None:
    texts, known = messages(), stored(language)
    wrong = {msgid: problems(texts[msgid], forms, language) for msgid, forms in known.items() if msgid in texts}
    assert {msgid: found for msgid, found in wrong.items() if found} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_as_the_tool_writes_it(language: str) -> None:
    """Sorted, so that two people's work merges; whatever was touched by hand is read the same."""
    known = stored(language)
    assert list(known) == sorted(known)


@pytest.mark.parametrize("language", ["en", *OFFERED])
def test_every_text_is_html_that_telegram_takes(language: str) -> None:
    t = Texts(language)
    for text in messages().values():
        if not any(file.startswith("bot/") for file in text.files):
            continue
        names = {name for _, name, _, _ in string.Formatter().parse(text.plural or text.msgid) if name}
        params = dict.fromkeys(names, "x") | {name: "https://example.com" for name in names if name == "url"}
        shown = t(text.msgid, **params) if text.plural is None else t.plural(text.msgid, text.plural, 2, **params)
        parse_html(str(shown))
