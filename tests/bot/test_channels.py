"""Connecting chats in the chat, each way it can fail, and what can be done with what is connected."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from telegram import Update

from bot.channels.actions import SendTest, ShowChannel
from core.channels.models import Channel
from core.channels.queries import channels_of
from core.db import Page
from core.deps import Deps
from core.posts.models import Post, PostStatus
from core.posts.scheduling import choose_target, schedule_post
from tests.bot.chat import Chat
from tests.factories import make_channel, make_post
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import SeenMessage

CHANNEL_BUTTON, GROUP_BUTTON = 1, 2
POSTING = {"can_post_messages": True}


async def ask_for(chat: Chat, what: str) -> None:
    listed = await chat.say("/channels")
    await chat.press(listed, f"➕ {what}")


async def share(chat: Chat, request_id: int, chat_id: int) -> list[str]:
    """Choose a chat in Telegram's chooser; what the bot said then."""
    chat._seen = (await chat.person.share_chat(request_id, chat_id)).id
    await chat.handle_updates()
    return [message.text for message in await chat.answers()]


async def connected(chat: Chat, title: str = "Oven news", **more: Any) -> int:
    """A channel of the person's own, connected by the chooser; its id."""
    await chat.say("/start")
    made = await chat.person.make_chat("channel", title, **more)
    await ask_for(chat, "Channel")
    await share(chat, CHANNEL_BUTTON, made["id"])
    return int(made["id"])


async def rows(chat: Chat) -> list[Channel]:
    async with chat.application.deps.read() as session:
        found = await channels_of(session, owner_id=(await chat.user()).id, page=Page())
    return list(found.items)


async def posts_in(chat: Chat, chat_id: int) -> list[str]:
    return [message.text for message in await chat.person.history(chat_id=chat_id) if message.text]


async def card(chat: Chat) -> SeenMessage:
    listed = await chat.say("/channels")
    await chat.press(listed, listed.buttons[0].text)
    return await chat.person.refresh(listed)


async def test_a_channel_is_connected_by_the_chooser_and_listed(chat: Chat) -> None:
    await chat.say("/start")
    made = await chat.person.make_chat("channel", "Oven news")
    await ask_for(chat, "Channel")
    assert await chat.reply_keyboard() == [["📣 Choose a channel"]]
    told = await share(chat, CHANNEL_BUTTON, made["id"])
    assert told[0] == "✅ Connected: 📣 Oven news."
    assert told[1].startswith("📣 Oven news\n✅ ready")
    assert await chat.reply_keyboard() == []
    listed = await chat.say("/channels")
    assert "1 of 1 on your plan" in listed.text
    assert "📣 Oven news: ✅ ready" in listed.text


async def test_a_group_is_connected_by_the_chooser(chat: Chat) -> None:
    await chat.say("/start")
    made = await chat.person.make_chat("supergroup", "Bakers")
    await ask_for(chat, "Group")
    assert (await share(chat, GROUP_BUTTON, made["id"]))[0] == "✅ Connected: 👥 Bakers."
    assert [(row.kind, row.state) for row in await rows(chat)] == [("supergroup", "ready")]


async def test_a_post_forwarded_from_the_channel_connects_it(chat: Chat) -> None:
    await chat.say("/start")
    made = await chat.person.make_chat("channel", "Oven news")
    await chat.person.add_bot(made["id"], rights=POSTING)
    await ask_for(chat, "Channel")
    post = await chat.person.send_text("Bread", chat_id=made["id"])
    chat._seen = (await chat.person.forward(post))[0].id
    await chat.handle_updates()
    assert "✅ Connected: 📣 Oven news." in [message.text for message in await chat.answers()]


async def test_connect_in_the_group_connects_it(chat: Chat) -> None:
    await chat.say("/start")
    made = await chat.person.make_chat("supergroup", "Bakers")
    await chat.person.add_bot(made["id"], status="member")
    answer = await chat.say("/connect", chat_id=made["id"])
    assert answer.text.startswith("✅ Connected: 👥 Bakers.")
    second = await chat.person.make_chat("supergroup", "Second")
    await chat.person.add_bot(second["id"], status="member")
    assert "no room for another chat" in (await chat.say("/connect", chat_id=second["id"])).text


