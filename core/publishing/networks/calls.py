"""What calls to all of these networks share: time limits, answers whatever their status, and failures in our words.

Tokens stand in headers, bodies and addresses of requests, so nothing of a request is ever told: errors hold a
network's own code and the name of what failed, no more.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.retries import Retries
from core.providers.wire import limited, object_of, retry_after_s
from core.publishing.networks.contract import Media, NetworkErrorCode, OnSent, network_error

TRY_S: Final = 60.0
"""One call, all of it; uploads take as long as they take."""
STILL_S: Final = 120.0
"""How long an upload may stand still, and how long a network may think about its last byte."""
PAUSE_S: Final = 1.0
TRIES: Final = 4
ANSWER_BYTES: Final = 5_000_000
TOLD_EVERY_BYTES: Final = 1024 * 1024
JSON_HEADERS: Final[Mapping[str, str]] = {"Content-Type": "application/json; charset=UTF-8"}
"""As TikTok and Google want it to be said."""

_CONNECT_S: Final = 10.0
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Failures before anything went out: surely nothing was done."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a network's own code means. `what`: which part of the video or the words it is about."""

    code: NetworkErrorCode
    what: str | None = None

    @property
    def params(self) -> dict[str, Any]:
        return {"what": self.what} if self.what else {}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came, whatever its status. `body` is {} where it is no JSON object."""

    status: int
    body: dict[str, Any]
    headers: httpx.Headers

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


Judge = Callable[[Answered], ProviderError | None]
"""A network's table of refusals; None for an answer that is none."""


class Calls:
    """One network's client. Whoever calls chooses: `read` is tried again after what may pass, `act` never is."""

    def __init__(
        self, http: httpx.AsyncClient, network: Network, judge: Judge, *, pause_s: float = PAUSE_S, try_s: float = TRY_S
    ) -> None:
        self._http = http
        self._judge = judge
        self._try_s = try_s
        self.network = network
        self.persistently = Retries(event="network.retried", provider=network, pause_s=pause_s, tries=TRIES)

    async def read(self, method: str, url: str, *, accept: Collection[int] = (), **request: Any) -> Answered:
        """For what can be asked again without harm. `accept`: statuses that are answers here, whatever they mean
        elsewhere. Raises ProviderError, the last one when all tries failed."""

        async def once() -> Answered:
            answered = await self._timed(method, url, request, acts=False)
            return answered if answered.status in accept else self.judged(answered, acts=False)

        return await self.persistently(once)

    async def act(self, method: str, url: str, **request: Any) -> Answered:
        """For what can't be taken back. When it isn't known whether it was done, the error's params hold `unknown`."""
        return self.judged(await self._timed(method, url, request, acts=True), acts=True)

    async def send(self, method: str, url: str, *, pieces: AsyncIterator[bytes], **request: Any) -> Answered:
        """An upload, whatever is answered; `request` holds its headers, Content-Length among them."""
        timeout = httpx.Timeout(STILL_S, connect=_CONNECT_S)
        return await self._answer(method, url, request | {"content": pieces, "timeout": timeout}, acts=True)

    def judged(self, answered: Answered, *, acts: bool) -> Answered:
        """The answer, when it is none of the network's refusals; else raises what it means."""
        error = self._judge(answered)
        if error is None:
            return answered
        if acts and error.error_code == NetworkErrorCode.UNAVAILABLE:
            error.params["unknown"] = True
        error.retry_after_s = error.retry_after_s or retry_after_s(answered.headers.get("retry-after"))
        raise error

    def garbled(self, *, acts: bool = False) -> ProviderError:
        """An answer without what it is asked for."""
        return self._unavailable("garbled", acts=acts)

    async def _timed(self, method: str, url: str, request: Mapping[str, Any], *, acts: bool) -> Answered:
        try:
            async with asyncio.timeout(self._try_s):
                return await self._answer(method, url, request, acts=acts)
        except TimeoutError as exc:
            raise self._unavailable("timeout", acts=acts) from exc

    async def _answer(self, method: str, url: str, request: Mapping[str, Any], *, acts: bool) -> Answered:
        try:
            async with self._http.stream(method, url, **request) as response:
                chunks = limited(response.aiter_bytes(), ANSWER_BYTES, lambda: self._unavailable("too_big", acts=acts))
                raw = b"".join([chunk async for chunk in chunks])
                return Answered(response.status_code, _object_in(raw), response.headers)
        except _NOT_SENT as exc:
            raise self._unavailable(type(exc).__name__, acts=False) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise self._unavailable(type(exc).__name__, acts=acts) from exc

    def _unavailable(self, detail: str, *, acts: bool) -> ProviderError:
        error = network_error(self.network, NetworkErrorCode.UNAVAILABLE, detail=detail)
        if acts:
            error.params["unknown"] = True
        return error


def by_status(status: int) -> NetworkErrorCode:
    """What an HTTP status means where a network says nothing that is known."""
    if status == 401:
        return NetworkErrorCode.TOKEN_EXPIRED
    if status in (425, 429):
        return NetworkErrorCode.RATE_LIMITED
    if status >= 500 or status == 408 or status < 400:
        return NetworkErrorCode.UNAVAILABLE
    return NetworkErrorCode.REJECTED


def refused(network: Network, status: int, raw: str, table: Mapping[str, Meaning]) -> ProviderError:
    """By the network's own code, else by the status."""
    meaning = table.get(raw) or Meaning(by_status(status))
    return network_error(network, meaning.code, detail=raw or str(status), **meaning.params)


async def watched(media: Media, start: int, end: int, on_sent: OnSent) -> AsyncIterator[bytes]:
    """The file's bytes, told about on their way out: each megabyte, and the last."""
    sent = told = start
    async for piece in media.read(start, end):
        yield piece
        sent += len(piece)
        if sent - told >= TOLD_EVERY_BYTES or sent == end:
            told = sent
            await on_sent(sent)


def _object_in(raw: bytes) -> dict[str, Any]:
    try:
        return object_of(json.loads(raw))
    except (ValueError, RecursionError):
        return {}
