"""Brands in the chat: the short dialogue, changing, the default one, deleting, and sharing by a link."""

import pytest

from bot.brands.actions import ShowBrand
from bot.posts.actions import ChooseHashtags, SetBrand
from core import ids
from core.brands.learning import examples_of
from core.brands.models import Role
from core.brands.queries import Access, accesses_of
from tests.bot.chat import Chat
from tests.core.brands.test_learning import POSTS
from tests.factories import make_channel, make_post
from tests.pictures import picture


async def mine(chat: Chat) -> list[Access]:
    async with chat.application.deps.read() as session:
        return list(await accesses_of(session, user_id=(await chat.user()).id))


async def steps(chat: Chat, *buttons: str) -> None:
    """Press them one after the other, each on what the bot shows by then."""
    for button in buttons:
        await chat.press(await chat.last(), button)


async def make(chat: Chat, name: str = "Oven Bread") -> None:
    """By the dialogue, with everything but the name left out."""
    listed = await chat.say("/brands")
    await chat.press(listed, "➕ New brand")
    asked = await chat.say(name)
    assert asked.text.startswith("What is")
    await steps(chat, "Skip", "Skip")


async def join(chat: Chat, guest: Chat, role: str = "editor") -> None:
    """Through the link that the owner copies."""
    await steps(chat, "👥 Members", f"➕ Invite an {role}" if role == "editor" else f"➕ Invite a {role}")
    link = next(line for line in (await chat.last()).text.splitlines() if line.startswith("https://t.me/"))
    asked = await guest.say(f"/start {link.partition('start=')[2]}")
    await guest.press(asked, "✅ Join")


@pytest.fixture
async def guest(chat: Chat) -> Chat:
    """Somebody else's chat with the same bot."""
    return Chat(chat.application, chat.sandbox, await chat.sandbox.client.new_person("Ben"))


async def test_a_brand_is_made_in_three_answers(chat: Chat) -> None:
    listed = await chat.say("/brands")
    assert "No brand yet" in listed.text
    await chat.press(listed, "➕ New brand")
    asked = await chat.say("Oven Bread")
    assert asked.text.startswith("What is Oven Bread?")
    asked = await chat.say("A bakery in Porto & more.")
    assert asked.text.startswith("Whom does Oven Bread speak to?")
    card = await chat.say("Neighbours")
    assert card.text.splitlines()[:4] == ["🏷 Oven Bread", "A bakery in Porto & more.", "", "🎯 Speaks to: Neighbours"]
    assert "🗣 Voice: not learned yet" in card.text
    assert "• Oven Bread · by default" in (await chat.say("/brands")).text


async def test_what_is_asked_can_be_skipped_and_nothing_waits_then(chat: Chat) -> None:
    await make(chat)
    card = await chat.last()
    assert card.text.startswith("🏷 Oven Bread\n")
    assert "nothing to cancel" in (await chat.say("/cancel")).text


async def test_a_dialogue_that_is_left_leaves_the_brand(chat: Chat) -> None:
    await chat.press(await chat.say("/brands"), "➕ New brand")
    await chat.say("Oven Bread")
    assert "Cancelled: what a brand says." in (await chat.say("/cancel")).text
    assert [each.brand.name for each in await mine(chat)] == ["Oven Bread"]


async def test_a_name_that_is_too_long_is_asked_for_again(chat: Chat) -> None:
    await chat.press(await chat.say("/brands"), "➕ New brand")
    assert "61 of 60 characters" in (await chat.say("x" * 61)).text
    assert "What is Oven" in (await chat.say("Oven")).text


async def test_the_plan_is_asked_before_the_name(chat: Chat) -> None:
    await make(chat)
    await chat.press(await chat.say("/brands"), "➕ New brand")
    refused = await chat.last()
    assert "Brands" in refused.text
    assert "⬆️ Upgrade" in {button.text for button in refused.buttons}
    assert "nothing to cancel" in (await chat.say("/cancel")).text


async def test_a_signature_is_written_shown_and_removed(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "✏️ Edit", "Signature")
    shown = await chat.say("Ann <Oven>")
    assert "Signature: Ann <Oven>" in shown.text
    await chat.press(shown, "Signature")
    await chat.press(await chat.last(), "🗑 Remove it")
    assert [each.brand.signature for each in await mine(chat)] == [""]


