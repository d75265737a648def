"""Scripts and saved videos from end to end: real processes over the sandbox's made-up networks."""

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE
from tests.flows.test_viral import results_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

SCRIPT = (
    "Why is your bread flat? I tried 12 flours. But it was never the flour: it needed time. "
    "Put the dough into the fridge over night. Follow me for more."
)
USED = """
SELECT coalesce(sum(amount), 0)::int AS used FROM quota_entries JOIN users ON users.id = owner_id
WHERE telegram_user_id = $1 AND feature = 'script_analyses'
"""


async def used(house: House, person: Person) -> int:
    (row,) = await house.rows(USED, person.id)
    return int(row["used"])


async def a_video(person: Person) -> SeenMessage:
    results = await results_of(person)
    await person.press(results, "1")
    return await person.wait_for_message(
        lambda message: any(button.text == "📜 Script" for button in message.buttons), after=results.id - 1
    )


async def test_a_script_in_a_file_is_analysed_found_deleted_and_brought_back(house: House, person: Person) -> None:
    sent = await person.send_text("/script")
    await person.wait_for_message("3 analyses left", after=sent.id)
    [sent] = await person.upload(("script.txt", SCRIPT.encode("utf-16")))
    card = await person.wait_for_message("Why is your bread flat?", after=sent.id)
    await person.press(card, "🔍 Analyse")
    done = await person.wait_until_edited(card, "Measured:")
    for words in ("asks a question", "0:12", "take a language model", "easy to follow", "Call to action"):
        assert words in done.text
    assert "✍️ The rewrite" not in [button.text for button in done.buttons]
    assert await used(house, person) == 1
    await person.press(done, "📚 My scripts")
    shelf = await person.wait_until_edited(done, "1 script")
    await person.press(shelf, shelf.buttons[0].text)
    await person.press(await person.wait_until_edited(shelf, "Measured:"), "🗑 Delete")
    gone = await person.wait_until_edited(shelf, "is deleted")
    await person.press(gone, "↩️ Undo")
    await person.wait_until_edited(gone, "Measured:")


async def test_what_is_said_in_a_video_is_fetched_and_analysed(house: House, person: Person) -> None:
    video = await a_video(person)
    await person.press(video, "📜 Script")
    card = await person.wait_for_message("I fetch what is said in it first", after=video.id)
    await person.press(card, "🔍 Fetch and analyse")
    done = await person.wait_until_edited(card, "Measured:")
    assert "words a minute" in done.text
    assert "Sample data" in done.text
    assert await used(house, person) == 1
    await person.press(done, "🎬 A script like this channel")
    way = await person.wait_for_message("A script like that has about", after=done.id)
    assert "words a minute are said" in way.text
    assert "takes a language model" in way.text


async def test_a_version_in_the_videos_own_words_is_warned_about(house: House, person: Person) -> None:
    video = await a_video(person)
    title = " ".join(video.text.splitlines()[0].split()).strip("🎬🔥 ")
    await person.press(video, "✍️ Write my version")
    question = await person.wait_for_message("What is yours about?", after=video.id)
    sent = await person.send_text(ARTICLE)
    options = await person.wait_for_message("Posts from", after=max(question.id, sent.id))
    await person.press(options, "Generate")
    draft = await person.wait_for_message(
        lambda message: any("Rewrite" in button.text for button in message.buttons), after=sent.id
    )
    await person.reply(draft, f"={title}. I say what everybody says.")
    changed = await person.wait_until_edited(draft, "I say what everybody says.")
    await person.press(changed, "Post now")
    warned = await person.wait_for_message("stands in the video in the same words", after=draft.id - 1)
    assert "✏️ Change the text" in [button.text for button in warned.buttons]
    await person.press(warned, "🚀 Post it anyway")
    await person.wait_for_message("✅ Published", after=draft.id)


async def test_an_admin_is_told_once_that_credits_are_spent_and_once_that_they_are_back(
    house: House, person: Person
) -> None:
    await person.send_text("/start")
    await person.wait_for_message("Hello")
    await house.rows("UPDATE users SET is_admin = true WHERE telegram_user_id = $1", person.id)
    for keyword in ("nobody asked for this", "nor for this"):
        await house.sandbox.client.add_discovery_fault("no_credits")
        try:
            sent = await person.send_text(f"/viral {keyword}")
            card = await person.wait_for_message("What goes viral", after=sent.id)
            await person.press(card, "🔎 Search")
            failed = await person.wait_until_edited(card, "allowance is used up")
        finally:
            await house.sandbox.client.request("DELETE", "/control/discovery/faults")
    await person.wait_for_message("has no credits left")
    await person.press(failed, "Try again")
    await person.wait_until_edited(failed, "Press a number")
    back = await person.wait_for_message("has credits again")
    told = [message.text for message in await person.history() if "no credits left" in message.text]
    assert len(told) == 1
    await person.press(back, "Credits by day")
    await person.wait_for_message("left", after=back.id - 1)
