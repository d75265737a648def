"""OpenAI's /audio/speech, and every server that speaks like it. Source: facts on the openai client's types."""

from collections.abc import Sequence
from typing import Any

import httpx
from pydantic import SecretStr

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
from core.providers.wire import object_of, text_of

CHARACTERS = 4096
FORMAT = "mp3"
"""The one format that all of these servers have; some give PCM of a rate they don't tell when none is asked for."""

_FEMALE, _MALE = Gender.FEMALE, Gender.MALE
VOICES = tuple(
    Voice(name, name.capitalize(), gender)
    for name, gender in {
        "nova": _FEMALE,
        "onyx": _MALE,
        "marin": _FEMALE,
        "cedar": _MALE,
        "coral": _FEMALE,
        "ash": _MALE,
        "shimmer": _FEMALE,
        "echo": _MALE,
        "sage": _FEMALE,
        "verse": _MALE,
        "alloy": Gender.UNKNOWN,
        "ballad": _MALE,
        "fable": Gender.UNKNOWN,
    }.items()
)


class OpenAISpeech:
    """`voices` names those of another server; OpenAI's own when it is empty."""

    engine = Engine.OPENAI

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        model: str,
        key: SecretStr | None = None,
        voices: Sequence[str] = (),
        concurrency: int = 4,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        self._url = f"{base_url}/audio/speech"
        self._model = model
        self._voices = tuple(Voice(name, name) for name in voices) or VOICES
        self._calls = SpeechCalls(
            http,
            provider=self.engine,
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
            key=key,
            concurrency=concurrency,
            read_failure=_read_failure,
            pause_s=pause_s,
            try_s=try_s,
        )
        self.recipe = f"openai/{httpx.URL(base_url).host}/{model}/{FORMAT}"
        self.limits = SpeechLimits(CHARACTERS, concurrency)

    async def voices(self, language: str = "") -> Sequence[Voice]:
        """The same for all languages: the model hears which one it is."""
        return self._voices

    async def speak(self, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> Speech:
        check_text(text, CHARACTERS, provider=self.engine)
        body: dict[str, Any] = {
            "model": self._model,
            "input": text,
            "voice": {"id": voice_id} if voice_id.startswith("voice_") else voice_id,  # a voice of one's own
            "response_format": FORMAT,
        }
        if settings.speed != 1.0:
            body["speed"] = settings.speed
        return await self._calls.recording(Order(self._url, body, spoken=text, voice_id=voice_id, settings=settings))


def _read_failure(status: int, body: dict[str, Any]) -> tuple[SpeechErrorCode | None, str]:
    told = body.get("error", body.get("detail"))
    details = object_of(told) or {"message": told}
    message = text_of(details.get("message")) or text_of(body.get("message"))
    names = {text_of(details.get("type")), text_of(details.get("code"))}
    if "insufficient_quota" in names:
        return SpeechErrorCode.NO_CREDIT, message
    if status in (400, 404, 422) and (details.get("param") == "voice" or "voice" in message.lower()):
        return SpeechErrorCode.VOICE_UNKNOWN, message
    if "content_policy_violation" in names:
        return SpeechErrorCode.REFUSED, message
    return None, message
