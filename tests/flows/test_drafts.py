"""From a text in the chat to drafts that can be changed."""

import asyncio
from pathlib import Path

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE, card_of, drafts_of, options_of
from web.sandbox.client import Person

pytestmark = pytest.mark.process


async def test_a_text_becomes_drafts_that_stream_in(house: House, person: Person) -> None:
    card = await card_of(person, ARTICLE)
    assert "English" in card.text
    await person.press(card, "Write posts")
    options = await person.wait_until_edited(card, "Choose")
    assert "20 left" in options.text
    draft = await drafts_of(person, options)
    assert "1/3" in draft.text
    assert "offline draft" in draft.text
    previews = await house.sandbox.client.calls(method="sendMessageDraft")
    assert any(str(call["params"]["chat_id"]) == str(person.id) for call in previews)
    done = await person.wait_until_edited(card, "✅")
    assert "3 posts" in done.text


async def test_the_pager_goes_around(person: Person) -> None:
    draft = await drafts_of(person)
    texts = set()
    for place in ("2/3", "3/3", "1/3"):
        await person.press(draft, "›")
        draft = await person.wait_until_edited(draft, place)
        texts.add(draft.text)
    assert len(texts) == 3


async def test_a_draft_is_edited_by_reply_and_undone(person: Person) -> None:
    draft = await drafts_of(person)
    await person.reply(draft, "=My own words.")
    changed = await person.wait_until_edited(draft, "My own words.")
    assert "your words" in changed.text
    await person.press(changed, "Undo")
    await person.wait_until_edited(draft, lambda message: "My own words." not in message.text)


async def test_an_instruction_by_reply_rewrites(person: Person) -> None:
    draft = await drafts_of(person)
    await person.reply(draft, "no hashtags")
    changed = await person.wait_until_edited(draft, "version 2")
    assert "#" not in changed.text


async def test_the_question_what_to_change_survives_a_restart_of_the_bot(house: House, person: Person) -> None:
    draft = await drafts_of(person)
    await person.press(draft, "Edit")
    await person.wait_for_message("What should I change?")
    await house.restart("bot")
    await person.send_text("=After the restart.")
    await person.wait_until_edited(draft, "After the restart.")


async def test_an_update_that_a_killed_bot_had_not_handled_is_handled_by_the_next(house: House, person: Person) -> None:
    await house.end("bot")
    await person.send_text(ARTICLE)
    await house.start("bot")
    await person.wait_for_message("English")


async def test_writing_goes_on_when_its_worker_is_killed(house: House, person: Person) -> None:
    options = await options_of(person)
    await person.press(options, "Generate")
    await asyncio.sleep(0.3)
    await house.restart("worker")
    await person.wait_for_message(lambda message: len(message.buttons) > 3, after=options.id)
    rows = await house.rows(
        "SELECT sum(amount) AS used FROM quota_entries JOIN users ON users.id = owner_id WHERE telegram_user_id = $1",
        person.id,
    )
    assert rows[0]["used"] == 3
    cards = [message for message in await person.history() if "offline draft" in message.text and "1/3" in message.text]
    assert len(cards) == 1


async def test_generate_pressed_twice_writes_once(house: House, person: Person) -> None:
    options = await options_of(person)
    answers = await asyncio.gather(*(person.press(options, options.button("Generate")) for _ in range(2)))
    assert sorted(answer.text for answer in answers if answer) == ["", "I'm on it already."]
    await person.wait_for_message("offline draft")
    rows = await house.rows(
        "SELECT count(*) AS posts FROM posts JOIN users ON users.id = owner_id WHERE telegram_user_id = $1", person.id
    )
    assert rows[0]["posts"] == 3


async def test_an_old_button_says_that_it_is_old(person: Person) -> None:
    card = await card_of(person, ARTICLE)
    answer = await person.press_data(card, "gone:1")
    assert answer is not None
    assert "out of date" in answer.text
    assert answer.show_alert


async def test_somebody_elses_draft_is_not_found(house: House, person: Person) -> None:
    draft = await drafts_of(person)
    data = draft.button("Rewrite").data
    assert data is not None
    stranger = await house.sandbox.client.new_person("Mallory")
    card = await card_of(stranger, ARTICLE)
    answer = await stranger.press_data(card, data)
    assert answer is not None
    assert "isn't yours" in answer.text


async def test_the_free_plan_ends_with_an_offer_and_charges_nothing(house: House, person: Person) -> None:
    options = await options_of(person)
    for _ in range(7):
        await person.press(options, "+")
    options = await person.wait_until_edited(options, "10 posts")
    for _ in range(2):
        await person.press(options, "Generate")
        await person.wait_until_edited(options, "✅")
        await person.press(await person.refresh(options), "Write more")
        options = await person.wait_until_edited(options, "Choose")
    answer = await person.press(options, "Generate")
    told = await person.wait_for_message("20 of 20") if answer is None or not answer.text else None
    assert told is not None or (answer is not None and "20" in answer.text)
    rows = await house.rows(
        "SELECT sum(amount) AS used FROM quota_entries JOIN users ON users.id = owner_id WHERE telegram_user_id = $1",
        person.id,
    )
    assert rows[0]["used"] <= 20


async def test_a_file_a_long_paste_and_a_forward_are_sources(house: House, person: Person, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(f"# A heading\n\n{ARTICLE}")
    await person.upload(note)
    await person.wait_for_message("A heading")
    long = " ".join(f"Sentence number {number} says something new." for number in range(250))
    await person.send_text(long)
    card = await person.wait_for_message("1,500 words")
    assert card.button("Write posts")


async def test_an_instruction_that_isnt_understood_is_answered_where_it_was_written(person: Person) -> None:
    draft = await drafts_of(person)
    asked = await person.reply(draft, "make it sound like a pirate of the seven seas")
    told = await person.wait_for_message("The offline writer can't do that", after=asked.id)
    assert told.button("Show the draft")


async def test_an_old_card_of_a_published_post_shows_how_it_stands(person: Person) -> None:
    draft = await drafts_of(person)
    edit = draft.button("Edit").data
    assert edit is not None
    await person.press(draft, "Post now")
    await person.wait_for_message("✅ Published", after=draft.id)
    answer = await person.press_data(draft, edit)
    assert answer is not None
    assert answer.show_alert
    await person.wait_until_edited(draft, "✅ Published")
