"""The HTTP side of the made-up networks: calls with their faults, pictures, pages to look at, and the control API."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields
from functools import partial
from typing import Any

from aiohttp import web

from web.sandbox.discovery.endpoints import PATHS, Ask, Path, Refused
from web.sandbox.discovery.pages import sample_page
from web.sandbox.discovery.pictures import TYPES, picture
from web.sandbox.discovery.shapes import PICTURES, Look
from web.sandbox.discovery.state import FAULT_KINDS, SAMPLES, Samples
from web.sandbox.errors import invalid, not_found
from web.sandbox.faults import Fault
from web.sandbox.http import WORLD, integer_of, read_json
from web.sandbox.model import Json

LONGEST_DELAY_S = 3600.0
_FAULT_FIELDS = frozenset({field.name for field in fields(Fault)} - {"id", "method", "chat_id"}) | {"path"}
_DISTURBED: dict[str, tuple[int, str]] = {
    "error": (0, ""),
    "rate_limit": (429, "Too many requests"),
    "no_credits": (402, "You are out of credits"),
}

routes = web.RouteTableDef()


async def samples_in(app: web.Application) -> AsyncIterator[None]:
    """Behind the world's own start."""
    app[SAMPLES] = Samples(app[WORLD])
    yield


def add_endpoints(app: web.Application) -> None:
    for path, endpoint in PATHS.items():
        app.router.add_get(path, partial(_call, path, endpoint))


async def _call(path: str, endpoint: Path, request: web.Request) -> web.StreamResponse:
    samples, params = request.app[SAMPLES], dict(request.query)
    call = samples.record(path, params)
    response = await _answered(samples, path, endpoint, request)
    call["answered"] = response.status
    return response


async def _answered(samples: Samples, path: str, endpoint: Path, request: web.Request) -> web.StreamResponse:
    if not request.headers.get("x-api-key"):
        return _refusal(401, "An API key is missing: any will do")
    fault = samples.faults.strike(path, None)
    if fault is not None:
        await asyncio.sleep(fault.delay_s if fault.kind == "delay" else 0)
        if fault.kind in ("hang", "drop_answer"):
            await asyncio.sleep((fault.delay_s or LONGEST_DELAY_S) if fault.kind == "hang" else 0)
            return _dropped(request)
        if fault.kind in _DISTURBED:
            return _disturbed(fault)
    if samples.credits <= 0:
        return _refusal(402, "You are out of credits", remaining=0)
    try:
        _check_params(endpoint, request)
        origin = f"{request.scheme}://{request.host}"
        body = endpoint.answer(Ask(samples, Look(samples.world.now(), origin), dict(request.query)))
    except Refused as refusal:
        return _refusal(refusal.status, refusal.message, remaining=samples.credits)
    samples.credits -= 1
    if fault is not None:
        _spoil(body, endpoint, fault.kind, request)
    told = {"success": True, "credits_remaining": samples.credits, "credits_charged": 1, "sample": True}
    return web.json_response({**told, **body})


def _check_params(endpoint: Path, request: web.Request) -> None:
    names = endpoint.params.split()
    missing = [name[:-1] for name in names if name.endswith("*") and not request.query.get(name[:-1])]
    unknown = sorted(set(request.query) - {name.rstrip("*") for name in names})
    if missing or unknown:
        raise Refused(400, f"missing: {', '.join(missing)}; unknown: {', '.join(unknown)}")


def _disturbed(fault: Fault) -> web.Response:
    status, message = _DISTURBED[fault.kind]
    response = _refusal(status or fault.error_code, message or fault.description)
    if fault.kind == "rate_limit":
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _spoil(body: Json, endpoint: Path, kind: str, request: web.Request) -> None:
    """A page of which every second item is broken, or that names its own cursor as the next."""
    if kind == "broken_items" and isinstance(body.get(endpoint.items), list):
        items: list[Any] = body[endpoint.items]
        items[1::2] = [{"broken": True} for _ in items[1::2]]
    if kind == "repeat_cursor" and endpoint.cursor:
        body[endpoint.cursor] = request.query.get(endpoint.cursor, body.get(endpoint.cursor))


def _refusal(status: int, message: str, *, remaining: int | None = None) -> web.Response:
    body: Json = {"success": False, "error": "refused", "errorStatus": status, "message": message}
    return web.json_response(body if remaining is None else {**body, "credits_remaining": remaining}, status=status)


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)  # goes nowhere: the connection is closed


@routes.get("/v1/account/credit-balance")
async def balance(request: web.Request) -> web.Response:
    return web.json_response({"success": True, "creditCount": request.app[SAMPLES].credits})


@routes.get(PICTURES + "/{network}/{name}")
async def show_picture(request: web.Request) -> web.Response:
    samples, network = request.app[SAMPLES], request.match_info["network"]
    name, _, suffix = request.match_info["name"].rpartition(".")
    video = samples.made_up.video(network, name, samples.world.now())
    creator = video.creator if video else samples.made_up.creator(network, name)
    if creator is None or suffix not in TYPES:
        raise not_found("picture")
    seed = f"{samples.made_up.seed}/{network}/{name}"
    image = await asyncio.to_thread(picture, seed, creator.topic, suffix, upright=video is not None)
    return web.Response(body=image, content_type=TYPES[suffix], headers={"Cache-Control": "max-age=86400"})


@routes.get("/sample/{address:.*}")
async def show_page(request: web.Request) -> web.Response:
    samples = request.app[SAMPLES]
    look = Look(samples.world.now(), f"{request.scheme}://{request.host}")
    page = sample_page(samples.made_up, look, request.match_info["address"], request.query.get("v", ""))
    return web.Response(text=page, content_type="text/html", status=200 if page else 404)


@routes.get("/control/discovery")
async def discovery_now(request: web.Request) -> web.Response:
    samples = request.app[SAMPLES]
    since = integer_of(request.query.get("since", "0"))
    calls = [call for call in samples.calls if call["n"] > since]
    return web.json_response({"credits": samples.credits, "seed": samples.made_up.seed, "calls": calls})


@routes.post("/control/discovery")
async def set_discovery(request: web.Request) -> web.Response:
    body, samples = await read_json(request), request.app[SAMPLES]
    if "credits" in body.values:
        samples.credits = body.integer("credits")
    if "seed" in body.values:
        samples.made_up.seed = body.text("seed")
    return web.json_response({"credits": samples.credits, "seed": samples.made_up.seed})


@routes.post("/control/discovery/faults")
async def add_discovery_fault(request: web.Request) -> web.Response:
    values = (await read_json(request)).values
    if values.get("kind") not in FAULT_KINDS:
        raise invalid(f"kind must be one of {', '.join(FAULT_KINDS)}")
    if unknown := values.keys() - _FAULT_FIELDS:
        raise invalid(f"unknown: {', '.join(sorted(unknown))}")
    path = values.pop("path", "*")
    if path != "*" and path not in PATHS:
        raise invalid(f"no such path: {path}")
    return web.json_response({"id": request.app[SAMPLES].faults.add(Fault(method=path, **values))})


@routes.delete("/control/discovery/faults")
async def clear_discovery_faults(request: web.Request) -> web.Response:
    request.app[SAMPLES].faults.clear()
    return web.json_response({})
