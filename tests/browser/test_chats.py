"""The page around the messages: several chats, layout, themes, keyboard, connection."""

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import PHONE, Sandbox

pytestmark = pytest.mark.browser
BLACK, WHITE = "rgb(23, 33, 43)", "rgb(255, 255, 255)"


async def opened(page: Page, sandbox: Sandbox) -> int:
    chat_id = await sandbox.start()
    await page.goto(sandbox.url)
    await expect(page.locator("#input")).to_be_visible()
    return chat_id


async def test_a_channel_is_made_and_the_bot_becomes_its_admin(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.get_by_role("button", name="Menu", exact=True).click()
    await page.get_by_role("menuitem", name="New channel").click()
    await page.get_by_label("Name", exact=True).fill("Coffee news")
    await page.get_by_label("Public username").fill("coffee_news")
    await page.keyboard.press("Enter")
    await expect(page.locator(".header-title")).to_have_text("Coffee news")
    await page.locator("#header-face").click()
    await page.get_by_label("Edit messages of others").uncheck()
    await page.get_by_role("button", name="Add the bot as admin").click()
    change = await sandbox.update("my_chat_member")
    assert change["new_chat_member"]["status"] == "administrator"
    assert change["new_chat_member"]["can_post_messages"] is True
    assert change["new_chat_member"]["can_edit_messages"] is False
    await sandbox.call("sendMessage", chat_id=change["chat"]["id"], text="First post")
    await expect(page.locator("#messages .bubble", has_text="First post")).to_be_visible()
    await page.locator("#header-face").click()
    await page.get_by_role("button", name="Remove the bot").click()
    assert (await sandbox.update("my_chat_member"))["new_chat_member"]["status"] == "kicked"


async def test_messages_of_other_chats_are_counted_until_read(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    group = await sandbox.client("POST", "/chats", type="supergroup", title="Team", owner_id=chat_id)
    await page.locator("#chat-list").get_by_role("button", name="Team").click()
    await expect(page.locator(".header-title")).to_have_text("Team")
    await sandbox.call("sendMessage", chat_id=chat_id, text="one")
    await sandbox.call("sendMessage", chat_id=chat_id, text="two")
    unread = page.get_by_label("2 unread")
    await expect(unread).to_be_visible()
    await expect(page).to_have_title("(2) Sandbox chat")
    await page.locator("#chat-list").get_by_role("button", name="Postaify").click()
    await expect(unread).to_have_count(0)
    assert group["id"] < 0


async def test_the_bot_is_blocked_and_unblocked(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.get_by_role("button", name="Chat menu").click()
    await page.get_by_role("menuitem", name="Block bot").click()
    assert (await sandbox.update("my_chat_member"))["new_chat_member"]["status"] == "kicked"
    await page.get_by_role("button", name="Unblock").click()
    assert (await sandbox.update("my_chat_member"))["new_chat_member"]["status"] == "member"
    await expect(page.locator("#input")).to_be_visible()


async def test_clearing_a_chat_brings_start_back(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.get_by_role("button", name="Chat menu").click()
    await page.get_by_role("menuitem", name="Clear history").click()
    await page.get_by_role("dialog").get_by_role("button", name="Clear", exact=True).click()
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


async def test_the_theme_follows_the_system_until_one_is_chosen(page: Page, sandbox: Sandbox) -> None:
    await page.emulate_media(color_scheme="dark")
    await opened(page, sandbox)
    sidebar = page.locator("#sidebar")
    await expect(sidebar).to_have_css("background-color", BLACK)
    await page.get_by_role("button", name="Use the light theme").click()
    await expect(sidebar).to_have_css("background-color", WHITE)
    await page.reload()
    await expect(sidebar).to_have_css("background-color", WHITE)


class TestOnAPhone:
    @pytest.fixture
    def viewport(self) -> ViewportSize:
        return PHONE

    async def test_one_pane_at_a_time_and_back_leads_to_the_chats(self, page: Page, sandbox: Sandbox) -> None:
        await opened(page, sandbox)
        await expect(page.locator("#sidebar")).to_be_hidden()
        await page.get_by_role("button", name="Back to the chats").click()
        await expect(page.locator("#chat-list")).to_be_visible()
        await expect(page.locator("#main")).to_be_hidden()
        await page.locator("#chat-list").get_by_role("button", name="Postaify").click()
        await expect(page.locator("#input")).to_be_visible()
        await page.go_back()
        await expect(page.locator("#chat-list")).to_be_visible()

    async def test_days_of_a_month_with_marks_are_not_cut(self, page: Page, sandbox: Sandbox) -> None:
        chat_id = await opened(page, sandbox)
        week = [{"text": f"{day}•", "callback_data": f"{day}"} for day in range(22, 29)]
        await sandbox.call(
            "sendMessage", chat_id=chat_id, text="On which day?", reply_markup={"inline_keyboard": [week]}
        )
        labels = page.locator(".button-label")
        await expect(labels).to_have_count(7)
        assert not await labels.evaluate_all("all => all.some(one => one.scrollWidth > one.clientWidth)")

    async def test_nothing_is_wider_than_the_screen(self, page: Page, sandbox: Sandbox) -> None:
        chat_id = await opened(page, sandbox)
        await sandbox.call("sendMessage", chat_id=chat_id, text="w" * 400)
        buttons = [[{"text": "A rather long label " * 3, "callback_data": str(n)} for n in range(3)]]
        await sandbox.call("sendMessage", chat_id=chat_id, text="x", reply_markup={"inline_keyboard": buttons})
        await expect(page.locator(".inline-button")).to_have_count(3)
        widest = await page.evaluate(
            "Math.max(...[...document.querySelectorAll('#chat *')].map(n => n.getBoundingClientRect().right))"
        )
        assert widest <= PHONE["width"]
        spilling = "[...document.querySelectorAll('.text')].filter(n => n.scrollWidth > n.clientWidth).length"
        assert await page.evaluate(spilling) == 0


async def test_the_whole_story_works_by_keyboard_alone(page: Page, sandbox: Sandbox) -> None:
    await page.goto(sandbox.url)
    start = page.get_by_role("button", name="Start", exact=True)
    await expect(start).to_be_visible()
    await start.focus()
    await page.keyboard.press("Enter")
    chat_id = (await sandbox.update("message"))["chat"]["id"]
    await expect(page.locator("#input")).to_be_focused()
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await sandbox.update("message")
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    await sandbox.call("sendMessage", chat_id=chat_id, text="answer", reply_markup=keyboard)
    go = page.get_by_role("button", name="Go", exact=True)
    await expect(go).to_be_visible()
    for _ in range(10):
        await page.keyboard.press("Shift+Tab")
        if await go.evaluate("node => node === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    assert (await sandbox.update("callback_query"))["data"] == "go"
    await page.locator("#messages").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator("#context")).to_contain_text("answer")
    await expect(page.locator("#input")).to_be_focused()


async def test_focus_is_visible_on_every_button(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.keyboard.press("Tab")
    for _ in range(12):
        await page.keyboard.press("Tab")
        outline, name = await page.evaluate(
            "[getComputedStyle(document.activeElement).outlineStyle, document.activeElement.tagName]"
        )
        assert outline == "solid" or name in {"TEXTAREA", "INPUT", "BODY"}, name


@pytest.mark.expects_console_errors
async def test_a_lost_connection_is_told_and_what_was_missed_arrives(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await sandbox.call("sendMessage", chat_id=chat_id, text="before")
    await expect(page.locator("#messages")).to_contain_text("before")
    await sandbox.cut()
    await expect(page.locator("#connection")).to_have_text("Connecting…")
    await expect(page.locator(".header-subtitle")).to_have_text("connecting…")
    await sandbox.listen()
    await sandbox.call("sendMessage", chat_id=chat_id, text="while away")
    await expect(page.locator("#messages")).to_contain_text("while away")
    await expect(page.locator("#connection")).to_have_text("")
