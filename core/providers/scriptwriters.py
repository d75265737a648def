"""Which engine writes podcast scripts, by configuration."""

import httpx

from core.providers.offline.dialogue import OfflineScriptWriter
from core.providers.script_model import ModelScriptWriter
from core.providers.scripts import ScriptWriter
from core.providers.writers import build_chat_client
from core.settings import Settings


def build_script_writer(settings: Settings, http: httpx.AsyncClient) -> ScriptWriter:
    """The model where one is configured, else the offline writer."""
    client = build_chat_client(settings, http)
    return ModelScriptWriter(client) if client else OfflineScriptWriter()
