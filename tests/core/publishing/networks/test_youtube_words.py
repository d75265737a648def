"""What YouTube doesn't take is refused before it costs one of the day's uploads."""

import pytest

from core.publishing.networks.contract import Wanted
from core.publishing.networks.youtube.words import unfit


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        (Wanted(title="A cat"), None),
        (Wanted(title="é" * 100, caption="é" * 2_500, tags=("a b", "c" * 493)), None),
        (Wanted(title=" "), "title"),
        (Wanted(title="é" * 101), "title"),
        (Wanted(title="a > b"), "title"),
        (Wanted(title="A cat", caption="é" * 2_501), "description"),
        (Wanted(title="A cat", caption="<b>"), "description"),
        (Wanted(title="A cat", tags=("a b", "c" * 495)), "tags"),
        (Wanted(title="A cat", tags=("<cat>",)), "tags"),
    ],
)
def test_words_beyond_a_limit_are_named(wanted: Wanted, what: str | None) -> None:
    assert unfit(wanted) == what
