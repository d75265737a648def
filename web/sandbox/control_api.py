"""The control API of README.md: faults, recorded calls, limits, more bots, for tests."""

from dataclasses import asdict, fields, replace

from aiohttp import web

from web.sandbox.discovery.state import SAMPLES
from web.sandbox.errors import invalid
from web.sandbox.faults import KINDS, Fault
from web.sandbox.http import WORLD, integer_of, read_json
from web.sandbox.limits import Rates
from web.sandbox.networks.app import forget as forget_networks
from web.sandbox.payments import renew
from web.sandbox.stripe.control import forget as forget_stripe

routes = web.RouteTableDef()
FAULT_FIELDS = frozenset(field.name for field in fields(Fault)) - {"id"}


@routes.post("/control/faults")
async def add_fault(request: web.Request) -> web.Response:
    values = (await read_json(request)).values
    if values.get("kind") not in KINDS:
        raise invalid(f"kind must be one of {', '.join(KINDS)}")
    if unknown := values.keys() - FAULT_FIELDS:
        raise invalid(f"unknown: {', '.join(sorted(unknown))}")
    if values.get("chat_id") is not None:
        values["chat_id"] = str(values["chat_id"])
    return web.json_response({"id": request.app[WORLD].faults.add(Fault(**values))})


@routes.get("/control/faults")
async def faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": [fault.to_json() for fault in request.app[WORLD].faults.waiting()]})


@routes.delete("/control/faults")
async def clear_faults(request: web.Request) -> web.Response:
    request.app[WORLD].faults.clear()
    return web.json_response({})


@routes.delete("/control/faults/{fault_id}")
async def remove_fault(request: web.Request) -> web.Response:
    request.app[WORLD].faults.remove(integer_of(request.match_info["fault_id"]))
    return web.json_response({})


@routes.get("/control/calls")
async def calls(request: web.Request) -> web.Response:
    log = request.app[WORLD].calls
    asked = request.query
    found = log.since(
        integer_of(asked.get("since", "0")),
        method=asked.get("method"),
        chat_id=asked.get("chat_id"),
        limit=integer_of(asked.get("limit", "1000")),
    )
    return web.json_response({"calls": [call.to_json() for call in found], "last": log.last})


@routes.get("/control/stats")
async def stats(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    limits = world.limits
    return web.json_response(
        {
            "calls": sum(world.calls.by_method.values()),
            "sends": limits.sends,
            "refused_429": limits.refused,
            "max_per_second": limits.max_per_second,
            "max_per_private_second": limits.max_private_second,
            "max_per_group_minute": limits.max_group_minute,
            "by_method": world.calls.by_method,
        }
    )


@routes.get("/control/limits")
async def limits_now(request: web.Request) -> web.Response:
    return web.json_response(asdict(request.app[WORLD].limits.rates))


@routes.post("/control/limits")
async def set_limits(request: web.Request) -> web.Response:
    values = (await read_json(request)).values
    if unknown := values.keys() - {field.name for field in fields(Rates)}:
        raise invalid(f"unknown: {', '.join(sorted(unknown))}")
    limits = request.app[WORLD].limits
    limits.rates = replace(limits.rates, **values)
    return web.json_response(asdict(limits.rates))


@routes.post("/control/latency")
async def set_latency(request: web.Request) -> web.Response:
    milliseconds = (await read_json(request)).integer("ms")
    request.app[WORLD].latency_s = max(milliseconds, 0) / 1000
    return web.json_response({"ms": milliseconds})


@routes.post("/control/bots")
async def add_bot(request: web.Request) -> web.Response:
    body = await read_json(request)
    world = request.app[WORLD]
    token = body.text("token")
    number = token.partition(":")[0]
    if not number.isdecimal() or ":" not in token or int(number) in world.bots or int(number) in world.users:
        raise invalid("the token must be <a new number>:<secret>")
    bot = world.add_bot(token, username=body.text("username"), first_name=body.text("first_name"))
    for user_id in world.users:
        world.private_chat(bot, user_id)
    return web.json_response(bot.public())


@routes.post("/control/users/{user_id}/deactivate")
async def deactivate(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    user = world.user(integer_of(request.match_info["user_id"]))
    user.deleted = True
    world.save_user(user)
    return web.json_response({})


@routes.post("/control/expire_queries")
async def expire_queries(request: web.Request) -> web.Response:
    request.app[WORLD].queries.expire_all()
    return web.json_response({})


@routes.post("/control/advance")
async def advance(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.advance((await read_json(request)).integer("seconds"))
    return web.json_response({"now": world.now()})


@routes.post("/control/reset")
async def reset(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    for bot in world.bots.values():
        bot.webhook = None
        await world.on_webhook(bot)
    world.reset()
    request.app[SAMPLES].reset()
    forget_stripe(request.app)
    forget_networks(request.app)
    return web.json_response({})


@routes.post("/control/payments/{charge_id}/renew")
async def renew_subscription(request: web.Request) -> web.Response:
    return web.json_response(renew(request.app[WORLD], request.match_info["charge_id"]))
