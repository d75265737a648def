"""Connecting an account in the browser: only the press begins, only the same browser comes back, and only once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http.cookies import Morsel
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.connections import service
from core.connections.consents import LIFE, request_consent
from core.connections.disconnecting import disconnect
from core.connections.links import ConsentLinks, build_consent_links
from core.connections.models import Connection
from core.connections.queries import connections_of
from core.deps import Deps
from core.errors import ProviderError
from core.log import QUIET_LOGGERS
from core.providers.discovery import Network
from core.publishing.networks.contract import NetworkErrorCode, network_error
from tests.core.connections.played import PlayedNetwork, with_network
from tests.factories import make_user
from web.app import build_app
from web.middleware import REQUESTS

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def network() -> PlayedNetwork:
    return PlayedNetwork()


@pytest.fixture
def there(deps: Deps, network: PlayedNetwork) -> Deps:
    return with_network(deps, network)


@pytest.fixture
async def server(there: Deps) -> AsyncIterator[TestServer]:
    opened = TestServer(build_app(there))
    async with opened:
        yield opened


@pytest.fixture
async def client(server: TestServer) -> AsyncIterator[Client]:
    """A browser."""
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as opened:
        yield opened


@pytest.fixture
async def other_client(server: TestServer) -> AsyncIterator[Client]:
    """Somebody else's."""
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as opened:
        yield opened


@pytest.fixture
def links(deps: Deps) -> ConsentLinks:
    return build_consent_links(deps.settings)


@pytest.fixture
async def owner(deps: Deps) -> User:
    async with deps.tx() as tx:
        return await make_user(tx)


async def link_for(deps: Deps, links: ConsentLinks, owner: User) -> str:
    async with deps.tx() as tx:
        consent_id = await request_consent(tx, owner_id=owner.id, network=Network.TIKTOK)
    return links.start(owner_id=owner.id, consent_id=consent_id).removeprefix(links.base_url)


async def begun(client: Client, where: str) -> str:
    """Press the button; gives the state that the network gets."""
    pressed = await client.post(where)
    assert pressed.status == 200, await pressed.text()
    leads_to = pressed.headers["Refresh"].removeprefix("0; url=")
    assert leads_to.startswith("https://network.example.com/authorize?")
    return parse_qs(urlsplit(leads_to).query)["state"][0]


async def back(client: Client, **query: str) -> ClientResponse:
    return await client.get("/oauth/tiktok/callback", params=query, allow_redirects=False)


async def mine(deps: Deps, owner: User) -> list[Connection]:
    async with deps.sessions() as session:
        return list(await connections_of(session, owner_id=owner.id))


async def test_the_whole_walk(client: Client, there: Deps, links: ConsentLinks, owner: User) -> None:
    where = await link_for(there, links, owner)
    for method in ("HEAD", "GET", "GET"):
        assert (await client.request(method, where)).status == 200
    page = await (await client.get(where)).text()
    assert f"the chat of {owner.first_name} (@{owner.username})." in page
    assert '<form method="post">' in page

    state = await begun(client, where)
    assert await mine(there, owner) == []
    answer = await back(client, code="a-code", state=state)
    assert answer.status == 200
    assert "Postaify can publish as @ann now." in await answer.text()
    assert "Back to the chat" in await answer.text()
    assert [each.username for each in await mine(there, owner)] == ["ann"]


