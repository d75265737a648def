"""ElevenLabs: text to speech, and whole dialogues. Source: facts on api.elevenlabs.io."""

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
    Turn,
    Voice,
    check_text,
)
from core.providers.speech_calls import TRY_S, Order, SpeechCalls
from core.providers.wire import object_of, text_of

DIALOGUE_MODEL = "eleven_v3"
DIALOGUE_CHARACTERS = 2000
DIALOGUE_VOICES = 10
FORMAT = "mp3_44100_128"
"""The best that every plan has."""

_PAGES = 10
_PAGE = 100
_CHARACTERS = {"eleven_multilingual_v2": 10_000, "eleven_flash_v2_5": 40_000, "eleven_turbo_v2_5": 40_000}
_CHARACTERS_OF_OTHERS = 5000
_SPEED_LEAST, _SPEED_MOST = 0.7, 1.2
_CODES = {
    "quota_exceeded": SpeechErrorCode.NO_CREDIT,
    "invalid_api_key": SpeechErrorCode.KEY_REFUSED,
    "missing_permissions": SpeechErrorCode.KEY_REFUSED,
    "voice_not_found": SpeechErrorCode.VOICE_UNKNOWN,
    "max_character_limit_exceeded": SpeechErrorCode.TOO_LONG,
    "too_many_concurrent_requests": SpeechErrorCode.RATE_LIMITED,
    "system_busy": SpeechErrorCode.RATE_LIMITED,
}


