"""What goes with a post, as a person chooses it in the chat."""

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.posts.models import Layout, Post
from tests.bot.chat import Chat
from tests.factories import make_channel
from tests.pictures import picture
from web.sandbox.client import SeenMessage

SOURCE = "A source of at least ten characters."


async def draft_of(chat: Chat, text: str = SOURCE) -> SeenMessage:
    card = await chat.say(text)
    await chat.press(card, "Use as it is")
    return await chat.last()


async def details_of(chat: Chat, text: str = SOURCE) -> SeenMessage:
    draft = await draft_of(chat, text)
    await chat.press(draft, "Details")
    return await chat.last()


async def the_post(chat: Chat) -> Post:
    async with chat.application.deps.sessions() as session:
        mine = select(Post).join(User, User.id == Post.owner_id).where(User.telegram_user_id == chat.person.id)
        return (await session.scalars(mine)).one()


async def send_photos(chat: Chat, count: int, *, caption: str = "") -> list[SeenMessage]:
    sent = await chat.person.upload(*((f"{n}.png", picture()) for n in range(count)), caption=caption)
    await chat.handle_updates()
    return sent


async def test_switches_turn_on_and_off(chat: Chat) -> None:
    details = await details_of(chat)
    for label in ("Silent", "Pin", "Link preview"):
        await chat.press(await chat.last(), label)
    post = await the_post(chat)
    assert (post.silent, post.pin, post.link_preview) == (True, True, False)
    shown = await chat.person.refresh(details)
    assert [button.text for button in shown.buttons if "✓" in button.text] == ["✓ 🔕 Silent", "✓ 📌 Pin"]
    await chat.press(shown, "Back")
    assert "🔕 silent · 📌 pinned · 🔗 no link preview" in (await chat.last()).text


async def test_buttons_are_asked_for_and_shown(chat: Chat) -> None:
    details = await details_of(chat)
    await chat.press(details, "Add buttons")
    answer = await chat.say("Shop - https://e.com/shop | Blog - e.com\n\nCall us — tg://resolve?domain=bread")
    assert answer.text == "✅ The post has 3 buttons now."
    rows = [[(button["text"], button["url"]) for button in row] for row in (await the_post(chat)).buttons]
    assert rows == [
        [("Shop", "https://e.com/shop"), ("Blog", "https://e.com")],
        [("Call us", "tg://resolve?domain=bread")],
    ]
    await chat.press(answer, "Details")
    shown = await chat.last()
    assert "Shop → https://e.com/shop" in shown.text
    await chat.press(shown, "Remove buttons")
    assert (await the_post(chat)).buttons == []


async def test_a_wrong_line_is_named_and_the_question_stays(chat: Chat) -> None:
    details = await details_of(chat)
    await chat.press(details, "Add buttons")
    refusal = await chat.say("Shop - https://e.com\nBlog - ftp://e.com")
    assert refusal.text.startswith("Line 2: “ftp://e.com” is no link that Telegram takes.")
    assert (await the_post(chat)).buttons == []
    assert (await chat.say("Shop - https://e.com")).text == "✅ The post has 1 button now."


async def test_an_album_goes_with_the_post_as_one(chat: Chat) -> None:
    details = await details_of(chat)
    await chat.press(details, "Add media")
    await send_photos(chat, 3)
    answer = await chat.person.wait_for_message("✅ With this post now: 🖼 3 photos")
    assert len([seen for seen in await chat.person.history() if "With this post now" in seen.text]) == 1
    assert [medium["kind"] for medium in (await the_post(chat)).media] == ["photo"] * 3
    await chat.press(answer, "Details")
    shown = await chat.last()
    assert "of 1,024 characters under media" in shown.text
    await chat.press(shown, "Replace")
    await send_photos(chat, 2)
    await chat.person.wait_for_message("✅ With this post now: 🖼 2 photos")
    assert len((await the_post(chat)).media) == 2


async def test_a_picture_sent_as_a_reply_to_the_draft_goes_with_it(chat: Chat) -> None:
    draft = await draft_of(chat)
    await chat.person.upload(("a.png", picture()), reply_to=draft)
    await chat.handle_updates()
    assert (await chat.last()).text == "✅ With this post now: 🖼 1 photo"
    assert len((await the_post(chat)).media) == 1


