"""A post that recurs, from typed words to what stands in the chat: real processes over the sandbox.

Time is brought forward in the database: nobody waits for tomorrow here.
"""

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE, card_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

COPIES = """
SELECT deliveries.status FROM deliveries JOIN posts ON posts.id = subject_id JOIN users ON users.id = posts.owner_id
WHERE telegram_user_id = $1 AND series_id IS NOT NULL
"""
BRING_FORWARD = """
UPDATE deliveries SET due_at = now(), next_attempt_at = now() WHERE id = (
    SELECT deliveries.id FROM deliveries JOIN posts ON posts.id = subject_id JOIN users ON users.id = posts.owner_id
    WHERE telegram_user_id = $1 AND series_id IS NOT NULL ORDER BY deliveries.due_at LIMIT 1
)
"""


async def repeated(person: Person, words: str) -> SeenMessage:
    """A draft, made to recur by typed words: the screen of its series."""
    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    await person.press(draft, "⏰ Schedule")
    await person.press(await person.wait_until_edited(draft, "Where do you live?"), "Berlin")
    choice = await person.wait_until_edited(draft, "When should it go out?")
    await person.press(choice, "🔁 Repeat")
    presets = await person.wait_until_edited(draft, "How often")
    await person.press(presets, "In my own words")
    asked = await person.wait_until_edited(draft, "Tell me how often")
    await person.send_text(words)
    confirm = await person.wait_for_message("It goes out:", after=asked.id)
    await person.press(confirm, "✅ Repeat it so")
    return await person.wait_until_edited(confirm, "Next:")


async def test_what_recurs_goes_out_by_itself_and_is_told_each_time(house: House, person: Person) -> None:
    shown = await repeated(person, "every day at 9 and 21")
    assert "every day at 09:00 and 21:00" in shown.text
    assert [row["status"] for row in await house.rows(COPIES, person.id)] == ["scheduled"] * 2
    await house.rows(BRING_FORWARD, person.id)
    post = await person.wait_for_message(ARTICLE, after=shown.id)
    await person.wait_for_message("✅ Published", after=shown.id)
    await person.press(shown, "⏹ Stop")
    await person.wait_until_edited(shown, "The post is a draft again.")
    assert sorted(row["status"] for row in await house.rows(COPIES, person.id)) == ["cancelled", "delivered"]
    assert post.text == ARTICLE
