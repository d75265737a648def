"""A user's channel, from connecting it to what is posted there: real processes over the sandbox."""

import asyncio

import pytest

from tests.flows.house import House
from tests.flows.steps import ARTICLE, bring_forward, card_of
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
    tested = await person.wait_until_edited(
        card, lambda seen: any("Delete the test" in one.text for one in seen.buttons)
    )
    await person.press(tested, "Delete the test")
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


async def draft_to(person: Person, title: str) -> SeenMessage:
    """A draft whose target is the chat of that name."""
    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    await person.press(draft, "Where it goes")
    choice = await person.wait_until_edited(draft, "Where should it go?")
    await person.press(choice, title)
    return await person.wait_until_edited(draft, f"→ 📣 {title}")


async def test_a_post_goes_out_to_a_channel_and_its_status_links_to_it(person: Person) -> None:
    there, _ = await connect(person)
    draft = await draft_to(person, "Oven news")
    await person.press(draft, "Post now")
    post = await person.wait_for_message(ARTICLE, chat_id=there)
    status = await person.wait_for_message("✅ Published · Telegram → 📣 Oven news", after=draft.id)
    internal = -1_000_000_000_000 - there
    assert status.button("Open the post").url == f"https://t.me/c/{internal}/{post.id}"


async def test_an_answer_that_got_lost_is_asked_about_and_never_sent_twice_by_itself(
    house: House, person: Person
) -> None:
    there, _ = await connect(person)
    draft = await draft_to(person, "Oven news")
    await house.sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=there)
    await person.press(draft, "Post now")
    status = await person.wait_for_message("❓ Perhaps published", after=draft.id)
    assert [seen.text for seen in await person.history(chat_id=there)].count(ARTICLE) == 1
    await person.press(status, "It is there")
    await person.wait_until_edited(status, "✅ Published")
    assert [seen.text for seen in await person.history(chat_id=there)].count(ARTICLE) == 1


async def test_posts_wait_while_the_bot_is_out_and_are_asked_about(house: House, person: Person) -> None:
    there, _ = await connect(person)
    draft = await draft_to(person, "Oven news")
    await person.press(draft, "Schedule")
    zones = await person.wait_until_edited(draft, "Where do you live?")
    await person.press(zones, "London")
    times = await person.wait_until_edited(draft, "When should it go out?")
    await person.press(times, "Type a time")
    await person.wait_until_edited(times, "Tell me when")
    typed = await person.send_text("in 10 minutes")
    echo = await person.wait_for_message("Europe/London", after=typed.id)
    await person.press(echo, "Schedule")
    status = await person.wait_for_message("⏰ Scheduled · Telegram → 📣 Oven news", after=echo.id)
    await person.add_bot(there, status="kicked")
    await person.wait_for_message("1 post is on hold", after=echo.id)
    await person.wait_until_edited(status, "⏸ On hold")
    await bring_forward(house, person, in_s=0)
    await asyncio.sleep(1.5)
    assert (await person.refresh(status)).text.startswith("⏸ On hold")
    await person.add_bot(there)
    back = await person.wait_for_message("1 post missed its time", after=echo.id)
    await person.press(back, "Send now")
    await person.wait_for_message(ARTICLE, chat_id=there)
    await person.wait_until_edited(status, "✅ Published")
    assert [seen.text for seen in await person.history(chat_id=there)].count(ARTICLE) == 1


async def test_a_refusal_at_sending_holds_the_post_and_checking_again_lets_it_go(house: House, person: Person) -> None:
    there, _ = await connect(person)
    draft = await draft_to(person, "Oven news")
    refusal = "Forbidden: bot was kicked from the channel chat"
    await house.sandbox.client.add_fault("error", "sendMessage", chat_id=there, error_code=403, description=refusal)
    await person.press(draft, "Post now")
    lost = await person.wait_for_message("1 post is on hold", after=draft.id)
    await person.press(lost, "Check again")
    back = await person.wait_for_message("1 post missed its time", after=lost.id)
    await person.press(back, "Send now")
    await person.wait_for_message("✅ Published", after=draft.id)
    assert [seen.text for seen in await person.history(chat_id=there)].count(ARTICLE) == 1
