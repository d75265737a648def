"""Connected chats as lists, cards and answers."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup
from telegram import ChatAdministratorRights, KeyboardButton, KeyboardButtonRequestChat

from bot.channels.actions import (
    CancelAndDisconnect,
    CheckAgain,
    ConnectChat,
    DeleteTest,
    Disconnect,
    MakeDefault,
    Reconnect,
    SendMissed,
    SendTest,
    ShowChannel,
    ShowChannels,
    ShowFooter,
    SkipMissed,
)
from bot.channels.labels import channel_label, state_sentence, target_label
from bot.deliveries.actions import ShowCalendar
from bot.keyboards import pager, ticked
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.billing.queries import Entitlement
from core.channels.models import Channel, ChannelState
from core.db import Paged

CHANNEL_REQUEST, GROUP_REQUEST = 1, 2
"""request_ids: which button was pressed. The shared chat says itself what it is."""


def channels(found: Paged[Channel], room: Entitlement, t: Texts) -> Screen:
    """What is connected, and in which state."""
    connect = [Button(t("➕ Channel"), ConnectChat(group=False)), Button(t("➕ Group"), ConnectChat(group=True))]
    if not found.total:
        return Screen(_nothing(t), [connect])
    of_limit = [t("{used} of {limit} on your plan", used=room.used, limit=room.limit)] if room.limit else []
    heading = lines([t("📣 <b>Your channels and groups</b>"), *of_limit, "", *(_line(each, t) for each in found.items)])
    entries = [[Button(channel_label(each), ShowChannel(each.id))] for each in found.items]
    return Screen(heading, [*entries, pager(found.number, found.pages, ShowChannels), connect])


def _nothing(t: Texts) -> Markup:
    return t(
        "📣 <b>No channel or group is connected yet.</b>\n\n"
        "Connect one, and I can post there for you at the time you choose. "
        "Until then your posts come to this chat."
    )


def _line(channel: Channel, t: Texts) -> Markup:
    default = t(" · by default") if channel.is_default else ""
    return Markup("{}: {}{}").format(channel_label(channel), state_sentence(channel.state, t), default)


def channel(shown: Channel, t: Texts, *, test_id: int | None = None) -> Screen:
    """One chat. `test_id`: the test that was just sent there."""
    ready = shown.state == ChannelState.READY
    text = [Markup("<b>{}</b>").format(channel_label(shown)), state_sentence(shown.state, t)]
    text += [t("New posts for Telegram go there, unless you say otherwise.")] if shown.is_default else []
    return Screen(lines(text), [list(row) for row in _rows(shown, t, ready=ready, test_id=test_id)])


def _rows(shown: Channel, t: Texts, *, ready: bool, test_id: int | None) -> Iterator[list[Button]]:
    if not ready:
        yield [Button(t("🔄 Check again"), CheckAgain(shown.id))]
    elif test_id is not None:
        yield [Button(t("🗑 Delete the test"), DeleteTest(shown.id, test_id))]
    else:
        yield [Button(t("🧪 Send a test"), SendTest(shown.id))]
    default = ticked(t("Post here by default"), shown.is_default)
    footer = ticked(t("✒️ Footer"), bool(shown.footer))
    yield [Button(default, MakeDefault(shown.id, not shown.is_default)), Button(footer, ShowFooter(shown.id))]
    yield [Button(t("🔌 Disconnect"), Disconnect(shown.id)), Button(t("‹ Back"), ShowChannels(1))]


def ask_which(*, group: bool, t: Texts) -> Screen:
    """Telegram's chooser, and the other way."""
    if group:
        text = t(
            "Press <b>Choose a group</b> below: I come in, and may write there. You need to be an admin.\n\n"
            "Or add me to the group yourself and send /connect there."
        )
    else:
        text = t(
            "Press <b>Choose a channel</b> below: I become an admin who may post, and nothing else.\n\n"
            "Or make me an admin yourself, with the right to post, and forward me a post from the channel."
        )
    return Screen(text, reply_keyboard=[[_chooser(group=group, t=t)]])


def _chooser(*, group: bool, t: Texts) -> KeyboardButton:
    label = t("👥 Choose a group") if group else t("📣 Choose a channel")
    request = KeyboardButtonRequestChat(
        request_id=GROUP_REQUEST if group else CHANNEL_REQUEST,
        chat_is_channel=not group,
        user_administrator_rights=_rights(posting=not group),
        bot_administrator_rights=None if group else _rights(posting=True),
        bot_is_member=True if group else None,
        request_title=True,
    )
    return KeyboardButton(label.unescape(), request_chat=request)


def _rights(*, posting: bool) -> ChatAdministratorRights:
    """An admin, and in a channel one who may post. The user's must include the bot's."""
    return ChatAdministratorRights(
        is_anonymous=False,
        can_manage_chat=True,
        can_delete_messages=False,
        can_manage_video_chats=False,
        can_restrict_members=False,
        can_promote_members=False,
        can_change_info=False,
        can_invite_users=False,
        can_post_stories=False,
        can_edit_stories=False,
        can_delete_stories=False,
        can_post_messages=posting or None,
    )


