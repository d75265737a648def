"""Whether a video that is there is the one that was sent, for when the network's answer got lost. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CLOCKS_DIFFER: Final = timedelta(seconds=5)
"""By how much at most a network's clock is behind ours, and what it cuts off its times."""
DURATION_DIFFERS_S: Final = 1.0
"""Networks tell whole seconds, and count the last frame or not."""
CUT_CHARACTERS: Final = 10
"""How much earlier than announced a network may cut words, at a character of its own counting."""


@dataclass(frozen=True, slots=True)
class Published:
    """A video as a network's list shows it. None and "" for what it doesn't tell."""

    id: str
    url: str | None
    at: datetime | None
    words: str = ""
    duration_s: float | None = None


def the_one(
    videos: Sequence[Published],
    *,
    words: str,
    duration_s: float,
    since: datetime,
    shown_characters: int | None = None,
) -> Published | None:
    """The first after `since` with these words; where there are none to compare, with this duration.

    `shown_characters`: the network cuts words there.
    """
    matching = [
        (video.at, video)
        for video in videos
        if video.at is not None
        and video.at >= since - CLOCKS_DIFFER
        and _same(video, words, duration_s, shown_characters)
    ]
    return min(matching, key=lambda found: found[0])[1] if matching else None


def _same(video: Published, words: str, duration_s: float, shown_characters: int | None) -> bool:
    ours, theirs = " ".join(words.split()), " ".join(video.words.split())
    if ours and theirs:
        cut = shown_characters is not None and len(theirs) >= shown_characters - CUT_CHARACTERS
        return ours == theirs or (cut and ours.startswith(theirs.rstrip(".…")))
    if video.duration_s is not None:
        return abs(video.duration_s - duration_s) <= DURATION_DIFFERS_S
    return not ours and not theirs
