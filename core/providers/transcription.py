"""From sound to words: what is asked, what comes back, and who may answer.

The client is core/providers/transcription_calls.py; core/providers/transcribers.py chooses by what is configured. There
is no engine that does this without a vendor: then words have to be typed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class TranscriptionErrorCode(StrEnum):
    """The codes of the ProviderErrors that are raised. The first four may pass."""

    UNAVAILABLE = "transcription.unavailable"
    TIMEOUT = "transcription.timeout"
    RATE_LIMITED = "transcription.rate_limited"
    GARBLED = "transcription.garbled"
    """What came is no transcript."""
    NO_CREDIT = "transcription.no_credit"
    KEY_REFUSED = "transcription.key_refused"
    TOO_BIG = "transcription.too_big"
    NOT_FOUND = "transcription.not_found"
    """No such endpoint, or no such model."""
    REFUSED = "transcription.refused"
    """It won't take this recording: its format, or what is said in it."""


NOT_SET_UP = "transcription.not_set_up"
"""Nobody transcribes here."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound as it is sent: an MP3. `name` with its ending, by which some servers choose their decoder."""

    content: bytes
    name: str = "recording.mp3"
    content_type: str = "audio/mpeg"


class Transcriber(Protocol):
    """Writes down what is said."""

    @property
    def name(self) -> str:
        """Which service and model it is, for logs and figures."""
        ...

    @property
    def file_bytes(self) -> int:
        """How large a recording may be."""
        ...

    async def transcribe(self, recording: Recording) -> str:
        """The words, in the language that is spoken; empty when nothing is said. What may pass is tried again a few
        times.

        Raises ProviderError with a code of `TranscriptionErrorCode`.
        """
        ...