def connected(shown: Channel, t: Texts) -> Screen:
    """Takes the chooser away."""
    return Screen(t("✅ Connected: {chat}.", chat=channel_label(shown)), reply_keyboard=())


def connected_in_group(shown: Channel, username: str, t: Texts) -> Screen:
    return Screen(
        t("✅ Connected: {chat}. The rest is between you and me.", chat=channel_label(shown)), [_door(username, t)]
    )


def no_room_in_group(username: str, t: Texts) -> Screen:
    return Screen(t("Your plan has no room for another chat. See /plan in our private chat."), [_door(username, t)])


def anonymous(username: str, t: Texts) -> Screen:
    """To an admin who writes as the group."""
    return Screen(
        t(
            "You write as the group here, so I can't see who you are. Press ➕ Group in our private chat, "
            "or send /connect once with “Remain anonymous” switched off."
        ),
        [_door(username, t)],
    )


def _door(username: str, t: Texts) -> list[Button]:
    return [Button(t("Open the chat"), url=f"https://t.me/{username}?start=channels")]


def posts_waiting(shown: Channel, posts: int, t: Texts) -> Screen:
    """Before it is disconnected."""
    text = lines(
        [
            t.plural(
                "🔌 {n} post is still to go out in {chat}.",
                "🔌 {n} posts are still to go out in {chat}.",
                posts,
                chat=channel_label(shown),
            ),
            t("To keep them, send them elsewhere before you disconnect it: they stand in /calendar."),
        ]
    )
    cancel = t.plural("🚫 Cancel {n} post and disconnect", "🚫 Cancel {n} posts and disconnect", posts)
    return Screen(
        text,
        [
            [Button(cancel, CancelAndDisconnect(shown.id))],
            [Button(t("📅 Calendar"), ShowCalendar(1)), Button(t("‹ Back"), ShowChannel(shown.id))],
        ],
    )


def disconnected(shown: Channel, t: Texts, *, cancelled: int = 0) -> Screen:
    """With a way back. `cancelled`: how many posts went with it."""
    told = [t("🔌 Disconnected: {chat}. I post nothing there any more.", chat=channel_label(shown))]
    if cancelled:
        told.append(
            t.plural(
                "{n} post is cancelled; you find it under My posts.",
                "{n} posts are cancelled; you find them under My posts.",
                cancelled,
            )
        )
    return Screen(
        lines(told),
        [[Button(t("↩️ Undo"), Reconnect(shown.id)), Button(t("📣 Channels"), ShowChannels(1))]],
    )


def lost(data: Mapping[str, Any], t: Texts) -> Screen:
    """Posts can't go there any more. `data` as core.channels.standing tells it."""
    channel_id, posts = ids.ChannelId(UUID(data["channel_id"])), int(data["posts"])
    text: list[str] = [Markup("<b>{}</b>").format(target_label(data)), state_sentence(data["state"], t)]
    if posts:
        text += [
            "",
            t.plural(
                "{n} post is on hold until it can go there again, or you send it elsewhere.",
                "{n} posts are on hold until they can go there again, or you send them elsewhere.",
                posts,
            ),
        ]
    return Screen(
        lines(text), [[Button(t("🔄 Check again"), CheckAgain(channel_id)), Button(t("📣 Channels"), ShowChannels(1))]]
    )


def regained(data: Mapping[str, Any], t: Texts) -> Screen:
    """Posts can go there again; what missed its time waits for a decision."""
    channel_id = ids.ChannelId(UUID(data["channel_id"]))
    upcoming, missed = int(data["upcoming"]), int(data["missed"])
    text = [t("✅ <b>{chat}</b>: I can post there again.", chat=target_label(data))]
    if upcoming:
        text.append(t.plural("{n} post goes out as planned.", "{n} posts go out as planned.", upcoming))
    if not missed:
        return Screen(lines(text))
    text.append(
        t.plural(
            "{n} post missed its time meanwhile. Send it now, or skip it?",
            "{n} posts missed their time meanwhile. Send them now, or skip them?",
            missed,
        )
    )
    return Screen(
        lines(text), [[Button(t("🚀 Send now"), SendMissed(channel_id)), Button(t("⏭ Skip"), SkipMissed(channel_id))]]
    )


def missed_settled(said: Markup) -> Screen:
    """What the question turns into."""
    return Screen(said)


def test_text(t: Texts) -> Markup:
    """For everybody in the chat to read."""
    return t("🧪 This is a test: whoever runs this chat is checking whether I can post here. It can be deleted.")


def default_toast(shown: Channel, t: Texts) -> Markup:
    if shown.is_default:
        return t("New posts for Telegram go to {chat}.", chat=channel_label(shown))
    return t("New posts come to this chat again.")
