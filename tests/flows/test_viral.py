"""From a keyword to one's own version: real processes over the sandbox's made-up networks."""

import re

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

SAMPLE = "Sample data"
USED = """
SELECT coalesce(sum(amount), 0)::int AS used FROM quota_entries JOIN users ON users.id = owner_id
WHERE telegram_user_id = $1 AND feature = 'viral_queries'
"""
WRITTEN_FROM = """
SELECT post_batches.options FROM post_batches JOIN users ON users.id = owner_id WHERE telegram_user_id = $1
"""


async def used(house: House, person: Person) -> int:
    (row,) = await house.rows(USED, person.id)
    return int(row["used"])


async def results_of(person: Person, keyword: str = "baking") -> SeenMessage:
    sent = await person.send_text(f"/viral {keyword}")
    card = await person.wait_for_message(lambda message: "What goes viral" in message.text, after=sent.id)
    await person.press(card, "🔎 Search")
    return await person.wait_until_edited(card, "Press a number")


async def test_from_a_keyword_to_a_version_of_ones_own(house: House, person: Person) -> None:
    results = await results_of(person)
    assert SAMPLE in results.text
    assert results.body["photo"]
    assert await used(house, person) == 1
    compared = re.findall(r"^(\d+)\. .*×$", results.text, re.MULTILINE)
    assert compared
    await person.press(results, compared[0])
    video = await person.wait_for_message(lambda message: "Outlier score" in message.text, after=results.id - 1)
    assert SAMPLE in video.text
    assert "Outlier score: not enough" not in video.text
    await person.press(video, "❔ How is this counted?")
    video = await person.wait_for_message(lambda message: "median" in message.text, after=video.id - 1)
    assert SAMPLE in video.text
    await person.press(video, "‹ Back")
    video = await person.wait_for_message(lambda message: "Outlier score" in message.text, after=video.id - 1)
    await person.press(video, "💾 Save")
    saved = await person.wait_for_message("💾 Saved.", after=video.id)
    await person.press(saved, "📝 Add a note")
    asked = await person.wait_for_message("What do you want to remember?", after=saved.id)
    sent = await person.send_text("Try this with rye.")
    await person.wait_for_message("Try this with rye.", after=max(asked.id, sent.id))
    sent = await person.send_text("/saved")
    shelf = await person.wait_for_message("Your saved videos", after=sent.id)
    (mine,) = (button.text for button in shelf.buttons if button.text.startswith("📝"))
    await person.press(shelf, mine)
    kept = await person.wait_for_message(lambda message: "📝 Try this with rye." in message.text, after=shelf.id - 1)
    assert SAMPLE in kept.text
    await person.press(kept, "✍️ Write my version")
    question = await person.wait_for_message("What is yours about?", after=kept.id)
    sent = await person.send_text(ARTICLE)
    options = await person.wait_for_message("Posts from", after=max(question.id, sent.id))
    await person.press(options, "Generate")
    await person.wait_for_message(
        lambda message: any("Rewrite" in each.text for each in message.buttons), after=sent.id
    )
    (batch,) = await house.rows(WRITTEN_FROM, person.id)
    assert "Hook: " in batch["options"]


async def test_pages_are_turned_and_the_same_answer_again_is_free(house: House, person: Person) -> None:
    results = await results_of(person, "fitness")
    turn = next(button.text for button in results.buttons if button.text == "›")
    await person.press(results, turn)
    second = await person.wait_until_edited(results, "10. ")
    await person.press(second, "10")
    video = await person.wait_for_message(lambda message: "Outlier score" in message.text, after=second.id - 1)
    await person.press(video, "‹ Results")
    back = await person.wait_for_message(lambda message: "10. " in message.text, after=video.id - 1)
    assert back.body["photo"]
    await results_of(person, "fitness")
    assert await used(house, person) == 1


async def test_a_failing_network_is_told_and_costs_nothing(house: House, person: Person) -> None:
    await house.sandbox.client.add_discovery_fault("no_credits")
    try:
        sent = await person.send_text("/viral a keyword nobody has asked for")
        card = await person.wait_for_message("What goes viral", after=sent.id)
        await person.press(card, "🔎 Search")
        failed = await person.wait_until_edited(card, "didn't work")
    finally:
        await house.sandbox.client.request("DELETE", "/control/discovery/faults")
    assert "allowance is used up" in failed.text
    assert "isn't counted" in failed.text
    assert await used(house, person) == 0
    await person.press(failed, "Try again")
    await person.wait_until_edited(failed, "Press a number")
