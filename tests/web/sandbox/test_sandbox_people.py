"""What people do, and what bots hear of it."""

import asyncio

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, Update

from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person, SandboxRefusal
from web.sandbox.model import Json


async def last(bot: Bot) -> Update:
    return (await bot.get_updates(offset=-1))[-1]


async def test_a_press_reaches_the_bot_and_its_answer_the_person(bot: Bot, person: Person) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("No", callback_data="n")], [
        InlineKeyboardButton("Site", url="https://example.com"), InlineKeyboardButton("Yes", callback_data="y"),
    ]])  # fmt: skip
    await bot.send_message(person.id, "Sure?", reply_markup=keyboard)
    question = await person.wait_for_message("Sure?")
    pressing = asyncio.create_task(person.press(question, "Yes"))
    after = (await bot.get_updates())[-1].update_id
    update = (await bot.get_updates(offset=after, timeout=50))[-1]
    while update.callback_query is None:
        update = await last(bot)
    query = update.callback_query
    assert (query.data, query.from_user.id) == ("y", person.id)
    assert query.message
    assert query.message.message_id == question.id
    await query.answer("Noted", show_alert=True)
    answer = await pressing
    assert answer
    assert (answer.text, answer.show_alert) == ("Noted", True)
    with pytest.raises(SandboxRefusal, match="doesn't ask"):
        await person.press(question, "Site")


async def test_a_reply_an_edit_and_a_long_text(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.id, "draft")
    reply = await person.send_text("shorter", reply_to=sent.message_id)
    message = (await last(bot)).message
    assert message
    assert message.reply_to_message
    assert message.reply_to_message.message_id == sent.message_id
    await person.edit(reply, "much shorter")
    edited = (await last(bot)).edited_message
    assert edited
    assert (edited.text, edited.message_id) == ("much shorter", reply.id)
    await person.send_text("word " * 2000)
    assert len([each for each in await person.history() if each.text.startswith("word")]) == 3


async def test_uploads_become_what_they_are(bot: Bot, person: Person, picture: bytes) -> None:
    (photo,) = await person.upload(("a.png", picture), caption="Look")
    assert (photo.text, "photo" in photo.body) == ("Look", True)
    (document,) = await person.upload(("a.png", picture), kind="document")
    assert document.body["document"]["mime_type"] == "image/png"
    (voice,) = await person.upload(("v.ogg", b"x"), kind="voice")
    assert "voice" in voice.body
    album = await person.upload(("a.png", picture), ("b.png", picture))
    assert len({message.body["media_group_id"] for message in album}) == 1
    message = (await last(bot)).message
    assert message
    file = await bot.get_file(message.photo[-1].file_id)
    assert len(await file.download_as_bytearray()) == file.file_size


async def test_blocking_and_unblocking(bot: Bot, person: Person) -> None:
    await person.block()
    update = (await last(bot)).my_chat_member
    assert update
    assert (update.old_chat_member.status, update.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(SandboxRefusal):
        await person.send_text("x")
    await person.unblock()
    update = (await last(bot)).my_chat_member
    assert update
    assert update.new_chat_member.status == "member"


async def test_adding_the_bot_to_a_channel_and_posting_there(bot: Bot, person: Person) -> None:
    channel = await person.make_chat("channel", "News")
    await person.add_bot(channel["id"], rights={"can_post_messages": True})
    update = (await last(bot)).my_chat_member
    assert update
    assert (update.new_chat_member.status, update.from_user.id) == ("administrator", person.id)
    await person.send_text("by hand", chat_id=channel["id"])
    post = (await last(bot)).channel_post
    assert post
    assert post.sender_chat
    assert (post.text, post.sender_chat.id, post.from_user) == ("by hand", channel["id"], None)


async def test_privacy_mode_in_groups(bot: Bot, person: Person) -> None:
    group = await person.make_chat("supergroup", "Friends")
    await person.add_bot(group["id"], status="member")
    joined = (await last(bot)).message
    assert joined
    assert joined.new_chat_members[0].id == bot.id
    await person.send_text("among ourselves", chat_id=group["id"])
    await person.send_text("/help@somebody_else", chat_id=group["id"])
    assert (await last(bot)).update_id == (await last(bot)).update_id
    unheard = (await last(bot)).message
    assert unheard
    assert unheard.text is None
    await person.send_text("/help", chat_id=group["id"])
    heard = (await last(bot)).message
    assert heard
    assert heard.text == "/help"


async def test_a_group_becomes_a_supergroup(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    group = await person.make_chat("group", "Friends")
    await person.add_bot(group["id"], status="member")
    fresh = await sandbox.client.request("POST", f"/client/chats/{group['id']}/migrate", json={"user_id": person.id})
    updates = await bot.get_updates(offset=-2)
    assert [update.message and update.message.migrate_to_chat_id for update in updates] == [fresh["id"], None]
    assert [update.message and update.message.migrate_from_chat_id for update in updates] == [None, group["id"]]
    assert await bot.send_message(fresh["id"], "moved")


async def test_sharing_people(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    friend = await sandbox.client.new_person("Ann", username="ann")
    button = KeyboardButton("Who?", api_kwargs={"request_users": {"request_id": 3, "request_name": True}})
    await bot.send_message(person.id, "Who?", reply_markup=ReplyKeyboardMarkup([[button]], one_time_keyboard=True))
    body: Json = {"user_id": person.id, "request_id": 3, "shared_user_ids": [friend.id]}
    await sandbox.client.request("POST", f"/client/chats/{person.id}/share", json=body)
    message = (await last(bot)).message
    assert message
    assert message.users_shared
    assert (message.users_shared.users[0].user_id, message.users_shared.users[0].first_name) == (friend.id, "Ann")
    assert (await person.chats())[0]["reply_keyboard"] is None


async def test_events_tell_all_that_happens_in_order(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    async with sandbox.client.events(person.id) as events:
        await bot.send_chat_action(person.id, "typing")
        await bot.send_message_draft(person.id, 5, "so f")
        sent = await bot.send_message(person.id, "so far")
        await bot.edit_message_text("so good", person.id, sent.message_id)
        await bot.delete_message(person.id, sent.message_id)
        await bot.set_my_commands([("new", "Write")])
        seen = [await anext(events) for _ in range(7)]
    assert [event["type"] for event in seen] == [
        "typing", "draft", "draft_gone", "message", "edited", "deleted", "commands",
    ]  # fmt: skip
    assert seen[3]["message"]["outgoing"] is False
    async with sandbox.client.events(person.id, after=seen[3]["id"]) as events:
        assert (await anext(events))["id"] == seen[4]["id"]
    async with sandbox.client.events(person.id, after=1) as events:
        assert (await anext(events))["type"] == "resync"


async def test_somebody_elses_chat_is_closed(person: Person, sandbox: RunningSandbox) -> None:
    stranger = await sandbox.client.new_person("Stranger")
    with pytest.raises(SandboxRefusal, match="not in the chat"):
        await stranger.history(chat_id=person.id)
    channel = await person.make_chat("channel", "Secret")
    with pytest.raises(SandboxRefusal, match="not in the chat"):
        await stranger.send_text("hi", chat_id=channel["id"])


async def test_a_cleared_chat_is_empty_for_the_person_alone(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    sent = await bot.send_message(person.id, "old")
    await sandbox.client.request("POST", f"/client/chats/{person.id}/clear", json={"user_id": person.id})
    assert await person.history() == []
    assert await bot.edit_message_text("new", person.id, sent.message_id)