async def test_a_photo_is_no_answer_and_the_question_stays(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "✏️ Edit", "Audience")
    await chat.person.upload(("oven.png", picture()))
    await chat.handle_updates()
    assert "I need that as text" in (await chat.last()).text
    assert "Audience: Bakers" in (await chat.say("Bakers")).text


async def test_the_default_is_switched_off_and_on(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "✓ Use by default")
    assert [each.is_default for each in await mine(chat)] == [False]
    await steps(chat, "Use by default")
    assert [each.is_default for each in await mine(chat)] == [True]


async def test_a_deletion_can_be_taken_back(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "🗑 Delete")
    assert await mine(chat) == []
    await steps(chat, "↩️ Undo")
    assert [each.brand.name for each in await mine(chat)] == ["Oven Bread"]


async def test_somebody_joins_by_the_link_and_sees_what_an_editor_may(chat: Chat, guest: Chat) -> None:
    await make(chat)
    await join(chat, guest)
    card = await guest.last()
    labels = {button.text for button in card.buttons}
    assert "You are an editor" in card.text
    assert {"✏️ Edit", "🚪 Leave"} <= labels
    assert "🗑 Delete" not in labels
    assert [each.role for each in await mine(guest)] == [Role.EDITOR]


async def test_a_viewer_looks_and_is_told_why_not_more(chat: Chat, guest: Chat) -> None:
    await make(chat)
    await join(chat, guest, "viewer")
    card = await guest.last()
    assert "✏️ Edit" not in {button.text for button in card.buttons}
    (access,) = await mine(guest)
    refused = await guest.press_data(card, f"br.set:{ShowBrand(access.brand.id).encode().partition(':')[2]}:name")
    assert refused is not None
    assert "You are a viewer of this brand, and that takes an editor." in refused.text


async def test_a_link_that_was_used_or_isnt_one_says_so(chat: Chat, guest: Chat) -> None:
    await make(chat)
    await join(chat, guest)
    third = Chat(chat.application, chat.sandbox, await chat.sandbox.client.new_person("Cid"))
    link = next(line for line in (await chat.last()).text.splitlines() if line.startswith("https://t.me/"))
    assert "used already" in (await third.say(f"/start {link.partition('start=')[2]}")).text
    assert "doesn't work (any more)" in (await third.say("/start brand-nonsense")).text
    assert (await guest.say(f"/start {link.partition('start=')[2]}")).text.startswith("🏷 Oven Bread")


async def test_who_is_removed_has_no_access_with_the_very_next_press(chat: Chat, guest: Chat) -> None:
    await make(chat)
    await join(chat, guest)
    card = await guest.last()
    await chat.say("/brands")
    await steps(chat, "Oven Bread", "👥 Members", "Ben", "🚫 Remove", "🚫 Yes, remove")
    refused = await guest.press(card, "✏️ Edit")
    assert refused is not None
    assert "you have no access" in refused.text


async def test_leaving_is_asked_and_done(chat: Chat, guest: Chat) -> None:
    await make(chat)
    await join(chat, guest)
    await steps(guest, "🚪 Leave", "🚪 Yes, leave")
    assert await mine(guest) == []


NOTE = "Small bakeries lose bread every evening. We moved the last bake to four. Waste fell to three percent."


async def test_the_options_card_names_the_brand_and_lets_another_be_chosen(chat: Chat) -> None:
    await make(chat)
    await chat.say(NOTE)
    await steps(chat, "Write posts", "🏷 As Oven Bread")
    shown = await chat.last()
    assert shown.text == "In whose voice should the posts be?"
    assert [button.text for button in shown.buttons] == ["✓ Oven Bread", "No brand", "‹ Back"]
    await steps(chat, "No brand")
    assert "🏷 As no brand" in {button.text for button in (await chat.last()).buttons}


async def test_without_a_brand_the_options_card_says_nothing_of_it(chat: Chat) -> None:
    await chat.say(NOTE)
    await steps(chat, "Write posts")
    assert not any("🏷" in button.text for button in (await chat.last()).buttons)


async def test_a_brand_that_one_only_looks_at_isnt_offered(chat: Chat, guest: Chat) -> None:
    await make(chat)
    await join(chat, guest, "viewer")
    (access,) = await mine(guest)
    await guest.say(NOTE)
    await steps(guest, "Write posts")
    card = await guest.last()
    assert not any("🏷" in button.text for button in card.buttons)
    generate = next(button.data for button in card.buttons if "Generate" in button.text) or ""
    batch_id = ids.BatchId(ids.parse_short(generate.split(":")[1]))
    refused = await guest.press_data(card, SetBrand(batch_id, access.brand.id).encode())
    assert refused is not None
    assert "you have no access" in refused.text


