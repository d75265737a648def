"""Calls to speech services over HTTP: turns, retries, time limits, and what came turned into recordings or errors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import pydantic_core
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.recording_checks import checked_recording
from core.providers.retries import Retries
from core.providers.speech import Speech, SpeechErrorCode, SpeechSettings
from core.providers.wire import limited, object_of, retry_after_s

TRY_S = 90.0
"""One try. What takes longer hangs: no text within the limits takes a minute."""

_CONNECT_S = 10.0
_RECORDING_BYTES = 60_000_000
_ANSWER_BYTES = 2_000_000
_ERROR_BYTES = 64_000
_MESSAGE_CHARACTERS = 200
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
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Order:
    """One POST. `spoken` is what the recording should say, to judge whether it is whole."""

    url: str
    body: dict[str, Any]
    spoken: str
    voice_id: str
    settings: SpeechSettings
    params: Mapping[str, str] | None = None


class SpeechCalls:
    """The client that the engines share. The key never reaches a log or an exception.

    `concurrency` counts the calls of this process; a pause between tries gives the turn to others.
    """

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
        self._http = http
        self._headers = headers
        self._key = key
        self._read_failure = read_failure
        self._turns = asyncio.Semaphore(concurrency)
        self._try_s = try_s
        self._retries = Retries(event="speech.retried", provider=provider, pause_s=pause_s)
        self.provider = provider

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

    async def _persistently(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result, in its turn; again after what may pass."""

        async def once() -> T:
            with self._translated():
                async with self._turns, asyncio.timeout(self._try_s):
                    return await call()

        return await self._retries(once)

    @asynccontextmanager
    async def _response(
        self,
        method: str,
        url: str,
        *,
        json: dict[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        vendor: bool = True,
    ) -> AsyncIterator[httpx.Response]:
        """A good answer, its body still to be read. Only the vendor itself is shown the key."""
        request = self._http.build_request(
            method,
            url,
            json=json,
            params=params,
            headers=self._headers if vendor else None,
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
        )
        response = await self._http.send(request, stream=True)
        try:
            if response.status_code >= 300:
                raise await self._refusal(response)
            yield response
        finally:
            await response.aclose()

    async def _heard(self, response: httpx.Response, order: Order) -> Speech:
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
        try:
            parsed = pydantic_core.from_json(await self._body(response, _ANSWER_BYTES))
        except ValueError as exc:
            told_type = response.headers.get("content-type", "")
            raise self.error(SpeechErrorCode.WRONG_CONTENT_TYPE, content_type=told_type) from exc
        return object_of(parsed)

    async def _body(self, response: httpx.Response, limit: int) -> bytes:
        def too_big() -> ProviderError:
            return self.error(SpeechErrorCode.BAD_REQUEST, reason="too_big")

        return b"".join([chunk async for chunk in limited(response.aiter_bytes(), limit, too_big)])

    async def _refusal(self, response: httpx.Response) -> ProviderError:
        raw = b"".join([chunk async for chunk in limited(response.aiter_bytes(), _ERROR_BYTES, None)])
        try:
            body = object_of(pydantic_core.from_json(raw))
        except ValueError:
            body = {"message": raw[:_MESSAGE_CHARACTERS].decode(errors="replace")} if raw[:1] != b"<" else {}
        error = self._failure(response.status_code, body, "")
        error.retry_after_s = retry_after_s(response.headers.get("retry-after"))
        return error

    def _failure(self, status: int, body: dict[str, Any], told_type: str) -> ProviderError:
        code, message = self._read_failure(status, body)
        if code is None and status < 300:
            return self.error(SpeechErrorCode.WRONG_CONTENT_TYPE, content_type=told_type)
        if code is None:
            code = _CODES.get(status, SpeechErrorCode.BAD_REQUEST if status < 500 else SpeechErrorCode.UNAVAILABLE)
        error = self.error(code, status=status)
        if code is not SpeechErrorCode.KEY_REFUSED and message:
            error.params["message"] = self._without_key(message)[:_MESSAGE_CHARACTERS]
        return error

    def error(self, code: SpeechErrorCode, **params: Any) -> ProviderError:
        retryable = code in _MAY_PASS or code is SpeechErrorCode.WRONG_CONTENT_TYPE
        return ProviderError(code, provider=self.provider, retryable=retryable, **params)

    def _without_key(self, text: str) -> str:
        key = self._key.get_secret_value() if self._key else ""
        return text.replace(key, "***") if key else text

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, httpx.TimeoutException) as exc:
            raise self.error(SpeechErrorCode.TIMEOUT) from exc
        except httpx.RemoteProtocolError as exc:  # the line dropped in the middle of an answer
            raise ProviderError(SpeechErrorCode.TRUNCATED, provider=self.provider, retryable=True) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise self.error(SpeechErrorCode.UNAVAILABLE, reason=type(exc).__name__) from exc
