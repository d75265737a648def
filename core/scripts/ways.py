"""How a creator's videos are made, as far as titles and words tell: what "like this channel" means. Pure.

A writer is told it in our own words; the creator's words are examples of how it sounds, never to be copied.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from core.providers.discovery import VideoFormat
from core.scripts.measures import SPOKEN_WPM, Measures
from core.scripts.models import Script
from core.viral.models import Video
from core.viral.patterns import Hook, Pattern, pattern_of

VIDEOS_MOST = 40
EXAMPLE_CHARACTERS = 2_500
WORDS_LEAST, WORDS_MOST = 60, 900
LENGTH_S = 45.0
"""Of a script, where nobody knows how long the videos are."""
HOOKS_NAMED = 2


@dataclass(frozen=True, slots=True)
class Way:
    """`hooks`: the usual openings of titles, the most frequent first, with how many videos have them.

    What is said is known of `said` videos; without any, `words_per_minute` and `sentence_words` are None.
    """

    videos: int
    hooks: tuple[tuple[Hook, int], ...]
    length_s: float | None
    said: int = 0
    words_per_minute: float | None = None
    sentence_words: float | None = None

    @property
    def words(self) -> int:
        """How long a script like theirs is."""
        wanted = (self.length_s or LENGTH_S) / 60 * (self.words_per_minute or SPOKEN_WPM)
        return round(min(WORDS_MOST, max(WORDS_LEAST, wanted)))

    @property
    def brief(self) -> str:
        """For a writer."""
        parts = [f"- {Pattern.hint(hook)}" for hook, _ in self.hooks[:HOOKS_NAMED] if hook is not Hook.STATEMENT]
        if self.length_s is not None:
            parts.append(f"- A video takes about {self.length_s:.0f} seconds.")
        if self.words_per_minute is not None:
            parts.append(f"- About {self.words_per_minute:.0f} words a minute are said.")
        if self.sentence_words is not None:
            parts.append(f"- Sentences of about {self.sentence_words:.0f} words.")
        return "\n".join(parts) or "- Short, direct, spoken."


def way_of(videos: Sequence[Video], said: Sequence[Script]) -> Way:
    """Of a creator's videos, and of the scripts of some."""
    patterns = [pattern_of(row.title, format=VideoFormat(row.format), duration_s=row.duration_s) for row in videos]
    lengths = [row.duration_s for row in videos if row.duration_s]
    measures = [Measures.from_json(script.measures) for script in said if script.measures]
    speeds = [each.words_per_minute for each in measures if each.timed]
    sentences = [each.sentence_words for each in measures if each.sentence_words is not None]
    return Way(
        videos=len(videos),
        hooks=tuple(Counter(pattern.hook for pattern in patterns).most_common()),
        length_s=median(lengths) if lengths else None,
        said=len(said),
        words_per_minute=median(speeds) if speeds else None,
        sentence_words=median(sentences) if sentences else None,
    )


def examples_of(said: Sequence[Script]) -> tuple[str, ...]:
    """What is said in their videos, each cut to its beginning."""
    return tuple(script.text[:EXAMPLE_CHARACTERS] for script in said)
