"""Buttons in the chat page: inline and reply keyboards, answers, commands."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Sandbox

pytestmark = pytest.mark.browser


async def opened(page: Page, sandbox: Sandbox, **markup: Any) -> int:
    """The bot's chat with one message that carries `markup`."""
    chat_id = await sandbox.start()
    await page.goto(sandbox.url)
    await expect(page.locator("#input")).to_be_visible()
    await sandbox.call("sendMessage", chat_id=chat_id, text="choose", reply_markup=markup)
    return chat_id


async def test_a_pressed_button_shimmers_until_it_is_answered_with_a_toast(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, inline_keyboard=[[{"text": "Go", "callback_data": "go", "style": "primary"}]])
    button = page.get_by_role("button", name="Go", exact=True)
    await button.click()
    query = await sandbox.update("callback_query")
    assert query["data"] == "go"
    await expect(button).to_have_attribute("aria-busy", "true")
    await sandbox.call("answerCallbackQuery", callback_query_id=query["id"], text="Working on it")
    await expect(page.locator(".toast")).to_have_text("Working on it")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_is_a_dialog_that_must_be_closed(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, inline_keyboard=[[{"text": "Go", "callback_data": "go"}]])
    await page.get_by_role("button", name="Go", exact=True).click()
    query = await sandbox.update("callback_query")
    await sandbox.call("answerCallbackQuery", callback_query_id=query["id"], text="Stop!", show_alert=True)
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Stop!")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)


async def test_the_buttons_change_with_the_message(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, inline_keyboard=[[{"text": "Next", "callback_data": "2"}]])
    await page.get_by_role("button", name="Next").click()
    query = await sandbox.update("callback_query")
    await sandbox.call(
        "editMessageText",
        chat_id=query["message"]["chat"]["id"],
        message_id=query["message"]["message_id"],
        text="page two",
        reply_markup={"inline_keyboard": [[{"text": "Back", "callback_data": "1", "style": "danger"}]]},
    )
    await sandbox.call("answerCallbackQuery", callback_query_id=query["id"])
    await expect(page.get_by_role("button", name="Back", exact=True)).to_have_class("inline-button danger")
    await expect(page.get_by_role("button", name="Next")).to_have_count(0)


async def test_a_copy_button_fills_the_clipboard(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, inline_keyboard=[[{"text": "Copy", "copy_text": {"text": "POST-42"}}]])
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.locator(".toast")).to_have_text("Copied to clipboard")
    assert await page.evaluate("navigator.clipboard.readText()") == "POST-42"


async def test_a_link_to_the_bot_with_a_payload_starts_it(page: Page, sandbox: Sandbox) -> None:
    url = "https://t.me/postaify_sandbox_bot?start=plan_pro"
    await opened(page, sandbox, inline_keyboard=[[{"text": "Upgrade", "url": url}]])
    await page.get_by_role("link", name="Upgrade").click()
    assert (await sandbox.update("message"))["text"] == "/start plan_pro"


async def test_a_one_time_reply_keyboard_sends_its_text_and_hides(page: Page, sandbox: Sandbox) -> None:
    await opened(
        page, sandbox, keyboard=[["Casual", "Witty"]], resize_keyboard=True, one_time_keyboard=True,
        input_field_placeholder="Pick a tone",
    )  # fmt: skip
    await expect(page.locator("#input")).to_have_attribute("placeholder", "Pick a tone")
    await page.get_by_role("button", name="Witty").click()
    assert (await sandbox.update("message"))["text"] == "Witty"
    await expect(page.locator("#keyboard-host")).to_be_hidden()
    await page.get_by_role("button", name="Show the reply keyboard").click()
    await expect(page.get_by_role("button", name="Casual")).to_be_visible()


async def test_a_removed_reply_keyboard_is_gone(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox, keyboard=[["Yes"]])
    await expect(page.get_by_role("button", name="Yes")).to_be_visible()
    await sandbox.call("sendMessage", chat_id=chat_id, text="done", reply_markup={"remove_keyboard": True})
    await expect(page.get_by_role("button", name="Yes")).to_have_count(0)
    await expect(page.locator("#keyboard-button")).to_be_hidden()


async def test_force_reply_prepares_the_reply(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, force_reply=True, input_field_placeholder="Your city")
    await expect(page.locator("#context")).to_contain_text("choose")
    await page.locator("#input").press_sequentially("Oslo")
    await page.keyboard.press("Enter")
    assert (await sandbox.update("message"))["reply_to_message"]["text"] == "choose"


async def test_request_chat_offers_a_new_channel_and_shares_it(page: Page, sandbox: Sandbox) -> None:
    button = {"text": "Pick a channel", "request_chat": {"request_id": 5, "chat_is_channel": True}}
    await opened(page, sandbox, keyboard=[[button]])
    await page.get_by_role("button", name="Pick a channel").click()
    await page.get_by_role("dialog").get_by_role("button", name="New channel").click()
    await page.get_by_label("Name", exact=True).fill("My news")
    await page.get_by_role("button", name="Create").click()
    shared = await sandbox.update("message")
    assert shared["chat_shared"]["request_id"] == 5
    await expect(page.locator("#chat-list")).to_contain_text("My news")


async def test_commands_complete_while_one_types(page: Page, sandbox: Sandbox) -> None:
    commands = [
        {"command": "new", "description": "Write something"},
        {"command": "posts", "description": "Your posts"},
        {"command": "podcast", "description": "Make a podcast"},
    ]
    await sandbox.call("setMyCommands", commands=commands)
    await opened(page, sandbox)
    await page.locator("#input").press_sequentially("/po")
    options = page.get_by_role("option")
    await expect(options).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Tab")
    await expect(page.locator("#input")).to_have_value("/podcast ")
    await page.fill("#input", "")
    await page.get_by_role("button", name="Bot commands").click()
    await expect(options).to_have_count(3)
    await options.first.click()
    assert (await sandbox.update("message"))["text"] == "/new"


async def test_commands_that_arrive_late_complete_what_is_typed_already(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.locator("#input").press_sequentially("/po")
    await expect(page.get_by_role("option")).to_have_count(0)
    await sandbox.call("setMyCommands", commands=[{"command": "posts", "description": "Your posts"}])
    await expect(page.get_by_role("option")).to_have_count(1)
