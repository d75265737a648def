"""From Free to Pro and back: the chat, the checkout page, a card that is declined, the portal, and the period's end."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import Page, expect

from core.billing.checkout import DONE_PATH, LEFT_PATH
from core.clock import SystemClock
from core.settings import SANDBOX_STRIPE_KEY, STRIPE_WEBHOOK_PATH
from tests.browser.conftest import keep_screenshot
from tests.browser.test_story import Reader, reader
from tests.flows.house import House

__all__ = ["reader"]

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.expects_console_errors]  # a declined card is a 402


class Dashboard:
    """Stripe for those whose account it is."""

    def __init__(self, house: House, session: ClientSession) -> None:
        self._url = house.sandbox.base_url
        self._session = session

    async def call(self, path: str, **form: str) -> Any:
        headers = {"Authorization": f"Bearer {SANDBOX_STRIPE_KEY}"}
        async with self._session.post(f"{self._url}/stripe/v1/{path}", data=form, headers=headers) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def tell(self, url: str) -> None:
        async with self._session.post(f"{self._url}/control/stripe/webhook", json={"url": url}) as answer:
            assert answer.status == 200


@pytest.fixture
async def dashboard(house: House) -> AsyncIterator[Dashboard]:
    """With our web service running and told."""
    if "web" not in house.running:
        await house.start("web")
    async with ClientSession() as session:
        made = Dashboard(house, session)
        await made.tell(f"{house.environment['WEB_PUBLIC_URL']}{STRIPE_WEBHOOK_PATH}")
        yield made


async def fill_in(page: Page, number: str) -> None:
    await page.get_by_label("E-mail").fill("robin@example.com")
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expiry").fill("12 / 34")
    await page.get_by_label("CVC").fill("123")
    await page.get_by_label("Name on card").fill("Robin Example")
    await page.get_by_role("button", name=re.compile("subscribe")).click()


async def opened(reader: Reader, label: str) -> Page:
    """What the last button of that name opens in a tab of its own."""
    async with reader.page.context.expect_page() as opening:
        await reader.page.get_by_role("link", name=re.compile(re.escape(label))).last.click()
    return await opening.value


async def test_from_free_to_pro_and_back(reader: Reader, house: House, dashboard: Dashboard) -> None:
    await reader.page.get_by_role("button", name="Start", exact=True).click()
    await reader.sees("Hello Robin")
    (user,) = await house.rows("SELECT id FROM users WHERE telegram_user_id = $1", reader.person.id)
    clock = await dashboard.call("test_helpers/test_clocks", frozen_time=str(int(SystemClock().now().timestamp())))
    owner = {"metadata[owner_id]": str(user["id"]), "test_clock": clock["id"]}
    await dashboard.call("customers", **owner)

    await reader.say("/plan")
    await reader.sees("Your plan: Free")
    await reader.press("Compare plans")
    await reader.sees("your plan")
    for plan in ("Starter", "Pro"):
        await reader.press("›")
        await reader.sees(f"{plan} ·")
    await reader.press("a month by card")
    await reader.sees("You pay on a page of Stripe")
    checkout = await opened(reader, "Open the payment page")
    await expect(checkout.get_by_text("Subscribe to Postaify Pro")).to_be_visible()

    await fill_in(checkout, "4000 0000 0000 0002")
    await expect(checkout.get_by_role("alert")).to_have_text("Your card was declined.")
    await keep_screenshot(checkout, "paying-1-declined")
    await fill_in(checkout, "4242 4242 4242 4242")
    await expect(checkout).to_have_url(re.compile(DONE_PATH))
    await expect(checkout.get_by_role("heading")).to_have_text("You have Pro")
    await keep_screenshot(checkout, "paying-2-paid")
    back = checkout.get_by_role("link", name="Back to the chat")
    assert (await back.get_attribute("href") or "").startswith(house.sandbox.base_url)

    await reader.sees("You have Pro now.")
    await reader.say("/plan")
    await reader.sees("Your plan: Pro")
    await reader.press("Manage billing")
    await reader.sees("Payments")
    await reader.picture("paying-3-billing")

    await reader.press("Card, invoices")
    portal = await opened(reader, "Open the page")
    await portal.get_by_role("link", name="Cancel plan").click()
    await portal.get_by_role("button", name="Cancel plan").click()
    await expect(portal.get_by_role("status")).to_have_text("The subscription is cancelled.")
    await portal.get_by_role("link", name="Back").click()
    await expect(portal).to_have_url(re.compile(LEFT_PATH))
    await reader.sees("Pro isn't renewed.")
    await reader.say("/plan")
    await reader.sees("It isn't renewed")

    ends = SystemClock().now() + timedelta(days=32)
    await dashboard.call(f"test_helpers/test_clocks/{clock['id']}/advance", frozen_time=str(int(ends.timestamp())))
    await reader.sees("Pro has ended.")
    await reader.say("/plan")
    await expect(reader.bubble("Your plan: Free")).to_be_visible()
    await reader.picture("paying-4-free")
