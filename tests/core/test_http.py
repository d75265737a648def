"""Links are fetched from real servers on this machine; only the answers of DNS are made up."""

import asyncio
import gzip
import logging
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.http import (
    ANYWHERE,
    PUBLIC,
    Address,
    LinkFailed,
    Reach,
    checked_url,
    fetch_public,
    is_public,
    open_http,
    system_resolve,
)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A web server on a free port; gives its address."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def speaking(reply: bytes, pause_s: float = 0.0) -> AsyncIterator[str]:
    """A server that answers anything with raw bytes, one at a time when it pauses."""

    async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            for part in [reply] if not pause_s else [reply[i : i + 1] for i in range(len(reply))]:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_s)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(on_connect, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def resolving(*answers: list[str]) -> Callable[[str], Awaitable[list[Address]]]:
    """DNS that gives these answers in turn, then the last one for ever."""
    left = list(answers)

    async def resolve(host: str) -> list[Address]:
        return [ip_address(text) for text in (left.pop(0) if len(left) > 1 else left[0])]

    return resolve


async def failure(url: str, **how: object) -> LinkFailed:
    with pytest.raises(LinkFailed) as caught:
        await fetch_public(url, **how)  # type: ignore[arg-type]  # each test passes its own options
    return caught.value


def answering(response: Callable[[], web.StreamResponse]) -> Handler:
    async def handler(_: web.BaseRequest) -> web.StreamResponse:
        return response()

    return handler


async def test_a_page_arrives_with_its_type_and_charset() -> None:
    page = answering(lambda: web.Response(text="<p>olé</p>", content_type="text/html", charset="iso-8859-1"))
    async with serving(page) as address:
        got = await fetch_public(address + "/a?b=ç", reach=ANYWHERE)
    assert got.body.decode("latin-1") == "<p>olé</p>"
    assert (got.content_type, got.charset) == ("text/html", "iso-8859-1")
    assert got.url_final == address + "/a?b=%C3%A7"


async def test_redirects_are_followed_to_the_end_and_relative_ones_too() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        step = int(request.path.strip("/") or 0)
        if step < 5:
            return web.Response(status=302, headers={"Location": f"/{step + 1}"})
        return web.Response(text="here")

    async with serving(handler) as address:
        got = await fetch_public(address, reach=ANYWHERE)
    assert (got.body, got.url_final) == (b"here", address + "/5")


async def test_cookies_set_on_the_way_are_sent_to_the_next_hop() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        if request.cookies.get("seen"):
            return web.Response(text="welcome")
        return web.Response(status=302, headers={"Location": "/", "Set-Cookie": "seen=1"})

    async with serving(handler) as address:
        assert (await fetch_public(address, reach=ANYWHERE)).body == b"welcome"


async def test_endless_redirects_stop() -> None:
    loop = answering(lambda: web.Response(status=302, headers={"Location": "/"}))
    async with serving(loop) as address:
        assert (await failure(address, reach=ANYWHERE)).error_code == "link.too_many_redirects"


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (404, "link.not_found", False),
        (410, "link.not_found", False),
        (401, "link.refused", False),
        (403, "link.refused", False),
        (429, "link.refused", True),
        (500, "link.site_failed", True),
        (503, "link.site_failed", True),
        (304, "link.refused", False),
    ],
)
async def test_a_status_becomes_a_code(status: int, code: str, retryable: bool) -> None:
    async with serving(answering(lambda: web.Response(status=status))) as address:
        error = await failure(address, reach=ANYWHERE)
    assert (error.error_code, error.params["status"], error.retryable) == (code, status, retryable)


async def test_types_that_are_not_wanted_are_not_downloaded() -> None:
    pdf = answering(lambda: web.Response(body=b"%PDF-1.7", content_type="application/pdf"))
    async with serving(pdf) as address:
        error = await failure(address, reach=ANYWHERE, types={"text/html"})
    assert (error.error_code, error.params["type"]) == ("link.unsupported_type", "application/pdf")


async def test_ten_megabytes_are_refused_before_they_are_read() -> None:
    async with serving(answering(lambda: web.Response(body=b"x" * 10_000_000))) as address:
        error = await failure(address, reach=ANYWHERE)
    assert (error.error_code, error.params["limit_bytes"]) == ("link.too_big", 5 * 1024 * 1024)


async def test_a_body_of_unknown_length_is_cut_off_at_the_limit() -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 10_000)
        except ConnectionError:
            return response

    async with serving(handler) as address:
        assert (await failure(address, reach=ANYWHERE, limit_bytes=100_000)).error_code == "link.too_big"


async def test_a_body_of_exactly_the_limit_is_fine() -> None:
    async with serving(answering(lambda: web.Response(body=b"x" * 1000))) as address:
        assert len((await fetch_public(address, reach=ANYWHERE, limit_bytes=1000)).body) == 1000


