"""The sandbox as one aiohttp application."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

from aiohttp import web

from web.sandbox import client_api, client_chats, client_inline, control_api
from web.sandbox.bot_api import answer_bot, answer_of_webhook, download_for_bot
from web.sandbox.discovery import api as discovery_api
from web.sandbox.errors import ClientError
from web.sandbox.http import WORLD
from web.sandbox.mail import api as mail_api
from web.sandbox.networks import app as networks
from web.sandbox.state import World
from web.sandbox.stripe import app as stripe
from web.sandbox.webhooks import Webhooks

STATIC = Path(__file__).parent / "static"
DATABASE_NAME = "sandbox.sqlite3"
BODY_LIMIT = 16 * 1024 * 1024


def build_app(
    state_dir: Path | None = None, *, stripe_webhook_url: str | None = None, mail_folder: Path | None = None
) -> web.Application:
    """The whole sandbox. Its state lives under `state_dir`; without one it is gone when the application ends.

    `mail_folder`: where mails are that nobody sends, to be shown.
    """
    app = web.Application(middlewares=[_edge], client_max_size=BODY_LIMIT)
    app.cleanup_ctx.append(_world_in(state_dir))
    app.cleanup_ctx.append(discovery_api.samples_in)
    app.cleanup_ctx.append(stripe.account_in(stripe_webhook_url))
    app.cleanup_ctx.append(networks.networks_in(state_dir))
    app.router.add_routes(client_api.routes)
    app.router.add_routes(client_chats.routes)
    app.router.add_routes(client_inline.routes)
    mail_api.add_to(app, mail_folder)
    app.router.add_get("/", _chat_page)
    app.router.add_routes(control_api.routes)
    app.router.add_routes(discovery_api.routes)
    discovery_api.add_endpoints(app)
    stripe.add_to(app)
    networks.add_to(app)
    app.router.add_route("*", "/{path:bot.*}", _bot_call)
    app.router.add_get("/file/{path:bot.*}", _bot_download)
    app.router.add_static("/static/", STATIC)
    return app


def _world_in(state_dir: Path | None) -> Callable[[web.Application], AsyncIterator[None]]:
    async def lifetime(app: web.Application) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="sandbox-") as temporary:
            folder = state_dir or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            world = app[WORLD] = World(folder / "files", folder / DATABASE_NAME if state_dir else None)
            webhooks = Webhooks(world, partial(answer_of_webhook, world))
            world.on_webhook = webhooks.refresh
            await webhooks.start()
            yield
            await webhooks.stop()
            world.close()

    return lifetime


@web.middleware
async def _edge(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Commit before anything is answered, and turn refusals into JSON."""
    try:
        return await handler(request)
    except ClientError as refusal:
        body = {"error": {"code": refusal.code, "message": refusal.message}}
        return web.json_response(body, status=refusal.status)
    finally:
        if WORLD in request.app:
            request.app[WORLD].storage.commit()


async def _bot_call(request: web.Request) -> web.StreamResponse:
    return await answer_bot(request.app[WORLD], request)


async def _bot_download(request: web.Request) -> web.StreamResponse:
    return download_for_bot(request.app[WORLD], request)


async def _chat_page(request: web.Request) -> web.StreamResponse:
    page = STATIC / "index.html"
    if not page.is_file():
        return web.Response(text="The chat page is not installed.", status=404)
    return web.FileResponse(page)
