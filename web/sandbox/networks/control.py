"""The control API of README.md for the sandbox's networks."""

from dataclasses import asdict, fields
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from web.sandbox.errors import invalid, not_found
from web.sandbox.http import Body, integer_of, read_json
from web.sandbox.model import Json
from web.sandbox.networks.api import KINDS
from web.sandbox.networks.consent import allow_at_once, username_in
from web.sandbox.networks.network import Network
from web.sandbox.networks.numbers import counts
from web.sandbox.networks.records import Account, Video
from web.sandbox.networks.state import NETWORKS, NetworkFault, Networks
from web.sandbox.networks.tokens import end_consent, expire_tokens, kill_tokens, tokens_of

_FAULT_FIELDS: Final = frozenset({field.name for field in fields(NetworkFault)} - {"id", "method", "chat_id"}) | {
    "call"
}
_ENDS: Final = ("expire", "kill", "revoke")
_ROOT: Final = "/control/networks/{network}"

routes = web.RouteTableDef()


def _asked(request: web.Request) -> tuple[Networks, Network]:
    networks = request.app[NETWORKS]
    network = networks.networks.get(request.match_info["network"])
    if network is None:
        raise not_found("network")
    return networks, network


def _only(values: Json, known: Json | frozenset[str]) -> None:
    if unknown := sorted(set(values) - set(known)):
        raise invalid(f"unknown: {', '.join(unknown)}")


def _like(values: Json, defaults: Json) -> None:
    """Only what there is, and of its kind."""
    _only(values, defaults)
    for name, value in values.items():
        kinds = (int, float) if type(defaults[name]) in (int, float) else (type(defaults[name]),)
        if type(value) not in kinds:
            raise invalid(f"{name} must be like {defaults[name]!r}")


def _username(body: Body) -> str:
    if username := username_in(body.text("username")):
        return username
    raise invalid("username has letters, digits, dots, dashes and underscores")


def _account(networks: Networks, network: Network, body: Body) -> Account | None:
    if body.optional("username") is None:
        return None
    account = networks.account_named(network, _username(body))
    if account is None:
        raise not_found("account")
    return account


@routes.get(_ROOT)
async def network_now(request: web.Request) -> web.Response:
    networks, network = _asked(request)
    network.catch_up(networks)
    accounts = [account.to_row() for account in networks.accounts.all(network=network.name)]
    videos = [shown_video(networks, video) for video in networks.videos.all(network=network.name)]
    return web.json_response({"rules": networks.rules(network), "accounts": accounts, "videos": videos})


def shown_video(networks: Networks, video: Video) -> Json:
    account = networks.owner(video)
    return {**video.to_row(), "username": account.username, "counts": asdict(counts(video, networks.now()))}


@routes.post(_ROOT + "/rules")
async def set_rules(request: web.Request) -> web.Response:
    networks, network = _asked(request)
    values = (await read_json(request)).values
    _like(values, network.rules)
    return web.json_response(networks.set_rules(network, values))


@routes.post(_ROOT + "/accounts")
async def set_account(request: web.Request) -> web.Response:
    """Makes the account when there was none; settings that aren't named stay."""
    networks, network = _asked(request)
    body = await read_json(request)
    account = networks.account(network, _username(body))
    account.name = body.optional("name") or account.name
    settings = {name: value for name, value in body.values.items() if name not in ("username", "name")}
    _like(settings, network.account_settings)
    account.settings = {**account.settings, **settings}
    return web.json_response(networks.accounts.put(account).to_row())


@routes.post(_ROOT + "/allow")
async def allow_consent(request: web.Request) -> web.Response:
    """Somebody opens the consent page `url` and allows it: the answer is where they are sent."""
    networks, network = _asked(request)
    body = await read_json(request)
    query = dict(parse_qsl(urlsplit(body.text("url")).query, keep_blank_values=True))
    scopes = body.values.get("scopes")
    location = allow_at_once(networks, network, query, _username(body), scopes)
    return web.json_response({"location": location})


@routes.post(_ROOT + "/tokens")
async def end_tokens(request: web.Request) -> web.Response:
    """`do`: `expire` or `kill` tokens (of a `username`, of a `kind`); `revoke`: the person takes the consent back."""
    networks, network = _asked(request)
    body = await read_json(request)
    account, kind, what = _account(networks, network, body), body.optional("kind"), body.text("do")
    if what not in _ENDS:
        raise invalid(f"do must be one of {', '.join(_ENDS)}")
    if what == "revoke":
        consents = list(networks.consents.all(network=network.name, revoked_at=None))
        mine = [consent for consent in consents if account is None or consent.account_id == account.id]
        for consent in mine:
            end_consent(networks, consent)
        return web.json_response({"ended": len(mine)})
    end = expire_tokens if what == "expire" else kill_tokens
    return web.json_response({"ended": end(networks, tokens_of(networks, network, account=account, kind=kind))})


@routes.post(_ROOT + "/videos/{id}/remove")
async def remove_video(request: web.Request) -> web.Response:
    """Somebody deletes it on the network."""
    networks, network = _asked(request)
    video = networks.videos.get(request.match_info["id"])
    if video is None or video.network != network.name:
        raise not_found("video")
    video.removed_at = networks.now()
    return web.json_response(networks.videos.put(video).to_row())


@routes.get(_ROOT + "/calls")
async def calls(request: web.Request) -> web.Response:
    networks, network = _asked(request)
    since = integer_of(request.query.get("since", "0"))
    return web.json_response({"calls": [call for call in networks.calls[network.name] if call["n"] > since]})


@routes.post(_ROOT + "/faults")
async def add_fault(request: web.Request) -> web.Response:
    networks, network = _asked(request)
    values = (await read_json(request)).values
    if values.get("kind") not in KINDS:
        raise invalid(f"kind must be one of {', '.join(KINDS)}")
    _only(values, _FAULT_FIELDS)
    call = values.pop("call", "*")
    known = {endpoint.call for endpoint in network.endpoints}
    if call != "*" and call not in known:
        raise invalid(f"no such call: {call}; there are {', '.join(sorted(known))}")
    return web.json_response({"id": networks.faults[network.name].add(NetworkFault(method=call, **values))})


@routes.delete(_ROOT + "/faults")
async def clear_faults(request: web.Request) -> web.Response:
    networks, network = _asked(request)
    networks.faults[network.name].clear()
    return web.json_response({})
