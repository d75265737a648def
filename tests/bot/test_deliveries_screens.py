"""Screens about times, as pure functions."""

from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deliveries import calendar_screens, choosing_screens
from bot.deliveries.failures import UNREACHABLE, failure_sentence
from bot.deliveries.grid import day_of, month_number, month_of
from bot.deliveries.phrases import PREVIEW_UNITS, first_words, in_time, shortened
from bot.deliveries.screens import status_screen
from bot.screens import Screen
from bot.texts import Texts
from core import ids
from core.deliveries.service import UNKNOWN_OUTCOME
from core.posts.models import PostStatus
from core.telegram.markup import utf16_length
from core.telegram.outcomes import Refusal
from core.when.choices import quick_choices
from core.when.phrases import parse_when

T = Texts("en")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"
POST = ids.PostId(ids.new())
MOVES = choosing_screens.moves_of(POST)
STATES = list(PostStatus)


def data(**changed: Any) -> dict[str, Any]:
    return {
        "post_id": str(POST),
        "platform": "telegram",
        "title": "",
        "text": "Bread <b>& butter</b>",
        "status": "scheduled",
        "due_at": (NOW + timedelta(hours=14)).isoformat(),
        "error": None,
        "language": "en",
        "time_zone": BERLIN,
        "delivered_at": None,
        **changed,
    }


def labels(screen: Screen) -> list[str]:
    return [button.text for button in chain.from_iterable(screen.keyboard)]


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("due_at", [NOW - timedelta(hours=1), NOW, NOW + timedelta(days=40)])
def test_every_state_has_a_screen_that_telegram_takes(status: PostStatus, due_at: datetime) -> None:
    screen = status_screen(data(status=status, due_at=due_at.isoformat(), time_zone=None), T, NOW)
    assert "Bread &lt;b&gt;&amp; butter&lt;/b&gt;" in screen.text
    assert screen.to_content().text


def test_a_countdown_says_the_time_the_zone_and_how_long() -> None:
    screen = status_screen(data(), T, NOW)
    assert "<b>Sun, 22 Nov, 03:00</b> · Europe/Berlin · in 14 hours" in screen.text


@pytest.mark.parametrize(
    ("late", "told", "buttons"), [(timedelta(0), False, []), (timedelta(minutes=1), True, ["🚫 Cancel"])]
)
def test_a_post_that_should_be_out_explains_itself_after_a_while(
    late: timedelta, told: bool, buttons: list[str]
) -> None:
    screen = status_screen(data(due_at=(NOW - late).isoformat()), T, NOW)
    assert "Going out now" in screen.text
    assert ("I keep trying" in screen.text) is told
    assert labels(screen) == buttons


@pytest.mark.parametrize("reason", Refusal)
def test_every_refusal_has_a_sentence_and_a_way_on(reason: Refusal) -> None:
    screen = status_screen(data(status="failed", error={"code": f"delivery.{reason}", "params": {}}), T, NOW)
    assert "Something went wrong on our side" not in screen.text
    assert str(failure_sentence({"code": f"delivery.{reason}"}, T)) in screen.text
    at_fault = reason in (Refusal.TOO_LONG, Refusal.BAD_CONTENT)
    first = "✏️ Open the draft" if at_fault else "🔁 Try again"
    replacing = ["🔄 Another picture or file"] if reason is Refusal.BAD_MEDIA else []
    assert labels(screen) == [*replacing, first, "⏰ Choose a time"]


def test_what_may_have_gone_out_is_neither_published_nor_failed() -> None:
    screen = status_screen(data(status="unconfirmed", error={"code": UNKNOWN_OUTCOME, "params": {}}), T, NOW)
    assert "Perhaps published" in screen.text
    assert "Please look before you send it again" in screen.text
    assert labels(screen) == ["✅ It is there", "🚀 Send again"]


