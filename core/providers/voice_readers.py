"""Who puts into words how somebody writes, by configuration."""

import httpx

from core.providers.voice_model import ModelVoiceReader
from core.providers.voices import CountingReader, VoiceReader
from core.providers.writers import build_chat_client
from core.settings import Settings


def build_voice_reader(settings: Settings, http: httpx.AsyncClient) -> VoiceReader:
    """The model where one is configured."""
    client = build_chat_client(settings, http)
    return ModelVoiceReader(client) if client else CountingReader()
