"""Which engines speak, by configuration."""

from collections.abc import Iterator, Mapping

import httpx

from core.providers.elevenlabs import ElevenLabs
from core.providers.offline.espeak import Espeak
from core.providers.openai_speech import OpenAISpeech
from core.providers.speech import Engine, Speaker
from core.providers.unreal import UnrealSpeech
from core.settings import Settings


def build_speakers(settings: Settings, http: httpx.AsyncClient) -> Mapping[Engine, Speaker]:
    """Everything that is configured, what is to be offered first at the front. espeak is always there."""
    speakers: dict[Engine, Speaker] = {speaker.engine: speaker for speaker in _configured(settings, http)}
    speakers[Engine.ESPEAK] = Espeak()
    first = Engine(settings.speech_provider) if settings.speech_provider else next(iter(speakers))
    return {first: speakers.pop(first), **speakers}


def _configured(settings: Settings, http: httpx.AsyncClient) -> Iterator[Speaker]:
    if settings.elevenlabs_api_key:
        yield ElevenLabs(
            http,
            base_url=settings.elevenlabs_base_url,
            key=settings.elevenlabs_api_key,
            model=settings.elevenlabs_model,
            concurrency=settings.elevenlabs_concurrency,
        )
    if settings.speech_base_url and settings.speech_model:
        yield OpenAISpeech(
            http,
            base_url=settings.speech_base_url,
            model=settings.speech_model,
            key=settings.speech_api_key,
            voices=settings.speech_voices,
        )
    if settings.unrealspeech_api_key:
        yield UnrealSpeech(http, base_url=settings.unrealspeech_base_url, key=settings.unrealspeech_api_key)
