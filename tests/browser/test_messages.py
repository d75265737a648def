"""Messages in the chat page: sending, entities, edits, drafts, replies, forwards, history."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Sandbox
from tests.patience import until

pytestmark = pytest.mark.browser

NOTE_FLASHES = """() => {
  window.flashed = new Promise((resolve) => document.addEventListener("animationstart", (event) =>
    event.animationName === "flash" && resolve(event.target.dataset.messageId)));
}"""
"""Who looks for a flash may come when it is over."""


def bubble(page: Page, text: str) -> Locator:
    return page.locator("#messages .bubble", has_text=text)


async def opened(page: Page, sandbox: Sandbox) -> int:
    """The page, in the bot's chat after Start."""
    chat_id = await sandbox.start()
    await page.goto(sandbox.url)
    await expect(page.locator("#input")).to_be_visible()
    return chat_id


async def test_start_is_offered_first_and_sends_the_command(page: Page, sandbox: Sandbox) -> None:
    await page.goto(sandbox.url)
    await expect(page.locator("#badge")).to_contain_text("Local sandbox")
    await page.get_by_role("button", name="Start", exact=True).click()
    assert (await sandbox.update("message"))["text"] == "/start"
    await expect(bubble(page, "/start")).to_be_visible()
    await expect(page.locator("#input")).to_be_visible()


async def test_a_start_payload_in_the_address_is_sent_along(page: Page, sandbox: Sandbox) -> None:
    await page.goto(f"{sandbox.url}/?start=ref42")
    await page.get_by_role("button", name="Start", exact=True).click()
    assert (await sandbox.update("message"))["text"] == "/start ref42"


async def test_enter_sends_shift_enter_breaks_the_line_and_markdown_becomes_entities(
    page: Page, sandbox: Sandbox
) -> None:
    await opened(page, sandbox)
    await page.locator("#input").press_sequentially("make it **bold**")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("and `short`")
    await page.keyboard.press("Enter")
    message = await sandbox.update("message")
    assert message["text"] == "make it bold\nand short"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in message["entities"]] == [
        ("bold", 8, 4),
        ("code", 17, 5),
    ]
    await expect(page.locator("#messages strong")).to_have_text("bold")
    await expect(page.locator("#input")).to_have_value("")


