"""Typing behind the bot's name on the chat page."""

import json

from playwright.async_api import Page, expect

from tests.browser.conftest import Sandbox


async def test_a_result_is_chosen_from_the_list_and_sent(page: Page, sandbox: Sandbox) -> None:
    chat_id = await sandbox.start()
    await page.goto(f"{sandbox.url}/#{chat_id}")
    await page.locator("#input").fill("@postaify_sandbox_bot bre")
    query = await sandbox.update("inline_query")
    assert (query["query"], query["chat_type"]) == ("bre", "sender")
    result = {
        "type": "article",
        "id": "1",
        "title": "Bread",
        "description": "Draft",
        "input_message_content": {"message_text": "Bread that pays"},
    }
    button = json.dumps({"text": "Open my posts", "start_parameter": "inline"})
    await sandbox.call("answerInlineQuery", inline_query_id=query["id"], results=json.dumps([result]), button=button)
    offered = page.locator("#offered")
    await expect(offered.get_by_role("option")).to_have_text(["Open my posts", "BreadDraft"])
    await page.locator("#input").press("Enter")
    await expect(page.locator(".bubble", has_text="Bread that pays")).to_contain_text("via @postaify_sandbox_bot")
    assert (await sandbox.update("chosen_inline_result"))["result_id"] == "1"
    await expect(page.locator("#input")).to_have_value("")
