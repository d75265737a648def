"""Which engine judges scripts, by configuration."""

import httpx

from core.providers.critic_model import ModelCritic
from core.providers.critique import ScriptCritic
from core.providers.offline.critic import OfflineCritic
from core.providers.writers import build_chat_client
from core.settings import Settings


def build_critic(settings: Settings, http: httpx.AsyncClient) -> ScriptCritic:
    """The model where one is configured, else the offline engine."""
    client = build_chat_client(settings, http)
    return ModelCritic(client) if client else OfflineCritic()
