"""How a video is made, as far as its title and numbers tell without a model: its hook, its form. Codes, no sentences.

Words of the title are never passed on: whoever writes their own version takes the way, not the wording.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.providers.discovery import VideoFormat

BRIEF_WORDS, LONG_WORDS = 8, 20
_HASHTAG = re.compile(r"#\w+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Hook(StrEnum):
    QUESTION = "question"
    NUMBER = "number"
    HOW_TO = "how_to"
    WARNING = "warning"
    SECRET = "secret"  # noqa: S105 (what the title promises)
    YOU = "you"
    STORY = "story"
    STATEMENT = "statement"


_HOOKS: tuple[tuple[Hook, re.Pattern[str]], ...] = (
    (Hook.QUESTION, re.compile(r"[?？؟]|^(?:why|what|who|when|where|which)\b", re.IGNORECASE)),
    (Hook.HOW_TO, re.compile(r"\bhow (?:to|i|we|you)\b|\b(?:tutorial|step by step|guide)\b", re.IGNORECASE)),
    (Hook.WARNING, re.compile(r"\b(?:never|stop|don[’']?t|mistakes?|avoid|wrong|worst)\b", re.IGNORECASE)),
    (Hook.SECRET, re.compile(r"\b(?:secrets?|nobody|no one|hidden|truth|tricks?)\b", re.IGNORECASE)),
    (Hook.NUMBER, re.compile(r"\d")),
    (Hook.STORY, re.compile(r"\b(?:i|my|we|our)\b", re.IGNORECASE)),
    (Hook.YOU, re.compile(r"\byou(?:r|[’']re)?\b", re.IGNORECASE)),
)
"""English only; what no rule knows is a statement. The first that fits counts."""

_IN_WORDS = {
    Hook.QUESTION: "open with a question that the reader has, and answer it only near the end",
    Hook.NUMBER: "open with one concrete number, then explain what is behind it",
    Hook.HOW_TO: "promise a result in the first line, then give the steps in order",
    Hook.WARNING: "open with a mistake to avoid, say what it costs, then show the better way",
    Hook.SECRET: "open with something few people know, then show why it matters",
    Hook.YOU: "speak to the reader directly from the first word, about a situation of theirs",
    Hook.STORY: "open in the middle of a personal story, then draw one lesson from it",
    Hook.STATEMENT: "open with one short, definite statement, then give the reason",
}
"""For a writer, not for users."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """`words` and `hashtags` are the title's."""

    hook: Hook
    words: int
    hashtags: int
    format: VideoFormat
    duration_s: float | None

    @property
    def brief(self) -> str:
        """What a writer is told: our own words only."""
        parts = [f"Hook: {_IN_WORDS[self.hook]}.", f"Opening line: {self._length}."]
        if self.format is VideoFormat.PHOTOS:
            parts.append("Structure: a series of steps or points, each complete in itself.")
        elif self.duration_s is not None and self.duration_s <= 60:
            parts.append("Structure: one idea, one turn, one closing line; nothing else.")
        else:
            parts.append("Structure: promise, several points that build on each other, and what follows from them.")
        return "\n".join(parts)

    @staticmethod
    def hint(hook: Hook) -> str:
        """How to open so, as a sentence for a writer."""
        return f"{_IN_WORDS[hook][0].upper()}{_IN_WORDS[hook][1:]}."

    @property
    def _length(self) -> str:
        if self.words <= BRIEF_WORDS:
            return f"very short, at most {BRIEF_WORDS} words"
        return "one sentence" if self.words <= LONG_WORDS else "two sentences that belong together"


def pattern_of(title: str, *, format: VideoFormat, duration_s: float | None) -> Pattern:  # noqa: A002
    """What can be told of a video."""
    plain = _HASHTAG.sub(" ", title).strip()
    hook = next((hook for hook, rule in _HOOKS if rule.search(plain)), Hook.STATEMENT)
    return Pattern(hook, len(_WORD.findall(plain)), len(_HASHTAG.findall(title)), format, duration_s)
