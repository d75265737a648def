"""Who writes down what is said, by configuration."""

import httpx

from core.providers.transcription import Transcriber
from core.providers.transcription_calls import OpenAITranscriber
from core.settings import Settings

MEGABYTE = 1_000_000


def build_transcriber(settings: Settings, http: httpx.AsyncClient) -> Transcriber | None:
    """None where nothing is configured: no machine does this by itself."""
    if not settings.transcription_base_url or not settings.transcription_model:
        return None
    return OpenAITranscriber(
        http,
        base_url=settings.transcription_base_url,
        model=settings.transcription_model,
        file_bytes=int(settings.transcription_file_mb * MEGABYTE),
        key=settings.transcription_api_key,
    )
