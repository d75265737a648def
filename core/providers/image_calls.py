"""Calls to services that make pictures: what came turned into checked pictures or errors."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import pydantic_core
from pydantic import SecretStr

from core.errors import InvalidInput, ProviderError
from core.http import PUBLIC, LinkFailed, Reach, fetch_public
from core.pictures.checking import CheckedPicture, checked_picture
from core.providers.images import Aspect, ImageErrorCode, image_error
from core.providers.vendor_calls import MESSAGE_CHARACTERS, Failure, VendorCalls
from core.providers.wire import limited, object_of, retry_after_s

PICTURE_BYTES: Final = 30_000_000
ANSWER_BYTES: Final = 45_000_000
"""A picture in base64 with all around it."""
ERROR_BYTES: Final = 64_000
DOWNLOAD_S: Final = 60.0
TRY_S: Final = 110.0
"""One call: of a service that answers with the picture itself, the making, too."""
CODES: Final = {
    401: ImageErrorCode.KEY_REFUSED,
    402: ImageErrorCode.NO_CREDIT,
    403: ImageErrorCode.KEY_REFUSED,
    404: ImageErrorCode.MODEL_UNKNOWN,
    408: ImageErrorCode.TIMEOUT,
    425: ImageErrorCode.RATE_LIMITED,
    429: ImageErrorCode.RATE_LIMITED,
    504: ImageErrorCode.TIMEOUT,
}

ReadFailure = Callable[[int, dict[str, Any]], tuple[ImageErrorCode | None, str]]
"""A vendor's own code for a failure (None: its status tells) and its message, from status and JSON body."""


class ImageCalls(VendorCalls):
    """The client that the engines share. `reach`: where pictures may lie."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        provider: str,
        headers: Mapping[str, str],
        key: SecretStr | None,
        concurrency: int,
        read_failure: ReadFailure,
        reach: Reach = PUBLIC,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        super().__init__(
            http,
            provider=provider,
            event="images.retried",
            headers=headers,
            key=key,
            concurrency=concurrency,
            try_s=try_s,
            pause_s=pause_s,
            tries=3,
        )
        self._read_failure = read_failure
        self._reach = reach

    async def answer(
        self, method: str, url: str, *, json: dict[str, Any] | None = None, again: bool = True
    ) -> dict[str, Any]:
        """The JSON object that a call answers with. `again`: it may be made once more when its answer got lost."""

        async def ask() -> dict[str, Any]:
            async with self._response(method, url, json=json) as response:
                await self._check(response)
                try:
                    return object_of(pydantic_core.from_json(await self._body(response, ANSWER_BYTES)))
                except ValueError as exc:
                    raise self.error(ImageErrorCode.UNAVAILABLE, reason="no_json") from exc

        return await (self._persistently(ask) if again else self._once(ask))

    async def status(self, method: str, url: str) -> int:
        """The status that a call is answered with, whatever it is."""

        async def ask() -> int:
            async with self._response(method, url) as response:
                return response.status_code

        return await self._persistently(ask)

    async def picture_at(self, url: str, aspect: Aspect) -> CheckedPicture:
        """What lies at an address that a service has named. It isn't shown the key."""

        async def fetch() -> bytes:
            try:
                found = await fetch_public(url, limit_bytes=PICTURE_BYTES, timeout_s=DOWNLOAD_S, reach=self._reach)
            except LinkFailed as exc:
                code = ImageErrorCode.UNAVAILABLE if exc.retryable else ImageErrorCode.UNREADABLE
                raise ProviderError(
                    code, provider=self.provider, retryable=exc.retryable, reason=exc.error_code
                ) from exc
            return found.body

        return await self.checked(await self._persistently(fetch), aspect)

    async def checked(self, content: bytes, aspect: Aspect) -> CheckedPicture:
        """In the shape that was asked for, beside the event loop."""
        if len(content) > PICTURE_BYTES:
            raise self._too_big()
        try:
            return await asyncio.to_thread(checked_picture, content, ratio=aspect.ratio)
        except InvalidInput as exc:
            raise self.error(ImageErrorCode.UNREADABLE) from exc

    async def _once(self, ask: Callable[[], Any]) -> dict[str, Any]:
        try:
            async with self._turns, asyncio.timeout(self._try_s):
                return object_of(await ask())
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as exc:
            raise self._meaning(exc) from exc

    async def _check(self, response: httpx.Response) -> None:
        if response.status_code < 300:
            return
        raw = b"".join([chunk async for chunk in limited(response.aiter_bytes(), ERROR_BYTES, None)])
        try:
            body = object_of(pydantic_core.from_json(raw))
        except ValueError:
            body = {"detail": raw[:MESSAGE_CHARACTERS].decode(errors="replace")} if raw[:1] != b"<" else {}
        raise self.failure(response.status_code, body, response.headers)

    def failure(self, status: int, body: dict[str, Any], headers: Mapping[str, str]) -> ProviderError:
        """What an answer that is no picture means."""
        code, message = self._read_failure(status, body)
        if code is None:
            code = CODES.get(status, ImageErrorCode.BAD_REQUEST if status < 500 else ImageErrorCode.UNAVAILABLE)
        error = self.error(code, status=status)
        if code is not ImageErrorCode.KEY_REFUSED and message:
            error.params["message"] = self._told(message)
        error.retry_after_s = retry_after_s(headers.get("retry-after"))
        return error

    def error(self, code: ImageErrorCode, **params: Any) -> ProviderError:
        return image_error(code, provider=self.provider, **params)

    def _too_big(self) -> ProviderError:
        return self.error(ImageErrorCode.UNREADABLE, reason="too_big")

    def _meaning(self, failure: Failure) -> ProviderError:
        if isinstance(failure, TimeoutError | httpx.TimeoutException):
            return self.error(ImageErrorCode.TIMEOUT)
        return self.error(ImageErrorCode.UNAVAILABLE, reason=type(failure).__name__)
