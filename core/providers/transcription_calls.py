"""OpenAI's /audio/transcriptions, and every server that speaks like it. Source: facts on the openai client's types."""

from typing import Any, Final

import httpx
import pydantic_core
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.transcription import Recording, TranscriptionErrorCode
from core.providers.vendor_calls import MESSAGE_CHARACTERS, Failure, VendorCalls
from core.providers.wire import limited, object_of, retry_after_s, text_of

TRY_S: Final = 300.0
"""One try of ten minutes of sound: small machines need a good part of that."""
FORMAT: Final = "json"
"""The one that all models have: newer ones of OpenAI give no other."""

_ANSWER_BYTES = 4_000_000
_ERROR_BYTES = 64_000
_CODES = {
    401: TranscriptionErrorCode.KEY_REFUSED,
    402: TranscriptionErrorCode.NO_CREDIT,
    403: TranscriptionErrorCode.KEY_REFUSED,
    404: TranscriptionErrorCode.NOT_FOUND,
    405: TranscriptionErrorCode.NOT_FOUND,
    408: TranscriptionErrorCode.TIMEOUT,
    413: TranscriptionErrorCode.TOO_BIG,
    429: TranscriptionErrorCode.RATE_LIMITED,
    504: TranscriptionErrorCode.TIMEOUT,
    524: TranscriptionErrorCode.TIMEOUT,
}
_MAY_PASS = frozenset(
    {
        TranscriptionErrorCode.UNAVAILABLE,
        TranscriptionErrorCode.TIMEOUT,
        TranscriptionErrorCode.RATE_LIMITED,
        TranscriptionErrorCode.GARBLED,
    }
)


class OpenAITranscriber(VendorCalls):
    """`file_bytes`: what the server takes; OpenAI 25 MB."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        model: str,
        file_bytes: int,
        key: SecretStr | None = None,
        concurrency: int = 4,
        try_s: float = TRY_S,
        pause_s: float = 1.0,
    ) -> None:
        super().__init__(
            http,
            provider="transcription",
            event="transcription.retried",
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else None,
            key=key,
            concurrency=concurrency,
            try_s=try_s,
            pause_s=pause_s,
        )
        self._url = f"{base_url}/audio/transcriptions"
        self._model = model
        self.file_bytes = file_bytes
        self.name = f"{httpx.URL(base_url).host}/{model}"

    async def transcribe(self, recording: Recording) -> str:
        """One POST of a form with the file in it."""

        async def ask() -> str:
            fields = {"model": self._model, "response_format": FORMAT}
            files = {"file": (recording.name, recording.content, recording.content_type)}
            async with self._response("POST", self._url, data=fields, files=files) as response:
                return await self._words(response)

        return await self._persistently(ask)

    async def _words(self, response: httpx.Response) -> str:
        """From JSON, or from a plain text, which some servers give whatever they were asked for."""
        if response.status_code >= 300:
            raise await self._refusal(response)
        raw = await self._body(response, _ANSWER_BYTES)
        if response.headers.get("content-type", "").startswith("text/plain"):
            return raw.decode(errors="replace").strip()
        try:
            body = object_of(pydantic_core.from_json(raw))
        except ValueError as exc:
            raise self._error(TranscriptionErrorCode.GARBLED) from exc
        if "error" in body:
            raise self._told_error(response.status_code, body)
        if not isinstance(body.get("text"), str):
            raise self._error(TranscriptionErrorCode.GARBLED)
        return str(body["text"]).strip()

    async def _refusal(self, response: httpx.Response) -> ProviderError:
        raw = b"".join([chunk async for chunk in limited(response.aiter_bytes(), _ERROR_BYTES, None)])
        try:
            body = object_of(pydantic_core.from_json(raw))
        except ValueError:
            body = {"message": raw[:MESSAGE_CHARACTERS].decode(errors="replace")} if raw[:1] != b"<" else {}
        error = self._told_error(response.status_code, body)
        error.retry_after_s = retry_after_s(response.headers.get("retry-after"))
        return error

    def _told_error(self, status: int, body: dict[str, Any]) -> ProviderError:
        told = body.get("error", body.get("detail"))
        details = object_of(told) or {"message": told}
        message = text_of(details.get("message")) or text_of(body.get("message"))
        error = self._error(_code_of(status, details), status=status)
        if error.error_code != TranscriptionErrorCode.KEY_REFUSED and message:
            error.params["message"] = self._told(message)
        return error

    def _error(self, code: TranscriptionErrorCode, **params: Any) -> ProviderError:
        return ProviderError(code, provider=self.provider, retryable=code in _MAY_PASS, **params)

    def _too_big(self) -> ProviderError:
        return self._error(TranscriptionErrorCode.GARBLED)

    def _meaning(self, failure: Failure) -> ProviderError:
        match failure:
            case TimeoutError() | httpx.TimeoutException():
                return self._error(TranscriptionErrorCode.TIMEOUT)
            case _:
                return self._error(TranscriptionErrorCode.UNAVAILABLE, reason=type(failure).__name__)


def _code_of(status: int, details: dict[str, Any]) -> TranscriptionErrorCode:
    """OpenAI tells what is missing by words, and by 429 that nothing is left to pay with."""
    names = {text_of(details.get("type")), text_of(details.get("code"))}
    if "insufficient_quota" in names:
        return TranscriptionErrorCode.NO_CREDIT
    if "model_not_found" in names:
        return TranscriptionErrorCode.NOT_FOUND
    if status < 300 or status >= 500:
        return _CODES.get(status, TranscriptionErrorCode.UNAVAILABLE)
    return _CODES.get(status, TranscriptionErrorCode.REFUSED)