async def test_the_cookie_is_for_this_walk_only(client: Client, there: Deps, links: ConsentLinks, owner: User) -> None:
    answer = await client.post(await link_for(there, links, owner))
    cookie: Morsel[str] = answer.cookies["postaify_consent_tiktok"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Lax", "/oauth", "600")
    assert len(cookie.value) == 43
    state = parse_qs(urlsplit(answer.headers["Refresh"]).query)["state"][0]
    ended = await back(client, code="a-code", state=state)
    assert ended.cookies["postaify_consent_tiktok"]["max-age"] == "0"


async def test_over_https_the_cookie_stays_there(there: Deps, owner: User) -> None:
    public = there.settings.model_copy(update={"web_public_url": "https://postaify.example.com"})
    deps = replace(there, settings=public)
    async with TestClient(TestServer(build_app(deps))) as client:
        where = await link_for(deps, build_consent_links(public), owner)
        answer = await client.post(where)
        assert answer.cookies["postaify_consent_tiktok"]["secure"]
        asked = parse_qs(urlsplit(answer.headers["Refresh"]).query)
        assert asked["redirect_uri"] == ["https://postaify.example.com/oauth/tiktok/callback"]


async def test_a_link_works_once_also_in_the_same_browser(
    client: Client, other_client: Client, there: Deps, links: ConsentLinks, owner: User
) -> None:
    where = await link_for(there, links, owner)
    await begun(client, where)
    for browser in (client, other_client):
        for method in ("GET", "POST"):
            answer = await browser.request(method, where)
            assert answer.status == 410
            assert "/connect" in await answer.text()


async def test_a_way_back_is_walked_once(
    client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork
) -> None:
    state = await begun(client, await link_for(there, links, owner))
    jar = {cookie.key: cookie.value for cookie in client.session.cookie_jar}
    assert (await back(client, code="a-code", state=state)).status == 200
    client.session.cookie_jar.update_cookies(jar)
    assert (await back(client, code="a-code", state=state)).status == 410
    assert len(network.exchanged) == 1


@pytest.mark.parametrize("state", ["", "x", "A" * 43, "A" * 4000, "\x00", "ü" * 43, "' OR 1=1 --"])
async def test_a_forged_state_leads_nowhere(
    client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork, state: str
) -> None:
    await begun(client, await link_for(there, links, owner))
    answer = await back(client, code="a-code", state=state)
    assert answer.status == 410
    assert network.exchanged == []


async def test_a_state_that_is_out_of_date_leads_nowhere(
    client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    where = await link_for(there, links, owner)
    state = await begun(client, where)
    clock.advance(LIFE)
    assert (await back(client, code="a-code", state=state)).status == 410
    assert network.exchanged == []
    late = await link_for(there, links, owner)
    clock.advance(LIFE)
    for method in ("GET", "POST"):
        assert (await client.request(method, late)).status == 410


async def test_nobody_elses_browser_comes_back(
    client: Client, other_client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork
) -> None:
    """Neither a thief of the address, nor a victim who is sent somebody else's way back."""
    async with there.tx() as tx:
        other = await make_user(tx)
    state = await begun(client, await link_for(there, links, owner))
    assert (await back(other_client, code="a-code", state=state)).status == 403
    theirs = await begun(other_client, await link_for(there, links, other))
    answer = await back(other_client, code="a-code", state=state)
    assert answer.status == 403
    assert "in one browser" in await answer.text()
    assert network.exchanged == []
    assert (await back(client, code="a-code", state=state)).status == 200
    assert (await back(other_client, code="a-code", state=theirs)).status == 200
    assert [len(await mine(there, each)) for each in (owner, other)] == [1, 1]


async def test_a_state_counts_at_its_own_network_only(
    client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork
) -> None:
    state = await begun(client, await link_for(there, links, owner))
    for other in ("youtube", "instagram", "nowhere", "TIKTOK"):
        answer = await client.get(f"/oauth/{other}/callback", params={"code": "a-code", "state": state})
        assert answer.status == 410
    assert network.exchanged == []


async def test_nobody_makes_up_a_link(client: Client, there: Deps, links: ConsentLinks, owner: User) -> None:
    right = await link_for(there, links, owner)
    async with there.tx() as tx:
        other = await make_user(tx)
    token = right.rpartition("/")[2]
    for_another = ids.short(other.id) + token[22:]
    for wrong in ("x", token[:-1], f"{token}A", for_another, "%00", "ü", "A" * 5000):
        for method in ("GET", "POST"):
            answer = await client.request(method, f"/oauth/start/{wrong}")
            assert answer.status == 410, wrong
            assert "Refresh" not in answer.headers
    assert (await client.get(right)).status == 200


async def test_looking_at_the_head_does_not_use_the_way_back(
    client: Client, there: Deps, links: ConsentLinks, owner: User
) -> None:
    state = await begun(client, await link_for(there, links, owner))
    looked = await client.head("/oauth/tiktok/callback", params={"code": "a-code", "state": state})
    assert looked.status == 405
    assert (await back(client, code="a-code", state=state)).status == 200


@pytest.mark.parametrize("name", ["next", "redirect", "redirect_uri", "return_to", "url", "continue"])
async def test_nothing_in_an_address_says_where_to_go(
    client: Client, there: Deps, links: ConsentLinks, owner: User, name: str
) -> None:
    elsewhere = "https://evil.example.org/"
    where = await link_for(there, links, owner)
    for path in (f"{where}?{name}={elsewhere}", "/oauth/start/x"):
        shown = await client.get(path, params={name: elsewhere}, allow_redirects=False)
        assert "Location" not in shown.headers
        assert "evil.example.org" not in await shown.text()
    pressed = await client.post(where, params={name: elsewhere}, data={name: elsewhere}, allow_redirects=False)
    assert "evil" not in pressed.headers["Refresh"]
    state = parse_qs(urlsplit(pressed.headers["Refresh"]).query)["state"][0]
    answer = await back(client, code="a-code", state=state, **{name: elsewhere})
    assert "Location" not in answer.headers
    assert "Refresh" not in answer.headers
    assert "evil.example.org" not in await answer.text()


async def test_a_no_is_said_so_and_ends_the_walk(
    client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork
) -> None:
    state = await begun(client, await link_for(there, links, owner))
    described = "<script>alert(1)</script>"
    answer = await back(client, error="access_denied", error_description=described, state=state)
    assert answer.status == 200
    page = await answer.text()
    assert "You said no" in page
    assert "Back to the chat" in page
    assert "script" not in page
    assert (await back(client, code="a-code", state=state)).status == 410
    assert network.exchanged == []


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (NetworkErrorCode.UNAVAILABLE, 503, "answer right now"),
        (NetworkErrorCode.RATE_LIMITED, 503, "answer right now"),
        (NetworkErrorCode.NOT_PROFESSIONAL, 400, "business and creator accounts"),
        (NetworkErrorCode.NO_CHANNEL, 400, "no YouTube channel"),
        (NetworkErrorCode.RECONNECT, 400, "accept the answer"),
        (NetworkErrorCode.REJECTED, 400, "accept the answer"),
    ],
)
async def test_what_goes_wrong_is_said_in_plain_words(
    client: Client,
    there: Deps,
    links: ConsentLinks,
    owner: User,
    network: PlayedNetwork,
    code: NetworkErrorCode,
    status: int,
    said: str,
) -> None:
    state = await begun(client, await link_for(there, links, owner))
    network.fails = network_error(network.network, code, detail="raw_words_of_theirs")
    answer = await back(client, code="a-code", state=state)
    page = await answer.text()
    assert answer.status == status
    assert said in page
    assert "Nothing was stored." in page
    assert "raw_words" not in page
    assert await mine(there, owner) == []


