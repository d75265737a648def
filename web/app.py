"""The web service: what a chat can't do. Health and metrics now; each feature adds its routes here."""

from aiohttp import web

from core.connections.links import build_consent_links
from core.deps import Deps
from core.emails.links import build_email_links
from core.metrics import Meter
from core.podcasts.feeds import FeedLoader
from core.podcasts.private_feed import feed_behind
from core.storage import build_links
from core.videos.links import build_upload_links
from web import checkout, emails, health, media, oauth, resend, stripe, tiktok, uploads
from web.context import CONSENT_LINKS, DEPS, EMAIL_LINKS, LINKS, METER, RECEIVING, UPLOAD_LINKS
from web.feeds import feed_routes
from web.middleware import answer_errors, limit_requests, measure_requests
from web.receiving import Receiving

BODY_LIMIT_BYTES = 1024 * 1024
"""For everything that doesn't stream."""


def build_app(deps: Deps, *, feeds: FeedLoader = feed_behind) -> web.Application:
    """All routes over the given deps, which the caller opens and closes. `feeds` finds a feed by its token's digest."""
    app = web.Application(
        middlewares=[measure_requests, answer_errors, limit_requests], client_max_size=BODY_LIMIT_BYTES
    )
    app[DEPS], app[METER], app[LINKS] = deps, Meter(deps.redis), build_links(deps.settings)
    app[EMAIL_LINKS] = build_email_links(deps.settings)
    app[CONSENT_LINKS] = build_consent_links(deps.settings)
    app[stripe.INTAKE] = stripe.Intake(deps)
    app[UPLOAD_LINKS], app[RECEIVING] = build_upload_links(deps.settings), Receiving(deps)
    app.cleanup_ctx.append(app[RECEIVING].keep)
    app.on_cleanup.append(_add_up)
    app.add_routes(health.routes)
    app.add_routes(media.routes)
    app.add_routes(emails.routes)
    app.add_routes(oauth.routes)
    app.add_routes(uploads.routes)
    app.add_routes(tiktok.routes)
    app.add_routes(stripe.routes)
    app.add_routes(resend.routes)
    app.add_routes(checkout.routes)
    app.add_routes(feed_routes(feeds))
    return app


async def _add_up(app: web.Application) -> None:
    await app[METER].flush()
