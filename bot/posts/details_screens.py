"""What goes with a post: the screen where it is chosen, and the questions on the way."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.channels.labels import target_label
from bot.deliveries.actions import Back, ChooseTarget
from bot.keyboards import ticked
from bot.posts.actions import ShowCard
from bot.posts.details_actions import (
    AskButtons,
    AskMedia,
    PreviewPost,
    RemoveButtons,
    RemoveMedia,
    SetLayout,
    ShowDetails,
    SwitchDetail,
)
from bot.posts.labels import platform_label
from bot.posts.makeup_labels import can_have_preview, layout_label, layout_line, media_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.posts.buttons import BUTTONS_LIMIT, ROW_LIMIT, written_buttons
from core.posts.details import Detail, takes_media
from core.posts.makeup import layouts_for
from core.posts.models import Layout, Post

SHOWN_BUTTONS = 20
SHOWN_FOOTER = 300


def details(post: Post, card: Mapping[str, Any], t: Texts) -> Screen:
    """All that goes with a post, each with a way to change it. `card` is core.posts.views.card_data."""
    body = [
        t("⚙️ <b>What goes with this post</b>"),
        *([t("→ {chat}", chat=target_label(card["target"]))] if card.get("target") else []),
        "",
        _media_line(card, t),
        *_button_lines(post, t),
        _length_line(card, t),
        *([line] if (line := layout_line(card, t)) else []),
        *_footer_lines(card, t),
    ]
    rows = [
        *_layout_rows(post, card, t),
        _media_row(post, t),
        _buttons_row(post, t),
        *_switches(post, card, t),
        [Button(t("👁 Preview"), PreviewPost(post.id)), Button(t("‹ Back"), ShowCard(post.id))],
    ]
    return Screen(lines(body), rows)


def _media_line(card: Mapping[str, Any], t: Texts) -> Markup:
    return media_label(card["media"], t) or t("🖼 No media")


def _button_lines(post: Post, t: Texts) -> list[Markup]:
    if not post.buttons:
        return [t("🔘 No buttons")]
    shown = [
        t("{text} → {link}", text=button["text"], link=button["url"])
        for row in post.buttons[:SHOWN_BUTTONS]
        for button in row
    ][:SHOWN_BUTTONS]
    more = sum(len(row) for row in post.buttons) - len(shown)
    return [
        t("🔘 <b>Buttons</b>"),
        *shown,
        *([t.plural("… and {n} more", "… and {n} more", more)] if more else []),
    ]


def _length_line(card: Mapping[str, Any], t: Texts) -> Markup:
    if card["media"] and int(card["one_message"]) < 4096:
        return t("✏️ {length} of {limit} characters under media", length=card["units"], limit=card["one_message"])
    return t("✏️ {length} of {limit} characters", length=card["units"], limit=card["one_message"])


def _footer_lines(card: Mapping[str, Any], t: Texts) -> list[Markup]:
    if not card["chat_footer"]:
        return []
    if not card["footer"]:
        return [t("✒️ Without the footer of its chat")]
    return [t("✒️ With the footer of its chat:"), t("<i>{footer}</i>", footer=card["chat_footer"][:SHOWN_FOOTER])]


def _layout_rows(post: Post, card: Mapping[str, Any], t: Texts) -> list[list[Button]]:
    """Only while there is something to choose."""
    choices = layouts_for(post)
    if int(card["messages"]) == 1 or len(choices) < 2:
        return []
    chosen = Layout(post.layout) if post.layout else Layout.SPLIT
    return [
        [
            Button(ticked(layout_label(each, media=True, t=t), each is chosen), SetLayout(post.id, each))
            for each in choices
        ]
    ]


def _media_row(post: Post, t: Texts) -> list[Button]:
    if not post.media:
        return [Button(t("🖼 Add media"), AskMedia(post.id, replace=False))]
    return [
        Button(t("🖼 Add"), AskMedia(post.id, replace=False)),
        Button(t("🔄 Replace"), AskMedia(post.id, replace=True)),
        Button(t("🗑 Remove media"), RemoveMedia(post.id)),
    ]


def _buttons_row(post: Post, t: Texts) -> list[Button]:
    if not post.buttons:
        return [Button(t("🔘 Add buttons"), AskButtons(post.id))]
    return [Button(t("🔘 Change buttons"), AskButtons(post.id)), Button(t("🗑 Remove buttons"), RemoveButtons(post.id))]


def _switches(post: Post, card: Mapping[str, Any], t: Texts) -> list[list[Button]]:
    def switch(label: Markup, detail: Detail) -> Button:
        on = bool(getattr(post, detail))
        return Button(ticked(label, on), SwitchDetail(post.id, detail, not on))

    second = [switch(t("🔗 Link preview"), Detail.LINK_PREVIEW)] if can_have_preview(card) else []
    if card["chat_footer"]:
        second.append(switch(t("✒️ Footer"), Detail.FOOTER))
    return [[switch(t("🔕 Silent"), Detail.SILENT), switch(t("📌 Pin"), Detail.PIN)], second]


def only_for_telegram(post: Post, *, has_choice: bool, t: Texts) -> Screen:
    """Why there is nothing to choose, and what helps."""
    platform = platform_label(post.platform)
    where = [Button(t("📍 Where it goes"), ChooseTarget(post.id, Back.CARD, 1))] if has_choice else []
    rows = [where, [Button(t("‹ Back"), ShowCard(post.id))]]
    if not takes_media(post):
        text = t(
            "A post for {platform} comes to you, ready to be copied there. Photos, buttons and the like go with posts "
            "for Telegram, or with a post that goes to one of your channels or groups.",
            platform=platform,
        )
        return Screen(text, rows)
    text = t(
        "A post for {platform} comes to you with its photo or video, ready to be copied there. Buttons and the like go "
        "with posts for Telegram, or with a post that goes to one of your channels or groups.",
        platform=platform,
    )
    remove = [Button(t("🗑 Remove media"), RemoveMedia(post.id))] if post.media else []
    return Screen(text, [[Button(t("🖼 Add media"), AskMedia(post.id, replace=False)), *remove], *rows])


def ask_buttons(post: Post, t: Texts) -> Screen:
    """What the next message will be taken for."""
    text: list[str] = [
        t("Send me the buttons, a line for each:"),
        t("<code>Our shop - https://example.com</code>"),
        t("Buttons next to each other stand on one line, with | between them:"),
        t("<code>Shop - https://example.com | Blog - https://example.com/blog</code>"),
        t(
            "Up to {row} in a row, {most} in all. /cancel leaves it as it is.",
            row=ROW_LIMIT,
            most=BUTTONS_LIMIT,
        ),
    ]
    if post.buttons:
        text += ["", t("Now it has:"), t("<code>{buttons}</code>", buttons=written_buttons(post.buttons))]
    return Screen(lines(text))


def ask_media(*, replace: bool, t: Texts) -> Screen:
    """Likewise."""
    what = t("Send me a photo, a video, a GIF, an audio file, a document, or an album of them.")
    then = t("It takes the place of what goes with the post now.") if replace else t("It goes with the post.")
    return Screen(lines([what, then, t("/cancel leaves it as it is.")]))


def done(post_id: ids.PostId, said: Markup, t: Texts) -> Screen:
    """An answer to what the user has sent, with the way back."""
    return Screen(said, [[Button(t("⚙️ Details"), ShowDetails(post_id)), Button(t("👁 Preview"), PreviewPost(post_id))]])


def media_added(card: Mapping[str, Any], t: Texts) -> Screen:
    """What goes with the post now."""
    post_id = ids.PostId(UUID(card["post_id"]))
    return done(post_id, t("✅ With this post now: {media}", media=media_label(card["media"], t)), t)


def buttons_set(card: Mapping[str, Any], t: Texts) -> Screen:
    count = int(card["buttons"])
    said = t.plural("✅ The post has {n} button now.", "✅ The post has {n} buttons now.", count)
    return done(ids.PostId(UUID(card["post_id"])), said, t)
