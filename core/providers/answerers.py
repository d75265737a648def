"""Which engine answers questions about episodes, by configuration."""

import httpx

from core.providers.answer_model import ModelAnswerer
from core.providers.answering import EpisodeAnswerer
from core.providers.offline.passages import OfflineAnswerer
from core.providers.writers import build_chat_client
from core.settings import Settings


def build_answerer(settings: Settings, http: httpx.AsyncClient) -> EpisodeAnswerer:
    """The model where one is configured, else the offline engine."""
    client = build_chat_client(settings, http)
    return ModelAnswerer(client) if client else OfflineAnswerer()
