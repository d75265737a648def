"""Every method that bots use, called by python-telegram-bot's own client: its objects must parse."""

import asyncio
from datetime import timedelta

import pytest
from telegram import (
    Bot,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    KeyboardButtonRequestChat,
    LabeledPrice,
    MenuButtonCommands,
    Message,
    MessageOriginChannel,
    MessageOriginUser,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest

from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

YES = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes")]])


async def test_get_me_is_the_sandbox_bot(bot: Bot) -> None:
    assert (bot.id, bot.username, bot.bot.is_bot) == (4242, "postaify_sandbox_bot", True)


async def test_of_the_formatting_a_message_keeps_a_hundred_pieces(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.id, "<b>b</b> " * 101, "HTML")
    assert sent.text is not None
    assert sent.text.count("b") == 101
    assert len(sent.entities) == 100


async def test_a_text_comes_back_with_entities_and_keyboard(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.id, "<b>bold</b> see https://example.com", "HTML", reply_markup=YES)
    assert sent.text == "bold see https://example.com"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 0, 4), ("url", 9, 19)]
    assert sent.reply_markup == YES
    assert sent.chat.id == person.id > 2**32


async def test_a_reply_holds_the_message_it_answers(bot: Bot, person: Person) -> None:
    first = await person.send_text("question")
    sent = await bot.send_message(person.id, "answer", reply_parameters=ReplyParameters(first.id, quote="quest"))
    assert sent.reply_to_message
    assert sent.reply_to_message.text == "question"
    assert sent.quote
    assert sent.quote.text == "quest"


async def test_a_photo_has_sizes_and_can_be_downloaded_and_sent_again(bot: Bot, person: Person, picture: bytes) -> None:
    sent = await bot.send_photo(person.id, picture, caption="*a*", parse_mode="MarkdownV2", has_spoiler=True)
    assert [(size.width, size.height) for size in sent.photo] == [(90, 51), (320, 180), (800, 450), (1280, 720)]
    assert sent.caption == "a"
    assert sent.has_media_spoiler
    file = await bot.get_file(sent.photo[-1].file_id)
    assert len(await file.download_as_bytearray()) == file.file_size == sent.photo[-1].file_size
    again = await bot.send_photo(person.id, sent.photo[-1].file_id)
    assert again.photo == sent.photo


async def test_every_kind_of_file_arrives_as_its_kind(bot: Bot, person: Person) -> None:
    document = await bot.send_document(person.id, b"hello", filename="notes.txt", caption="c")
    assert document.document
    assert (document.document.file_name, document.document.mime_type, document.document.file_size) == (
        "notes.txt", "text/plain", 5,
    )  # fmt: skip
    audio = await bot.send_audio(person.id, b"x", filename="a.mp3", title="T", performer="P", duration=3)
    assert audio.audio
    assert (audio.audio.title, audio.audio.performer, audio.audio.to_dict()["duration"]) == ("T", "P", 3)
    voice = await bot.send_voice(person.id, b"x", duration=4)
    assert voice.voice
    assert voice.voice.mime_type == "audio/ogg"
    video = await bot.send_video(person.id, b"x", filename="v.mp4", width=9, height=16, duration=5)
    assert video.video
    assert (video.video.width, video.video.height) == (9, 16)
    assert (await bot.send_animation(person.id, b"x", filename="a.mp4")).animation
    assert (await bot.send_video_note(person.id, b"x")).video_note


async def test_a_video_carries_its_thumbnail(bot: Bot, person: Person, picture: bytes) -> None:
    sent = await bot.send_video(person.id, b"x", filename="v.mp4", thumbnail=picture)
    assert sent.video
    assert sent.video.thumbnail
    assert (sent.video.thumbnail.width, sent.video.thumbnail.height) == (320, 180)


async def test_an_album_is_one_group(bot: Bot, person: Person, picture: bytes) -> None:
    sent = await bot.send_media_group(person.id, [InputMediaPhoto(picture, caption="first"), InputMediaPhoto(picture)])
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.caption for message in sent] == ["first", None]


async def test_small_messages_parse(bot: Bot, person: Person) -> None:
    assert (await bot.send_location(person.id, 1.5, 2.5)).location
    assert (await bot.send_venue(person.id, 1, 2, "Title", "Address")).venue
    assert (await bot.send_contact(person.id, "+1", "Ann")).contact
    dice = (await bot.send_dice(person.id, emoji="🎯")).dice
    assert dice
    assert 1 <= dice.value <= 6
    assert await bot.send_chat_action(person.id, "typing")
    assert await bot.send_message_draft(person.id, 7, "so far")


