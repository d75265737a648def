"""An account connected in the browser: a no, then a yes, and what the chat says of it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect

from core.crypto import build_cipher, place_of
from core.settings import Settings
from tests.browser.conftest import keep_screenshot
from tests.browser.test_story import Reader, reader
from tests.flows.house import House

__all__ = ["reader"]

pytestmark = [pytest.mark.browser, pytest.mark.process]


async def opened_page(reader: Reader) -> Page:
    """What the link of the newest message opens in a tab of its own."""
    async with reader.page.context.expect_page() as opening:
        await reader.page.get_by_role("link", name="Open the page").last.click()
    return await opening.value


async def at_tiktok(tab: Page) -> str:
    """Gives the state that TikTok is to bring back."""
    await tab.get_by_role("button", name="Go on to TikTok").click()
    await expect(tab.get_by_role("heading", name="Postaify wants to use your TikTok account")).to_be_visible()
    return parse_qs(urlsplit(tab.url).query)["state"][0]


async def tokens_of(house: House, username: str) -> list[str]:
    """What is kept of that account, as the network gave it."""
    cipher = build_cipher(Settings.load(_env_file=None, POSTAIFY_HOME=house.home))
    (row,) = await house.rows("SELECT * FROM connections WHERE username = $1", username)
    return [
        cipher.decrypt(row[column], place=place_of("connections", column, row["id"])).get_secret_value()
        for column in ("access_token", "refresh_token")
    ]


async def test_no_then_yes_then_disconnected(reader: Reader, house: House) -> None:
    if "web" not in house.running:
        await house.start("web")
    await reader.page.get_by_role("button", name="Start", exact=True).click()
    await reader.sees("Hello Robin")
    await reader.say("/connect")
    await reader.sees("TikTok: not connected")
    await reader.press("Connect TikTok")
    await reader.sees("works once, and for 10 minutes")

    tab = await opened_page(reader)
    await expect(tab.get_by_text("It will belong to the chat of Robin")).to_be_visible()
    await keep_screenshot(tab, "connecting-1-invitation")
    address = tab.url
    await at_tiktok(tab)
    await tab.get_by_role("button", name="Deny").click()
    await expect(tab.get_by_role("heading")).to_have_text("TikTok isn't connected")
    await keep_screenshot(tab, "connecting-2-denied")
    await tab.goto(address)
    await expect(tab.get_by_role("heading")).to_have_text("This link is of no use any more")
    await tab.close()

    await reader.press("New link")
    await expect(reader.page.get_by_role("link", name="Open the page").last).not_to_have_attribute("href", address)
    tab = await opened_page(reader)
    state = await at_tiktok(tab)
    await tab.get_by_label("Who are you on TikTok?").fill("robin.bakes")
    await tab.get_by_role("button", name="Allow").click()
    await expect(tab.get_by_role("heading")).to_have_text("TikTok is connected")
    await expect(tab.get_by_text("Postaify can publish as @robin.bakes now.")).to_be_visible()
    await keep_screenshot(tab, "connecting-3-connected")
    back = tab.get_by_role("link", name="Back to the chat")
    assert (await back.get_attribute("href") or "").startswith(house.sandbox.base_url)
    await tab.close()

    await reader.sees("TikTok @robin.bakes is connected.")
    await reader.press("Look at it")
    await reader.press("Test")
    await reader.sees("Tested just now: it works.")
    await keep_screenshot(reader.page, "connecting-4-tested")
    tokens = await tokens_of(house, "robin.bakes")
    await reader.press("Disconnect")
    await reader.sees("Disconnect TikTok @robin.bakes?")
    await reader.press("Disconnect")
    await reader.sees("TikTok is disconnected.")
    for secret in (state, address.rpartition("/")[2], *tokens):
        assert secret not in house.log
