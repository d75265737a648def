"""The API over HTTP: keys, versions, idempotency, faults; parameters in, objects or refusals out."""

import asyncio
import hashlib
import json
from functools import partial

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.stripe import API_VERSION, PREFIX, SANDBOX_SECRET_KEY
from web.sandbox.stripe.account import ACCOUNT, Account
from web.sandbox.stripe.due import catch_up
from web.sandbox.stripe.errors import StripeError, invalid, unauthorized
from web.sandbox.stripe.forms import listed, nested, read, text
from web.sandbox.stripe.routes import ROUTES
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import shown
from web.sandbox.stripe.store import new_id

LONGEST_DELAY_S = 3_600.0
FORM = "application/x-www-form-urlencoded"


def add_endpoints(app: web.Application) -> None:
    for route in ROUTES:
        app.router.add_route(route.method, f"{PREFIX}/v1/{route.path}", partial(_call, route))
    app.router.add_route("*", PREFIX + "/v1/{path:.*}", _unknown)


async def _call(route: Route, request: web.Request) -> web.StreamResponse:
    account, request_id = request.app[ACCOUNT], new_id("req", 14)
    form = (await request.text()) if request.method == "POST" else request.query_string
    call = account.record(
        method=request.method,
        path=request.path.removeprefix(PREFIX),
        form=form,
        idempotency_key=request.headers.get("Idempotency-Key"),
    )
    response = await _disturbed(account, route, request, request_id)
    call["answered"] = response.status
    response.headers.update({"Request-Id": request_id, "Stripe-Version": API_VERSION})
    return response


async def _disturbed(account: Account, route: Route, request: web.Request, request_id: str) -> web.Response:
    """Answer it, as the fault wants that was asked for, if any was."""
    fault = account.faults.strike(f"{route.method} {route.path}", None)
    if fault is None:
        return await _answered(account, route, request, request_id)
    if fault.kind == "rate_limit":
        error = StripeError(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
        return web.json_response(error.to_json(), status=429, headers={"Retry-After": str(fault.retry_after)})
    if fault.kind == "error":
        error = StripeError(fault.error_code, "api_error", fault.description)
        return web.json_response(error.to_json(), status=error.status)
    if fault.kind == "hang":
        await asyncio.sleep(fault.delay_s or LONGEST_DELAY_S)
        return _dropped(request)
    response = await _answered(account, route, request, request_id, delay_s=fault.delay_s)
    return _dropped(request) if fault.kind == "drop_answer" else response


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)  # goes nowhere: the connection is closed


async def _answered(
    account: Account, route: Route, request: web.Request, request_id: str, *, delay_s: float = 0.0
) -> web.Response:
    try:
        _check_key(request)
        form = await _form(request)
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        if key is None:
            status, body = _carry_out(account, route, request, form, {"id": request_id, "idempotency_key": None})
            await asyncio.sleep(delay_s)
            return web.json_response(body, status=status)
        return await _once(account, route, request, form, key=key, request_id=request_id, delay_s=delay_s)
    except StripeError as refusal:
        return web.json_response(refusal.to_json(), status=refusal.status)


async def _once(
    account: Account,
    route: Route,
    request: web.Request,
    form: Json,
    *,
    key: str,
    request_id: str,
    delay_s: float,
) -> web.Response:
    """Carried out at the first call with a key, and answered the same way ever after."""
    now = account.world.now()
    fingerprint = hashlib.sha256(f"{request.path}\n{json.dumps(form, sort_keys=True)}".encode()).hexdigest()
    if first := account.answers.first(key, fingerprint, now):
        headers = {"Idempotent-Replayed": "true"}
        return web.json_response(first["body"], status=first["status"], headers=headers)
    account.answers.begin(key)
    try:
        status, body = _carry_out(account, route, request, form, {"id": request_id, "idempotency_key": key})
        account.answers.keep(key, fingerprint, now, status=status, body=body)
        await asyncio.sleep(delay_s)
    finally:
        account.answers.end(key)
    return web.json_response(body, status=status)


def _check_key(request: web.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if key != SANDBOX_SECRET_KEY:
        raise unauthorized(f"Invalid API Key provided: {key[:8]}{'*' * 12}{key[-4:]}")
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        raise invalid(f"Invalid Stripe API version: {version}. The sandbox speaks {API_VERSION}.")


async def _form(request: web.Request) -> Json:
    if request.method != "POST":
        return nested(request.query.items())
    if await request.text() and request.content_type != FORM:
        raise invalid(f"Invalid request (check that your POST content type is {FORM}, not {request.content_type})")
    return nested((name, str(value)) for name, value in (await request.post()).items())


def _carry_out(account: Account, route: Route, request: web.Request, form: Json, told: Json) -> tuple[int, Json]:
    account.origin = f"{request.scheme}://{request.host}"
    catch_up(account)
    account.request = told
    try:
        asked = dict(form)
        expand = read({"expand": asked.pop("expand", "")}, {"expand": listed(text)})["expand"]
        params = read(asked, route.params)
        return 200, shown(account, route.answer(Ask(account, params, request.match_info.get("id", ""))), expand)
    except StripeError as refusal:
        return refusal.status, refusal.to_json()
    finally:
        account.request = {"id": None, "idempotency_key": None}


async def _unknown(request: web.Request) -> web.StreamResponse:
    path = request.path.removeprefix(PREFIX)
    message = f"Unrecognized request URL ({request.method}: {path}). The sandbox has no such call."
    error = StripeError(404, "invalid_request_error", message)
    return web.json_response(error.to_json(), status=404, headers={"Request-Id": new_id("req", 14)})
