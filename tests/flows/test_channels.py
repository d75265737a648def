"""A user's channel, from connecting it to what is posted there: real processes over the sandbox."""

import pytest

from tests.flows.house import House
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

CHANNEL_BUTTON = 1


async def connect(person: Person, title: str = "Oven news") -> tuple[int, SeenMessage]:
    """A channel of the person's own, connected by Telegram's chooser: its id and its card."""
    made = await person.make_chat("channel", title)
    await person.send_text("/start")
    listed = await person.send_text("/channels")
    channels = await person.wait_for_message("No channel or group is connected", after=listed.id)
    await person.press(channels, "➕ Channel")
    await person.wait_for_message("Choose a channel", after=channels.id)
    shared = await person.share_chat(CHANNEL_BUTTON, made["id"])
    return int(made["id"]), await person.wait_for_message("✅ ready", after=shared.id)


async def test_a_channel_is_connected_tested_and_disconnected(house: House, person: Person) -> None:
    there, card = await connect(person)
    await person.press(card, "Send a test")
    test = await person.wait_for_message("This is a test", chat_id=there)
    await person.press(await person.refresh(card), "Delete the test")
    assert (await person.refresh(test)).deleted
    await person.press(await person.refresh(card), "Disconnect")
    gone = await person.wait_until_edited(card, "Disconnected: 📣 Oven news")
    await person.press(gone, "Undo")
    await person.wait_until_edited(card, "✅ ready")
    rows = await house.rows(
        "SELECT state, disconnected_at FROM channels JOIN users ON users.id = owner_id WHERE telegram_user_id = $1",
        person.id,
    )
    assert [(row["state"], row["disconnected_at"]) for row in rows] == [("ready", None)]
