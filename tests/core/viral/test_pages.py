"""Figures as people read them, and pages."""

import pytest

from core import ids
from core.deps import Deps
from core.viral.keeping import keep_page
from core.viral.pages import PAGE_SIZE, compact, page_ids, sheet_of, times
from core.viral.queries import videos_seen
from tests.core.viral.worlds import NOW, creator, video


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "?"), (0, "0"), (999, "999"), (1000, "1K"), (1250, "1.2K"), (56_000, "56K"), (99_949, "99.9K"),
        (99_960, "100K"), (999_700, "1M"), (3_400_000, "3.4M"), (123_456_789, "123M"), (2_000_000_000, "2B"),
    ],
)  # fmt: skip
def test_counts_have_three_figures(number: int | None, shown: str) -> None:
    assert compact(number) == shown


@pytest.mark.parametrize(
    ("score", "shown"), [(None, ""), (0.44, "0.4×"), (8.5, "8.5×"), (9.96, "10×"), (1234, "1,234×")]
)
def test_scores_are_times(score: float | None, shown: str) -> None:
    assert times(score) == shown


def test_past_the_end_is_the_last_page() -> None:
    found = [ids.VideoId(ids.new()) for _ in range(PAGE_SIZE + 1)]
    assert page_ids(found, 9) == (2, 2, found[PAGE_SIZE:])
    assert page_ids(found, 0)[0] == 1
    assert page_ids([], 1) == (1, 1, [])


async def test_the_same_page_is_drawn_once_and_another_one_anew(deps: Deps) -> None:
    by = creator()
    async with deps.tx() as tx:
        found = await keep_page(tx, [video(n * 1000, by=by) for n in range(1, 9)], sample=False)
    async with deps.read() as session:
        seen = await videos_seen(session, found, now=NOW)
    numbered = list(enumerate(seen, start=1))
    first = await sheet_of(deps, numbered, sample=False, dark=False)
    (kept,) = await deps.redis.keys("viral:sheet:*")
    await deps.redis.set(kept, b"drawn before")
    assert first is not None
    assert await sheet_of(deps, numbered, sample=False, dark=False) == b"drawn before"
    for number, sample, dark in ((2, False, False), (1, True, False), (1, False, True)):
        others = list(enumerate(seen, start=number))
        assert await sheet_of(deps, others, sample=sample, dark=dark) not in (None, b"drawn before")
    assert await sheet_of(deps, numbered[:7], sample=False, dark=False) != b"drawn before"
    assert await deps.redis.ttl(kept) <= 3600
