import pytest

from core.posts.platforms import Draft, Platform, ProblemCode, measure, problems


@pytest.mark.parametrize(
    ("platform", "limit"),
    [
        (Platform.TWITTER, 280),
        (Platform.LINKEDIN, 3000),
        (Platform.INSTAGRAM, 2200),
        (Platform.TELEGRAM, 4096),
        (Platform.TIKTOK, 2200),
        (Platform.YOUTUBE, 5000),
    ],
)
def test_a_text_of_just_the_limit_passes_and_one_more_does_not(platform: Platform, limit: int) -> None:
    assert problems(platform, Draft("x" * limit, title="T")) == []
    (problem,) = problems(platform, Draft("x" * (limit + 1), title="T"))
    assert (problem.code, problem.params) == (ProblemCode.TOO_LONG, {"length": limit + 1, "limit": limit})


def test_a_telegram_caption_is_shorter_and_counted_in_utf16() -> None:
    draft = Draft("😀" * 512)
    assert problems(Platform.TELEGRAM, draft, caption=True) == []
    (problem,) = problems(Platform.TELEGRAM, Draft(draft.text + "!"), caption=True)
    assert problem.params == {"length": 1025, "limit": 1024}


def test_instagram_takes_thirty_hashtags_and_twenty_mentions() -> None:
    tags, people = (" ".join(f"{sign}n{number}" for number in range(31)) for sign in "#@")
    codes = [problem.code for problem in problems(Platform.INSTAGRAM, Draft(f"{tags} {people}"))]
    assert codes == [ProblemCode.TOO_MANY_HASHTAGS, ProblemCode.TOO_MANY_MENTIONS]


def test_youtube_wants_a_title_counts_bytes_and_forbids_angle_brackets() -> None:
    codes = [problem.code for problem in problems(Platform.YOUTUBE, Draft("é" * 2501 + "<"))]
    assert codes == [ProblemCode.TOO_LONG, ProblemCode.TITLE_MISSING, ProblemCode.FORBIDDEN_CHARACTERS]
    (problem,) = problems(Platform.YOUTUBE, Draft("text", title="t" * 101))
    assert problem.code is ProblemCode.TITLE_TOO_LONG


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u200d"])
def test_a_text_without_anything_to_see_is_empty(text: str) -> None:
    assert [problem.code for problem in problems(Platform.TELEGRAM, Draft(text))] == [ProblemCode.EMPTY]


def test_a_measure_shows_what_is_left() -> None:
    measured = measure(Platform.TWITTER, "Hello https://example.com/page #one @you")
    assert (measured.length, measured.left, measured.hashtags, measured.mentions) == (39, 241, 1, 1)
    assert measured.hashtag_limit is None