@pytest.mark.parametrize(("encoding", "squeeze"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_compressed_page_is_opened(encoding: str, squeeze: Callable[[bytes], bytes]) -> None:
    async with speaking(_raw(squeeze(b"hello " * 1000), f"Content-Encoding: {encoding}")) as address:
        assert (await fetch_public(address, reach=ANYWHERE)).body == b"hello " * 1000


async def test_a_compression_bomb_is_too_big_and_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    async with speaking(_raw(bomb, "Content-Encoding: gzip")) as address:
        tracemalloc.start()
        try:
            assert (await failure(address, reach=ANYWHERE)).error_code == "link.too_big"
            assert tracemalloc.get_traced_memory()[1] < 25_000_000
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip"])
async def test_a_body_that_is_not_what_it_says_is_a_broken_reply(encoding: str) -> None:
    async with speaking(_raw(b"not compressed", f"Content-Encoding: {encoding}")) as address:
        assert (await failure(address, reach=ANYWHERE)).error_code == "link.broken_reply"


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut",
        b"HTTP/1.1 302 Found\r\nLocation: http://[oops\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://xn--/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
)
async def test_nonsense_from_the_server_is_a_link_error(reply: bytes) -> None:
    async with speaking(reply) as address:
        error = await failure(address, reach=ANYWHERE)
    assert error.error_code in {"link.broken_reply", "link.unreachable", "link.invalid"}


async def test_a_slow_drip_ends_with_the_time_limit() -> None:
    loop = asyncio.get_running_loop()
    async with speaking(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n" + b"x" * 1000, pause_s=0.02) as address:
        started = loop.time()
        error = await failure(address, reach=ANYWHERE, timeout_s=0.4)
    assert (error.error_code, error.retryable) == ("link.timeout", True)
    assert loop.time() - started < 20, "which all of it would take"


async def test_a_name_that_takes_for_ever_to_resolve_ends_with_the_time_limit() -> None:
    async def resolve(_: str) -> list[Address]:
        await asyncio.sleep(60)
        return []

    assert (await failure("http://slow.example/", reach=Reach(resolve=resolve), timeout_s=0.1)).error_code == (
        "link.timeout"
    )


async def test_a_closed_port_is_unreachable() -> None:
    async with speaking(b"") as address:
        pass
    assert (await failure(address, reach=ANYWHERE)).error_code == "link.unreachable"


async def test_an_unknown_name_is_unreachable() -> None:
    error = await failure("http://nowhere.invalid/")
    assert (error.error_code, error.params["host"]) == ("link.unreachable", "nowhere.invalid")


async def test_a_certificate_nobody_signed_is_refused(tmp_path: Path) -> None:
    async with serving(answering(lambda: web.Response(text="hi")), tls=self_signed(tmp_path)) as address:
        assert (await failure(address, reach=ANYWHERE)).error_code == "link.bad_certificate"


async def test_https_to_a_plain_server_is_an_error() -> None:
    async with serving(answering(lambda: web.Response(text="hi"))) as address:
        error = await failure(address.replace("http:", "https:"), reach=ANYWHERE)
    assert error.error_code in {"link.bad_certificate", "link.unreachable"}


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    asked: list[str] = []

    async def resolve(host: str) -> list[Address]:
        asked.append(host)
        return [IPv4Address("127.0.0.1")]

    page = answering(lambda: web.Response(text="hi"))
    async with serving(page) as address:
        url = address.replace("127.0.0.1", "name.example")
        got = await fetch_public(url, reach=Reach(allows=lambda _: True, ports=None, resolve=resolve))
    assert got.body == b"hi"
    assert asked == ["name.example"]


async def test_a_second_address_is_tried_when_the_first_does_not_answer() -> None:
    async with serving(answering(lambda: web.Response(text="hi"))) as address:
        reach = Reach(allows=lambda _: True, ports=None, resolve=resolving(["127.0.0.9", "127.0.0.1"]))
        assert (await fetch_public(address.replace("127.0.0.1", "two.example"), reach=reach)).body == b"hi"


async def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    reach = Reach(resolve=resolving(["93.184.215.14", "10.0.0.1"]))
    assert (await failure("http://mixed.example/", reach=reach)).error_code == "link.private_address"


async def test_a_name_that_turns_private_between_two_hops_is_refused() -> None:
    """127.0.0.1 plays the public address here: DNS answers it once, then the cloud's metadata address."""
    again = answering(lambda: web.Response(status=302, headers={"Location": "/again", "Connection": "close"}))
    async with serving(again) as address:
        reach = Reach(
            allows=lambda found: str(found) == "127.0.0.1",
            ports=None,
            resolve=resolving(["127.0.0.1"], ["169.254.169.254"]),
        )
        error = await failure(address.replace("127.0.0.1", "rebind.example"), reach=reach)
    assert error.error_code == "link.private_address"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://127.0.0.2/", "link.private_address"),
        ("http://[::1]/", "link.private_address"),
        ("http://localhost/", "link.private_address"),
        ("//169.254.169.254/latest/meta-data", "link.private_address"),
        ("file:///etc/passwd", "link.not_http"),
        ("ftp://example.com/", "link.not_http"),
        ("http://user:pass@example.com/", "link.has_password"),
    ],
)
async def test_a_redirect_inside_is_refused(target: str, code: str) -> None:
    async with serving(answering(lambda: web.Response(status=301, headers={"Location": target}))) as address:
        reach = Reach(allows=lambda found: str(found) == "127.0.0.1", ports=None, resolve=_as_if_localhost_were_two)
        assert (await failure(address, reach=reach)).error_code == code


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://１２７.0.0.1/",
        "http://0/",
        "http://localhost:8080/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://\\127.0.0.1/",
    ],
)
async def test_addresses_inside_are_refused_however_they_are_written(url: str) -> None:
    assert (await failure(url)).error_code in {"link.private_address", "link.invalid", "link.unreachable"}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.com/a", "link.not_http"),
        ("javascript:alert(1)", "link.not_http"),
        ("example.com", "link.not_http"),
        ("http://", "link.invalid"),
        ("http:///path", "link.invalid"),
        ("http://exa mple.com/", "link.invalid"),
        ("http://example.com/\r\nX: y", "link.invalid"),
        ("http://example.com:99999999/", "link.invalid"),
        ("http://[::1", "link.invalid"),
        ("http://xn--/", "link.invalid"),
        ("http://☃☃.example/", "link.invalid"),
        ("http://" + "a" * 300 + ".example/", "link.unreachable"),
        ("http://me:secret@example.com/", "link.has_password"),
        ("http://example.com@127.0.0.1/", "link.has_password"),
        ("http://example.com:22/", "link.port_refused"),
        ("http://example.com/" + "a" * 2100, "link.invalid"),
    ],
)
async def test_what_is_not_a_fetchable_address_is_named(url: str, code: str) -> None:
    assert (await failure(url)).error_code == code


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://müller.example/", "xn--mller-kva.example"),
        ("http://例え。example/", "xn--r8jz45g.example"),
        ("http://ＥＸＡＭＰＬＥ.com/", "example.com"),
        ("http://президент.рф:8080/путь", "xn--d1abbgf6aiiy.xn--p1ai"),
        ("http://[2606:4700::1111]:443/", "2606:4700::1111"),
    ],
)
def test_hosts_of_all_scripts_get_their_ascii_name(url: str, host: str) -> None:
    assert checked_url(url).raw_host.decode() == host


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.1", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "168.63.129.16", "169.254.169.254"),
        *("172.16.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1"),
        *("2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1"),
        *("fec0::1", "ff02::1"),
    ],
)
def test_special_addresses_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


