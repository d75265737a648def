"""The control API of README.md for the sandbox's Stripe."""

from aiohttp import web

from web.sandbox.http import integer_of, read_json
from web.sandbox.stripe.account import ACCOUNT
from web.sandbox.stripe.webhooks import set_own_endpoint

routes = web.RouteTableDef()


@routes.get("/control/stripe/calls")
async def calls(request: web.Request) -> web.Response:
    since = integer_of(request.query.get("since", "0"))
    found = [call for call in request.app[ACCOUNT].calls if call["n"] > since]
    return web.json_response({"calls": found})


@routes.post("/control/stripe/webhook")
async def set_webhook(request: web.Request) -> web.Response:
    body = await read_json(request)
    endpoint = set_own_endpoint(request.app[ACCOUNT], body.text("url"))
    return web.json_response({"id": endpoint["id"], "secret": endpoint["_secret"]})
