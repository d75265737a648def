"""The pages of the sandbox's networks: who allows an app, and what was published, also on a phone."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Page, ViewportSize, expect

from core.publishing.networks.sandbox import SANDBOX_CLIENT_ID
from tests.browser.conftest import DESKTOP, PHONE, Sandbox

pytestmark = pytest.mark.browser


@pytest.fixture
def viewport() -> ViewportSize:
    return PHONE


def consent_url(sandbox: Sandbox) -> str:
    """Who allows it comes back to the page of published videos."""
    asked = {
        "client_key": SANDBOX_CLIENT_ID,
        "response_type": "code",
        "scope": "user.info.basic,video.list,video.publish",
        "redirect_uri": f"{sandbox.url}/networks",
        "state": "abc",
        "code_challenge": "0" * 64,
        "code_challenge_method": "S256",
    }
    return f"{sandbox.url}/tiktok/v2/auth/authorize/?{urlencode(asked)}"


async def test_somebody_allows_less_than_was_asked_for(page: Page, sandbox: Sandbox) -> None:
    await page.goto(consent_url(sandbox))
    await expect(page.get_by_role("heading", name="Postaify wants to use your TikTok account")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_label("Who are you on TikTok?").fill("ann")
    await page.get_by_label("See your public videos").uncheck()
    await page.get_by_role("button", name="Allow").click()
    await expect(page.get_by_role("heading", name="Published videos")).to_be_visible()
    told = parse_qs(urlsplit(page.url).query)
    assert told["scopes"] == ["user.info.basic,video.publish"]
    assert told["state"] == ["abc"]


async def test_somebody_denies(page: Page, sandbox: Sandbox) -> None:
    await page.goto(consent_url(sandbox))
    await page.get_by_role("button", name="Deny").click()
    await expect(page.get_by_role("heading", name="Published videos")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]


async def test_the_chat_leads_to_what_was_published(page: Page, sandbox: Sandbox) -> None:
    await page.set_viewport_size(DESKTOP)
    await page.goto(sandbox.url)
    await page.get_by_role("button", name="Menu", exact=True).click()
    async with page.context.expect_page() as opened:
        await page.get_by_role("menuitem", name="Published videos").click()
    await expect((await opened.value).get_by_role("heading", name="Published videos")).to_be_visible()