async def test_a_consent_with_something_unticked_is_said_so(
    client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork
) -> None:
    state = await begun(client, await link_for(there, links, owner))
    network.granted = frozenset({"user.info.basic"})
    answer = await back(client, code="a-code", state=state)
    assert answer.status == 400
    assert "leave everything on the consent page ticked" in await answer.text()
    assert await mine(there, owner) == []


async def test_what_nobody_has_foreseen_is_a_page_too(
    client: Client, there: Deps, links: ConsentLinks, owner: User, network: PlayedNetwork
) -> None:
    where = await link_for(there, links, owner)
    state = await begun(client, where)
    network.fails = RuntimeError("a-secret-thought")
    answer = await client.get(
        "/oauth/tiktok/callback", params={"code": "a-code", "state": state}, headers={"Accept": "text/html,*/*;q=0.8"}
    )
    page = await answer.text()
    assert (answer.status, answer.content_type) == (500, "text/html")
    assert "Something went wrong on our side" in page
    assert "Back to the chat" in page
    assert "a-secret-thought" not in page
    assert await mine(there, owner) == []


async def test_too_many_visits_are_told_on_a_page(client: Client) -> None:
    for _ in range(REQUESTS.most):
        await client.get("/oauth/tiktok/callback")
    answer = await client.get("/oauth/tiktok/callback", headers={"Accept": "text/html"})
    assert (answer.status, answer.content_type) == (429, "text/html")
    assert "Please wait a minute" in await answer.text()
    assert int(answer.headers["Retry-After"]) > 0
    assert (await client.get("/oauth/tiktok/callback")).content_type == "application/json"


@pytest.mark.parametrize("place", ["state", "cookie"])
async def test_bytes_that_no_text_has_are_nobodys(
    server: TestServer, client: Client, there: Deps, links: ConsentLinks, owner: User, place: str
) -> None:
    """Headers may bring them."""
    state = await begun(client, await link_for(there, links, owner))
    query = f"?code=c&state={state if place == 'cookie' else '%ff%ed%a0%80'}".encode()
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(
        b"GET /oauth/tiktok/callback" + query + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Cookie: postaify_consent_tiktok=\xff\xed\xa0\x80\r\n\r\n"
    )
    status = int((await reader.readline()).split()[1])
    writer.close()
    assert status == (403 if place == "cookie" else 410)


async def test_no_secret_stands_in_any_log(
    client: Client,
    there: Deps,
    links: ConsentLinks,
    owner: User,
    network: PlayedNetwork,
    clock: FixedClock,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of a connection's whole life, with everything that can go wrong in it."""
    caplog.set_level("DEBUG")
    for name in QUIET_LOGGERS:  # as every process has it
        caplog.set_level("WARNING", logger=name)
    where = await link_for(there, links, owner)
    state = await begun(client, where)
    cookie = next(each.value for each in client.session.cookie_jar)
    await back(client, code="a-secret-code", state=state)
    (connection,) = await mine(there, owner)
    one: dict[str, Any] = {"connection_id": connection.id, "owner_id": owner.id}
    for trouble in (None, network_error(network.network, NetworkErrorCode.UNAVAILABLE)):
        network.fails = trouble
        clock.advance(timedelta(hours=2))
        with suppress(ProviderError):
            await service.access_of(there, **one)
    network.fails = None
    network.forget_everything()
    with pytest.raises(ProviderError):
        await service.check_connection(there, **one)
    await disconnect(there, **one)
    printed = capsys.readouterr()
    logged = f"{printed.out}{printed.err}{caplog.text}"
    assert "connections.lost" in logged
    verifier = network.exchanged[0][1].verifier
    token = where.rpartition("/")[2]
    for secret in ("secret-access", "secret-refresh", "a-secret-code", state, verifier, cookie, token):
        assert secret not in logged
    assert not re.search(r"1\.home\.[\w-]{20}", logged), "not even encrypted"
