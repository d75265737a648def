"""Which videos are picked, and what thumbs do."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core import ids
from core.digests.ranking import CREATOR_MOST, ITEMS_MOST, VOTES_MOST, Candidate, Taste, picked


def candidate(score: float | None = 1.0, speed: float | None = 100.0, **more: object) -> Candidate:
    made = Candidate(
        video_id=ids.VideoId(ids.new()),
        creator_id=ids.CreatorId(ids.new()),
        keyword="bread",
        network="tiktok",
        format="short",
        title="Bread",
        handle="ann",
        url="https://tiktok.example/1",
        views=1_000,
        score=score,
        views_per_hour=speed,
        fresh=False,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_what_stands_out_comes_before_what_is_only_fast() -> None:
    usual, high, unknown = candidate(1.0, 50_000.0), candidate(8.0, 500.0), candidate(None, 500.0)
    assert picked([usual, unknown, high], Taste(), shown=()) == [high, usual, unknown]


def test_a_thumb_about_the_creator_moves_more_than_one_about_the_keyword() -> None:
    loved, liked, other, disliked = (
        candidate(),
        candidate(keyword="rye"),
        candidate(keyword="oat"),
        candidate(keyword="corn"),
    )
    taste = Taste(creators={loved.creator_id: 1, disliked.creator_id: -1}, keywords={"rye": 1})
    assert picked([disliked, other, liked, loved], taste, shown=()) == [loved, liked, other, disliked]


def test_formats_count_too() -> None:
    short, photos = candidate(), candidate(format="photos")
    assert picked([short, photos], Taste(formats={"photos": 1}), shown=())[0] == photos
    assert picked([short, photos], Taste(formats={"photos": -1}), shown=())[0] == short


@given(votes=st.integers(-1_000, 1_000))
def test_thumbs_never_make_more_than_their_most(votes: int) -> None:
    one = candidate()
    taste = Taste({one.creator_id: votes}, {"bread": votes}, {"short": votes})
    assert 1.25 ** (-4 * VOTES_MOST) <= taste.factor(one) <= 1.25 ** (4 * VOTES_MOST)


def test_one_creator_doesnt_fill_a_digest() -> None:
    first = candidate(50.0)
    busy = [replace(candidate(50.0), creator_id=first.creator_id) for _ in range(8)]
    others = [candidate() for _ in range(3)]
    found = picked([first, *busy, *others], Taste(), shown=())
    assert sum(each.creator_id == first.creator_id for each in found) == CREATOR_MOST
    assert len(found) == CREATOR_MOST + 3


@given(
    scores=st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=30),
    hidden=st.sets(st.integers(0, 29)),
)
def test_nothing_twice_nothing_shown_before_and_never_too_many(scores: list[float | None], hidden: set[int]) -> None:
    videos = [candidate(score) for score in scores]
    shown = {each.video_id for place, each in enumerate(videos) if place in hidden}
    found = [each.video_id for each in picked([*videos, *videos], Taste(), shown=shown)]
    assert len(found) == len(set(found)) == min(ITEMS_MOST, len(videos) - len(shown))
    assert not shown & set(found)