async def test_posts_are_collected_into_one_answer_that_counts_them(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "🗣 Voice", "📥 Forward posts")
    for post in POSTS:
        await chat.person.send_text(post)
    await chat.handle_updates()
    answer = next(m for m in reversed(await chat.person.history()) if not m.outgoing and "I have" in m.text)
    assert answer.text == "📥 I have 3 posts.\nThat is enough; up to 7 more make it better."
    assert [button.text for button in answer.buttons] == ["🗣 Learn the voice"]
    await chat.press(answer, "🗣 Learn the voice")
    assert "nothing to cancel" in (await chat.say("/cancel")).text


async def test_a_post_that_is_too_short_is_refused_and_the_next_one_still_counts(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "🗣 Voice", "📥 Forward posts")
    assert "That has 5 characters" in (await chat.say("Bread")).text
    assert "I have 1 post." in (await chat.say(POSTS[0])).text


async def test_the_style_card_is_changed_by_replies(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "🗣 Voice", "✏️ Change by hand", "Words to avoid")
    shown = await chat.say("cheap, free*")
    assert "🗣 Voice: written by hand" in shown.text
    assert "Words to avoid: cheap, free*" in shown.text
    await steps(chat, "✏️ Change by hand", "Length")
    assert "a number from 40 to 5,000" in (await chat.say("long")).text
    assert "Length: about 300 characters" in (await chat.say("300")).text
    await steps(chat, "✏️ Change by hand", "Words to avoid")
    asked = await chat.last()
    assert "Now: cheap, free*" in asked.text
    await steps(chat, "🗑 Remove it")
    assert "cheap" not in (await chat.last()).text


async def test_a_channel_of_which_too_little_is_known_says_why(chat: Chat) -> None:
    await make(chat)
    async with chat.application.deps.tx() as tx:
        await make_channel(tx, await chat.user(), title="Oven news")
    await steps(chat, "🗣 Voice", "📣 From a channel")
    assert "A bot can't read what was posted before" in (await chat.last()).text
    await steps(chat, "Oven news")
    assert (await chat.last()).text.startswith("I know only 0 posts of 📣 Oven news, and it takes 3.")


async def test_what_others_post_in_a_connected_channel_can_be_learned_from(chat: Chat) -> None:
    await make(chat)
    made = await chat.person.make_chat("channel", "Oven news")
    await chat.person.add_bot(made["id"])
    async with chat.application.deps.tx() as tx:
        await make_channel(tx, await chat.user(), chat_id=made["id"], title="Oven news")
    for post in POSTS:
        await chat.person.send_text(post, chat_id=made["id"])
    await chat.handle_updates()
    await steps(chat, "🗣 Voice", "📣 From a channel", "Oven news")
    async with chat.application.deps.read() as session:
        (access,) = await mine(chat)
        found = await examples_of(session, user_id=(await chat.user()).id, brand_id=access.brand.id)
    assert {each.text for each in found} == set(POSTS)


async def test_hashtags_are_made_shown_changed_and_deleted_by_a_question(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "# Hashtags", "➕ New group")
    assert "Send me the hashtags of “Daily”" in (await chat.say("Daily")).text
    assert "“no-dash” can't be a hashtag" in (await chat.say("#bread no-dash")).text
    shown = await chat.say("#bread Porto")
    assert "Daily: #bread #Porto" in shown.text
    await steps(chat, "Daily", "✏️ Hashtags")
    assert "Daily: #rye" in (await chat.say("#rye")).text
    await steps(chat, "Daily", "🗑 Delete", "🗑 Yes, delete")
    assert "No group yet" in (await chat.last()).text


async def test_a_group_goes_under_a_draft_with_one_press(chat: Chat) -> None:
    await make(chat)
    await steps(chat, "# Hashtags", "➕ New group")
    await chat.say("Daily")
    await chat.say("#bread #porto")
    async with chat.application.deps.tx() as tx:
        post = await make_post(tx, await chat.user(), "Bread that pays.")
    listed = await chat.say("/posts")
    await chat.press_data(listed, ChooseHashtags(post.id).encode())
    answer = await chat.press(await chat.last(), "Daily")
    assert answer is not None
    assert answer.text == "2 hashtags added."
    assert "Bread that pays.\n\n#bread #porto" in (await chat.last()).text
