"""Templates in the chat: kept, listed, asked for what they need, and made into drafts."""

from tests.bot.chat import Chat


async def kept(chat: Chat, text: str) -> None:
    """A template of this text, from /templates."""
    await chat.say("/start")
    listed = await chat.say("/templates")
    assert "None yet." in listed.text
    await chat.press(listed, "New")
    assert (await chat.say(text)).text.startswith("✅ Saved as a template.")


async def test_its_variables_are_told_and_a_near_miss_is_asked_about(chat: Chat) -> None:
    await kept(chat, "{dates}: {guest} on {date}")
    shown = (await chat.last()).text
    assert "❓ I ask you for: {dates}, {guest}" in shown
    assert "⚠️ I don't know {dates}. Did you mean {date}?" in shown


async def test_what_it_needs_is_asked_for_and_a_bad_answer_loses_nothing(chat: Chat) -> None:
    await kept(chat, "{guest} on {date}: {link} {{date}}")
    await chat.press(await chat.last(), "Use it")
    await chat.press(await chat.last(), "Today: 21 November 2026")
    assert (await chat.last()).text == "What should stand for {guest}?\n1 of 2. /cancel makes no draft."
    await chat.say("Bo <b>")
    assert "That is no link." in (await chat.say("example.com")).text
    card = await chat.say("https://example.com/")
    assert "Bo <b> on 21 November 2026: https://example.com/ {date}" in card.text
    assert "Telegram" in card.text


async def test_a_draft_is_saved_changed_and_deleted(chat: Chat) -> None:
    await chat.say("/start")
    source = await chat.say("Bread that pays for the oven, every single day of the week.")
    await chat.press(source, "Use as it is")
    card = await chat.last()
    await chat.press(card, "More")
    await chat.press(await chat.last(), "Save as a template")
    await chat.press(await chat.last(), "Rename")
    renamed = await chat.say("Daily bread")
    assert renamed.text.startswith("💾 Daily bread · Telegram")
    await chat.press(renamed, "Edit")
    assert "Crumbs" in (await chat.say("Crumbs of {day}")).text
    await chat.press(await chat.last(), "Delete")
    gone = await chat.last()
    assert gone.text == "🗑 Deleted: Daily bread"
    await chat.press(gone, "Undo")
    await chat.press(await chat.last(), "Templates")
    assert [button.text for button in (await chat.last()).buttons] == ["Daily bread", "➕ New"]
