"""An album with formatted words and buttons, from the chat to a channel: real processes over the sandbox."""

from collections.abc import Callable

import pytest

from tests.flows.house import House
from tests.flows.test_channels import connect
from tests.pictures import picture
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

WORDS = "😀 Bread with <b>bold crust</b>, and <a href='https://oven.example.com/'>the oven</a>."
ENTITIES = [
    {"type": "bold", "offset": 14, "length": 10},
    {"type": "text_link", "offset": 30, "length": 8, "url": "https://oven.example.com/"},
]


async def draft_of_album(person: Person) -> SeenMessage:
    """Three pictures become a draft, and a reply gives it its words."""
    sent = await person.upload(*((f"{number}.png", picture()) for number in range(3)))
    card = await person.wait_for_message("🖼 3 photos", after=sent[-1].id)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "0/1,024 characters")
    await person.send_text(f"={WORDS}", parse_mode="HTML", reply_to=draft)
    return await person.wait_until_edited(draft, "bold crust")


async def test_an_album_goes_out_with_its_formatting_and_its_buttons(house: House, person: Person) -> None:
    there, _ = await connect(person)
    await person.add_bot(there)
    draft = await draft_of_album(person)
    await person.press(draft, "Details")
    details = await person.wait_until_edited(draft, "What goes with this post")
    await person.press(details, "Pin")
    await person.press(await person.wait_until_edited(draft, _has("✓ 📌 Pin")), "Add buttons")
    await person.wait_for_message("Send me the buttons", after=draft.id)
    typed = await person.send_text("Shop - https://shop.example.com/ | Blog - https://blog.example.com/")
    answer = await person.wait_for_message("The post has 2 buttons now", after=typed.id)
    await person.press(answer, "Details")
    details = await person.wait_until_edited(answer, "What goes with this post")
    await person.press(details, "Back")
    draft = await person.wait_until_edited(answer, "🖼 3 photos · 🔘 2 buttons · 📌 pinned")
    await person.press(draft, "Where it goes")
    choice = await person.wait_until_edited(draft, "Where should it go?")
    await person.press(choice, "Oven news")
    draft = await person.wait_until_edited(draft, "→ 📣 Oven news")
    await person.press(draft, "Post now")
    text = await person.wait_for_message("bold crust", chat_id=there)
    assert text.entities == ENTITIES
    assert [button.url for button in text.buttons] == ["https://shop.example.com/", "https://blog.example.com/"]
    album = [seen for seen in await person.history(chat_id=there) if seen.body.get("photo")]
    assert (len(album), {seen.body["media_group_id"] for seen in album}) == (3, {album[0].body["media_group_id"]})
    await person.wait_for_message("📌 Pinned.", after=draft.id)
    pinned = (await house.sandbox.client.bot_call(house.sandbox.token, "getChat", chat_id=there))["result"]
    assert pinned["pinned_message"]["message_id"] == album[0].id


def _has(label: str) -> Callable[[SeenMessage], bool]:
    return lambda message: any(label in button.text for button in message.buttons)