async def test_what_telegram_takes_into_no_album_is_refused_once(chat: Chat) -> None:
    details = await details_of(chat)
    await chat.press(details, "Add media")
    await send_photos(chat, 1)
    await chat.press(details, "Add media")
    sent = await chat.person.upload(("a.pdf", b"%PDF"), ("b.pdf", b"%PDF"))
    await chat.handle_updates()
    refusals = [seen for seen in await chat.person.history() if seen.id > sent[-1].id and not seen.outgoing]
    assert ["documents only with documents" in seen.text for seen in refusals] == [True]
    assert [medium["kind"] for medium in (await the_post(chat)).media] == ["photo"]


async def test_an_album_with_buttons_needs_a_text(chat: Chat) -> None:
    await chat.say("/start")
    await send_photos(chat, 2)
    card = await chat.person.wait_for_message("🖼 2 photos")
    await chat.press(card, "Use as it is")
    await chat.press(await chat.last(), "Details")
    await chat.press(await chat.last(), "Add buttons")
    refusal = await chat.say("Shop - https://e.com")
    assert "An album can't carry buttons" in refusal.text


async def test_a_text_too_long_for_a_caption_offers_the_text_first(chat: Chat) -> None:
    details = await details_of(chat, "Bread and ovens. " * 90)
    await chat.press(details, "Add media")
    await send_photos(chat, 1)
    await chat.press(await chat.last(), "Details")
    shown = await chat.last()
    assert "Goes out as 2 messages, one after the other." in shown.text
    await chat.press(shown, "Text first")
    assert (await the_post(chat)).layout == Layout.TEXT_FIRST
    assert "Goes out as 2 messages: the text first, then the media." in (await chat.person.refresh(shown)).text


async def test_the_preview_is_the_post_itself(chat: Chat) -> None:
    details = await details_of(chat)
    await chat.press(details, "Add media")
    await send_photos(chat, 1)
    await chat.press(await chat.last(), "Preview")
    seen = await chat.last()
    assert (bool(seen.body["photo"]), seen.text) == (True, SOURCE)


async def test_a_reply_keeps_its_formatting_and_undo_brings_the_old_back(chat: Chat) -> None:
    draft = await draft_of(chat)
    await chat.person.send_text("= 😀 My <b>own</b> words", parse_mode="HTML", reply_to=draft)
    await chat.handle_updates()
    post = await the_post(chat)
    assert (post.text, post.entities) == ("😀 My own words", [{"type": "bold", "offset": 6, "length": 3}])
    card = await chat.person.refresh(draft)
    assert {"type": "bold", "offset": card.text.index("own") + 1, "length": 3} in card.entities
    await chat.person.reply(draft, "=Plain words")
    await chat.handle_updates()
    assert (await the_post(chat)).entities == []
    await chat.press(await chat.person.refresh(draft), "Undo")
    assert (await the_post(chat)).entities == [{"type": "bold", "offset": 6, "length": 3}]


@pytest.mark.parametrize("platform", ["linkedin"])
async def test_other_platforms_are_told_why_not(chat: Chat, platform: str) -> None:
    draft = await draft_of(chat)
    post = await the_post(chat)
    async with chat.application.deps.tx() as tx:
        (await tx.session.merge(post)).platform = platform
        await make_channel(tx, await chat.user())
    await chat.press(draft, "Details")
    told = await chat.last()
    assert told.text.startswith("A post for LinkedIn comes to you")
    assert told.button("Where it goes")


async def test_under_media_there_is_no_link_preview_to_switch(chat: Chat) -> None:
    await send_photos(chat, 1, caption="Look at https://example.com, a page about bread.")
    card = await chat.last()
    await chat.press(card, "Use as it is")
    await chat.press(await chat.last(), "Details")
    labels = [button.text for button in (await chat.last()).buttons]
    assert "🔕 Silent" in labels
    assert not any("Link preview" in label for label in labels)
