"""The sandbox's Stripe in this process, the SDK's own client for it, and an endpoint that listens."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp import ClientSession, web

from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.stripe import SANDBOX_SECRET_KEY, SANDBOX_WEBHOOK_SECRET

Event = dict[str, Any]
CARD = {"expiry": "12 / 34", "cvc": "123", "name": "Ada Lovelace", "email": "ada@example.com"}


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@asynccontextmanager
async def client_for(
    sandbox: RunningSandbox, key: str = SANDBOX_SECRET_KEY, *, retries: int = 0
) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=PATIENCE_S))
    try:
        yield stripe.StripeClient(
            key,
            base_addresses={"api": f"{sandbox.base_url}/stripe"},
            http_client=http,
            max_network_retries=retries,
        )
    finally:
        await http.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
async def client(sandbox: RunningSandbox) -> AsyncIterator[stripe.StripeClient]:
    async with client_for(sandbox) as client:
        yield client


@dataclass
class Receiver:
    """Takes webhooks, checks their signatures, and keeps what came."""

    url: str = ""
    events: list[Event] = field(default_factory=list)
    refuse: int = 0
    secret: str = SANDBOX_WEBHOOK_SECRET
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        event = stripe.Webhook.construct_event(body, request.headers["Stripe-Signature"], self.secret)
        if self.refuse > 0:
            self.refuse -= 1
            return web.Response(status=500)
        async with self.news:
            self.events.append(event.to_dict())
            self.news.notify_all()
        return web.Response()

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def until(self, done: Callable[[list[str]], bool]) -> list[Event]:
        async with asyncio.timeout(PATIENCE_S), self.news:
            await self.news.wait_for(lambda: done(self.types()))
        return list(self.events)

    async def got(self, *types: str) -> list[Event]:
        return await self.until(lambda came: set(types) <= set(came))


@pytest.fixture
async def receiver(sandbox: RunningSandbox) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        await sandbox.client.request("POST", "/control/stripe/webhook", json={"url": receiver.url})
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    """What a person's browser sends; redirects aren't followed."""
    async with ClientSession() as session:
        yield session


@dataclass(frozen=True)
class Page:
    """What a page answered."""

    status: int
    text: str
    location: str


async def submit(browser: ClientSession, url: str, **form: str) -> Page:
    async with browser.post(url, data=form, allow_redirects=False) as response:
        return Page(response.status, await response.text(), response.headers.get("Location", ""))


async def pay(browser: ClientSession, url: str | None, number: str = "4242424242424242", **more: str) -> Page:
    """Type a card on a page and press the button."""
    assert url is not None
    return await submit(browser, url, **{**CARD, "number": number, **more})
