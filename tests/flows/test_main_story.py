"""From a text in the chat to a post that goes out on time, and what may come in between."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE, bring_forward, card_of, drafts_of, options_of
from web.sandbox.client import Person, SeenMessage

pytestmark = pytest.mark.process

LATE_S = 60.0
"""How late a post may be here: the machine may be busy with something else."""
EARLY_S = 1.0
"""Telegram's dates are whole seconds."""


async def draft_as_it_is(person: Person) -> SeenMessage:
    card = await card_of(person)
    await person.press(card, "Use as it is")
    return await person.wait_until_edited(card, "characters")


async def times_of(person: Person, draft: SeenMessage) -> SeenMessage:
    """The choice of times, for somebody in London."""
    await person.press(draft, "Schedule")
    zones = await person.wait_until_edited(draft, "Where do you live?")
    answer = await person.press(zones, "London")
    assert answer is not None
    assert "Europe/London" in answer.text
    return await person.wait_until_edited(draft, "When should it go out?")


async def schedule_in_words(person: Person, times: SeenMessage, words: str) -> SeenMessage:
    """Type a time, see it echoed, confirm it; gives the status message."""
    await person.press(times, "Type a time")
    asked = await person.wait_until_edited(times, "Tell me when")
    typed = await person.send_text(words)
    echo = await person.wait_for_message("Europe/London", after=typed.id)
    await person.press(echo, "Schedule")
    assert (await person.refresh(asked)).deleted
    return await person.wait_for_message(lambda seen: seen.text.startswith("⏰ Scheduled"), after=echo.id)


async def deliveries(house: House, person: Person) -> list[tuple[str, datetime]]:
    rows = await house.rows(
        "SELECT d.status, d.due_at FROM deliveries d JOIN users ON users.id = d.owner_id"
        " WHERE kind = 'post' AND telegram_user_id = $1 ORDER BY due_at",
        person.id,
    )
    return [(row["status"], row["due_at"]) for row in rows]


async def test_the_whole_story(house: House, person: Person) -> None:
    """Hello, an article, drafts, an edit by reply, a time in words, the countdown, the delivery, the lists."""
    hello = await person.send_text("/start")
    await person.wait_for_message("Hello Ann", after=hello.id)
    draft = await drafts_of(person)
    await person.press(draft, "›")
    await person.wait_until_edited(draft, "2/3")
    await person.reply(draft, "=Write one long article on Friday, and cut it into ten posts.")
    draft = await person.wait_until_edited(draft, "your words")

    status = await schedule_in_words(person, await times_of(person, draft), "in 10 minutes")
    assert "Europe/London" in status.text
    listed = await person.send_text("/calendar")
    calendar = await person.wait_for_message("1 post is coming", after=listed.id)
    assert "Write one long article" in calendar.text
    assert calendar.button("Write one long article")

    await bring_forward(house, person, in_s=2)
    post = await person.wait_for_message(
        lambda seen: seen.text == "Write one long article on Friday, and cut it into ten posts.", after=status.id
    )
    ((delivered, due_at),) = await deliveries(house, person)
    sent_at = datetime.fromtimestamp(post.body["date"], UTC)
    assert -EARLY_S < (sent_at - due_at).total_seconds() < LATE_S
    assert delivered in {"sending", "delivered"}
    done = await person.wait_until_edited(status, "✅ Published")
    assert [button.text for button in done.buttons] == ["📑 Duplicate as a draft", "♻️ Evergreen"]

    listed = await person.send_text("/posts")
    posts = await person.wait_for_message("3 posts", after=listed.id)
    assert [button.text[0] for button in posts.buttons].count("✅") == 1
    listed = await person.send_text("/calendar")
    await person.wait_for_message("Nothing is planned", after=listed.id)
    rows = await house.rows(
        "SELECT sum(amount) AS used FROM quota_entries JOIN users ON users.id = owner_id WHERE telegram_user_id = $1",
        person.id,
    )
    assert rows[0]["used"] == 3


