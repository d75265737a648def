"""A queue from its first slots to what goes out by itself: real processes over the sandbox.

Time is brought forward in the database: nobody waits for tomorrow here.
"""

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE, card_of
from tests.patience import until
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

WAITING = """
SELECT deliveries.due_at, template_id IS NOT NULL AS evergreen FROM deliveries
JOIN posts ON posts.id = subject_id JOIN users ON users.id = posts.owner_id
WHERE telegram_user_id = $1 AND queue_id IS NOT NULL AND deliveries.status = 'scheduled' ORDER BY deliveries.due_at
"""
BRING_FORWARD = """
UPDATE deliveries SET due_at = now(), next_attempt_at = now() FROM posts, users
WHERE posts.id = subject_id AND users.id = posts.owner_id AND telegram_user_id = $1
AND queue_id IS NOT NULL AND deliveries.status = 'scheduled'
"""


async def queued(person: Person) -> SeenMessage:
    """The article as a draft, put into the queue that is set up for it: its card."""
    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    await person.press(draft, "⏰ Schedule")
    await person.press(await person.wait_until_edited(draft, "Where do you live?"), "Berlin")
    await person.press(await person.wait_until_edited(draft, "When should it go out?"), "📥 Set up a queue")
    slots = await person.wait_until_edited(draft, "No slots yet")
    await person.press(slots, "⌨️ Type times")
    asked = await person.wait_until_edited(draft, "Which times of the week?")
    await person.send_text("daily 9:00, 21:00")
    added = await person.wait_for_message("✅ Added: every day 09:00, 21:00", after=asked.id)
    answer = await person.press(added, "📥 Add the post to the queue")
    assert answer is not None
    assert answer.text.startswith("In the queue: ")
    return await person.wait_until_edited(added, "characters")


async def test_what_is_queued_and_what_is_evergreen_goes_out_by_itself(house: House, person: Person) -> None:
    card = await queued(person)
    assert [row["evergreen"] for row in await house.rows(WAITING, person.id)] == [False]
    await house.rows(BRING_FORWARD, person.id)
    post = await person.wait_for_message(ARTICLE, after=card.id)
    status = await person.wait_for_message("✅ Published", after=card.id)
    await person.press(status, "♻️ Evergreen")
    shown = await person.wait_for_message("Copies of it fill slots", after=post.id)
    await house.rows("UPDATE evergreen_posts SET last_planned_at = NULL")
    await house.rows("UPDATE posts SET due_at = due_at - interval '60 days' WHERE status = 'published'")
    await house.restart("scheduler")
    await planned(house, person)
    await house.rows(BRING_FORWARD, person.id)
    again = await person.wait_for_message(ARTICLE, after=shown.id)
    await person.wait_for_message("✅ Published", after=again.id - 1)


async def planned(house: House, person: Person) -> None:
    """A copy stands in a slot."""
    await until(lambda: house.rows(WAITING, person.id))
