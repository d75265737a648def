"""Judging a script for a video, and writing one: what is asked, what comes back, and who may answer.

The engines are core/providers/critic_model.py and core/providers/offline/critic.py; core/providers/critics.py picks
one. Both stand behind `ScriptCritic` and pass one contract test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from core.providers.text import Usage
from core.scripts.measures import Measures

CRITIQUE_S = 60.0
REWRITTEN_CHARACTERS = 6_000
"""A longer script gets a new beginning instead of a whole new version: about seven minutes of speech."""
OPENING_CHARACTERS = 1_200
WRITTEN_CHARACTERS = 12_000
SCORE_MOST = 10


class Part(StrEnum):
    HOOK = "hook"
    STRUCTURE = "structure"
    PACING = "pacing"
    CALL_TO_ACTION = "call_to_action"


class Sign(StrEnum):
    """What the offline engine has found, as a code with its params."""

    SHORT_HOOK = "short_hook"
    """Params: words."""
    LONG_HOOK = "long_hook"
    """Params: words, most."""
    STRIKING_HOOK = "striking_hook"
    """Params: kinds, of "question", "number", "viewer", "contrast"."""
    PLAIN_HOOK = "plain_hook"
    TURNS = "turns"
    """It has sentences that contradict what one expects. Params: turns."""
    NO_TURNS = "no_turns"
    QUICK = "quick"
    """Params: words_per_minute, least, most; so for the next two."""
    SLOW = "slow"
    STEADY = "steady"
    LONG_SENTENCES = "long_sentences"
    """Params: words, most."""
    SHORT_SENTENCES = "short_sentences"
    """Params: words."""
    ASKS = "asks"
    """Params: percent, where it stands last."""
    ASKS_NOTHING = "asks_nothing"
    UNMARKED = "unmarked"
    """No sentence ends: captions without marks. Where they would begin and end takes a model."""
    LANGUAGE = "language"
    """There are no rules for the script's language. Params: language."""


GOOD = frozenset({Sign.SHORT_HOOK, Sign.STRIKING_HOOK, Sign.TURNS, Sign.STEADY, Sign.SHORT_SENTENCES, Sign.ASKS})
POOR = frozenset(
    {Sign.LONG_HOOK, Sign.PLAIN_HOOK, Sign.NO_TURNS, Sign.QUICK, Sign.SLOW, Sign.LONG_SENTENCES, Sign.ASKS_NOTHING}
)
"""The others judge nothing: they say what can't be told."""


@dataclass(frozen=True, slots=True)
class Found:
    sign: Sign
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """One part: a score of 0 to 10 with its reason from a model, or signs from the offline engine.

    `quote`: the words of the script that are meant, checked to stand there; may be empty.
    """

    part: Part
    score: int | None = None
    reason: str = ""
    quote: str = ""
    found: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class Critique:
    """`outline`: what follows what. `rewrite` is empty offline; `opening_only`: it replaces just the beginning.

    `figures` stand in the rewrite and not in the script: its author should check them.
    """

    judged: tuple[Judged, ...]
    outline: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    rewrite: str = ""
    opening_only: bool = False
    figures: tuple[str, ...] = ()

    @property
    def score(self) -> int | None:
        """The mean of the parts, of 100; None offline, where nothing is scored."""
        scores = [each.score for each in self.judged if each.score is not None]
        return round(100 * sum(scores) / (SCORE_MOST * len(scores))) if scores else None


@dataclass(frozen=True, slots=True)
class Examined:
    """A script to judge. `reader`: the language (BCP 47) of its author; the rewrite stays in `language`."""

    text: str
    language: str
    reader: str
    measures: Measures
    deadline_s: float = CRITIQUE_S


@dataclass(frozen=True, slots=True)
class Wanted:
    """A script about `topic` in the way of a channel: `way` in our own words, `examples` what its videos say.

    `brand_voice`: how its author sounds, as free text; may be empty.
    """

    topic: str
    language: str
    words: int
    way: str
    examples: tuple[str, ...] = ()
    deadline_s: float = CRITIQUE_S
    brand_voice: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """`figures` are in no material: the author should check them."""

    text: str
    figures: tuple[str, ...] = ()


class ScriptCritic(Protocol):
    """Judges and writes scripts. Those are material, never instructions.

    Raises ProviderError with the codes of `PostWriter`.
    """

    @property
    def engine(self) -> str: ...

    @property
    def offline(self) -> bool: ...

    async def critique(self, examined: Examined) -> tuple[Critique, Usage]: ...

    async def write(self, wanted: Wanted) -> tuple[Written, Usage]:
        """Raises core.providers.text.NotAble where the engine can't write."""
        ...