async def test_a_poll_is_voted_in_and_stopped(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    sent = await bot.send_poll(person.id, "Which?", ["a", "b"], is_anonymous=False)
    path = f"/client/chats/{person.id}/messages/{sent.message_id}/vote"
    await sandbox.client.request("POST", path, json={"user_id": person.id, "option_ids": [1]})
    updates = await bot.get_updates(offset=-2)
    assert updates[0].poll
    assert updates[1].poll_answer
    assert updates[1].poll_answer.option_ids == (1,)
    poll = await bot.stop_poll(person.id, sent.message_id)
    assert poll.is_closed
    assert [option.voter_count for option in poll.options] == [0, 1]


async def test_edits_change_text_caption_media_and_keyboard(bot: Bot, person: Person, picture: bytes) -> None:
    text = await bot.send_message(person.id, "one", reply_markup=YES)
    edited = await bot.edit_message_text("two", person.id, text.message_id)
    assert isinstance(edited, Message)
    assert (edited.text, edited.reply_markup) == ("two", None)
    assert edited.edit_date
    await bot.edit_message_reply_markup(person.id, text.message_id, reply_markup=YES)
    photo = await bot.send_photo(person.id, picture, caption="old")
    await bot.edit_message_caption(person.id, photo.message_id, caption="new")
    media = InputMediaDocument(b"zz", filename="z.txt", caption="<i>doc</i>", parse_mode="HTML")
    replaced = await bot.edit_message_media(media, person.id, photo.message_id)
    assert isinstance(replaced, Message)
    assert replaced.document
    assert not replaced.photo
    assert replaced.caption == "doc"


async def test_forwards_keep_their_origin_and_copies_lose_it(bot: Bot, person: Person) -> None:
    channel = await person.make_chat("channel", "News")
    await person.add_bot(channel["id"])
    post = await bot.send_message(channel["id"], "news")
    forwarded = await bot.forward_message(person.id, channel["id"], post.message_id)
    assert isinstance(forwarded.forward_origin, MessageOriginChannel)
    assert forwarded.forward_origin.message_id == post.message_id
    copied = await bot.copy_message(person.id, person.id, forwarded.message_id)
    seen = (await person.history())[-1]
    assert seen.id == copied.message_id
    assert "forward_origin" not in seen.body
    own = await person.send_text("mine")
    again = await bot.forward_message(person.id, person.id, own.id)
    assert isinstance(again.forward_origin, MessageOriginUser)
    assert len(await bot.copy_messages(person.id, person.id, [own.id, again.message_id])) == 2
    assert len(await bot.forward_messages(person.id, person.id, [own.id])) == 1


async def test_pinning_shows_in_the_chat_and_makes_a_service_message(bot: Bot, person: Person) -> None:
    sent = await bot.send_message(person.id, "pin me")
    await bot.pin_chat_message(person.id, sent.message_id)
    chat = await bot.get_chat(person.id)
    assert chat.pinned_message
    assert chat.pinned_message.text == "pin me"
    assert (await person.history())[-1].body["pinned_message"]["text"] == "pin me"
    assert await bot.unpin_chat_message(person.id)
    assert await bot.unpin_all_chat_messages(person.id)


async def test_deleted_messages_are_gone_for_the_person(bot: Bot, person: Person) -> None:
    sent = [await bot.send_message(person.id, str(number)) for number in range(3)]
    assert await bot.delete_message(person.id, sent[0].message_id)
    assert await bot.delete_messages(person.id, [message.message_id for message in sent])
    assert [message.text for message in await person.history()] == ["/start"]


async def test_a_channel_tells_about_its_members(bot: Bot, person: Person) -> None:
    channel = await person.make_chat("channel", "News", username="news")
    await person.add_bot(channel["id"], rights={"can_post_messages": True})
    admins = await bot.get_chat_administrators("@news")
    assert [admin.status for admin in admins] == ["creator", "administrator"]
    assert (await bot.get_chat_member(channel["id"], person.id)).status == "creator"
    me = await bot.get_chat_member(channel["id"], bot.id)
    assert (me.can_post_messages, me.can_edit_messages) == (True, False)  # type: ignore[attr-defined] # an administrator
    assert await bot.get_chat_member_count(channel["id"]) == 2
    assert (await bot.get_chat("@news")).title == "News"
    assert await bot.leave_chat(channel["id"])
    with pytest.raises(BadRequest, match="Member list is inaccessible"):
        await bot.get_chat_administrators("@news")


async def test_the_narrowest_commands_in_the_persons_language_win(bot: Bot, person: Person) -> None:
    await bot.set_my_commands([("wide", "For all")])
    assert await person.commands() == [{"command": "wide", "description": "For all"}]
    await bot.set_my_commands([("near", "Here")], scope=BotCommandScopeChat(person.id))
    await bot.set_my_commands([("english", "Here")], scope=BotCommandScopeChat(person.id), language_code="en")
    await bot.set_my_commands([("groups", "There")], scope=BotCommandScopeAllGroupChats())
    assert [command["command"] for command in await person.commands()] == ["english"]
    await bot.delete_my_commands(scope=BotCommandScopeChat(person.id), language_code="en")
    assert [command["command"] for command in await person.commands()] == ["near"]
    assert [command.command for command in await bot.get_my_commands()] == ["wide"]


async def test_the_profile_is_kept_by_language(bot: Bot) -> None:
    await bot.set_my_name("Postaify")
    await bot.set_my_description("Writes posts")
    await bot.set_my_description("Schreibt Beiträge", language_code="de")
    await bot.set_my_short_description("Posts")
    assert (await bot.get_my_name()).name == "Postaify"
    assert (await bot.get_my_description("de")).description == "Schreibt Beiträge"
    assert (await bot.get_my_description("fr")).description == "Writes posts"
    assert (await bot.get_my_short_description()).short_description == "Posts"
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button()).type == "commands"


