"""What calls to any vendor over HTTP share: turns, retries, time limits, limited answers, and keys kept secret."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import httpx
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.retries import Retries
from core.providers.wire import limited

MESSAGE_CHARACTERS: Final = 200
"""Of a vendor's own words about a failure."""

_CONNECT_S: Final = 10.0

T = TypeVar("T")
Failure = TimeoutError | httpx.HTTPError | httpx.InvalidURL


class VendorCalls(ABC):
    """The client of one vendor; what failures mean is for those who know the trade.

    `concurrency` counts the calls of this process; a pause between tries gives the turn to others. The key never
    reaches a log or an exception.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        provider: str,
        event: str,
        headers: Mapping[str, str] | None,
        key: SecretStr | None,
        concurrency: int,
        try_s: float,
        pause_s: float = 1.0,
        tries: int = 4,
    ) -> None:
        self._http = http
        self._headers = headers
        self._key = key
        self._turns = asyncio.Semaphore(concurrency)
        self._try_s = try_s
        self._retries = Retries(event=event, provider=provider, pause_s=pause_s, tries=tries)
        self.provider = provider

    @abstractmethod
    def _meaning(self, failure: Failure) -> ProviderError:
        """Of a call that was not answered, or not to its end."""

    @abstractmethod
    def _too_big(self) -> ProviderError:
        """For an answer over its limit."""

    async def _persistently(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result, in its turn; again after what may pass."""

        async def once() -> T:
            try:
                async with self._turns, asyncio.timeout(self._try_s):
                    return await call()
            except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as exc:
                raise self._meaning(exc) from exc

        return await self._retries(once)

    @asynccontextmanager
    async def _response(
        self,
        method: str,
        url: str,
        *,
        json: dict[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        params: Mapping[str, str] | None = None,
        vendor: bool = True,
    ) -> AsyncIterator[httpx.Response]:
        """An answer, whatever its status, its body still to be read. Only the vendor itself is shown the key.

        `data` and `files` (name, content, content type) make a form.
        """
        request = self._http.build_request(
            method,
            url,
            json=json,
            data=data,
            files=files,
            params=params,
            headers=self._headers if vendor else None,
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
        )
        response = await self._http.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def _body(self, response: httpx.Response, limit_bytes: int) -> bytes:
        return b"".join([chunk async for chunk in limited(response.aiter_bytes(), limit_bytes, self._too_big)])

    def _told(self, message: str) -> str:
        """A vendor's words as they may be kept."""
        key = self._key.get_secret_value() if self._key else ""
        return (message.replace(key, "***") if key else message)[:MESSAGE_CHARACTERS]
