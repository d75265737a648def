"""What goes with a post, as people call it: on its card, its details and its source."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.deliveries.phrases import shortened
from bot.texts import Texts
from core.posts.models import Layout
from core.telegram.content import MediaKind

MEDIA_ICONS = {
    MediaKind.PHOTO: "🖼",
    MediaKind.VIDEO: "🎬",
    MediaKind.AUDIO: "🎵",
    MediaKind.DOCUMENT: "📎",
    MediaKind.ANIMATION: "🎞",
    MediaKind.VOICE: "🎙",
}


def media_label(kinds: Mapping[str, int], t: Texts) -> Markup:
    """ "🖼 3 photos, 🎬 1 video"; empty without media. `kinds`: how many of each MediaKind."""
    return Markup(", ").join(
        Markup("{} {}").format(MEDIA_ICONS[MediaKind(kind)], _counted(MediaKind(kind), count, t))
        for kind, count in kinds.items()
    )


def _counted(kind: MediaKind, count: int, t: Texts) -> Markup:
    match kind:
        case MediaKind.PHOTO:
            return t.plural("{n} photo", "{n} photos", count)
        case MediaKind.VIDEO:
            return t.plural("{n} video", "{n} videos", count)
        case MediaKind.AUDIO:
            return t.plural("{n} audio file", "{n} audio files", count)
        case MediaKind.DOCUMENT:
            return t.plural("{n} file", "{n} files", count)
        case MediaKind.ANIMATION:
            return t.plural("{n} animation", "{n} animations", count)
        case MediaKind.VOICE:
            return t.plural("{n} voice message", "{n} voice messages", count)


def makeup_line(card: Mapping[str, Any], t: Texts) -> Markup:
    """All that goes with a post, on one line; empty when that is nothing. `card` is core.posts.views.card_data."""
    parts = [
        media_label(card.get("media") or {}, t),
        t.plural("🔘 {n} button", "🔘 {n} buttons", card["buttons"]) if card.get("buttons") else "",
        t("🔕 silent") if card.get("silent") else "",
        t("📌 pinned") if card.get("pin") else "",
        "" if card.get("link_preview", True) or not can_have_preview(card) else t("🔗 no link preview"),
        t("✒️ no footer") if card.get("chat_footer") and not card.get("footer") else "",
    ]
    return Markup(" · ").join(part for part in parts if part)


def can_have_preview(card: Mapping[str, Any]) -> bool:
    """Whether a message of the post is words alone: Telegram shows no preview of a link under media."""
    media = sum((card.get("media") or {}).values())
    return not media or int(card.get("messages") or 1) > 1 or (media > 1 and bool(card.get("buttons")))


def layout_line(card: Mapping[str, Any], t: Texts) -> Markup:
    """How a post goes out that is too long for one message; empty for one that isn't."""
    messages = int(card.get("messages") or 1)
    if messages < 2:
        return Markup()
    if card.get("layout") == Layout.TEXT_FIRST and card.get("media"):
        return t("Goes out as {n} messages: the text first, then the media.", n=messages)
    return t("Goes out as {n} messages, one after the other.", n=messages)


def layout_label(layout: Layout, *, media: bool, t: Texts) -> Markup:
    """As a choice."""
    if layout is Layout.TEXT_FIRST:
        return t("📄 Text first, media after")
    return t("✂️ Begin as the caption") if media else t("✂️ Split into messages")


def comment_line(card: Mapping[str, Any], t: Texts) -> Markup:
    """What its owner writes below it once it is out; empty for nothing."""
    comment = card.get("first_comment")
    return t("💬 First comment: {text}", text=shortened(comment)) if comment else Markup()
