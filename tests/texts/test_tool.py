"""The way from the sources to a translator and back."""

from pathlib import Path

import pytest

from core.translations import read_catalogue
from tests.texts.catalogues import TRANSLATED, examples_of, written
from tests.texts.checking import problems
from tests.texts.extracting import Message, messages, unreadable

POST = Message("📝 <b>{name}</b>: one post. See /posts.\n")
POSTS = Message("{n} post in {chat}", "{n} posts in {chat}")
READ_ELSEWHERE = {"t(each.description)", "t(about)", "t(command.description)", "t(DESCRIPTION)", "t(SHORT_DESCRIPTION)"}


def test_texts_are_found_where_they_are_said() -> None:
    found = messages()
    assert found["What I can do"].files == {"bot/accounts/__init__.py"}
    assert found["What I can do"].limit == 256
    assert "core/emails/templates/verify.jinja" in found["Confirm the address"].files
    assert "web/page.py" in found["Back to the chat"].files


def test_every_text_is_written_where_it_can_be_found() -> None:
    assert {each.partition(": ")[2] for each in unreadable()} == READ_ELSEWHERE


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("📝 <b>{name}</b>: ein Beitrag. Siehe /posts.\n", None),
        ("📝 <b>{nam}</b>: ein Beitrag. Siehe /posts.\n", "placeholders: nam, wanted name"),
        ("📝 <i>{name}</i>: ein Beitrag. Siehe /posts.\n", "tags"),
        ("📝 </b>{name}<b>: ein Beitrag. Siehe /posts.\n", "a tag isn't closed"),
        ("📝 <b>{name}</b>: ein Beitrag. Siehe /beiträge.\n", "commands and links"),
        ("<b>{name}</b>: ein Beitrag. Siehe /posts.\n", "begins with '', wanted '📝'"),
        ("📝 <b>{name}</b>: ein Beitrag & mehr. Siehe /posts.\n", "& must be"),
        ("📝 <b>{name}</b>: Beiträge < 1. Siehe /posts.\n", "< must be"),
        ("📝 <b>{name}</b>: ein Beitrag. Siehe /posts.", "other white space"),
        ("📝 <b>{name</b>: ein Beitrag. Siehe /posts.\n", "braces"),
    ],
)
def test_a_translation_keeps_what_it_must(form: str, problem: str | None) -> None:
    found = problems(POST, [form], "de")
    assert (not found) if problem is None else any(each.startswith(problem) for each in found)


def test_a_translation_has_all_forms_of_its_language() -> None:
    assert not problems(POSTS, ["{n} пост в {chat}", "{n} поста в {chat}", "{n} постов в {chat}"], "ru")
    assert not problems(POSTS, ["ein Beitrag in {chat}", "{n} Beiträge in {chat}"], "de")
    assert problems(POSTS, ["{n} пост в {chat}", "{n} постов в {chat}"], "ru") == ["2 forms, 3 wanted"]
    assert problems(Message("a", limit=3), ["abcd"], "de") == ["4 characters, 3 fit"]


def test_what_is_written_is_read_again() -> None:
    texts = {each.msgid: each for each in (POST, POSTS)}
    given = {POST.msgid: ('"Пост"\t\\n\n',), POSTS.msgid: ("один", "{n} поста", "{n} постов")}
    read = read_catalogue(written("ru", given, texts))
    assert read.messages == given
    assert [read.ngettext(POSTS.msgid, "", n) for n in (1, 21, 3, 11, 0)] == [
        "один",
        "один",
        "{n} поста",
        "{n} постов",
        "{n} постов",
    ]
    assert read.gettext("Unknown") == "Unknown"
    assert [read.ngettext("{n} day", "{n} days", n) for n in (1, 2)] == ["{n} day", "{n} days"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_plural_form_has_numbers(language: str) -> None:
    assert all(examples.numbers for examples in examples_of(language))


def test_a_catalogue_is_what_gettext_reads_too(tmp_path: Path) -> None:
    from babel.messages.pofile import read_po

    path = tmp_path / "ar.po"
    path.write_text(written("ar", {POSTS.msgid: tuple("abcdef")}, {POSTS.msgid: POSTS}), encoding="utf-8")
    with path.open(encoding="utf-8") as file:
        catalogue = read_po(file)
    assert catalogue.num_plurals == 6
    assert catalogue[POSTS.msgid].string == tuple("abcdef")
