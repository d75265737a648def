"""Which videos a digest shows, and in which order. Pure.

*Why did I get this?* in the chat says the same in words.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from core import ids
from core.viral.queries import Seen

ITEMS_MOST = 10
CREATOR_MOST = 2
"""Of one creator in one digest: one who had a good week mustn't fill it."""
TIMES_MOST = 100.0
"""Above that, an outlier score says little more: its creator usually gets nothing."""
STEP = 1.25
VOTES_MOST = 3
"""Thumbs about one thing that count, up or down."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A video as far as ranking and one line of a list need it. `score` is the outlier score, None if not known."""

    video_id: ids.VideoId
    creator_id: ids.CreatorId
    keyword: str
    network: str
    format: str
    title: str
    handle: str
    url: str
    views: int | None
    score: float | None
    views_per_hour: float | None
    fresh: bool
    strength: float = field(init=False)
    """How far above its creator's usual, times how fast: an outlier score counts as it is, views an hour by their
    number of digits. Not enough data counts as 1, the usual. Computed once: thousands look at the same candidate."""

    def __post_init__(self) -> None:
        above = min(TIMES_MOST, self.score if self.score is not None else 1.0)
        object.__setattr__(self, "strength", above * math.log10(10 + (self.views_per_hour or 0)))


@dataclass(frozen=True, slots=True)
class Taste:
    """A user's thumbs, up less down, by what they were about."""

    creators: Mapping[ids.CreatorId, int] = field(default_factory=dict)
    keywords: Mapping[str, int] = field(default_factory=dict)
    formats: Mapping[str, int] = field(default_factory=dict)

    def votes_for(self, video: Candidate) -> tuple[int, int, int]:
        """For its creator, its keyword and its format: at most `VOTES_MOST` of each."""
        about = (
            self.creators.get(video.creator_id, 0),
            self.keywords.get(video.keyword, 0),
            self.formats.get(video.format, 0),
        )
        return about[0], about[1], about[2]

    def factor(self, video: Candidate) -> float:
        """Each thumb makes a quarter more or less; those about the creator count twice."""
        if not (self.creators or self.keywords or self.formats):
            return 1.0
        creator, keyword, kind = (max(-VOTES_MOST, min(VOTES_MOST, votes)) for votes in self.votes_for(video))
        return STEP ** (2 * creator + keyword + kind)


def candidate_of(seen: Seen, *, keyword: str) -> Candidate:
    video = seen.video
    return Candidate(
        video_id=video.id,
        creator_id=video.creator_id,
        keyword=keyword,
        network=video.network,
        format=video.format,
        title=video.title,
        handle=seen.creator.handle,
        url=video.url,
        views=video.views,
        score=seen.outlier.score,
        views_per_hour=seen.views_per_hour,
        fresh=seen.fresh,
    )


def picked(
    candidates: Iterable[Candidate], taste: Taste, *, shown: Collection[ids.VideoId], most: int = ITEMS_MOST
) -> list[Candidate]:
    """The best that weren't shown, each once, at most `CREATOR_MOST` of one creator. A video that several keywords
    found counts for the first of them."""
    found: dict[ids.VideoId, Candidate] = {}
    for each in candidates:
        if each.video_id not in shown:
            found.setdefault(each.video_id, each)
    best_first = sorted(found.values(), key=lambda each: (-each.strength * taste.factor(each), each.video_id))
    taken: list[Candidate] = []
    by = Counter[ids.CreatorId]()
    for each in best_first:
        if len(taken) == most:
            break
        if by[each.creator_id] < CREATOR_MOST:
            taken.append(each)
            by[each.creator_id] += 1
    return taken