class ElevenLabs:
    """Speaks with api.elevenlabs.io. `concurrency` is the plan's: Free 2, Starter 3, Creator 5, Pro 10."""

    engine = Engine.ELEVENLABS

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        key: SecretStr,
        model: str,
        concurrency: int,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        self._url = base_url
        self._model = model
        self._calls = SpeechCalls(
            http,
            provider=self.engine,
            headers={"xi-api-key": key.get_secret_value()},
            key=key,
            concurrency=concurrency,
            read_failure=_read_failure,
            pause_s=pause_s,
            try_s=try_s,
        )
        self.recipe = f"elevenlabs/{model}/{FORMAT}"
        self.limits = SpeechLimits(_CHARACTERS.get(model, _CHARACTERS_OF_OTHERS), concurrency)
        self.dialogue_recipe = f"elevenlabs/dialogue/{DIALOGUE_MODEL}/{FORMAT}"
        self.dialogue_limits = SpeechLimits(DIALOGUE_CHARACTERS, concurrency) if model == DIALOGUE_MODEL else None

    async def voices(self, language: str = "") -> Sequence[Voice]:
        found: list[Voice] = []
        params = {"page_size": str(_PAGE)}
        for _ in range(_PAGES):
            page = await self._calls.data(f"{self._url}/v2/voices", params=params)
            found += [_voice(entry) for entry in page.get("voices") or [] if text_of(object_of(entry).get("voice_id"))]
            token = text_of(page.get("next_page_token"))
            if not page.get("has_more") or not token:
                break
            params["next_page_token"] = token
        return _host_and_guest_first([voice for voice in found if _speaks(voice, language)] or found)

    async def speak(self, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> Speech:
        check_text(text, self.limits.characters, provider=self.engine)
        self._check_voice(voice_id)
        body = {"text": text, "model_id": self._model, "voice_settings": _voice_settings(settings, self._model)}
        if _takes_language(self._model) and language:
            body["language_code"] = primary(language)
        order = Order(
            f"{self._url}/v1/text-to-speech/{voice_id}",
            body,
            spoken=text,
            voice_id=voice_id,
            settings=settings,
            params={"output_format": FORMAT},
        )
        return await self._calls.recording(order)

    async def speak_dialogue(
        self, turns: Sequence[Turn], *, language: str, settings: SpeechSettings = NORMAL
    ) -> Speech:
        """At most 2,000 characters and 10 voices in one call. The voices' own speed counts."""
        spoken = " ".join(turn.text for turn in turns)
        check_text(spoken, DIALOGUE_CHARACTERS, provider=self.engine)
        voices = {turn.voice_id for turn in turns}
        if len(voices) > DIALOGUE_VOICES:
            raise self._calls.error(SpeechErrorCode.BAD_REQUEST, voices=len(voices), most=DIALOGUE_VOICES)
        for voice_id in voices:
            self._check_voice(voice_id)
        inputs = [{"text": turn.text, "voice_id": turn.voice_id} for turn in turns]
        body: dict[str, Any] = {"inputs": inputs, "model_id": DIALOGUE_MODEL}
        if language:
            body["language_code"] = primary(language)
        order = Order(
            f"{self._url}/v1/text-to-dialogue",
            body,
            spoken=spoken,
            voice_id="",
            settings=NORMAL,
            params={"output_format": FORMAT},
        )
        return await self._calls.recording(order)

    def _check_voice(self, voice_id: str) -> None:
        """It becomes a part of the address."""
        if not voice_id.isalnum() or not voice_id.isascii():
            raise ProviderError(
                SpeechErrorCode.VOICE_UNKNOWN, provider=self.engine, retryable=False, voice=voice_id[:64]
            )


def _read_failure(status: int, body: dict[str, Any]) -> tuple[SpeechErrorCode | None, str]:
    """`detail` is an object with a status or code, a list of what doesn't validate, or a sentence."""
    detail = body.get("detail")
    if isinstance(detail, list):
        first = object_of(detail[0]) if detail else {}
        return None, text_of(first.get("msg"))
    told = object_of(detail)
    message = text_of(told.get("message")) or (detail if isinstance(detail, str) else "")
    for name in ("status", "code", "type"):
        if code := _CODES.get(text_of(told.get(name))):
            return code, message
    return (SpeechErrorCode.VOICE_UNKNOWN if status == 404 else None), message


def _voice(entry: dict[str, Any]) -> Voice:
    labels = object_of(entry.get("labels"))
    verified = [text_of(object_of(each).get("language")) for each in entry.get("verified_languages") or []]
    languages = dict.fromkeys(code for code in (text_of(labels.get("language")), *verified) if code)
    gender = text_of(labels.get("gender")).lower()
    return Voice(
        id=entry["voice_id"],
        name=text_of(entry.get("name")) or entry["voice_id"],
        gender=Gender(gender) if gender in ("female", "male") else Gender.UNKNOWN,
        languages=tuple(languages),
        description=text_of(entry.get("description")),
        sample_url=text_of(entry.get("preview_url")),
    )


def _speaks(voice: Voice, language: str) -> bool:
    return not language or not voice.languages or primary(language) in map(primary, voice.languages)


def _host_and_guest_first(voices: list[Voice]) -> list[Voice]:
    """The second voice is the first one of another gender."""
    wanted = {Gender.FEMALE: Gender.MALE, Gender.MALE: Gender.FEMALE}.get(voices[0].gender) if voices else None
    other = next((voice for voice in voices[1:] if voice.gender is wanted), None)
    if other is None:
        return voices
    return [voices[0], other, *(voice for voice in voices[1:] if voice is not other)]


def _takes_language(model: str) -> bool:
    """multilingual_v2 hears the language by itself and refuses to be told."""
    return model.endswith("v2_5") or model.startswith("eleven_v3")


def _voice_settings(settings: SpeechSettings, model: str) -> dict[str, Any]:
    """Only what is set: the voice has its own for the rest. eleven_v3 knows three steps of stability."""
    stability = settings.stability
    if stability is not None and model.startswith("eleven_v3"):
        stability = round(stability * 2) / 2
    told = {
        "speed": min(max(settings.speed, _SPEED_LEAST), _SPEED_MOST),
        "stability": stability,
        "similarity_boost": settings.similarity,
        "style": settings.style,
        "use_speaker_boost": settings.boost,
    }
    return {name: value for name, value in told.items() if value is not None}
