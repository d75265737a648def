"""The engines as tests build them, and what they say."""

from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from core.providers.elevenlabs import ElevenLabs
from core.providers.offline.espeak import Espeak
from core.providers.openai_speech import OpenAISpeech
from core.providers.speech import Engine, Speaker
from core.providers.unreal import UnrealSpeech
from tests.core.providers.fake_speech_server import KEY, VOICE

TEXT = "Bread rises slowly, and that is its whole secret. The bakers wait."
VOICES = {Engine.ESPEAK: "f2", Engine.ELEVENLABS: VOICE, Engine.UNREAL: "Sierra", Engine.OPENAI: "nova"}
VENDORS = (Engine.ELEVENLABS, Engine.UNREAL, Engine.OPENAI)


@dataclass(frozen=True)
class MakeSpeaker:
    """Builds an engine against `url`; pauses are short and `try_s` may be."""

    http: httpx.AsyncClient
    url: str

    def __call__(self, engine: Engine, *, key: str = KEY, try_s: float = 5.0, concurrency: int = 2) -> Speaker:
        secret = SecretStr(key)
        match engine:
            case Engine.ESPEAK:
                return Espeak()
            case Engine.ELEVENLABS:
                return self.elevenlabs(key=key, try_s=try_s, concurrency=concurrency)
            case Engine.UNREAL:
                return UnrealSpeech(
                    self.http, base_url=self.url, key=secret, concurrency=concurrency, pause_s=0.01, try_s=try_s
                )
            case Engine.OPENAI:
                return OpenAISpeech(
                    self.http,
                    base_url=self.url,
                    model="tts",
                    key=secret,
                    concurrency=concurrency,
                    pause_s=0.01,
                    try_s=try_s,
                )

    def elevenlabs(
        self, *, key: str = KEY, model: str = "eleven_multilingual_v2", try_s: float = 5.0, concurrency: int = 2
    ) -> ElevenLabs:
        return ElevenLabs(
            self.http,
            base_url=self.url,
            key=SecretStr(key),
            model=model,
            concurrency=concurrency,
            pause_s=0.01,
            try_s=try_s,
        )
