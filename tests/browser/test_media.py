"""Media in the chat page: what bots send, what people upload."""

import io
import wave

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import Sandbox

pytestmark = pytest.mark.browser


def picture(width: int, height: int, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def tone(seconds: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000 * seconds))
    return out.getvalue()


def text_file(name: str, size: int = 2048) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": b"x" * size}


def photo_file(name: str, width: int = 640, height: int = 480) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(width, height)}


async def opened(page: Page, sandbox: Sandbox) -> int:
    chat_id = await sandbox.start()
    await page.goto(sandbox.url)
    await expect(page.locator("#input")).to_be_visible()
    return chat_id


async def test_photos_open_full_screen_and_step_by_arrow_keys(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    for number in (1, 2):
        await sandbox.call("sendPhoto", chat_id=chat_id, photo=("p.jpg", picture(800, 600)), caption=f"card {number}")
    await page.get_by_role("button", name="Open photo: card 1").click()
    dialog = page.get_by_role("dialog", name="Photo")
    await expect(dialog).to_contain_text("1 of 2")
    await expect(dialog).to_contain_text("card 1")
    await page.keyboard.press("ArrowRight")
    await expect(dialog).to_contain_text("card 2")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_an_upload_has_a_preview_a_caption_and_arrives(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.set_input_files("#file-input", files=photo_file("sea.jpg"))
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading")).to_have_text("Send 1 photo")
    await page.get_by_label("Caption").fill("the sea")
    await page.keyboard.press("Enter")
    message = await sandbox.update("message")
    assert message["caption"] == "the sea"
    assert (message["photo"][-1]["width"], message["photo"][-1]["height"]) == (640, 480)
    shown = page.get_by_role("button", name="Open photo: the sea")
    await expect(shown).to_have_count(1)
    await expect(shown.locator(".progress-ring")).to_have_count(0)


async def test_several_photos_become_one_album(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.set_input_files("#file-input", files=[photo_file(f"{n}.jpg", 400 + 100 * n, 500) for n in range(3)])
    await page.get_by_role("button", name="Send", exact=True).click()
    groups = {(await sandbox.update("message"))["media_group_id"] for _ in range(3)}
    assert len(groups) == 1
    await expect(page.locator("#messages .album .visual")).to_have_count(3)
    await expect(page.locator("#messages .row:has(.album)")).to_have_count(1)


async def test_a_photo_can_go_as_a_file(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.set_input_files("#file-input", files=photo_file("raw.jpg"))
    await page.get_by_label("Send as a file").check()
    await page.get_by_role("button", name="Send", exact=True).click()
    assert (await sandbox.update("message"))["document"]["file_name"] == "raw.jpg"


async def test_a_caption_that_is_too_long_cannot_be_sent(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.set_input_files("#file-input", files=photo_file("sea.jpg"))
    await page.get_by_label("Caption").fill("x" * 1030)
    await expect(page.locator(".caption-count")).to_have_text("-6")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()


async def test_a_dropped_file_is_offered_with_its_size_and_a_document_downloads(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["hello ".repeat(400)], "notes.md", { type: "text/markdown" }));
          const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true });
          document.getElementById("scroller").dispatchEvent(drop);
        }"""
    )
    await expect(page.get_by_role("dialog")).to_contain_text("2.3 KB")
    await page.get_by_role("button", name="Send", exact=True).click()
    assert (await sandbox.update("message"))["document"]["file_name"] == "notes.md"
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download notes.md").click()
    assert (await (await downloading.value).path()).read_bytes() == b"hello " * 400


async def test_a_pasted_picture_is_offered(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array([1])], "pasted.png", { type: "image/png" }));
          const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.getElementById("input").dispatchEvent(paste);
        }"""
    )
    await expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Send 1 photo")


async def test_audio_plays_pauses_and_seeks(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await sandbox.call(
        "sendAudio", chat_id=chat_id, audio=("e.wav", tone(60)), title="Episode 1", performer="Postaify", duration=60
    )
    player = page.get_by_role("group", name="Audio: Episode 1")
    await expect(player).to_contain_text("Postaify")
    await expect(player).to_contain_text("1:00")
    await player.get_by_role("button", name="Play Episode 1").click()
    await expect(player.get_by_role("button", name="Pause Episode 1")).to_be_visible()
    await expect(player).to_contain_text("/ 1:00")
    await player.get_by_role("button", name="Pause Episode 1").click()
    await expect(player.get_by_role("button", name="Play Episode 1")).to_be_visible()
    await player.get_by_role("slider").fill("15")
    await expect(player).to_contain_text("0:15 / 1:00")


async def test_a_voice_message_shows_its_wave_and_length(page: Page, sandbox: Sandbox) -> None:
    chat_id = await opened(page, sandbox)
    await sandbox.call("sendVoice", chat_id=chat_id, voice=("v.ogg", tone()), duration=2)
    player = page.get_by_role("group", name="Voice message")
    await expect(player).to_contain_text("0:02")
    await expect(player.locator(".wave i")).to_have_count(42)


@pytest.mark.expects_console_errors
async def test_a_failed_upload_can_be_retried(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox)
    await page.route(
        "**/client/chats/*/messages", lambda route: route.fulfill(status=400, json={"error": {"message": "no"}})
    )
    await page.set_input_files("#file-input", files=text_file("a.txt"))
    await page.get_by_role("button", name="Send", exact=True).click()
    retry = page.get_by_role("button", name="Retry")
    await expect(retry).to_be_visible()
    await page.unroute("**/client/chats/*/messages")
    await retry.click()
    assert (await sandbox.update("message"))["document"]["file_name"] == "a.txt"
    await expect(retry).to_have_count(0)
