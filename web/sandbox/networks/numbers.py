"""How a published video does: counters that only grow, ever more slowly, and are the same for everybody who asks."""

import math
import random
from dataclasses import dataclass
from typing import Final

from web.sandbox.networks.records import Video

HOUR_S: Final = 3_600.0
_MEDIAN: Final = 4_000
"""Views of the middle video in the end."""


@dataclass(frozen=True, slots=True)
class Counts:
    views: int
    likes: int
    comments: int
    shares: int
    saves: int


def counts(video: Video, now: float) -> Counts:
    """They follow from the video's id and its age alone. Of what only its owner sees, nobody counts."""
    if not video.public:
        return Counts(0, 0, 0, 0, 0)
    dice = random.Random(f"{video.network}/{video.id}")
    in_the_end = _MEDIAN * math.exp(dice.gauss(0, 1.2))
    half_life_s = dice.uniform(6, 36) * HOUR_S
    age_s = max(now - video.made_at, 0.0)
    views = int(in_the_end * age_s / (age_s + half_life_s))
    likes, comments, shares, saves = (
        int(views * dice.uniform(*share)) for share in ((0.03, 0.12), (0.002, 0.01), (0.001, 0.01), (0.002, 0.02))
    )
    return Counts(views, likes, comments, shares, saves)
