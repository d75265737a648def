"""How the sandbox's Stripe stands in the sandbox's application."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog
from aiohttp import web

from web.sandbox.http import WORLD
from web.sandbox.model import Json
from web.sandbox.stripe import api, control, invoice_page, pay_page, portal_page
from web.sandbox.stripe.account import ACCOUNT, Account
from web.sandbox.stripe.clocks import KIND as CLOCK
from web.sandbox.stripe.clocks import fail_advance, finish_advance
from web.sandbox.stripe.due import catch_up
from web.sandbox.stripe.webhooks import WEBHOOKS, Webhooks, set_own_endpoint

log = structlog.get_logger()

TICK_S = 0.5
ADVANCING_S = 0.2
"""How long a test clock is seen advancing."""


def add_to(app: web.Application) -> None:
    """Routes of the API, the pages and the controls."""
    api.add_endpoints(app)
    for pages in (pay_page, portal_page, invoice_page):
        app.router.add_routes(pages.routes)
    app.router.add_routes(control.routes)


async def _tick(account: Account) -> None:
    """What falls due falls due though nobody asks."""
    while True:
        await asyncio.sleep(TICK_S)
        try:
            catch_up(account)
        except Exception:
            log.exception("sandbox.stripe_stands_still")
        account.world.storage.commit()


class Advances:
    """Test clocks on their way to where a call sent them."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.running: set[asyncio.Task[None]] = set()

    def begin(self, clock: Json) -> None:
        task = asyncio.create_task(self._finish(clock))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _finish(self, clock: Json) -> None:
        await asyncio.sleep(ADVANCING_S)
        try:
            finish_advance(self._account, clock)
        except Exception:
            log.exception("sandbox.stripe_clock_stands_still", clock=clock["id"])
            fail_advance(self._account, clock)
        self._account.world.storage.commit()


def account_in(webhook_url: str | None) -> Callable[[web.Application], AsyncIterator[None]]:
    """Behind the world's own start. Events go to `webhook_url`, signed with the well-known secret."""

    async def lifetime(app: web.Application) -> AsyncIterator[None]:
        account = app[ACCOUNT] = Account(app[WORLD])
        advances = Advances(account)
        webhooks = app[WEBHOOKS] = Webhooks(account)
        if webhook_url:
            set_own_endpoint(account, webhook_url)
        webhooks.start()
        account.on_advance = advances.begin
        for clock in account.store.all(CLOCK, status="advancing"):
            advances.begin(clock)
        ticking = asyncio.create_task(_tick(account), name="the time of the sandbox's Stripe")
        yield
        ticking.cancel()
        await asyncio.gather(ticking, *advances.running, return_exceptions=True)
        await webhooks.stop()

    return lifetime
