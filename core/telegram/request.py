"""python-telegram-bot's HTTP, on aiohttp: several times as fast as the built-in one, and it knows what was sent."""

import json
import re
from functools import lru_cache
from typing import Any, Final

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from core.telegram.errors import FloodWait, NotSent, ServerFailed

TOKEN_IN_URL = re.compile(r"/bot[^/\s'\"]+")
KEEPALIVE_S: Final = 15.0
"""Short, because a connection that the server just closed leaves a call unconfirmed."""
DNS_TTL_S: Final = 300
TOLD_APART: Final = frozenset({400, 401, 403, 404, 409})
"""The refusals that python-telegram-bot has an error for."""


class AioHttpRequest(BaseRequest):
    """One session with its connections, for any number of calls at once; getUpdates may share it.

    All calls raise NotSent when they surely had no effect, ServerFailed for a 5xx, and TimedOut or NetworkError when
    the call was written and no answer came. No exception and no log line holds the token.
    """

    __slots__ = ("_connect_s", "_media_write_s", "_pool_s", "_pool_size", "_read_s", "_session", "_write_s")

    def __init__(
        self,
        *,
        pool_size: int = 256,
        read_timeout_s: float = 10.0,
        write_timeout_s: float = 10.0,
        media_write_timeout_s: float = 120.0,
        connect_timeout_s: float = 5.0,
        pool_timeout_s: float = 5.0,
    ) -> None:
        self._pool_size = pool_size
        self._read_s = read_timeout_s
        self._write_s = write_timeout_s
        self._media_write_s = media_write_timeout_s
        self._connect_s = connect_timeout_s
        self._pool_s = pool_timeout_s
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_s

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._pool_size, keepalive_timeout=KEEPALIVE_S, ttl_dns_cache=DNS_TTL_S
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library's, but what isn't JSON isn't logged: it can hold message texts."""
        try:
            parsed: dict[str, Any] = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        return parsed

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        uploads = request_data is not None and request_data.contains_files
        limits = _timeout(
            _chosen(read_timeout, self._read_s),
            _chosen(write_timeout, self._media_write_s if uploads else self._write_s),
            _chosen(connect_timeout, self._connect_s),
            _chosen(pool_timeout, self._pool_s),
            bounded=method == "POST",
        )
        body = _multipart(request_data) if request_data and uploads else _json(request_data)
        status, answer = await self._call(method, url, body, limits)
        return _told_apart(status, answer), answer

    async def _call(
        self, method: str, url: str, body: aiohttp.FormData | bytes | None, limits: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NotSent("The transport is not initialized")
        upload = aiohttp.UploadTracker()
        headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else None
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
                upload_tracker=upload,
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError) as exc:
            failure = _failure(exc, upload)
        # Raised here and not above: the original would come along as the context, and its text holds the URL.
        raise failure


def _chosen(asked: ODVInput[float], default: float) -> float | None:
    return default if isinstance(asked, DefaultValue) else asked


@lru_cache(maxsize=64)
def _timeout(
    read_s: float | None, write_s: float | None, connect_s: float | None, pool_s: float | None, *, bounded: bool
) -> aiohttp.ClientTimeout:
    """`bounded` limits the whole call by the sum, as aiohttp knows no write timeout. Downloads may take long."""
    get_connection_s = _sum(connect_s, pool_s)
    return aiohttp.ClientTimeout(
        total=_sum(get_connection_s, write_s, read_s) if bounded else None,
        connect=get_connection_s,
        sock_connect=connect_s,
        sock_read=read_s,
    )


def _sum(*seconds: float | None) -> float | None:
    known = [value for value in seconds if value is not None]
    return sum(known) if len(known) == len(seconds) else None


def _json(data: RequestData | None) -> bytes | None:
    if data is None or not (parameters := data.parameters):
        return None
    return json.dumps(parameters, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _multipart(data: RequestData) -> aiohttp.FormData:
    """Open files are read while they are sent; nothing is held in memory."""
    form = aiohttp.FormData(default_to_multipart=True, quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form


def _failure(exc: Exception, upload: aiohttp.UploadTracker) -> NetworkError:
    """What an exception of aiohttp means for the call. Telegram doesn't act on a request that it didn't get whole."""
    message = f"{type(exc).__name__}: {TOKEN_IN_URL.sub('/bot<token>', str(exc))}"
    whole = upload.upload_complete
    if not whole.done() or whole.exception() is not None:
        return NotSent(message)
    return TimedOut(message) if isinstance(exc, TimeoutError) else NetworkError(message)


def _told_apart(status: int, answer: bytes) -> int:
    """The status for python-telegram-bot. Raises what it would take for a network error of unknown effect."""
    if status == 429:
        raise _flood(answer)
    if status < 300 or status in TOLD_APART:
        return status
    if status < 400:
        raise NotSent(f"Redirected ({status}): is the API's address right?")
    if status < 500:
        return 400
    envelope = _envelope(answer)
    description = str(envelope.get("description") or f"HTTP {status}")
    raise ServerFailed(description, status=status, by_api=envelope.get("ok") is False)


def _flood(answer: bytes) -> FloodWait | NotSent:
    envelope = _envelope(answer)
    match envelope.get("parameters"):
        case {"retry_after": int(seconds)}:
            return FloodWait(seconds)
        case _:
            return NotSent(str(envelope.get("description") or "Too many requests"))


def _envelope(answer: bytes) -> dict[str, Any]:
    """The Bot API's answer; empty when something else answered."""
    try:
        envelope = json.loads(answer)
    except ValueError:
        return {}
    return envelope if isinstance(envelope, dict) else {}
