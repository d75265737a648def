"""Whether what a service sent is a whole recording of what it was to say."""

from typing import Any

from core.errors import ProviderError
from core.providers.recordings import seconds_of, sniffed
from core.providers.speech import SpeechErrorCode

_CHARACTERS_PER_S = 40
"""Nobody speaks as fast: English has about 15 a second."""
_PATIENT_CHARACTERS = 40
"""Below, a text is too short to judge its recording's length."""
_WHOLE = 0.9


def checked_recording(audio: bytes, *, told_type: str, text: str, speed: float, provider: str) -> str:
    """The content type by its contents. Raises ProviderError EMPTY, WRONG_CONTENT_TYPE or TRUNCATED."""
    if not audio:
        raise _unsound(SpeechErrorCode.EMPTY, provider)
    content_type = sniffed(audio)
    if content_type is None:
        raise _unsound(SpeechErrorCode.WRONG_CONTENT_TYPE, provider, content_type=told_type)
    found = seconds_of(audio, content_type)
    if found is None:
        return content_type
    seconds, claimed_s = found
    if seconds <= 0:
        raise _unsound(SpeechErrorCode.EMPTY, provider)
    least_s = len(text) / (_CHARACTERS_PER_S * max(speed, 1.0)) if len(text) > _PATIENT_CHARACTERS else 0.0
    if seconds < max(claimed_s * _WHOLE, least_s):
        raise _unsound(SpeechErrorCode.TRUNCATED, provider, duration_s=round(seconds, 2))
    return content_type


def _unsound(code: SpeechErrorCode, provider: str, **params: Any) -> ProviderError:
    return ProviderError(code, provider=provider, retryable=True, **params)
