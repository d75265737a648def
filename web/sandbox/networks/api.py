"""Calls of the networks' APIs: recorded without their secrets, disturbed by faults, refused in the network's words."""

import asyncio
import json
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.network import Endpoint, Network, Refused
from web.sandbox.networks.state import NETWORKS, NetworkFault, Networks

LONGEST_DELAY_S: Final = 3_600.0
FORM: Final = "application/x-www-form-urlencoded"
KINDS: Final = ("cut", "delay", "drop_answer", "error", "hang", "rate_limit")
HIDDEN: Final = "***"
_SECRETS: Final = frozenset(
    {
        "access_token",
        "client_secret",
        "code",
        "code_verifier",
        "fb_exchange_token",
        "key",
        "refresh_token",
        "token",
        "upload_id",
        "upload_token",
    }
)


@dataclass(slots=True)
class Call:
    """One call that is being answered."""

    networks: Networks
    network: Network
    request: web.Request
    recorded: Json
    cut_at: int | None = None
    """A fault: after this many bytes of the body the connection is closed."""

    @property
    def rules(self) -> Json:
        return self.networks.rules(self.network)

    @property
    def bearer(self) -> str:
        """The token of the Authorization header, or nothing."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    @property
    def origin(self) -> str:
        """The network's own address, as the caller reached it."""
        return f"{self.request.scheme}://{self.request.host}/{self.network.name}"

    async def form(self) -> dict[str, str]:
        """The fields of a form. Empty when it is none."""
        if self.request.content_type != FORM:
            return {}
        return {name: str(value) for name, value in (await self.request.post()).items()}

    async def json(self) -> Json | None:
        """The body's object; None when it isn't one."""
        try:
            body = json.loads(await self.request.text() or "{}")
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def note(self, **facts: object) -> None:
        """Add to what is recorded of this call: no secrets."""
        self.recorded.update(facts)


def add_endpoints(app: web.Application, networks: tuple[Network, ...]) -> None:
    for network in networks:
        app.router.add_routes(network.routes)
        for endpoint in network.endpoints:
            path = f"/{network.name}{endpoint.path}"
            app.router.add_route(endpoint.method, path, partial(_call, network, endpoint))


async def _call(network: Network, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    networks = request.app[NETWORKS]
    recorded = networks.record(
        network,
        call=endpoint.call,
        path=request.path.removeprefix(f"/{network.name}"),
        query=without_secrets(dict(request.query)),
        body=None if endpoint.uploads else await _shown_body(request),
    )
    call = Call(networks, network, request, recorded)
    response = await _disturbed(call, endpoint)
    if request.transport is not None and not request.transport.is_closing():
        recorded["answered"] = response.status
    return response


async def _disturbed(call: Call, endpoint: Endpoint) -> web.StreamResponse:
    """Answer it, as the fault wants that was asked for, if any was."""
    fault = call.networks.faults[call.network.name].strike(endpoint.call, None)
    if not isinstance(fault, NetworkFault):
        return await _answered(call, endpoint)
    call.note(fault=fault.kind)
    match fault.kind:
        case "error" | "rate_limit":
            return _refusal(call.network, endpoint, fault)
        case "hang":
            await asyncio.sleep(fault.delay_s or LONGEST_DELAY_S)
            return _dropped(call.request)
        case "cut":
            call.cut_at = fault.at_bytes
            await _answered(call, endpoint)
            return _dropped(call.request)
        case "drop_answer":
            await _answered(call, endpoint)
            return _dropped(call.request)
    response = await _answered(call, endpoint)
    await asyncio.sleep(fault.delay_s)
    return response


async def _answered(call: Call, endpoint: Endpoint) -> web.StreamResponse:
    call.network.catch_up(call.networks)
    try:
        response = await endpoint.answer(call)
    except Refused as refused:
        call.note(refused=refused.code)
        response = endpoint.refusal(refused)
    call.networks.world.storage.commit()
    return response


def _refusal(network: Network, endpoint: Endpoint, fault: NetworkFault) -> web.Response:
    status = 429 if fault.kind == "rate_limit" else fault.error_code
    code = fault.code or network.codes.get(status) or network.codes.get(500, "internal_error")
    response = endpoint.refusal(Refused(status, code, fault.description, **fault.details))
    if fault.kind == "rate_limit":
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)  # goes nowhere: the connection is closed


async def _shown_body(request: web.Request) -> Any:
    if not request.can_read_body:
        return None
    if request.content_type == FORM:
        return without_secrets({name: str(value) for name, value in (await request.post()).items()})
    try:
        return without_secrets(json.loads(await request.text()))
    except ValueError:
        return None


def without_secrets(value: Any) -> Any:
    """A copy in which nothing opens anything."""
    if isinstance(value, dict):
        return {name: HIDDEN if name in _SECRETS else without_secrets(inner) for name, inner in value.items()}
    return [without_secrets(inner) for inner in value] if isinstance(value, list) else value
