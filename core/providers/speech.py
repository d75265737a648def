"""Speaking: what is asked, what comes back, and who may answer.

The engines are core/providers/offline/espeak.py (no account at all), elevenlabs.py, unreal.py and openai_speech.py;
core/providers/speakers.py builds what is configured. All stand behind `Speaker` and pass one contract test. Loudness,
rate and format are made alike in core/podcasts.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol, runtime_checkable

import regex

from core.errors import InvalidInput, ProviderError

SPEED_LEAST, SPEED_MOST = 0.5, 2.0

_SPEAKABLE = regex.compile(r"[\p{L}\p{N}]")


class Engine(StrEnum):
    ESPEAK = "espeak"
    ELEVENLABS = "elevenlabs"
    UNREAL = "unreal"
    OPENAI = "openai"
    """Any server with OpenAI's /audio/speech."""


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """`languages` are BCP-47 tags, empty when it speaks whatever the engine does. `sample_url` may be empty."""

    id: str
    name: str
    gender: Gender = Gender.UNKNOWN
    languages: tuple[str, ...] = ()
    description: str = ""
    sample_url: str = ""


class Control(StrEnum):
    """What can be set of a voice. The names are the fields of SpeechSettings."""

    SPEED = "speed"
    STABILITY = "stability"
    SIMILARITY = "similarity"
    STYLE = "style"
    BOOST = "boost"


_ONLY_SPEED = (Control.SPEED,)
CONTROLS: Final[Mapping[Engine, tuple[Control, ...]]] = MappingProxyType(
    {
        Engine.ESPEAK: _ONLY_SPEED,
        Engine.ELEVENLABS: tuple(Control),
        Engine.UNREAL: _ONLY_SPEED,
        Engine.OPENAI: _ONLY_SPEED,
    }
)
"""What each engine heeds; the rest of the settings it passes over."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How a voice speaks. None: as it is set by itself.

    `speed` 1.0 is the voice's own; engines that reach less far take their nearest. `stability` (0 lively, 1 even),
    `similarity` (to the original voice) and `style` (exaggeration) are 0 to 1; `boost` stays closer to the speaker.
    Raises InvalidInput "speech.speed", "speech.setting".
    """

    speed: float = 1.0
    stability: float | None = None
    similarity: float | None = None
    style: float | None = None
    boost: bool | None = None

    def __post_init__(self) -> None:
        if not SPEED_LEAST <= self.speed <= SPEED_MOST:
            raise InvalidInput("speech.speed", speed=self.speed, least=SPEED_LEAST, most=SPEED_MOST)
        for name in (Control.STABILITY, Control.SIMILARITY, Control.STYLE):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise InvalidInput("speech.setting", name=str(name), value=value)


NORMAL = SpeechSettings()


@dataclass(frozen=True, slots=True)
class SpeechLimits:
    """What one call may hold, and how many may run at once."""

    characters: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class Speech:
    """A recording in whatever format the engine gives. `characters` is what was billed; `cost_usd` None: not told."""

    audio: bytes
    content_type: str
    characters: int
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one voice says in a dialogue."""

    text: str
    voice_id: str


class SpeechErrorCode(StrEnum):
    """The codes of the ProviderErrors. The first five may pass; the others need somebody to do something."""

    RATE_LIMITED = "speech.rate_limited"
    UNAVAILABLE = "speech.unavailable"
    TIMEOUT = "speech.timeout"
    EMPTY = "speech.empty"
    """No sound came."""
    TRUNCATED = "speech.truncated"
    """The recording stops before its end, or is far too short for the text."""
    WRONG_CONTENT_TYPE = "speech.wrong_content_type"
    """What came is no recording. Retryable: a proxy or a restarting server answers so. Params: content_type."""
    KEY_REFUSED = "speech.key_refused"
    NO_CREDIT = "speech.no_credit"
    VOICE_UNKNOWN = "speech.voice_unknown"
    """Params: voice."""
    LANGUAGE_UNKNOWN = "speech.language_unknown"
    """Params: language."""
    TOO_LONG = "speech.too_long"
    """Params: characters, most."""
    NOTHING_TO_SAY = "speech.nothing_to_say"
    """The text has neither letters nor digits."""
    REFUSED = "speech.refused"
    """The service doesn't want to say this."""
    BAD_REQUEST = "speech.bad_request"


class Speaker(Protocol):
    """Turns text into sound. The text is data: no markup or command in it is followed.

    Calls beyond `limits.concurrency` wait for their turn. What may pass is tried again a few times, then raised as
    ProviderError with a code of `SpeechErrorCode` and, when the service said it, `retry_after_s`. Cancelling a call
    closes its connection.
    """

    @property
    def engine(self) -> Engine: ...

    @property
    def recipe(self) -> str:
        """Engine, model and format: whatever else than the call's own arguments decides how it sounds."""
        ...

    @property
    def limits(self) -> SpeechLimits: ...

    async def voices(self, language: str = "") -> Sequence[Voice]:
        """Voices for a BCP-47 tag ("" for all), best first; the first two are told apart easily (host and guest)."""
        ...

    async def speak(self, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> Speech: ...


@runtime_checkable
class DialogueSpeaker(Protocol):
    """A Speaker that also says several turns in one breath, each voice hearing the others."""

    @property
    def dialogue_recipe(self) -> str:
        """As a speaker's `recipe`, of its dialogues."""
        ...

    @property
    def dialogue_limits(self) -> SpeechLimits | None:
        """`characters` counts all turns of a call. None: not with the model that is chosen."""
        ...

    async def speak_dialogue(
        self, turns: Sequence[Turn], *, language: str, settings: SpeechSettings = NORMAL
    ) -> Speech: ...


def dialogue_of(speaker: Speaker) -> DialogueSpeaker | None:
    """The same speaker, if it says dialogues as it is set up."""
    return speaker if isinstance(speaker, DialogueSpeaker) and speaker.dialogue_limits is not None else None


def recording_key(recipe: str, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> str:
    """64 characters that name a recording by all that decides how it sounds: the key to keep it under."""
    parts = (recipe, voice_id, language, f"{settings.speed:.3f}", text, *_set(settings))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _set(settings: SpeechSettings) -> list[str]:
    """What is set beyond the speed."""
    others = (settings.stability, settings.similarity, settings.style, settings.boost)
    return [] if others == (None,) * len(others) else [str(value) for value in others]


def check_text(text: str, limit: int, *, provider: str) -> None:
    """Raises ProviderError TOO_LONG or NOTHING_TO_SAY, before anybody is asked."""
    if not _SPEAKABLE.search(text):
        raise ProviderError(SpeechErrorCode.NOTHING_TO_SAY, provider=provider, retryable=False)
    if len(text) > limit:
        raise ProviderError(
            SpeechErrorCode.TOO_LONG, provider=provider, retryable=False, characters=len(text), most=limit
        )
