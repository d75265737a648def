"""A note becomes an episode: real processes over the sandbox, offline writer and voices."""

from pathlib import Path

import pytest

from tests.flows.house import House
from tests.flows.steps import card_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

NOTES = (Path(__file__).parents[1] / "core/providers/sources/long/en.txt").read_text()
STATUSES = """
SELECT podcasts.* FROM podcasts JOIN users ON users.id = owner_id WHERE telegram_user_id = $1 ORDER BY podcasts.id
"""
USED = """
SELECT feature, sum(amount)::int AS used FROM quota_entries JOIN users ON users.id = owner_id
WHERE telegram_user_id = $1 AND feature LIKE 'podcast%' GROUP BY feature
"""


@pytest.fixture
async def studio(house: House) -> House:
    """With the worker that makes audio."""
    if "heavy-worker" not in house.running:
        await house.start("heavy-worker")
    return house


async def options_of(person: Person) -> SeenMessage:
    card = await card_of(person, NOTES)
    await person.press(card, "🎙 Podcast")
    return await person.wait_until_edited(card, "1 of 5 episodes")


async def script_of(person: Person) -> SeenMessage:
    options = await options_of(person)
    await person.press(options, "✍️ Write the script")
    return await person.wait_until_edited(options, "To change a line", timeout_s=30)


async def test_a_note_becomes_a_script_then_an_episode_in_the_chat(studio: House, person: Person) -> None:
    script = await script_of(person)
    assert "Clara" in script.text
    await person.reply(script, "2 Thank you for having me here today.")
    await person.wait_for_message("Line 2 says that now", after=script.id)
    script = await person.wait_until_edited(script, "Thank you for having me here today.")
    await person.press(script, "🎙 Make audio · 5 min")
    audio = await person.wait_for_message(lambda message: "audio" in message.body, after=script.id, timeout_s=60)
    assert 255 <= audio.body["audio"]["duration"] <= 345
    assert audio.body["audio"]["performer"] == "Clara & Theo"
    await person.wait_until_edited(script, "Ready, below", timeout_s=10)
    used = {row["feature"]: row["used"] for row in await studio.rows(USED, person.id)}
    assert used == {"podcasts": 1, "podcast_minutes": 5}
