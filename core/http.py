"""Going out over HTTP: the client for providers, and the fetching of links that users give.

What a page means is read in core/sources; what a provider answers, in core/providers.
"""

import asyncio
import logging
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Protocol

import httpcore
import httpx
import idna

from core.errors import InvalidInput

BYTES_LIMIT = 5 * 1024 * 1024
URL_LENGTH_LIMIT = 2048
REDIRECT_LIMIT = 5
PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})
ADDRESSES_TRIED = 4
CONNECT_TIMEOUT_S = 5.0

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Awaitable[list[Address]]]

_LOCAL_HOSTS = ("all://localhost", "all://127.0.0.1", "all://[::1]")
_NAT64 = ip_network("64:ff9b::/96")
_UNICAST_V6 = ip_network("2000::/3")
# What IANA's special-purpose registries set aside and `is_global` lets through on some Python 3.11 to 3.13.
_NEVER_PUBLIC = [
    ip_network(block)
    for block in (
        "168.63.129.16/32",  # Azure's host agent, inside public space
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/3",
        "2001::/23",  # Teredo and other tunnels
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",
    )
]


class LinkFailed(InvalidInput):
    """A link that can't be read. Params may hold host, status, type, port, limit_bytes; never the address itself."""

    code = "link.unreachable"

    def __init__(self, code: str, /, *, retryable: bool = False, **params: Any) -> None:
        super().__init__(code, **params)
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a link led to. `content_type` is lower-case without parameters, "" when the server named none."""

    url_final: str
    content_type: str
    charset: str | None
    body: bytes
    size_bytes: int = 0
    """Of all of it, where `body` is only its beginning."""


class Fetch(Protocol):
    """`fetch_public` with its reach bound, or a stand-in with the same promises."""

    async def __call__(self, url: str, *, types: Collection[str] | None = None) -> Fetched: ...


def silence_url_logs() -> None:
    """Keep httpx and httpcore from writing addresses and headers: tokens stand in them."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def open_http(*, timeout_s: float = 30.0, connections: int = 100) -> httpx.AsyncClient:
    """The client that providers share, to be closed by `async with`. Proxies count, except on the way to this machine.

    Redirects aren't followed: no provider's API needs them.
    """
    silence_url_logs()
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=30.0),
        headers={"User-Agent": _user_agent()},
        verify=tls(),
        mounts=dict.fromkeys(_LOCAL_HOSTS),
    )


@cache
def tls() -> ssl.SSLContext:
    """Whom providers' certificates are trusted by: httpx's list, or what SSL_CERT_FILE or SSL_CERT_DIR name."""
    return httpx.create_ssl_context()


async def system_resolve(host: str) -> list[Address]:
    """Every address of a host, asked of the operating system in a thread. Raises OSError or UnicodeError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Whether an address is plain unicast on the public internet. IPv4 inside IPv6 (mapped, NAT64) counts as IPv4."""
    if isinstance(address, IPv6Address):
        inner = _inner_v4(address)
        if inner is not None:
            return is_public(inner)
        if address not in _UNICAST_V6:
            return False
    return address.is_global and not any(address in block for block in _NEVER_PUBLIC)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where links may lead: which addresses and ports (None: all), and who is asked for a name's addresses."""

    allows: Callable[[Address], bool] = is_public
    ports: Collection[int] | None = PUBLIC_PORTS
    resolve: Resolve = system_resolve


PUBLIC = Reach()
ANYWHERE = Reach(allows=lambda _: True, ports=None)


