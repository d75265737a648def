"""Where a post goes: the choice, and its name on other screens."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.channels.actions import ConnectChat
from bot.channels.labels import channel_label, target_label
from bot.deliveries.actions import Back, ChooseTarget, ChooseTime, SetTarget
from bot.keyboards import pager, ticked
from bot.posts.actions import ShowCard
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.channels.models import Channel, ChannelState
from core.db import Paged
from core.posts.models import Post


def place_label(target: Mapping[str, Any] | None, t: Texts) -> str:
    """A chat's name, or that it is this chat. For labels, not for HTML."""
    return target_label(target) if target is not None else t("this chat").unescape()


def choose_target(post: Post, found: Paged[Channel], *, back: Back, t: Texts) -> Screen:
    """The user's own chat, then what is connected."""
    here = Button(ticked(t("👤 This chat, to me"), post.channel_id is None), SetTarget(post.id, None, back))
    there = [[Button(_label(each, post), SetTarget(post.id, each.id, back))] for each in found.items]
    connect = [Button(t("➕ Channel"), ConnectChat(group=False)), Button(t("➕ Group"), ConnectChat(group=True))]
    text = [t("📍 <b>Where should it go?</b>")]
    text += [] if found.total else [t("Connect a channel or a group, and I can post there for you.")]
    return Screen(
        lines(text),
        [
            [here],
            *there,
            pager(found.number, found.pages, lambda page: ChooseTarget(post.id, back, page)),
            connect,
            [Button(t("‹ Back"), ShowCard(post.id) if back is Back.CARD else ChooseTime(post.id))],
        ],
    )


def _label(channel: Channel, post: Post) -> str:
    trouble = "" if channel.state == ChannelState.READY else " ⚠️"
    return ticked(f"{channel_label(channel)}{trouble}", channel.id == post.channel_id)


def chosen(target: Mapping[str, Any] | None, t: Texts) -> Markup:
    """Over the chat, after the choice."""
    return t("It goes to {place}.", place=place_label(target, t))
