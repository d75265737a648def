"""A web server that reads what it is sent and says that it is fine: what ours is measured beside.

`python -m tests.bench.bare_webhook <port>`
"""

import sys

from aiohttp import web

from core.settings import STRIPE_WEBHOOK_PATH


async def receive(request: web.Request) -> web.Response:
    await request.read()
    return web.json_response({"received": True})


async def healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


if __name__ == "__main__":
    app = web.Application()
    app.add_routes([web.post(STRIPE_WEBHOOK_PATH, receive), web.get("/healthz", healthz)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