async def test_wrong_answers_on_the_way_to_a_time_leave_the_question_open(person: Person) -> None:
    draft = await draft_as_it_is(person)
    await person.press(draft, "Schedule")
    await person.wait_until_edited(draft, "Where do you live?")
    sent = await person.send_text("Nowhereville")
    await person.wait_for_message("I don't know a city called “Nowhereville”", after=sent.id)
    sent = await person.send_text("Lisbon")
    await person.wait_until_edited(await person.wait_for_message("Nowhereville"), "Europe/Lisbon")
    times = await person.wait_for_message("When should it go out?", after=sent.id)
    await person.press(times, "Type a time")
    await person.wait_until_edited(times, "Tell me when")
    for words, answer in (("when the cows come home", "understand"), ("yesterday", "passed"), ("in 3 years", "ahead")):
        sent = await person.send_text(words)
        await person.wait_for_message(answer, after=sent.id)
    sent = await person.send_text("in 3 hours")
    echo = await person.wait_for_message("Europe/Lisbon", after=sent.id)
    assert "in 3 hours" in echo.text or "in 2 hours 59 minutes" in echo.text
    assert echo.button("Schedule")


async def test_the_question_for_a_time_survives_a_restart_of_the_bot(house: House, person: Person) -> None:
    times = await times_of(person, await draft_as_it_is(person))
    await person.press(times, "Type a time")
    await person.wait_until_edited(times, "Tell me when")
    await house.restart("bot")
    sent = await person.send_text("tomorrow 9:30")
    echo = await person.wait_for_message("09:30", after=sent.id)
    assert echo.button("Schedule")


async def test_pressed_twice_at_once_a_post_is_scheduled_once(house: House, person: Person) -> None:
    times = await times_of(person, await draft_as_it_is(person))
    button = times.button("In 1 h")
    await asyncio.gather(*(person.press(times, button) for _ in range(2)))
    await person.wait_for_message("⏰ Scheduled", after=times.id)
    assert [status for status, _ in await deliveries(house, person)] == ["scheduled"]


async def test_pressed_twice_at_once_a_post_goes_out_once(house: House, person: Person) -> None:
    draft = await draft_as_it_is(person)
    button = draft.button("Post now")
    await asyncio.gather(*(person.press(draft, button) for _ in range(3)))
    await person.wait_for_message("✅ Published", after=draft.id)
    assert [status for status, _ in await deliveries(house, person)] == ["delivered"]
    posts = [seen for seen in await person.history() if seen.text == ARTICLE and not seen.outgoing]
    assert len(posts) == 1


async def test_a_cancelled_post_doesnt_go_out_and_can_be_brought_back(house: House, person: Person) -> None:
    times = await times_of(person, await draft_as_it_is(person))
    await person.press(times, "In 1 h")
    status = await person.wait_for_message("⏰ Scheduled", after=times.id)
    await person.press(status, "Cancel")
    cancelled = await person.wait_until_edited(status, "🚫 Cancelled")
    assert [status for status, _ in await deliveries(house, person)] == ["cancelled"]
    await person.press(cancelled, "Undo")
    await person.wait_until_edited(status, "⏰ Scheduled")


async def test_the_buttons_of_yesterday_say_what_has_become_of_the_post(person: Person) -> None:
    draft = await draft_as_it_is(person)
    old = {label: draft.button(label).data for label in ("Edit", "Schedule", "Delete", "Post now")}
    await person.press(draft, "Post now")
    await person.wait_for_message("✅ Published", after=draft.id)
    for label in ("Schedule", "Post now"):
        answer = await person.press_data(draft, old[label] or "")
        assert answer is not None
        assert answer.text, label


async def test_due_while_nobody_works_goes_out_when_they_are_back(house: House, person: Person) -> None:
    draft = await draft_as_it_is(person)
    await house.end("worker")
    await person.press(draft, "Post now")
    await house.restart("scheduler")
    await house.start("worker")
    await person.wait_for_message("✅ Published", after=draft.id)
    posts = [seen for seen in await person.history() if seen.text == ARTICLE and not seen.outgoing]
    assert len(posts) == 1


async def test_no_platform_is_not_a_choice(person: Person) -> None:
    options = await options_of(person)
    answer = await person.press(options, "✓ Telegram")
    assert answer is not None
    assert "At least one platform" in answer.text
