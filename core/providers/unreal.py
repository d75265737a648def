"""Unreal Speech, version 8. Source: facts on api.v8.unrealspeech.com."""

from collections.abc import Sequence
from typing import Any

import httpx
from pydantic import SecretStr

from core.errors import ProviderError
from core.languages import primary
from core.providers.speech import (
    NORMAL,
    Engine,
    Gender,
    Speech,
    SpeechErrorCode,
    SpeechLimits,
    SpeechSettings,
    Voice,
    check_text,
)
from core.providers.speech_calls import TRY_S, Order, SpeechCalls
from core.providers.wire import text_of

STREAM_CHARACTERS = 1000
SPEECH_CHARACTERS = 3000
BITRATE = "192k"

_FEMALE, _MALE = Gender.FEMALE, Gender.MALE
_VOICES = {
    "en": {
        _FEMALE: "Sierra Autumn Melody Hannah Emily Ivy Kaitlyn Luna Willow Lauren",
        _MALE: "Noah Jasper Caleb Ronan Ethan Daniel Zane",
    },
    "zh": {_FEMALE: "Mei Lian Ting Jing", _MALE: "Wei Jian Hao Sheng"},
    "es": {_FEMALE: "Lucía", _MALE: "Mateo Javier"},
    "fr": {_FEMALE: "Élodie"},
    "hi": {_FEMALE: "Ananya Priya", _MALE: "Arjun Rohan"},
    "it": {_FEMALE: "Giulia", _MALE: "Luca"},
    "pt": {_FEMALE: "Camila", _MALE: "Thiago Rafael"},
}
"""The service has no list to ask for."""


def _listed(language: str) -> list[Voice]:
    women, men = (
        [Voice(name, name, gender, (language,)) for name in _VOICES[language].get(gender, "").split()]
        for gender in (_FEMALE, _MALE)
    )
    return [*women[:1], *men[:1], *women[1:], *men[1:]]


VOICES = tuple(voice for language in _VOICES for voice in _listed(language))


class UnrealSpeech:
    """Short texts come as a stream, longer ones through a file that it keeps for us."""

    engine = Engine.UNREAL

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        key: SecretStr,
        concurrency: int = 2,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        self._url = base_url
        self._calls = SpeechCalls(
            http,
            provider=self.engine,
            headers={"Authorization": f"Bearer {key.get_secret_value()}"},
            key=key,
            concurrency=concurrency,
            read_failure=_read_failure,
            pause_s=pause_s,
            try_s=try_s,
        )
        self.recipe = f"unreal/v8/{BITRATE}"
        self.limits = SpeechLimits(SPEECH_CHARACTERS, concurrency)

    async def voices(self, language: str = "") -> Sequence[Voice]:
        """None for a language that it doesn't speak."""
        return [voice for voice in VOICES if not language or primary(language) in voice.languages]

    async def speak(self, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> Speech:
        """The voice decides the language."""
        check_text(text, SPEECH_CHARACTERS, provider=self.engine)
        if all(voice.id != voice_id for voice in VOICES):
            raise ProviderError(
                SpeechErrorCode.VOICE_UNKNOWN, provider=self.engine, retryable=False, voice=voice_id[:64]
            )
        body: dict[str, Any] = {
            "Text": text,
            "VoiceId": voice_id,
            "Bitrate": BITRATE,
            "Speed": round(min(settings.speed - 1.0, 1.0), 2),
            "Pitch": 1,
        }
        if len(text) <= STREAM_CHARACTERS:
            return await self._calls.recording(self._order("/stream", {**body, "Codec": "libmp3lame"}, settings))
        order = self._order("/speech", {**body, "AudioFormat": "mp3", "OutputFormat": "uri"}, settings)
        return await self._calls.recording_behind(order, _address)

    def _order(self, path: str, body: dict[str, Any], settings: SpeechSettings) -> Order:
        return Order(self._url + path, body, spoken=body["Text"], voice_id=body["VoiceId"], settings=settings)


def _address(answer: dict[str, Any]) -> str:
    """The first one, when it gives a list."""
    told = answer.get("OutputUri")
    return text_of(told[0] if isinstance(told, list) and told else told)


def _read_failure(status: int, body: dict[str, Any]) -> tuple[SpeechErrorCode | None, str]:
    """{"message"} or plain text. Free credit that is used up comes as 402, or as a 429 that names it."""
    message = text_of(body.get("message")) or text_of(body.get("error"))
    lowered = message.lower()
    if status in (402, 403, 429) and ("quota" in lowered or "credit" in lowered or "usage limit" in lowered):
        return SpeechErrorCode.NO_CREDIT, message
    if status == 400 and "voice" in lowered:
        return SpeechErrorCode.VOICE_UNKNOWN, message
    return None, message
