"""The page in its four looks with a bit of everything: kept as screenshots, checked for what a machine can see."""

import io
import json
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import DESKTOP, PHONE, Sandbox, keep_screenshot, rest

pytestmark = pytest.mark.browser

MENU = [
    {"command": "new", "description": "Write something new"},
    {"command": "posts", "description": "Your posts"},
    {"command": "calendar", "description": "What goes out when"},
]
DRAFT = """Draft 1 of 3 · LinkedIn

Coffee got 14 % more expensive. Ten roasters told me what they do about it.

#coffee #business"""
BUTTONS = [
    [{"text": text, "callback_data": text} for text in ("‹", "1 / 3", "›")],
    [{"text": "✏️ Edit", "callback_data": "edit"}, {"text": "🕒 Schedule", "callback_data": "plan", "style": "primary"}],
    [{"text": "Delete", "callback_data": "drop", "style": "danger"}, {"text": "Site", "url": "https://example.com"}],
]
CONTRAST = """
() => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = (css) => css.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return null;
  };
  const weak = [];
  const texts = ".bubble .text, .meta, .header-title, .header-subtitle, .chat-title, .preview, .text-link, #badge";
  for (const node of document.querySelectorAll(texts)) {
    const back = ground(node);
    if (!back || !node.getClientRects().length) continue;
    const [one, two] = [light(numbers(getComputedStyle(node).color)), light(back)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < 4.5) weak.push(`${node.className} ${ratio.toFixed(2)}`);
  }
  return weak;
}
"""


def hills(width: int, height: int, colour: str) -> bytes:
    image = Image.new("RGB", (width, height), colour)
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.6, height * 0.15, width * 0.6 + height * 0.3, height * 0.45), fill="#fff6dc")
    draw.polygon([(0, height), (width * 0.4, height * 0.4), (width * 0.8, height)], fill="#3b4660")
    draw.polygon([(width * 0.4, height), (width * 0.75, height * 0.6), (width, height)], fill="#2a3248")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


async def furnished(sandbox: Sandbox) -> None:
    chat_id = await sandbox.start()
    await sandbox.client("POST", "/chats", type="channel", title="Morning Coffee", owner_id=chat_id)
    await sandbox.call("setMyCommands", commands=MENU)
    await sandbox.call("sendMessage", chat_id=chat_id, text="Hello! Send me anything: a text, a link, a voice note.")
    album: list[dict[str, Any]] = [{"type": "photo", "media": f"attach://p{n}"} for n in range(3)]
    album[0]["caption"] = "Three cards to choose from"
    pictures = {
        f"p{n}": ("p.jpg", hills(600, 500, colour)) for n, colour in enumerate(("#5a86c8", "#c8805a", "#5ac890"))
    }
    await sandbox.call("sendMediaGroup", chat_id=chat_id, media=json.dumps(album), **pictures)
    text = "Coffee prices rose by 14 %. Here is what small roasters can do."
    await sandbox.client("POST", f"/chats/{chat_id}/messages", user_id=chat_id, text=text)
    await sandbox.call("sendMessage", chat_id=chat_id, text=DRAFT, reply_markup={"inline_keyboard": BUTTONS})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_every_look_is_legible_and_fits(
    page: Page, sandbox: Sandbox, size: ViewportSize, scheme: str, request: pytest.FixtureRequest
) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size(size)
    await furnished(sandbox)
    await page.goto(sandbox.url)
    if size is PHONE:
        await page.locator("#chat-list").get_by_role("button", name="Postaify").click()
    await expect(page.get_by_role("button", name="Schedule")).to_be_in_viewport()
    await expect(page.locator(".bubble .text").last).to_have_css("font-size", "15px")
    await expect(page.locator("#input")).to_have_css("height", "42px")
    assert await page.evaluate(CONTRAST) == []
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(overflow) == 0
    await rest(page)
    await keep_screenshot(page, f"chat-{request.node.callspec.id}")