async def test_connect_by_somebody_who_is_no_admin_is_refused(chat: Chat, sandbox: RunningSandbox) -> None:
    owner = await sandbox.client.new_person("Olga")
    made = await owner.make_chat("supergroup", "Bakers")
    await owner.add_bot(made["id"], status="member")
    body = {"user_id": chat.person.id, "status": "member", "by_user_id": owner.id}
    await sandbox.client.request("POST", f"/client/chats/{made['id']}/members", json=body)
    answer = await chat.say("/connect", chat_id=made["id"])
    assert "Only admins can connect a chat" in answer.text
    assert await rows(chat) == []


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        ({"status": "administrator", "rights": {"can_edit_messages": True}}, "“Post messages”"),
        ({"status": "kicked"}, "I'm not in that chat"),
        (None, "I can't see that chat"),
    ],
)
async def test_what_is_missing_is_said_and_the_question_stays(
    chat: Chat, standing: dict[str, Any] | None, sentence: str
) -> None:
    await chat.say("/start")
    made = await chat.person.make_chat("channel", "Oven news")
    if standing is not None:
        await chat.person.add_bot(made["id"], **standing)
    await ask_for(chat, "Channel")
    post = await chat.person.send_text("Bread", chat_id=made["id"])
    [forwarded] = await chat.person.forward(post)
    chat._seen = forwarded.id
    await chat.handle_updates()
    assert sentence in (await chat.answers())[-1].text
    assert await rows(chat) == []
    await chat.person.add_bot(made["id"], rights=POSTING)
    [again] = await chat.person.forward(post)
    chat._seen = again.id
    await chat.handle_updates()
    assert (await chat.answers())[0].text.startswith("✅ Connected")


async def test_a_second_chat_meets_the_plans_limit_with_the_upgrade_screen(chat: Chat) -> None:
    first = await connected(chat)
    second = await chat.person.make_chat("channel", "Second")
    await ask_for(chat, "Channel")
    [told] = await share(chat, CHANNEL_BUTTON, second["id"])
    assert "Channels and groups: as many as your plan has room for" in told
    assert "1 of 1 on the Free plan" in told
    assert [row.chat_id for row in await rows(chat)] == [first]


async def test_a_test_says_that_it_is_one_and_can_be_deleted(chat: Chat) -> None:
    there = await connected(chat)
    shown = await card(chat)
    await chat.press(shown, "Send a test")
    [test] = await posts_in(chat, there)
    assert "This is a test" in test
    await chat.press_data(shown, SendTest((await rows(chat))[0].id).encode())
    assert len(await posts_in(chat, there)) == 1
    answer = await chat.press(await chat.person.refresh(shown), "Delete the test")
    assert answer is not None
    assert answer.text == "The test is deleted."
    assert [message.deleted for message in await chat.person.history(chat_id=there) if message.text] in ([], [True])
    assert (await chat.person.refresh(shown)).button("Send a test")


async def test_a_test_that_cant_be_sent_says_why_and_the_state_is_kept(chat: Chat) -> None:
    there = await connected(chat)
    shown = await card(chat)
    await chat.person.add_bot(there, rights={"can_edit_messages": True})
    answer = await chat.press(shown, "Send a test")
    assert answer is not None
    assert "“Post messages”" in answer.text
    assert "I'm not allowed to post there" in (await chat.person.refresh(shown)).text
    await chat.person.add_bot(there, rights=POSTING)
    answer = await chat.press(await chat.person.refresh(shown), "Check again")
    assert answer is not None
    assert answer.text == "All is well: posts can go there."
    assert "✅ ready" in (await chat.person.refresh(shown)).text


async def test_disconnecting_can_be_taken_back(chat: Chat) -> None:
    await connected(chat)
    shown = await card(chat)
    await chat.press(shown, "Disconnect")
    assert await rows(chat) == []
    await chat.press(await chat.person.refresh(shown), "Undo")
    assert [row.state for row in await rows(chat)] == ["ready"]


async def test_posts_that_wait_are_asked_about_before_a_chat_is_disconnected(chat: Chat, deps: Deps) -> None:
    await connected(chat)
    [channel], owner = await rows(chat), await chat.user()
    async with deps.tx() as tx:
        posts = [await make_post(tx, owner, f"Bread {number}") for number in (1, 2)]
        for post in posts:
            await choose_target(tx, owner_id=post.owner_id, post_id=post.id, channel_id=channel.id)
            await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + timedelta(hours=2))
    shown = await card(chat)
    await chat.press(shown, "Disconnect")
    asked = await chat.person.refresh(shown)
    assert asked.text.startswith("🔌 2 posts are still to go out in 📣 Oven news.")
    assert [row.state for row in await rows(chat)] == ["ready"]
    await chat.press(asked, "🚫 Cancel 2 posts and disconnect")
    assert "2 posts are cancelled; you find them under My posts." in (await chat.person.refresh(shown)).text
    assert await rows(chat) == []
    async with deps.read() as session:
        found = await session.scalars(select(Post.status).where(Post.channel_id == channel.id))
    assert set(found.all()) == {PostStatus.CANCELLED}


