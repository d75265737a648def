"""Connected chats in words: their names, and what state they are in."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.screens import clipped
from bot.texts import Texts
from core.channels.models import Channel, ChannelKind, ChannelState

TITLE_CHARACTERS = 40


def channel_label(channel: Channel) -> str:
    """ "📣 Oven news" """
    return chat_label(channel.kind, channel.title)


def chat_label(kind: str, title: str) -> str:
    """A chat's name behind a sign for what it is."""
    return f"{'📣' if kind == ChannelKind.CHANNEL else '👥'} {clipped(title, TITLE_CHARACTERS)}"


def target_label(target: Mapping[str, Any]) -> str:
    """Where a post goes. `target` is core.posts.targets.target_data."""
    return chat_label(target["kind"], target["title"])


def state_sentence(state: str, t: Texts) -> Markup:
    return {
        ChannelState.READY: t("✅ ready"),
        ChannelState.NO_RIGHTS: t("⚠️ I'm not allowed to post there"),
        ChannelState.REMOVED: t("⚠️ I was removed from it"),
        ChannelState.GONE: t("⚠️ Telegram doesn't find it"),
        ChannelState.NOT_ADMIN: t("⚠️ you are no admin there any more"),
    }[ChannelState(state)]
