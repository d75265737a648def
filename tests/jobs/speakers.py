"""A voice that counts."""

import asyncio
import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.providers.offline.espeak import Espeak
from core.providers.speech import NORMAL, Engine, Speech, SpeechSettings, Voice


def silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 22_050, 0, "NONE", ""))
        writer.writeframes(bytes(44_100))
    return file.getvalue()


SILENCE = silence()


@dataclass
class CountingSpeaker:
    """espeak, that remembers what it was asked, and fails when it is told to."""

    said: list[str] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """Of these the first recording is silence."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    waits: asyncio.Event | None = None
    espeak: Espeak = field(default_factory=Espeak)
    engine: Engine = Engine.ESPEAK

    @property
    def recipe(self) -> str:
        return self.espeak.recipe

    @property
    def limits(self) -> Any:
        return self.espeak.limits

    async def voices(self, language: str = "") -> Sequence[Voice]:
        return await self.espeak.voices(language)

    async def speak(self, text: str, voice_id: str, *, language: str, settings: SpeechSettings = NORMAL) -> Speech:
        self.asked.set()
        if self.waits is not None:
            await self.waits.wait()
        if failures := self.failures.get(text):
            raise failures.pop(0)
        self.said.append(text)
        if text in self.broken:
            self.broken.remove(text)
            return Speech(SILENCE, "audio/wav", characters=len(text))
        return await self.espeak.speak(text, voice_id, language=language, settings=settings)
