"""What is chosen for a voiceover, as a value that is stored with it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from core.errors import InvalidInput
from core.podcasts.options import ChosenVoice
from core.podcasts.pace import pace_of
from core.providers.speech import CONTROLS, Control, Engine, SpeechSettings, Voice

STEPS: Mapping[Control, tuple[float, ...]] = {
    Control.SPEED: (0.75, 0.9, 1.0, 1.1, 1.25, 1.5),
    Control.STABILITY: (0.0, 0.25, 0.5, 0.75, 1.0),
    Control.SIMILARITY: (0.0, 0.25, 0.5, 0.75, 1.0),
    Control.STYLE: (0.0, 0.25, 0.5, 0.75),
    Control.BOOST: (0, 1),
}
"""What is offered of each."""


@dataclass(frozen=True, slots=True)
class VoiceoverOptions:
    engine: Engine
    voice: ChosenVoice
    settings: SpeechSettings = field(default_factory=SpeechSettings)

    def seconds(self, text: str, language: str) -> float:
        """About how long it takes to say."""
        pace = pace_of(language, natural=self.engine is not Engine.ESPEAK, speed=self.settings.speed)
        return pace.seconds(text)

    def with_setting(self, control: Control, value: float | None) -> Self:
        """None: as the voice is set by itself. Raises InvalidInput for what isn't offered, or not of this engine."""
        if control not in CONTROLS[self.engine] or (value is not None and value not in STEPS[control]):
            raise InvalidInput("speech.setting", name=str(control), value=value)
        chosen: Any = value
        if control is Control.SPEED:
            chosen = 1.0 if value is None else value
        elif control is Control.BOOST:
            chosen = None if value is None else bool(value)
        return replace(self, settings=replace(self.settings, **{str(control): chosen}))

    def with_engine(self, engine: Engine, voice: Voice) -> Self:
        """Settings that the engine doesn't heed are forgotten."""
        kept = {str(control): getattr(self.settings, control) for control in CONTROLS[engine]}
        return replace(self, engine=engine, voice=ChosenVoice(voice.id, voice.name), settings=SpeechSettings(**kept))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(Engine(stored["engine"]), ChosenVoice(**stored["voice"]), SpeechSettings(**stored["settings"]))


def preset_voice(engine: Engine, voices: Sequence[Voice], *, earlier: VoiceoverOptions | None) -> VoiceoverOptions:
    """The owner's last choice while its voice is there, else the engine's first voice. `voices` aren't empty."""
    if earlier is not None and earlier.engine is engine:
        known = {voice.id for voice in voices}
        if earlier.voice.id in known:
            return earlier
        return earlier.with_engine(engine, voices[0])
    return VoiceoverOptions(engine, ChosenVoice(voices[0].id, voices[0].name))