async def test_an_admin_who_writes_as_the_group_is_told_how_to_connect_it(chat: Chat) -> None:
    group = await chat.person.make_chat("supergroup", "Bakers")
    await chat.person.add_bot(group["id"])
    there = {"id": group["id"], "type": "supergroup", "title": "Bakers"}
    nobody = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    written = {"message_id": 9, "date": 0, "chat": there, "from": nobody, "sender_chat": there}
    for text in ("/connect", f"/connect@{chat.application.bot.username}", "Hello", "/connect@somebody_else"):
        update = Update.de_json({"update_id": 1, "message": {**written, "text": text}}, chat.application.bot)
        await chat.application.handle(update)
    said = [seen.text for seen in await chat.person.history(chat_id=group["id"]) if not seen.outgoing]
    assert len(said) == 2
    assert all(text.startswith("You write as the group here") for text in said)


async def test_the_default_is_switched_on_and_off(chat: Chat) -> None:
    await connected(chat)
    shown = await card(chat)
    await chat.press(shown, "Post here by default")
    assert "New posts for Telegram go there" in (await chat.person.refresh(shown)).text
    await chat.press(await chat.person.refresh(shown), "✓ Post here by default")
    assert "New posts for Telegram" not in (await chat.person.refresh(shown)).text


async def test_somebody_elses_channel_is_not_found(chat: Chat, sandbox: RunningSandbox) -> None:
    await connected(chat)
    [row] = await rows(chat)
    mallory = Chat(chat.application, sandbox, await sandbox.client.new_person("Mallory"))
    listed = await mallory.say("/channels")
    for action in (ShowChannel(row.id), SendTest(row.id)):
        answer = await mallory.press_data(listed, action.encode())
        assert answer is not None
        assert "isn't yours" in answer.text


async def test_what_becomes_of_the_bots_rights_is_noticed(chat: Chat) -> None:
    there = await connected(chat)
    for standing, state in (
        ({"rights": {"can_edit_messages": True}}, "no_rights"),
        ({"status": "kicked"}, "removed"),
        ({"rights": POSTING}, "ready"),
    ):
        await chat.person.add_bot(there, **standing)
        await chat.handle_updates()
        assert [row.state for row in await rows(chat)] == [state]


async def test_a_group_that_becomes_a_supergroup_is_followed(chat: Chat, sandbox: RunningSandbox) -> None:
    await chat.say("/start")
    made = await chat.person.make_chat("group", "Bakers")
    await ask_for(chat, "Group")
    await share(chat, GROUP_BUTTON, made["id"])
    body = {"user_id": chat.person.id}
    moved = (await sandbox.client.request("POST", f"/client/chats/{made['id']}/migrate", json=body))["id"]
    await chat.handle_updates()
    assert [(row.chat_id, row.kind) for row in await rows(chat)] == [(moved, "supergroup")]


async def test_a_footer_is_written_shown_and_taken_away(chat: Chat) -> None:
    await chat.say("/start")
    async with chat.application.deps.tx() as tx:
        channel = await make_channel(tx, await chat.user())
        post = await make_post(tx, await chat.user())
        await choose_target(tx, owner_id=post.owner_id, post_id=post.id, channel_id=channel.id)
        await schedule_post(tx, owner_id=post.owner_id, post_id=post.id, due_at=tx.now + timedelta(hours=1))
    listed = await chat.say("/channels")
    await chat.press(listed, "Oven news")
    await chat.press(await chat.last(), "Footer")
    await chat.press(await chat.last(), "Write one")
    assert "too long for a footer: 501 of 500" in (await chat.say("x" * 501)).text
    await chat.person.send_text("Baked by <b>Oven news</b>", parse_mode="HTML")
    await chat.handle_updates()
    shown = await chat.last()
    assert "The text of a post.\n\nBaked by Oven news" in shown.text
    assert {"type": "bold", "offset": shown.text.index("Baked") + 10, "length": 9} in shown.entities
    assert "1 post that is scheduled there goes out like that, too." in shown.text
    await chat.press(shown, "Remove")
    assert "No footer" in (await chat.last()).text