async def fetch_public(
    url: str,
    *,
    types: Collection[str] | None = None,
    limit_bytes: int = BYTES_LIMIT,
    timeout_s: float = 15.0,
    reach: Reach = PUBLIC,
    only_bytes: int | None = None,
) -> Fetched:
    """Get what a user's link points at, without letting the link reach inside.

    Only http and https on the usual ports; all of a host's addresses must be public, and the connection goes to
    an address that was checked, so a name that changes its answer gains nothing. Each redirect (at most 5) is
    checked alike. `limit_bytes` counts after decompression, `timeout_s` covers everything, `types` are the content
    types worth downloading (None: any). `reach=ANYWHERE` lifts the rules on addresses and ports. `only_bytes`:
    no more than so much of the beginning is kept, or read, when the server has said how much there is.

    Raises LinkFailed: link.invalid, link.not_http, link.has_password, link.port_refused, link.private_address,
    link.unreachable, link.bad_certificate, link.timeout, link.not_found, link.refused, link.site_failed,
    link.too_many_redirects, link.unsupported_type, link.too_big, link.broken_reply.
    """
    silence_url_logs()
    errand = _Errand(types=types, limit_bytes=limit_bytes, reach=reach, only_bytes=only_bytes)
    transport = _Transport(_CheckedNetwork(reach))
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(transport=transport, trust_env=False, timeout=timeout_s) as client,
        ):
            client.headers.update(_page_headers())
            return await _follow(client, url, errand)
    except (TimeoutError, httpcore.TimeoutException) as exc:
        raise LinkFailed("link.timeout", retryable=True, timeout_s=timeout_s) from exc
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, idna.IDNAError) as exc:
        raise _translated(exc) from exc


def checked_url(text: str, *, ports: Collection[int] | None = PUBLIC_PORTS) -> httpx.URL:
    """The address in its ASCII form. Raises LinkFailed when it isn't one that may be fetched (`ports` None: any)."""
    if len(text) > URL_LENGTH_LIMIT or not text.isprintable() or any(character.isspace() for character in text):
        raise LinkFailed("link.invalid")
    try:
        url = httpx.URL(_with_ascii_host(text.replace("\\", "/")))
        named = bool(url.host)
    except (httpx.InvalidURL, idna.IDNAError) as exc:
        raise LinkFailed("link.invalid") from exc
    if url.scheme not in ("http", "https"):
        raise LinkFailed("link.not_http", scheme=url.scheme)
    if not named or (url.port or 0) > 65535:
        raise LinkFailed("link.invalid")
    if url.userinfo:
        raise LinkFailed("link.has_password", host=_host(url))
    if ports is not None and url.port is not None and url.port not in ports:
        raise LinkFailed("link.port_refused", host=_host(url), port=url.port)
    return url


@dataclass(frozen=True, slots=True)
class _Errand:
    types: Collection[str] | None
    limit_bytes: int
    reach: Reach
    only_bytes: int | None


async def _follow(client: httpx.AsyncClient, link: str, errand: _Errand) -> Fetched:
    url = checked_url(link, ports=errand.reach.ports)
    for _ in range(REDIRECT_LIMIT + 1):
        async with client.stream("GET", url) as response:
            if not response.has_redirect_location:
                return await _received(response, errand)
            target = response.headers["Location"]
        url = checked_url(str(url.join(target)), ports=errand.reach.ports)
    raise LinkFailed("link.too_many_redirects", host=_host(url))


async def _received(response: httpx.Response, errand: _Errand) -> Fetched:
    host = _host(response.url)
    _check_status(response.status_code, host)
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if errand.types is not None and content_type and content_type not in errand.types:
        raise LinkFailed("link.unsupported_type", host=host, type=content_type)
    length = response.headers.get("Content-Length", "")
    told = int(length) if length.isdecimal() else None
    if told is not None and told > errand.limit_bytes:
        raise LinkFailed("link.too_big", host=host, limit_bytes=errand.limit_bytes)
    packed = response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity")
    body, size_bytes = await _body(response, errand, told_bytes=None if packed else told)
    return Fetched(str(response.url), content_type, response.charset_encoding, body, size_bytes)


def _check_status(status: int, host: str) -> None:
    if status in (404, 410):
        raise LinkFailed("link.not_found", host=host, status=status)
    if status >= 500:
        raise LinkFailed("link.site_failed", host=host, status=status, retryable=True)
    if status >= 300:
        raise LinkFailed("link.refused", host=host, status=status, retryable=status == 429)


