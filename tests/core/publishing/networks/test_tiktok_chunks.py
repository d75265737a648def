"""How files are cut for TikTok, against the rules of its media transfer guide."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.publishing.networks.tiktok.chunks import CHUNK_BYTES, behind, chunk_size, chunks

MB = 1000 * 1000
MIB = 1024 * 1024
LARGEST = 4 * 1024 * MIB


@given(st.integers(min_value=1, max_value=LARGEST))
def test_every_file_is_cut_as_tiktok_wants_it(size: int) -> None:
    plan, each = chunks(size), chunk_size(size)
    assert len(plan) == size // each, "the number of chunks is rounded down"
    assert len(plan) <= 1000
    assert plan[0].start == 0
    assert plan[-1].end == size
    assert all(before.end == after.start for before, after in pairwise(plan))
    assert all(chunk.end - chunk.start == each for chunk in plan[:-1])
    assert plan[-1].end - plan[-1].start <= 128 * MB
    if size > 5 * MIB:
        assert 5 * MIB <= each <= 64 * MB, "within the limits, whatever MB means"
    if size > 64 * MIB:
        assert len(plan) > 1


@pytest.mark.parametrize(
    ("size", "count", "last"),
    [
        (1, 1, 1),
        (64 * MB, 1, 64 * MB),
        (64 * MB + 1, 6, 64 * MB + 1 - 5 * CHUNK_BYTES),
        (100 * MIB, 10, CHUNK_BYTES),
        (100 * MIB + 1, 10, CHUNK_BYTES + 1),
        (110 * MIB - 1, 10, 2 * CHUNK_BYTES - 1),
    ],
)
def test_the_last_chunk_takes_the_rest_along(size: int, count: int, last: int) -> None:
    plan = chunks(size)
    assert (len(plan), plan[-1].end - plan[-1].start) == (count, last)


@pytest.mark.parametrize(
    ("arrived", "number"),
    [(0, 0), (CHUNK_BYTES - 1, 0), (CHUNK_BYTES, 1), (CHUNK_BYTES + 5, 1), (99 * MIB, 9), (100 * MIB, 10)],
)
def test_a_chunk_that_has_not_arrived_to_its_end_goes_again(arrived: int, number: int) -> None:
    assert behind(arrived, chunks(100 * MIB)) == number
