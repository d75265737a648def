"""The consent page: who somebody is on a network, what they allow an app, and the way back to it."""

import re
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Final

from aiohttp import web

from web.sandbox.errors import invalid, not_found
from web.sandbox.networks.network import ConsentRefused, Network
from web.sandbox.networks.records import Account, Ask
from web.sandbox.networks.rendering import render
from web.sandbox.networks.state import NETWORKS, Networks
from web.sandbox.networks.tokens import make_code

_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_FIRST_USERNAME: Final = "sample_creator"
_ANSWER_PATH: Final = "/networks/consent/{id}"
_LOOPBACK: Final = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?")

routes = web.RouteTableDef()


def add_consent_pages(app: web.Application, networks: tuple[Network, ...]) -> None:
    for network in networks:
        app.router.add_get(f"/{network.name}{network.authorize_path}", partial(_show, network))
    app.router.add_routes(routes)


def new_ask(
    networks: Networks,
    network: Network,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: list[str],
    state: str,
    challenge: str = "",
    **extra: object,
) -> Ask:
    """For `read_ask`, once the network has checked what is its own."""
    return Ask(
        id=secrets.token_hex(16),
        network=network.name,
        client_id=client_id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=state,
        challenge=challenge,
        extra=extra,
        made_at=networks.now(),
    )


def is_redirect_uri(networks: Networks, network: Network, uri: str) -> bool:
    """Absolute, https (plain http on this machine only), without query and fragment; one of the rule `redirect_uris`
    when that has any: the sandbox's app is registered for whatever is well formed."""
    registered = networks.rules(network).get("redirect_uris") or [uri]
    formed = uri.startswith("https://") or bool(_LOOPBACK.fullmatch(uri))
    return formed and "?" not in uri and "#" not in uri and len(uri) < 512 and uri in registered


async def _show(network: Network, request: web.Request) -> web.Response:
    networks = request.app[NETWORKS]
    try:
        ask = networks.asks.put(network.read_ask(networks, request.query))
    except ConsentRefused as refused:
        return render("refused.html", status=400, network=network, why=str(refused))
    return _page(networks, network, ask)


def _page(networks: Networks, network: Network, ask: Ask, *, wrong: str = "", username: str = "") -> web.Response:
    accounts = list(networks.accounts.all(network=network.name))
    return render(
        "consent.html",
        status=400 if wrong else 200,
        network=network,
        action=_ANSWER_PATH.format(id=ask.id),
        scopes=[(scope, network.scopes[scope]) for scope in ask.scopes],
        accounts=accounts,
        username=username or (accounts[-1].username if accounts else _FIRST_USERNAME),
        wrong=wrong,
    )


@routes.post(_ANSWER_PATH)
async def answer(request: web.Request) -> web.Response:
    """The form: `decision` is allow or deny, `username` who one is, `scope` each one that is still ticked."""
    networks, form = request.app[NETWORKS], await request.post()
    ask = networks.asks.get(request.match_info["id"])
    if ask is None:
        raise not_found("consent page")
    network = networks.networks[ask.network]
    if form.get("decision") != "allow":
        networks.asks.drop(ask)
        return _sent_to(network.denied_url(ask))
    username = username_in(str(form.get("username", "")))
    if not username:
        return _page(networks, network, ask, wrong="A username has letters, digits, dots, dashes and underscores.")
    account = networks.account(network, username)
    if objection := network.objection(account):
        return _page(networks, network, ask, wrong=objection, username=username)
    return _sent_to(allow(networks, network, ask, account, [str(scope) for scope in form.getall("scope", [])]))


def username_in(typed: str) -> str:
    """As networks have it, without @; empty when it can't be one."""
    username = typed.strip().removeprefix("@").lower()
    return username if _USERNAME.fullmatch(username) else ""


def allow(networks: Networks, network: Network, ask: Ask, account: Account, ticked: list[str]) -> str:
    """Where who allowed this is sent."""
    scopes = [scope for scope in ask.scopes if scope in ticked]
    return network.allowed_url(ask, make_code(networks, network, ask, account, scopes))


def allow_at_once(
    networks: Networks, network: Network, query: Mapping[str, str], username: str, scopes: list[str] | None
) -> str:
    """The same without a page, for tests: somebody ticks `scopes` (None: all) and allows. Raises ClientError."""
    try:
        ask = network.read_ask(networks, query)
    except ConsentRefused as refused:
        raise invalid(str(refused)) from None
    account = networks.account(network, username)
    if objection := network.objection(account):
        raise invalid(objection)
    return allow(networks, network, ask, account, ask.scopes if scopes is None else scopes)


def _sent_to(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url, "Cache-Control": "no-store"})