async def test_the_system_knows_this_machine() -> None:
    assert IPv4Address("127.0.0.1") in await system_resolve("localhost")


async def test_proxies_of_the_environment_are_ignored_for_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with serving(answering(lambda: web.Response(text="direct"))) as address:
        assert (await fetch_public(address, reach=ANYWHERE)).body == b"direct"


async def test_the_providers_client_reaches_this_machine_past_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with serving(answering(lambda: web.Response(text="direct"))) as address, open_http() as client:
        assert (await client.get(address)).text == "direct"


async def test_addresses_with_tokens_never_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(answering(lambda: web.Response(text="hi"))) as address, open_http() as client:
        await client.get(address + "/bot123:SECRET/getMe", headers={"Authorization": "Bearer SECRET"})
        await fetch_public(address + "/?key=SECRET", reach=ANYWHERE)
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]


def test_links_reach_only_the_public_net_unless_told_otherwise() -> None:
    assert Reach() == PUBLIC
    assert PUBLIC.allows is is_public


async def _as_if_localhost_were_two(host: str) -> list[Address]:
    return [ip_address("127.0.0.2" if host == "localhost" else host)]


def _raw(body: bytes, *headers: str) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""])
    return head.encode() + body


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_of_a_large_file_only_the_beginning_is_read_when_that_is_enough() -> None:
    sent = 0

    async def film(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Length": str(15 * 1024 * 1024)})
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(240):
                await response.write(bytes(64 * 1024))
                sent += 64 * 1024
        return response

    async with serving(film) as site:
        fetched = await fetch_public(site, reach=ANYWHERE, only_bytes=100, limit_bytes=20 * 1024 * 1024)
    assert (len(fetched.body), fetched.size_bytes) == (100, 15 * 1024 * 1024)
    assert sent < 12 * 1024 * 1024


async def test_what_doesnt_say_how_long_it_is_is_counted_and_only_its_beginning_kept() -> None:
    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(3):
            await response.write(b"x" * 1000)
        return response

    async with serving(endless) as site:
        fetched = await fetch_public(site, reach=ANYWHERE, only_bytes=100)
        assert (fetched.body, fetched.size_bytes) == (b"x" * 100, 3000)
        assert (await failure(site, reach=ANYWHERE, only_bytes=100, limit_bytes=2999)).error_code == "link.too_big"
