"""Calls to speech services over HTTP: what came turned into recordings or errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pydantic_core
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.recording_checks import checked_recording
from core.providers.speech import Speech, SpeechErrorCode, SpeechSettings
from core.providers.vendor_calls import MESSAGE_CHARACTERS, Failure, VendorCalls
from core.providers.wire import limited, object_of, retry_after_s

TRY_S = 90.0
"""One try. What takes longer hangs: no text within the limits takes a minute."""

_RECORDING_BYTES = 60_000_000
_ANSWER_BYTES = 2_000_000
_ERROR_BYTES = 64_000
_CODES = {
    401: SpeechErrorCode.KEY_REFUSED,
    402: SpeechErrorCode.NO_CREDIT,
    403: SpeechErrorCode.KEY_REFUSED,
    408: SpeechErrorCode.TIMEOUT,
    413: SpeechErrorCode.TOO_LONG,
    425: SpeechErrorCode.RATE_LIMITED,
    429: SpeechErrorCode.RATE_LIMITED,
    504: SpeechErrorCode.TIMEOUT,
}
_MAY_PASS = frozenset({SpeechErrorCode.TIMEOUT, SpeechErrorCode.RATE_LIMITED, SpeechErrorCode.UNAVAILABLE})

ReadFailure = Callable[[int, dict[str, Any]], tuple[SpeechErrorCode | None, str]]
"""A vendor's own code for a failure (None: its status tells) and its message, from status and JSON body."""


@dataclass(frozen=True, slots=True)
class Order:
    """One POST. `spoken` is what the recording should say, to judge whether it is whole."""

    url: str
    body: dict[str, Any]
    spoken: str
    voice_id: str
    settings: SpeechSettings
    params: Mapping[str, str] | None = None


class SpeechCalls(VendorCalls):
    """The client that the engines share."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        provider: str,
        headers: Mapping[str, str],
        key: SecretStr | None,
        concurrency: int,
        read_failure: ReadFailure,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        super().__init__(
            http,
            provider=provider,
            event="speech.retried",
            headers=headers,
            key=key,
            concurrency=concurrency,
            try_s=try_s,
            pause_s=pause_s,
        )
        self._read_failure = read_failure

    async def recording(self, order: Order) -> Speech:
        """From a POST that answers with sound."""

        async def record() -> Speech:
            async with self._response("POST", order.url, json=order.body, params=order.params) as response:
                return await self._heard(response, order)

        return await self._persistently(record)

    async def recording_behind(self, order: Order, address: Callable[[dict[str, Any]], str]) -> Speech:
        """From a POST that answers with JSON, in which `address` finds where the sound lies."""

        async def record() -> Speech:
            async with self._response("POST", order.url, json=order.body, params=order.params) as response:
                url = address(await self._json(response))
            if not url.startswith(("https://", order.url.partition("//")[0] + "//")):
                raise self.error(SpeechErrorCode.WRONG_CONTENT_TYPE, content_type="application/json")
            async with self._response("GET", url, vendor=False) as response:
                return await self._heard(response, order)

        return await self._persistently(record)

    async def data(self, url: str, *, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """From a GET that answers with a JSON object."""

        async def read() -> dict[str, Any]:
            async with self._response("GET", url, params=params) as response:
                return await self._json(response)

        return await self._persistently(read)

    async def _heard(self, response: httpx.Response, order: Order) -> Speech:
        await self._check(response)
        told_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if told_type.endswith("json"):
            raise self._failure(response.status_code, await self._json(response), told_type)
        audio = await self._body(response, _RECORDING_BYTES)
        content_type = checked_recording(
            audio, told_type=told_type, text=order.spoken, speed=order.settings.speed, provider=self.provider
        )
        billed = response.headers.get("character-cost", "")
        return Speech(audio, content_type, characters=int(billed) if billed.isdecimal() else len(order.spoken))

    async def _json(self, response: httpx.Response) -> dict[str, Any]:
        await self._check(response)
        try:
            parsed = pydantic_core.from_json(await self._body(response, _ANSWER_BYTES))
        except ValueError as exc:
            told_type = response.headers.get("content-type", "")
            raise self.error(SpeechErrorCode.WRONG_CONTENT_TYPE, content_type=told_type) from exc
        return object_of(parsed)

    async def _check(self, response: httpx.Response) -> None:
        if response.status_code < 300:
            return
        raw = b"".join([chunk async for chunk in limited(response.aiter_bytes(), _ERROR_BYTES, None)])
        try:
            body = object_of(pydantic_core.from_json(raw))
        except ValueError:
            body = {"message": raw[:MESSAGE_CHARACTERS].decode(errors="replace")} if raw[:1] != b"<" else {}
        error = self._failure(response.status_code, body, "")
        error.retry_after_s = retry_after_s(response.headers.get("retry-after"))
        raise error

    def _failure(self, status: int, body: dict[str, Any], told_type: str) -> ProviderError:
        code, message = self._read_failure(status, body)
        if code is None and status < 300:
            return self.error(SpeechErrorCode.WRONG_CONTENT_TYPE, content_type=told_type)
        if code is None:
            code = _CODES.get(status, SpeechErrorCode.BAD_REQUEST if status < 500 else SpeechErrorCode.UNAVAILABLE)
        error = self.error(code, status=status)
        if code is not SpeechErrorCode.KEY_REFUSED and message:
            error.params["message"] = self._told(message)
        return error

    def error(self, code: SpeechErrorCode, **params: Any) -> ProviderError:
        retryable = code in _MAY_PASS or code is SpeechErrorCode.WRONG_CONTENT_TYPE
        return ProviderError(code, provider=self.provider, retryable=retryable, **params)

    def _too_big(self) -> ProviderError:
        return self.error(SpeechErrorCode.BAD_REQUEST, reason="too_big")

    def _meaning(self, failure: Failure) -> ProviderError:
        match failure:
            case TimeoutError() | httpx.TimeoutException():
                return self.error(SpeechErrorCode.TIMEOUT)
            case httpx.RemoteProtocolError():  # the line dropped in the middle of an answer
                return ProviderError(SpeechErrorCode.TRUNCATED, provider=self.provider, retryable=True)
            case _:
                return self.error(SpeechErrorCode.UNAVAILABLE, reason=type(failure).__name__)
