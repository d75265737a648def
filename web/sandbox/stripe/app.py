"""How the sandbox's Stripe stands in the sandbox's application."""

from collections.abc import AsyncIterator, Callable

from aiohttp import web

from web.sandbox.http import WORLD
from web.sandbox.stripe import api, control, pay_page
from web.sandbox.stripe.account import ACCOUNT, Account
from web.sandbox.stripe.webhooks import WEBHOOKS, Webhooks, set_own_endpoint


def add_to(app: web.Application) -> None:
    """Routes of the API, the pages and the controls."""
    api.add_endpoints(app)
    app.router.add_routes(pay_page.routes)
    app.router.add_routes(control.routes)


def account_in(webhook_url: str | None) -> Callable[[web.Application], AsyncIterator[None]]:
    """Behind the world's own start. Events go to `webhook_url`, signed with the well-known secret."""

    async def lifetime(app: web.Application) -> AsyncIterator[None]:
        account = app[ACCOUNT] = Account(app[WORLD])
        webhooks = app[WEBHOOKS] = Webhooks(account)
        if webhook_url:
            set_own_endpoint(account, webhook_url)
        webhooks.start()
        yield
        await webhooks.stop()

    return lifetime
