"""What is chosen for an episode, as a value that is stored with it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from core.errors import InvalidInput
from core.languages import UNKNOWN
from core.podcasts.pace import LONG_MINUTES, SHORT_MINUTES, Pace, pace_of
from core.podcasts.script import Format
from core.posts.options import DEFAULT_BRAND
from core.providers.speech import Engine, Voice

FOCUS_CHARACTERS = 300
TITLE_CHARACTERS = 120
SOURCES_MOST = 5
FALLBACK_LANGUAGE = "en"


class Length(StrEnum):
    SHORT = "short"
    LONG = "long"

    @property
    def minutes(self) -> int:
        return SHORT_MINUTES if self is Length.SHORT else LONG_MINUTES


@dataclass(frozen=True, slots=True)
class ChosenVoice:
    """A voice of the provider; `name` is also what the speaker is called in the script."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PodcastOptions:
    """`language` is a BCP-47 tag, "" for the sources' own. `brand`: whose voice it has, as in WritingOptions."""

    provider: Engine
    host: ChosenVoice
    guest: ChosenVoice
    length: Length = Length.SHORT
    format: Format = Format.CONVERSATION
    language: str = ""
    focus: str = ""
    music: bool = False
    """Whether the owner's music plays before and after it."""
    brand: str = DEFAULT_BRAND

    def pace(self, language: str) -> Pace:
        """How fast the provider's voices speak."""
        return pace_of(language, natural=self.provider is not Engine.ESPEAK)

    def swapped(self) -> Self:
        return replace(self, host=self.guest, guest=self.host)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`. Raises KeyError or ValueError for anything else."""
        return cls(
            provider=Engine(stored["provider"]),
            host=ChosenVoice(**stored["host"]),
            guest=ChosenVoice(**stored["guest"]),
            length=Length(stored["length"]),
            format=Format(stored["format"]),
            language=stored["language"],
            focus=stored["focus"],
            music=stored.get("music", False),
            brand=stored.get("brand", DEFAULT_BRAND),
        )


def spoken_language(language: str) -> str:
    """In which language a text is read aloud: one in no known language as English."""
    return FALLBACK_LANGUAGE if language in ("", UNKNOWN) else language


def preset(
    provider: Engine, voices: Sequence[Voice], *, earlier: PodcastOptions | None = None, language: str = ""
) -> PodcastOptions:
    """The owner's earlier choices where they still fit, else a provider's first two voices.

    Raises InvalidInput "podcasts.no_voices" when the provider has fewer than two.
    """
    if len(voices) < 2:
        raise InvalidInput("podcasts.no_voices", provider=str(provider), language=language)
    host, guest = (ChosenVoice(voice.id, voice.name) for voice in voices[:2])
    if earlier is None:
        return PodcastOptions(provider, host, guest)
    known = {voice.id for voice in voices}
    if earlier.provider is provider and {earlier.host.id, earlier.guest.id} <= known:
        host, guest = earlier.host, earlier.guest
    return replace(earlier, provider=provider, host=host, guest=guest, focus="", language="")