def test_a_failure_nobody_foresaw_still_has_words() -> None:
    assert "went wrong" in failure_sentence({"code": "delivery.new_one"}, T)
    assert "went wrong" in failure_sentence(None, T)
    assert "number" not in failure_sentence({"code": UNREACHABLE, "params": {"detail": "closed"}}, T)
    assert "couldn't be reached" in failure_sentence({"code": UNREACHABLE}, T)


@pytest.mark.parametrize("code", ["internal", UNKNOWN_OUTCOME])
def test_a_crash_is_told_with_the_reference_that_was_logged(code: str) -> None:
    error = {"code": code, "params": {"reference": "1a2b3c4d"}}
    for status in ("failed", "unconfirmed"):
        assert "1a2b3c4d" in status_screen(data(status=status, error=error), T, NOW).text


@pytest.mark.parametrize(("ahead", "undo"), [(timedelta(hours=1), True), (timedelta(hours=-1), False)])
def test_a_cancellation_can_be_undone_while_its_time_is_ahead(ahead: timedelta, undo: bool) -> None:
    screen = status_screen(data(status="cancelled", due_at=(NOW + ahead).isoformat()), T, NOW)
    assert ("↩️ Undo" in labels(screen)) is undo


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=3), "in a moment"),
        (timedelta(seconds=30), "in 30 seconds"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(hours=1, minutes=30), "in 1 hour 30 minutes"),
        (timedelta(days=2, hours=3), "in 2 days 3 hours"),
        (timedelta(hours=-1), "in a moment"),
    ],
)
def test_stretches_of_time_are_pluralised(left: timedelta, words: str) -> None:
    assert str(in_time(left, T)) == words


@given(st.text(), st.integers(1, 200))
def test_a_shortened_text_fits_and_is_a_beginning(text: str, units: int) -> None:
    short = shortened(text, units)
    assert utf16_length(short) <= units + 1
    assert text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize("text", ["One sentence. Another one.", "One sentence, another one."])
def test_nothing_stands_between_a_cut_and_its_ellipsis(text: str) -> None:
    assert shortened(text, len("One sentence. An")) == "One sentence…"


def test_first_words_are_one_line_and_prefer_the_title() -> None:
    assert first_words("", "One\n\ntwo") == "One two"
    assert first_words("Title", "Text") == "Title"
    assert utf16_length(first_words("", "word " * 100)) <= PREVIEW_UNITS + 1


@given(st.integers(), st.integers())
def test_any_number_in_a_button_gives_a_day(month: int, day: int) -> None:
    assert month_of(month, NOW.date()).day == 1
    assert isinstance(day_of(day, NOW.date()), date)


def test_months_survive_the_way_through_a_button() -> None:
    for day in (date(2026, 1, 31), date(2026, 12, 1), date(2027, 6, 15)):
        assert month_of(month_number(day), NOW.date()) == day.replace(day=1)


@pytest.mark.parametrize(("zone", "first"), [(BERLIN, "Mo"), ("America/New_York", "Su")])
def test_the_week_begins_as_the_place_has_it(zone: str, first: str) -> None:
    screen = choosing_screens.pick_day(MOVES, NOW.date(), busy=set(), zone=zone, now=NOW, t=T)
    assert screen.keyboard[1][0].text.startswith(first)
    assert all(len(row) == 7 for row in screen.keyboard[1:-1])


def test_the_hour_that_the_clocks_skip_isnt_offered_and_that_is_told() -> None:
    screen = choosing_screens.pick_hour(MOVES, date(2027, 3, 28), zone=BERLIN, now=NOW, t=T)
    assert "02:00" not in labels(screen)
    assert {"01:00", "03:00"} <= set(labels(screen))
    assert "The clocks go forward that day: 02:00 is skipped." in screen.text


