"""Screens, texts and shared rows: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from telegram import InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.accounts.actions import ShowSettings
from bot.billing.actions import ShowPlans
from bot.keyboards import pager, ticked
from bot.screens import Button, Screen, clipped, lines, rows_of
from bot.texts import Texts, supported_language

T = Texts("en")


@given(name=st.text())
def test_what_a_user_has_typed_can_never_be_markup(name: str) -> None:
    shown = T("<b>{name}</b>", name=name)
    inner = str(shown).removeprefix("<b>").removesuffix("</b>")
    assert "<" not in inner
    assert ">" not in inner
    assert Markup(inner).unescape() == name  # noqa: S704 - this is what is asserted


def test_braces_in_a_parameter_are_not_filled_in() -> None:
    assert T("{a} {b}", a="{b}", b="x") == "{b} x"


def test_markup_in_markup_stays() -> None:
    assert T("{inner}!", inner=T("<i>{x}</i>", x="<")) == "<i>&lt;</i>!"


def test_numbers_take_their_form() -> None:
    assert [T.plural("{n} post of {who}", "{n} posts of {who}", n, who="&") for n in (0, 1, 2)] == [
        "0 posts of &amp;",
        "1 post of &amp;",
        "2 posts of &amp;",
    ]


@pytest.mark.parametrize("code", [None, "", "en", "en-GB", "EN_us", "tlh", "xx-YY"])
def test_whoever_comes_is_spoken_to_in_a_language_that_is_shipped(code: str | None) -> None:
    assert supported_language(code) == "en"


def test_labels_are_shown_without_html() -> None:
    assert Button(T("{x} & co", x="<Ann>"), ShowSettings()).to_telegram().text == "<Ann> & co"


def test_a_button_is_one_of_action_link_and_copy() -> None:
    assert Button("a", ShowSettings()).to_telegram().callback_data == "ac.set"
    assert Button("b", url="https://example.org").to_telegram().url == "https://example.org"
    copied = Button("c", copy="text").to_telegram().copy_text
    assert copied is not None
    assert copied.text == "text"


def test_empty_rows_are_left_out() -> None:
    markup = Screen(T("x"), [[], [Button("a", ShowSettings())], []]).reply_markup()
    assert isinstance(markup, InlineKeyboardMarkup)
    assert [len(row) for row in markup.inline_keyboard] == [1]
    assert Screen(T("x"), [[]]).reply_markup() is None


def test_a_reply_keyboard_comes_and_goes() -> None:
    shown = Screen(T("x"), reply_keyboard=[[KeyboardButton("where", request_location=True)]]).reply_markup()
    assert isinstance(shown, ReplyKeyboardMarkup)
    assert isinstance(Screen(T("x"), reply_keyboard=()).reply_markup(), ReplyKeyboardRemove)


def test_a_screen_becomes_the_content_of_a_delivery() -> None:
    screen = Screen(T("Hello <b>you</b>"), [[], [Button(T("A &amp; B"), ShowSettings())]])
    content = screen.to_content(edit=7)
    assert (content.text, content.edit) == ("Hello <b>you</b>", 7)
    assert [[(button.text, button.data) for button in row] for row in content.keyboard] == [[("A & B", "ac.set")]]


@given(buttons=st.integers(0, 20), columns=st.integers(1, 4))
def test_rows_keep_all_buttons_in_order(buttons: int, columns: int) -> None:
    made = [Button(str(number), ShowSettings()) for number in range(buttons)]
    rows = rows_of(made, columns=columns)
    assert [button for row in rows for button in row] == made
    assert all(1 <= len(row) <= columns for row in rows)


@given(pages=st.integers(2, 50), data=st.data())
def test_a_pager_goes_around(pages: int, data: st.DataObject) -> None:
    page = data.draw(st.integers(1, pages))
    back, here, on = pager(page, pages, ShowPlans)
    assert here.label == f"{page}/{pages}"
    assert back.action == ShowPlans(page - 1 or pages)
    assert on.action == ShowPlans(page % pages + 1)


def test_one_page_needs_no_pager() -> None:
    assert pager(1, 1, ShowPlans) == []


def test_lines_keep_markup_and_escape_the_rest() -> None:
    assert lines([T("<b>a</b>"), "", "<c>"]) == "<b>a</b>\n\n&lt;c&gt;"
    assert ticked("a", True) == "✓ a"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Oven\n news", "Oven news"), ("1234567890", "1234567890"), ("12345678 0a", "12345678…"), ("", "")],
)
def test_a_long_label_ends_with_an_ellipsis_and_not_with_a_space(text: str, shown: str) -> None:
    assert clipped(text, 10) == shown