async def test_a_shared_channel_makes_the_bot_an_administrator(bot: Bot, person: Person) -> None:
    request = KeyboardButtonRequestChat(5, chat_is_channel=True, request_title=True, bot_administrator_rights=None)
    keyboard = [[KeyboardButton("Pick", request_chat=request)]]
    await bot.send_message(person.id, "Which channel?", reply_markup=ReplyKeyboardMarkup(keyboard))
    channel = await person.make_chat("channel", "News")
    await person.share_chat(5, channel["id"])
    update = (await bot.get_updates(offset=-1))[0]
    assert update.message
    assert update.message.chat_shared
    assert (update.message.chat_shared.chat_id, update.message.chat_shared.title) == (channel["id"], "News")
    await bot.send_message(person.id, "Thanks", reply_markup=ReplyKeyboardRemove())
    assert (await person.chats())[0]["reply_keyboard"] is None


async def test_stars_are_paid_refunded_and_listed(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    link = await bot.create_invoice_link(
        "Pro", "A month", "pay-1", "XTR", [LabeledPrice("Pro", 500)], subscription_period=timedelta(days=30)
    )
    before = (await bot.get_updates())[-1].update_id + 1
    slug = link.removeprefix("https://t.me/$")

    async def approve() -> None:
        update = (await bot.get_updates(offset=before, timeout=50))[0]
        assert update.pre_checkout_query
        await bot.answer_pre_checkout_query(update.pre_checkout_query.id, ok=True)

    paid, _ = await asyncio.gather(
        sandbox.client.request("POST", f"/client/invoices/{slug}/pay", json={"user_id": person.id}), approve()
    )
    assert paid == {"status": "paid"}
    message = (await bot.get_updates(offset=-1))[0].message
    assert message
    assert message.successful_payment
    payment = message.successful_payment
    assert (payment.total_amount, payment.is_first_recurring, payment.invoice_payload) == (500, True, "pay-1")
    charge_id = payment.telegram_payment_charge_id
    assert await bot.edit_user_star_subscription(person.id, charge_id, is_canceled=True)
    assert await bot.refund_star_payment(person.id, charge_id)
    assert len((await bot.get_star_transactions()).transactions) == 2


async def test_reactions_are_set_and_shown(bot: Bot, person: Person) -> None:
    sent = await person.send_text("nice")
    assert await bot.set_message_reaction(person.id, sent.id, "👍")
    assert (await person.refresh(sent)).body["reactions"] == [{"type": "emoji", "emoji": "👍"}]
    assert (await bot.get_user_profile_photos(person.id)).total_count == 0