def test_today_offers_the_hours_that_are_left_and_the_rest_of_this_one() -> None:
    now = NOW + timedelta(minutes=20)
    screen = choosing_screens.pick_hour(MOVES, now.date(), zone=BERLIN, now=now, t=T)
    assert labels(screen)[0] == "13:00"
    quarters = choosing_screens.pick_minute(MOVES, now.date(), 13, zone=BERLIN, now=now, t=T)
    assert labels(quarters) == ["13:30", "13:45", "‹ Back"]


def test_late_at_night_nothing_is_left_and_that_is_said() -> None:
    now = datetime(2026, 11, 21, 22, 50, tzinfo=UTC)
    screen = choosing_screens.pick_hour(MOVES, date(2026, 11, 21), zone=BERLIN, now=now, t=T)
    assert "Nothing is left of that day" in screen.text
    assert labels(screen) == ["‹ Back"]


def test_twelve_hour_clocks_where_they_are_usual() -> None:
    choices = quick_choices(now=NOW, zone="America/New_York")
    offer = {"queued": False, "has_slots": False}
    screen = choosing_screens.choose_time(
        POST, choices, target=None, offer=offer, zone="America/New_York", t=T, now=NOW
    )
    assert any(label.startswith("Tonight 8:00") and label.endswith("PM") for label in labels(screen))


def test_the_echo_tells_what_was_assumed_and_offers_the_other_reading() -> None:
    when = parse_when("tomorrow", now=NOW, zone=BERLIN, language="en")
    screen = choosing_screens.confirm(MOVES, when, zone=BERLIN, now=NOW, t=T)
    assert "You named no time of day, so I took 09:00." in screen.text
    passed = parse_when("10:00", now=NOW, zone=BERLIN, language="en")
    assert "so I took tomorrow" in choosing_screens.confirm(MOVES, passed, zone=BERLIN, now=NOW, t=T).text
    skipped = parse_when("28 March 2027 02:30", now=NOW, zone=BERLIN, language="en")
    shown = choosing_screens.confirm(MOVES, skipped, zone=BERLIN, now=NOW, t=T).text
    assert "28 Mar 2027, 03:30" in shown
    assert "skip 02:30, so I took the time after" in shown
    two = parse_when("3/4 18:00", now=NOW, zone=BERLIN, language="en")
    screen = choosing_screens.confirm(MOVES, two, zone=BERLIN, now=NOW, t=T)
    assert "two things" in screen.text
    assert labels(screen)[-1].startswith("No: ")


def test_the_month_of_the_calendar_counts_posts() -> None:
    first = date(2026, 11, 1)
    counts = {date(2026, 11, 27): 3, date(2026, 11, 30): 1}
    screen = calendar_screens.month(first, counts, dark=False, zone=BERLIN, t=T, now=NOW)
    assert "4 posts this month" in screen.text
    assert {"27•", "30•", "28"} <= set(labels(screen))


TARGET = {
    "kind": "channel",
    "title": "Oven & news",
    "state": "ready",
    "connected": True,
    "chat_url": "https://t.me/ovennews",
    "message_url": "https://t.me/ovennews/7",
}


def test_a_status_names_the_target_and_links_to_what_is_out() -> None:
    screen = status_screen(data(status="published", target=TARGET), T, NOW)
    assert "✅ <b>Published</b> · Telegram → 📣 Oven &amp; news" in screen.text
    assert [button.url for row in screen.keyboard for button in row if button.url] == ["https://t.me/ovennews/7"]


def test_an_unconfirmed_status_says_where_to_look() -> None:
    error = {"code": UNKNOWN_OUTCOME, "params": {}}
    screen = status_screen(data(status="unconfirmed", error=error, target=TARGET), T, NOW)
    assert "It may be there" in screen.text
    assert labels(screen) == ["🔗 Look there", "✅ It is there", "🚀 Send again"]


def test_what_telegram_only_carries_to_its_author_is_delivered_and_not_published() -> None:
    screen = status_screen(data(status="published", platform="linkedin"), T, NOW)
    assert "Published" not in screen.text
    assert "ready to be copied to LinkedIn" in screen.text