async def _body(response: httpx.Response, errand: _Errand, *, told_bytes: int | None) -> tuple[bytes, int]:
    """What is wanted of the body, and how much there is. Decompressed no further than the limit: a small bomb costs no
    memory."""
    host, limit_bytes = _host(response.url), errand.limit_bytes
    wanted = limit_bytes if errand.only_bytes is None else errand.only_bytes
    inflate = _inflater(response.headers.get("Content-Encoding", ""), host)
    body, size_bytes = bytearray(), 0
    try:
        async for chunk in response.aiter_raw():
            piece = inflate(chunk, limit_bytes + 1 - size_bytes)
            size_bytes += len(piece)
            body += piece[: max(0, wanted - len(body))]
            if size_bytes > limit_bytes:
                raise LinkFailed("link.too_big", host=host, limit_bytes=limit_bytes)
            if errand.only_bytes is not None and told_bytes is not None and len(body) >= wanted:
                return bytes(body), told_bytes
    except zlib.error as exc:
        raise LinkFailed("link.broken_reply", host=host) from exc
    return bytes(body), size_bytes


def _inflater(encoding: str, host: str) -> Callable[[bytes, int], bytes]:
    match encoding.strip().lower():
        case "" | "identity":
            return lambda chunk, _: chunk
        case "gzip" | "x-gzip" | "deflate":
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress  # 32: gzip or zlib, by the header
        case _:
            raise LinkFailed("link.broken_reply", host=host)


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections only to addresses that were resolved and judged here, in the same breath."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = LinkFailed("link.unreachable", host=host)
        for address in (await self._addresses(host))[:ADDRESSES_TRIED]:
            try:
                return await self._sockets.connect_tcp(str(address), port, timeout=CONNECT_TIMEOUT_S)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str) -> list[Address]:
        try:
            addresses = await self._reach.resolve(host)
        except (OSError, UnicodeError) as exc:
            raise LinkFailed("link.unreachable", host=host, retryable=True) from exc
        if not all(self._reach.allows(address) for address in addresses):
            raise LinkFailed("link.private_address", host=host)
        return addresses


class _Transport(httpx.AsyncBaseTransport):
    """httpx over a network of our choice; its own transport takes none."""

    def __init__(self, network: httpcore.AsyncNetworkBackend) -> None:
        self._pool = httpcore.AsyncConnectionPool(ssl_context=_links_tls(), network_backend=network)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.aiter_stream()

    async def aclose(self) -> None:
        await self._answer.aclose()


def _inner_v4(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address.ipv4_mapped


def _with_ascii_host(text: str) -> str:
    """Browsers fold full-width letters and odd dots in names (UTS 46) before IDNA; httpx refuses them."""
    scheme, mark, rest = text.partition("://")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    if not mark or authority.isascii():
        return text
    user, at, place = authority.rpartition("@")
    name, colon, port = place.partition(":")
    folded = user + at + idna.encode(name, uts46=True).decode("ascii") + colon + port
    return scheme + mark + folded + rest[len(authority) :]


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _translated(exc: Exception) -> LinkFailed:
    if _caused_by(exc, ssl.SSLError):
        return LinkFailed("link.bad_certificate")
    if isinstance(exc, httpcore.NetworkError):
        return LinkFailed("link.unreachable", retryable=True)
    return LinkFailed("link.broken_reply")


def _caused_by(exc: BaseException, kind: type[Exception]) -> bool:
    cause = exc.__cause__ or exc.__context__
    return cause is not None and (isinstance(cause, kind) or _caused_by(cause, kind))


@cache
def _links_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


@cache
def _user_agent() -> str:
    return f"Mozilla/5.0 (compatible; Postaify/{version('postaify')})"


def _page_headers() -> dict[str, str]:
    return {
        "User-Agent": _user_agent(),
        "Accept": "text/html,application/xhtml+xml,text/markdown,text/plain;q=0.9,*/*;q=0.1",
        "Accept-Encoding": "gzip",
    }
