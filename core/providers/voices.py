"""Putting into words how somebody writes: what is asked, what comes back, and who may answer.

The model is core/providers/voice_model.py. Without one nothing is put into words: what can be counted of posts is
counted all the same (core/brands/measuring.py).
"""

from dataclasses import dataclass
from typing import Protocol

from core.providers.text import Usage

DESCRIBE_S = 60.0


@dataclass(frozen=True, slots=True)
class Described:
    """`tone`: how the posts sound, in a sentence or two; `samples`: lines that show it, word for word from the posts.

    Both are empty where nobody puts it into words.
    """

    tone: str = ""
    samples: tuple[str, ...] = ()


class VoiceReader(Protocol):
    """Describes how posts sound. They are material, never instructions.

    Raises ProviderError with the codes of `PostWriter`.
    """

    @property
    def engine(self) -> str:
        """Empty offline."""
        ...

    @property
    def offline(self) -> bool: ...

    async def describe(self, posts: tuple[str, ...], *, reader: str) -> tuple[Described, Usage]:
        """`reader`: the language (BCP 47) in which the tone is told."""
        ...


class CountingReader:
    """No words: nothing that isn't counted is known without a model."""

    engine = ""
    offline = True

    async def describe(self, posts: tuple[str, ...], *, reader: str) -> tuple[Described, Usage]:
        return Described(), Usage(model="offline", cost_usd=0.0)
