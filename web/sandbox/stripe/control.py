"""The control API of README.md for the sandbox's Stripe."""

from dataclasses import asdict, fields, replace

from aiohttp import web

from web.sandbox.errors import invalid
from web.sandbox.faults import KINDS, Fault
from web.sandbox.http import WORLD, integer_of, read_json
from web.sandbox.stripe.account import ACCOUNT, Account, Rules, bare
from web.sandbox.stripe.cards import DECLINES
from web.sandbox.stripe.due import catch_up
from web.sandbox.stripe.errors import StripeError
from web.sandbox.stripe.reversals import REASONS, close_dispute, open_dispute
from web.sandbox.stripe.routes import ROUTES
from web.sandbox.stripe.webhooks import OWN_ENDPOINT, WEBHOOKS, set_own_endpoint

routes = web.RouteTableDef()
_FAULT_FIELDS = frozenset({field.name for field in fields(Fault)} - {"id", "method", "chat_id"}) | {"call"}
_CALLS = frozenset(f"{route.method} {route.path}" for route in ROUTES)
_UNPAID = ("cancel", "unpaid", "past_due")
_WEBHOOK_NUMBERS = ("drop", "duplicate", "delay", "delay_s")


@routes.get("/control/stripe/calls")
async def calls(request: web.Request) -> web.Response:
    since = integer_of(request.query.get("since", "0"))
    found = [call for call in request.app[ACCOUNT].calls if call["n"] > since]
    return web.json_response({"calls": found})


@routes.post("/control/stripe/advance")
async def advance(request: web.Request) -> web.Response:
    """Like /control/advance, and what fell due is done when this answers."""
    world = request.app[WORLD]
    world.advance((await read_json(request)).integer("seconds"))
    catch_up(request.app[ACCOUNT])
    return web.json_response({"now": world.now()})


@routes.post("/control/stripe/rules")
async def set_rules(request: web.Request) -> web.Response:
    values, account = (await read_json(request)).values, request.app[ACCOUNT]
    if unknown := values.keys() - {field.name for field in fields(Rules)}:
        raise invalid(f"unknown: {', '.join(sorted(unknown))}")
    if values.get("when_unpaid", "cancel") not in _UNPAID:
        raise invalid(f"when_unpaid must be one of {', '.join(_UNPAID)}")
    if "retry_after_days" in values:
        values["retry_after_days"] = tuple(integer_of(days) for days in values["retry_after_days"])
    account.rules = replace(account.rules, **values)
    return web.json_response(asdict(account.rules))


@routes.post("/control/stripe/decline")
async def decline_next(request: web.Request) -> web.Response:
    body, account = await read_json(request), request.app[ACCOUNT]
    reason = body.optional("reason") or DECLINES[0]
    if reason not in DECLINES:
        raise invalid(f"reason must be one of {', '.join(DECLINES)}")
    account.declines.extend([reason] * (body.maybe_integer("times") or 1))
    return web.json_response({"waiting": len(account.declines)})


@routes.post("/control/stripe/faults")
async def add_fault(request: web.Request) -> web.Response:
    values = (await read_json(request)).values
    if values.get("kind") not in KINDS:
        raise invalid(f"kind must be one of {', '.join(KINDS)}")
    if unknown := values.keys() - _FAULT_FIELDS:
        raise invalid(f"unknown: {', '.join(sorted(unknown))}")
    call = values.pop("call", "*")
    if call != "*" and call not in _CALLS:
        raise invalid(f"no such call: {call}")
    return web.json_response({"id": request.app[ACCOUNT].faults.add(Fault(method=call, **values))})


@routes.delete("/control/stripe/faults")
async def clear_faults(request: web.Request) -> web.Response:
    request.app[ACCOUNT].faults.clear()
    return web.json_response({})


@routes.post("/control/stripe/disputes")
async def dispute_charge(request: web.Request) -> web.Response:
    body, account = await read_json(request), request.app[ACCOUNT]
    reason = body.optional("reason") or "fraudulent"
    if reason not in REASONS:
        raise invalid(f"reason must be one of {', '.join(REASONS)}")
    try:
        dispute = open_dispute(account, account.store.get("charge", body.text("charge")), reason)
    except StripeError as refusal:
        raise invalid(str(refusal)) from None
    return web.json_response(bare(dispute))


@routes.post("/control/stripe/disputes/{id}/close")
async def settle_dispute(request: web.Request) -> web.Response:
    body, account = await read_json(request), request.app[ACCOUNT]
    if body.text("status") not in ("won", "lost"):
        raise invalid("status must be won or lost")
    try:
        dispute = close_dispute(account, account.store.get("dispute", request.match_info["id"]), body.text("status"))
    except StripeError as refusal:
        raise invalid(str(refusal)) from None
    return web.json_response(bare(dispute))


@routes.post("/control/stripe/webhook")
async def set_webhook(request: web.Request) -> web.Response:
    endpoint = set_own_endpoint(request.app[ACCOUNT], (await read_json(request)).text("url"))
    return web.json_response({"id": endpoint["id"], "secret": endpoint["_secret"]})


@routes.get("/control/stripe/webhooks")
async def webhooks_now(request: web.Request) -> web.Response:
    webhooks = request.app[WEBHOOKS]
    waiting = [
        {"event": one.event_id, "endpoint": one.endpoint_id, "failures": one.failures} for one in webhooks.waiting()
    ]
    return web.json_response({"waiting": waiting, "attempts": webhooks.attempts, **asdict(webhooks.mischief)})


@routes.post("/control/stripe/webhooks")
async def disturb_webhooks(request: web.Request) -> web.Response:
    values, webhooks = (await read_json(request)).values, request.app[WEBHOOKS]
    if unknown := values.keys() - {*_WEBHOOK_NUMBERS, "hold"}:
        raise invalid(f"unknown: {', '.join(sorted(unknown))}")
    webhooks.mischief = replace(webhooks.mischief, **values)
    return web.json_response(asdict(webhooks.mischief))


@routes.post("/control/stripe/webhooks/release")
async def release_webhooks(request: web.Request) -> web.Response:
    values, webhooks = (await read_json(request)).values, request.app[WEBHOOKS]
    webhooks.release(backwards=bool(values.get("backwards", False)))
    return web.json_response({"waiting": len(webhooks.waiting())})


@routes.post("/control/stripe/webhooks/resend")
async def resend_event(request: web.Request) -> web.Response:
    body = await read_json(request)
    try:
        request.app[WEBHOOKS].resend(body.text("event"))
    except StripeError as refusal:
        raise invalid(str(refusal)) from None
    return web.json_response({})


def forget(app: web.Application) -> None:
    """The part of /control/reset that is Stripe's. The own webhook endpoint stays."""
    account: Account = app[ACCOUNT]
    own = account.store.find(OWN_ENDPOINT)
    account.reset()
    app[WEBHOOKS].clear()
    if own is not None:
        set_own_endpoint(account, own["url"])
