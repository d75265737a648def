"""Calls to networks and those who read them, over HTTP: what came turned into JSON or errors."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pydantic_core
from pydantic import SecretStr

from core.errors import AppError, ProviderError
from core.providers.discovery import DiscoveryErrorCode, NotFound, ProviderDown
from core.providers.vendor_calls import Failure, VendorCalls
from core.providers.wire import object_of, retry_after_s

TRY_S = 60.0
"""One try. Scraping takes up to a minute: the official ScrapeCreators client waits as long."""
CONCURRENCY = 8

_ANSWER_BYTES = 50_000_000
"""The official ScrapeCreators client's limit."""
_MAY_PASS = {
    408: DiscoveryErrorCode.TIMEOUT,
    425: DiscoveryErrorCode.RATE_LIMITED,
    429: DiscoveryErrorCode.RATE_LIMITED,
    504: DiscoveryErrorCode.TIMEOUT,
}
_FINAL = {
    401: DiscoveryErrorCode.KEY_REFUSED,
    403: DiscoveryErrorCode.CLOSED,
    451: DiscoveryErrorCode.CLOSED,
}

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came, whatever its status. `body` is {} where it is no JSON object."""

    status: int
    body: dict[str, Any]


Before = Callable[[], Awaitable[None]]
Judge = Callable[[Answered], Awaitable[AppError | None]]
"""Sees every answer of a vendor; gives what it knows better than the status tells."""


async def _no_opinion(_: Answered) -> AppError | None:
    return None


async def _nothing() -> None: ...


class Calls(VendorCalls):
    """GETs that are tried again after what may pass."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        provider: str,
        headers: Mapping[str, str] | None = None,
        key: SecretStr | None = None,
        tries: int = 4,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        super().__init__(
            http,
            provider=provider,
            event="discovery.retried",
            headers=headers,
            key=key,
            concurrency=CONCURRENCY,
            try_s=try_s,
            pause_s=pause_s,
            tries=tries,
        )

    async def json(
        self, url: str, params: Params, *, before: Before = _nothing, judge: Judge = _no_opinion
    ) -> dict[str, Any]:
        """A JSON object. `before` runs before each try. Raises NotFound, ProviderDown and other ProviderErrors."""

        async def read() -> dict[str, Any]:
            await before()
            async with self._response("GET", url, params=params) as response:
                raw = await self._body(response, _ANSWER_BYTES)
            body = _parsed(raw)
            error = await judge(Answered(response.status_code, object_of(body)))
            if error is not None:
                raise error
            self._check_status(response, object_of(body))
            if not isinstance(body, dict):
                raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.provider)
            return body

        return await self._persistently(read)

    async def document(self, url: str, params: Params, *, limit_bytes: int) -> bytes:
        """A page or feed."""

        async def read() -> bytes:
            async with self._response("GET", url, params=params) as response:
                self._check_status(response, {})
                return await self._body(response, limit_bytes)

        return await self._persistently(read)

    def _check_status(self, response: httpx.Response, body: dict[str, Any]) -> None:
        if response.status_code < 300:
            return
        error = self.failure(response.status_code, self._message(body))
        if isinstance(error, ProviderError):
            error.retry_after_s = retry_after_s(response.headers.get("retry-after"))
        raise error

    def failure(self, status: int, message: str = "") -> AppError:
        """What a status means where the vendor says nothing better."""
        if status in (404, 410):
            return NotFound(provider=self.provider)
        if code := _MAY_PASS.get(status):
            return ProviderDown(code, provider=self.provider, status=status)
        if status < 400:  # a redirect to a consent page or a login
            return ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.provider, status=status)
        if status >= 500:
            return ProviderDown(provider=self.provider, status=status)
        code = _FINAL.get(status, DiscoveryErrorCode.BAD_REQUEST)
        error = ProviderError(code, provider=self.provider, retryable=False, status=status)
        if message and code is not DiscoveryErrorCode.KEY_REFUSED:
            error.params["message"] = self._told(message)
        return error

    def _message(self, body: dict[str, Any]) -> str:
        told = body.get("error")
        message = body.get("message") or (told.get("message") if isinstance(told, dict) else told)
        return message if isinstance(message, str) else ""

    def _too_big(self) -> ProviderError:
        return ProviderError(DiscoveryErrorCode.GARBLED, provider=self.provider, retryable=False, reason="too_big")

    def _meaning(self, failure: Failure) -> ProviderError:
        if isinstance(failure, TimeoutError | httpx.TimeoutException):
            return ProviderDown(DiscoveryErrorCode.TIMEOUT, provider=self.provider)
        return ProviderDown(provider=self.provider, reason=type(failure).__name__)


def _parsed(raw: bytes) -> Any:
    """None for what is no JSON. Half an emoji, which scraped captions end in, is no reason to lose the page."""
    try:
        return pydantic_core.from_json(raw)
    except ValueError:
        pass
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
