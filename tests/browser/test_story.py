"""The main story in the chat page, against the real bot, worker and scheduler."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import keep_screenshot, rest
from tests.flows.house import House
from tests.flows.steps import ARTICLE, bring_forward
from tests.patience import PATIENCE_S
from web.sandbox.client import Person

pytestmark = [pytest.mark.browser, pytest.mark.process]

NEW_WORDS = "Write one long article on Friday. Cut it into ten posts. 🎉"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Reader:
    """Somebody at the page."""

    def __init__(self, page: Page, person: Person) -> None:
        self.page = page
        self.person = person
        self._pictures = 0

    async def say(self, text: str) -> None:
        await self.page.fill("#input", text)
        await self.page.keyboard.press("Enter")

    async def press(self, label: str) -> None:
        """The last button of that name, which is the one in sight."""
        await self.page.get_by_role("button", name=re.compile(re.escape(label))).last.click()

    def bubble(self, text: str) -> Locator:
        """The bot's last message with that text."""
        return self.page.locator("#messages .row:not(.own) .bubble", has_text=text).last

    async def sees(self, text: str) -> Locator:
        seen = self.bubble(text)
        await expect(seen).to_be_visible(timeout=PATIENCE_S * 1000)
        return seen

    async def picture(self, name: str) -> None:
        """Kept to be looked at: what the page shows when it has come to rest."""
        await rest(self.page)
        assert await self.page.evaluate(OVERFLOW) == 0
        self._pictures += 1
        await keep_screenshot(self.page, f"story-{self._pictures:02}-{name}")


@pytest.fixture
async def reader(page: Page, house: House) -> Reader:
    """Somebody new, who has opened the address."""
    person = await house.sandbox.client.new_person("Robin")
    await page.goto(f"{house.sandbox.base_url}/?user={person.id}#{person.id}")
    return Reader(page, person)


async def test_from_an_article_to_a_post_on_time(reader: Reader, house: House) -> None:
    page = reader.page
    await page.get_by_role("button", name="Start", exact=True).click()
    await reader.sees("Hello Robin")
    await reader.picture("hello")

    await reader.say(ARTICLE)
    await reader.sees("min to read")
    await reader.picture("card")
    await reader.press("Write posts")
    await reader.sees("Choose where they go")
    await reader.picture("options")
    await reader.press("Generate")
    await expect(page.locator("#draft .text")).not_to_be_empty(timeout=PATIENCE_S * 1000)
    await reader.picture("streaming")
    draft = await reader.sees("offline draft")
    await reader.picture("draft")

    await draft.click(button="right")
    await page.get_by_role("menuitem", name="Reply").click()
    await reader.say(f"={NEW_WORDS}")
    await reader.sees("your words")
    await reader.picture("edited")

    await reader.press("Schedule")
    await reader.sees("Where do you live?")
    await reader.picture("zones")
    await reader.press("Berlin")
    await reader.sees("When should it go out?")
    await reader.picture("times")
    await reader.press("Pick a day")
    await reader.sees("On which day?")
    await reader.picture("days")
    await reader.press("Back")
    await reader.press("Type a time")
    await reader.sees("Tell me when")
    await reader.say("in 5 minutes")
    await reader.sees("Europe/Berlin")
    await reader.press("✅ Schedule")
    await reader.sees("⏰ Scheduled · Telegram")
    await reader.picture("scheduled")
    await reader.say("/calendar")
    await reader.sees("1 post is coming")
    await reader.picture("calendar")
    await reader.press("Month")
    await reader.sees("1 post this month")
    await reader.picture("month")
    await bring_forward(house, reader.person, in_s=1)
    await reader.sees("✅ Published")
    await expect(page.get_by_role("article", name=re.compile(f": {re.escape(NEW_WORDS)}$"))).to_be_visible()
    await reader.picture("delivered")
    await reader.say("/posts")
    await reader.sees("3 posts")
    await reader.picture("posts")
