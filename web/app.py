"""The web service: what a chat can't do. Health and metrics now; each feature adds its routes here."""

from aiohttp import web

from core.deps import Deps
from web import health
from web.context import DEPS
from web.middleware import answer_errors, limit_requests

BODY_LIMIT_BYTES = 1024 * 1024
"""For everything that doesn't stream."""


def build_app(deps: Deps) -> web.Application:
    """All routes over the given deps, which the caller opens and closes."""
    app = web.Application(middlewares=[answer_errors, limit_requests], client_max_size=BODY_LIMIT_BYTES)
    app[DEPS] = deps
    app.add_routes(health.routes)
    return app
