"""The sandbox's Stripe for tests: an account on it, somebody with a card, and what it tells."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from core.clock import SystemClock
from core.providers.payments.account import StripeAccount
from core.providers.payments.contract import Sellable
from core.providers.payments.opening import SANDBOX_PATH
from core.settings import SANDBOX_STRIPE_KEY
from tests.sandbox_server import RunningSandbox, running_sandbox

GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
FAILS_LATER_CARD = "4000 0000 0000 0341"
ASKING_CARD = "4000 0025 0000 3155"

PLANS = (
    Sellable("starter", "Postaify Starter", 900, "USD"),
    Sellable("pro", "Postaify Pro", 1900, "USD"),
    Sellable("business", "Postaify Business", 9900, "USD"),
)


@dataclass(slots=True)
class StripeSandbox:
    """`api` is where the unmodified SDK calls. Its time only goes on faster than ours when told to."""

    sandbox: RunningSandbox
    http: httpx.AsyncClient
    account: StripeAccount
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead

    async def advance(self, by: timedelta) -> None:
        await self.sandbox.client.advance(int(by.total_seconds()))
        self.ahead += by

    @property
    def api(self) -> str:
        return f"{self.sandbox.base_url}{SANDBOX_PATH}"

    async def call(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Any:
        """Straight to the API, as somebody in the dashboard would do it."""
        headers = {"Authorization": f"Bearer {SANDBOX_STRIPE_KEY}"}
        answer = await self.http.request(method, f"{self.api}/v1/{path}", data=form, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pay(self, url: str, card: str = GOOD_CARD) -> httpx.Response:
        """Fill in a checkout page and press the button; where it leads isn't followed."""
        form = {"number": card, "expiry": "12 / 34", "cvc": "123", "name": "Ann Example", "email": "ann@example.com"}
        answer = await self.http.post(url, data=form)
        if answer.status_code == 303 and answer.headers["location"].endswith("/3ds"):
            answer = await self.http.post(str(answer.url.join(answer.headers["location"])), data={"answer": "complete"})
        return answer


def checkout_id_in(url: str) -> str:
    found = re.search(r"cs_\w+", url)
    assert found, url
    return found[0]


@asynccontextmanager
async def stripe_sandbox() -> AsyncIterator[StripeSandbox]:
    """In this process, with the catalogue of our plans in it."""
    async with running_sandbox() as sandbox, httpx.AsyncClient(timeout=30) as http:
        key = SecretStr(SANDBOX_STRIPE_KEY)
        account = StripeAccount(http, key=key, base_url=f"{sandbox.base_url}{SANDBOX_PATH}")
        await account.sync_catalogue(PLANS)
        yield StripeSandbox(sandbox, http, account)