async def test_a_sent_message_shows_once_and_gets_its_second_tick_with_the_answer(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await page.fill("#input", "hello there")
    await page.keyboard.press("Enter")
    await sandbox.update("message")
    sent = page.locator("#messages .row", has_text="hello there")
    await expect(sent).to_have_count(1)
    await expect(sent.get_by_label("Sent")).to_be_visible()
    await expect(sent).not_to_have_class("read")
    await sandbox.call("sendMessage", chat_id=chat_id, text="general greetings")
    await expect(bubble(page, "general greetings")).to_be_visible()
    assert "read" in str(await sent.get_attribute("class")).split()


async def test_a_long_paste_goes_out_as_several_messages_in_order(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    sentence = "Every word of this text must arrive, once, and in order. "
    text = (sentence * 200).strip()
    await page.fill("#input", text)
    await expect(page.locator("#counter")).to_contain_text("3 messages")
    await page.keyboard.press("Enter")
    parts = [(await sandbox.update("message"))["text"] for _ in range(3)]
    assert all(len(part) <= 4096 for part in parts)
    assert " ".join(parts) == text


@pytest.mark.parametrize(
    ("text", "limit"),
    [("word " * 40, 60), ("x" * 130, 60), ("🎉" * 80, 61), ("para one\n\npara two " * 9, 60)],
    ids=["words", "one word", "emoji", "paragraphs"],
)
async def test_splitting_loses_nothing_and_cuts_no_emoji(page: Page, sandbox: Sandbox, text: str, limit: int) -> None:
    await page.goto(sandbox.url)
    parts = await page.evaluate(
        "async ([text, limit]) => (await import('/static/js/outgoing.js')).splitMessage({text}, limit)", [text, limit]
    )
    joined = "".join(part["text"] for part in parts)
    assert all(len(part["text"].encode("utf-16-le")) // 2 <= limit for part in parts)
    assert "".join(joined.split()) == "".join(text.split())


def marked(text: str, *marks: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Entities of (type, the piece of text, more fields), counted in UTF-16 units."""

    def units(part: str) -> int:
        return len(part.encode("utf-16-le")) // 2

    return [
        {"type": kind, "offset": units(text[: text.index(piece)]), "length": units(piece), **more}
        for kind, piece, more in marks
    ]


async def test_entities_are_drawn_nested_and_where_utf16_puts_them(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    text = "🎉🎉 bold and italic, a link, code\nprint()\nquoted"
    entities = marked(
        text,
        ("bold", "bold and italic", {}),
        ("italic", "italic", {}),
        ("text_link", "a link", {"url": "https://example.org/x"}),
        ("code", "code", {}),
        ("pre", "print()", {"language": "python"}),
        ("blockquote", "quoted", {}),
    )
    await sandbox.call("sendMessage", chat_id=chat_id, text=text, entities=entities)
    shown = bubble(page, "🎉🎉")
    await expect(shown.locator("strong").first).to_be_visible()
    assert "".join(await shown.locator("strong").all_inner_texts()) == "bold and italic"
    await expect(shown.locator("strong em")).to_have_text("italic")
    await expect(shown.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.org/x")
    await expect(shown.locator(".inline-code")).to_have_text("code")
    await expect(shown.locator(".code-language")).to_have_text("python")
    await expect(shown.locator("blockquote")).to_have_text("quoted")


async def test_markup_and_script_links_in_a_text_stay_text(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    text = "<img src=x onerror=alert(1)><b>no</b>"
    await sandbox.call("sendMessage", chat_id=chat_id, text=text)
    await expect(bubble(page, text)).to_be_visible()
    assert await page.locator("#messages .text img, #messages .text b").count() == 0
    schemes = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://a.b", "mailto:a@b.c", "tg://x"]
    safe = await page.evaluate(
        "async (urls) => { const {safeUrl} = await import('/static/js/entities.js'); return urls.map(safeUrl) }",
        schemes,
    )
    assert [bool(url) for url in safe] == [False, False, False, True, True, True]


async def test_a_spoiler_is_revealed_by_keyboard(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    text = "the end: he lives"
    await sandbox.call("sendMessage", chat_id=chat_id, text=text, entities=marked(text, ("spoiler", "he lives", {})))
    spoiler = page.get_by_role("button", name="Hidden text")
    await spoiler.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".spoiler.revealed")).to_have_text("he lives")


async def test_a_command_in_a_text_is_sent_when_clicked(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await sandbox.call("sendMessage", chat_id=chat_id, text="try /help now")
    await page.get_by_role("button", name="/help", exact=True).click()
    assert (await sandbox.update("message"))["text"] == "/help"


async def test_an_edit_changes_the_message_in_place(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    sent = await sandbox.call("sendMessage", chat_id=chat_id, text="working: 10 %")
    await expect(bubble(page, "working: 10 %")).to_be_visible()
    await sandbox.call("editMessageText", chat_id=chat_id, message_id=sent["message_id"], text="working: 80 %")
    await expect(bubble(page, "working: 80 %").locator(".edited")).to_be_visible()
    await expect(bubble(page, "working: 10 %")).to_have_count(0)
    await sandbox.call("deleteMessage", chat_id=chat_id, message_id=sent["message_id"])
    await expect(bubble(page, "working: 80 %")).to_have_count(0)


async def test_a_draft_grows_and_gives_way_to_the_message(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await sandbox.call("sendMessageDraft", chat_id=chat_id, draft_id=7, text="")
    await expect(page.locator("#draft")).to_contain_text("Thinking")
    for text in ("Once", "Once upon", "Once upon a time"):
        await sandbox.call("sendMessageDraft", chat_id=chat_id, draft_id=7, text=text)
        await expect(page.locator("#draft .text")).to_have_text(text)
    await expect(page.locator("#draft .caret")).to_be_attached()
    await sandbox.call("sendMessage", chat_id=chat_id, text="Once upon a time. The end.")
    await expect(bubble(page, "The end.")).to_be_visible()
    await expect(page.locator("#draft .bubble")).to_have_count(0)


async def test_typing_shows_in_the_header_until_the_message(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await sandbox.call("sendChatAction", chat_id=chat_id, action="upload_document")
    await expect(page.locator("#header-face")).to_contain_text("sending a file")
    await sandbox.call("sendMessage", chat_id=chat_id, text="here")
    await expect(page.locator("#header-face .header-subtitle")).to_have_text("bot")


async def test_a_reply_from_the_menu_quotes_the_message_and_jumps_to_it(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    asked = await sandbox.call("sendMessage", chat_id=chat_id, text="Which tone?")
    await bubble(page, "Which tone?").click(button="right")
    await page.get_by_role("menuitem", name="Reply").click()
    await expect(page.locator("#context")).to_contain_text("Which tone?")
    await page.keyboard.type("casual")
    await page.keyboard.press("Enter")
    answer = await sandbox.update("message")
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    await expect(page.locator("#context")).to_be_hidden()
    await page.evaluate(NOTE_FLASHES)
    await bubble(page, "casual").locator(".reply-quote").click()
    assert await page.evaluate("flashed") == str(asked["message_id"])


async def test_an_own_message_is_edited_with_the_up_arrow(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.fill("#input", "helo")
    await page.keyboard.press("Enter")
    await expect(bubble(page, "helo").get_by_label("Sent")).to_be_visible()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#input")).to_have_value("helo")
    await page.fill("#input", "hello")
    await page.keyboard.press("Enter")
    assert (await sandbox.update("edited_message"))["text"] == "hello"
    await expect(bubble(page, "hello").locator(".edited")).to_be_visible()


async def test_a_message_is_forwarded_to_a_channel(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    channel = await sandbox.client("POST", "/chats", type="channel", title="News", owner_id=chat_id)
    await sandbox.call("sendMessage", chat_id=chat_id, text="worth sharing")
    await bubble(page, "worth sharing").click(button="right")
    await page.get_by_role("menuitem", name="Forward").click()
    await page.get_by_role("dialog").get_by_role("button", name="News").click()
    await expect(page.locator("#header-face .header-title")).to_have_text("News")
    await expect(bubble(page, "worth sharing").locator(".forwarded")).to_contain_text("Postaify")
    page_of_channel = await sandbox.client("GET", f"/chats/{channel['id']}/messages?user_id={chat_id}")
    assert page_of_channel["messages"][-1]["text"] == "worth sharing"


async def test_deleting_asks_first(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await sandbox.call("sendMessage", chat_id=chat_id, text="to be removed")
    await bubble(page, "to be removed").click(button="right")
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    await expect(bubble(page, "to be removed")).to_have_count(0)


async def test_older_messages_come_while_scrolling_up_and_new_ones_are_counted(page: Page, sandbox: Sandbox) -> None:
    chat_id = await sandbox.start()
    for number in range(120):
        await sandbox.client("POST", f"/chats/{chat_id}/messages", user_id=chat_id, text=f"note {number}.")
    await page.goto(sandbox.url)
    await expect(bubble(page, "note 119.")).to_be_in_viewport()
    assert await page.locator("#messages .row").count() < 120
    scroller = page.locator("#scroller")

    async def came_to_the_first() -> bool:
        await scroller.evaluate("node => node.scrollTo(0, 0)")
        return await bubble(page, "note 0.").count() > 0

    await until(came_to_the_first, every_s=0.05)
    await expect(bubble(page, "note 0.")).to_be_attached()
    await sandbox.call("sendMessage", chat_id=chat_id, text="news from below")
    jump = page.get_by_role("button", name="Go to 1 new messages")
    await jump.click()
    await expect(bubble(page, "news from below")).to_be_in_viewport()
