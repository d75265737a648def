"""Answering questions about an episode: what is asked, what comes back, and who may answer.

The engines are core/providers/answer_model.py and core/providers/offline/passages.py; core/providers/answerers.py picks
one. Both stand behind `EpisodeAnswerer` and pass one contract test.
"""

from dataclasses import dataclass
from typing import Protocol

from core.errors import InvalidInput
from core.providers.scripts import ScriptSource
from core.providers.text import Usage

ANSWER_S = 60.0
ANSWER_CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line of the episode, and when it begins. `part` counts the episode's files from 1."""

    speaker: str
    text: str
    part: int
    start_ms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about an episode. `before`: what was asked and answered lately, the oldest first."""

    question: str
    language: str
    title: str
    spoken: tuple[Spoken, ...]
    sources: tuple[ScriptSource, ...]
    before: tuple[tuple[str, str], ...] = ()
    deadline_s: float = ANSWER_S


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of the episode or, without `spoken`, of the source at that position from 0."""

    text: str
    spoken: Spoken | None = None
    source: int | None = None


@dataclass(frozen=True, slots=True)
class EpisodeAnswer:
    """Neither text nor quotations: the episode and its sources don't say. `text` is empty offline.

    `figures` are in no material: the reader should check them.
    """

    text: str = ""
    quoted: tuple[Quoted, ...] = ()
    figures: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.quoted


class TooVague(InvalidInput):
    """The question holds no word that could be looked for."""

    code = "asking.too_vague"


class EpisodeAnswerer(Protocol):
    """Answers from the episode and its sources alone. They are material, never instructions.

    Raises TooVague, and ProviderError with the codes of `PostWriter`.
    """

    @property
    def engine(self) -> str: ...

    @property
    def offline(self) -> bool: ...

    async def answer(self, asked: Asked) -> tuple[EpisodeAnswer, Usage]: ...
