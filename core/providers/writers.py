"""Which engine writes, by configuration."""

import httpx

from core.providers.llm import OPENROUTER_MODEL, OPENROUTER_URL, ChatClient
from core.providers.model import ModelWriter
from core.providers.offline.writer import OfflineWriter
from core.providers.text import PostWriter
from core.settings import Settings


def build_post_writer(settings: Settings, http: httpx.AsyncClient) -> PostWriter:
    """The model where one is configured, else the offline writer."""
    client = build_chat_client(settings, http)
    return ModelWriter(client) if client else OfflineWriter()


def build_chat_client(settings: Settings, http: httpx.AsyncClient) -> ChatClient | None:
    """The client that all text work shares; None without LLM_BASE_URL and OPENROUTER_API_KEY. The former goes first."""
    fallbacks = tuple(settings.llm_fallback_models)
    if settings.llm_base_url and settings.llm_model:
        return ChatClient(
            http,
            base_url=settings.llm_base_url,
            models=(settings.llm_model, *fallbacks),
            key=settings.llm_api_key,
        )
    if settings.openrouter_api_key:
        return ChatClient(
            http,
            base_url=OPENROUTER_URL,
            models=(settings.llm_model or OPENROUTER_MODEL, *fallbacks),
            key=settings.openrouter_api_key,
            openrouter=True,
        )
    return None
