"""Whether a video that is there is the one that was sent."""

from datetime import UTC, datetime, timedelta

import pytest

from core.publishing.networks.matching import Published, the_one

SINCE = datetime(2026, 11, 21, 12, 0, 0, 900_000, tzinfo=UTC)
WORDS = "A cat, and what it thinks about Mondays. #cats #mondays"


def video(
    number: int = 1, *, after_s: float = 60, words: str = WORDS, duration_s: float | None = 30.0, at: bool = True
) -> Published:
    moment = SINCE + timedelta(seconds=after_s) if at else None
    return Published(str(number), None, moment, words, duration_s)


def found(*videos: Published, words: str = WORDS, shown: int | None = None) -> str | None:
    one = the_one(videos, words=words, duration_s=30.0, since=SINCE, shown_characters=shown)
    return one.id if one else None


def test_the_same_words_make_it_the_same_video() -> None:
    assert found(video(words="Another"), video(2, words=f"  {WORDS}\n")) == "2"


def test_other_words_make_it_another_one_even_when_it_is_as_long() -> None:
    assert found(video(words="A dog")) is None


@pytest.mark.parametrize(("after_s", "seen"), [(-1, "1"), (0, "1"), (-6, None), (-86_400, None)])
def test_an_earlier_one_is_another_one(after_s: float, seen: str | None) -> None:
    assert found(video(after_s=after_s)) == seen


def test_of_two_the_first_is_it() -> None:
    assert found(video(1, after_s=90), video(2, after_s=30)) == "2"


def test_without_a_moment_nothing_is_known() -> None:
    assert found(video(at=False)) is None


def test_words_that_the_network_cuts_are_compared_as_far_as_they_go() -> None:
    long = "word " * 40
    assert found(video(words=long[:149]), words=long, shown=150) == "1"
    assert found(video(words=f"{long[:144]}..."), words=long, shown=150) == "1"
    assert found(video(words=long[:60]), words=long, shown=150) is None


@pytest.mark.parametrize(
    ("duration_s", "seen"), [(30.0, "1"), (29.0, "1"), (31.0, "1"), (28.9, None), (31.1, None), (None, None)]
)
def test_where_the_network_shows_no_words_the_duration_tells(duration_s: float | None, seen: str | None) -> None:
    assert found(video(words="", duration_s=duration_s)) == seen


def test_without_words_and_durations_two_videos_without_words_are_the_same() -> None:
    assert found(video(words="", duration_s=None), words="") == "1"
