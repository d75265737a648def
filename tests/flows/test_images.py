"""From a draft to its picture and out: real processes, no account anywhere."""

import pytest

from tests.flows.house import House
from tests.flows.steps import drafts_of
from web.sandbox.client import Person

pytestmark = pytest.mark.process

USED = """
SELECT coalesce(sum(amount), 0)::int AS used FROM quota_entries JOIN users ON users.id = owner_id
WHERE telegram_user_id = $1 AND feature = 'images'
"""


async def test_a_draft_gets_a_card_and_goes_out_with_it(house: House, person: Person) -> None:
    draft = await drafts_of(person)
    await person.press(draft, "🖼 Image")
    card = await person.wait_for_message("🖼 A quote card", after=draft.id)
    await person.press(card, "Paper")
    card = await person.wait_until_edited(card, lambda message: "✓ Paper" in [each.text for each in message.buttons])
    await person.press(card, "🖼 Make it")
    picture = await person.wait_for_message(
        lambda message: "photo" in message.body and "No image model" in message.text, after=card.id
    )
    assert "Ready, below" in (await person.wait_until_edited(card, "Ready, below")).text
    assert (await house.rows(USED, person.id))[0]["used"] == 1
    await person.press(picture, "📎 Put it on the draft")
    with_it = await person.wait_for_message("🖼 1 photo", after=picture.id)
    await person.press(with_it, "Post now")
    await person.wait_for_message(
        lambda message: "photo" in message.body and not message.buttons and "idea" in message.text, after=with_it.id
    )
