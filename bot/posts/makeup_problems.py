"""What can be wrong with media and buttons, as sentences: what happened and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.posts.labels import platform_label
from bot.router import Router
from bot.texts import Texts
from core.telegram.content import ALBUM_LIMIT

Params = Mapping[str, Any]


def register_sentences(router: Router) -> None:
    router.errors(SENTENCES)


def _no_link(t: Texts, params: Params) -> Markup:
    return t(
        "Line {line}: “{said}” has no link. A button is its text, a dash and a link: Our shop - https://example.com",
        line=params["line"],
        said=params["said"],
    )


def _bad_link(t: Texts, params: Params) -> Markup:
    return t(
        "Line {line}: “{said}” is no link that Telegram takes. Links begin with https://, http:// or tg://.",
        line=params["line"],
        said=params["said"],
    )


def _no_text(t: Texts, params: Params) -> Markup:
    return t(
        "Line {line}: there is no text before the link in “{said}”. Please say what stands on the button.",
        line=params["line"],
        said=params["said"],
    )


def _text_too_long(t: Texts, params: Params) -> Markup:
    return t(
        "Line {line}: the text is too long for a button, {limit} characters are the most. Please shorten “{said}”.",
        line=params["line"],
        said=params["said"],
        limit=params["limit"],
    )


def _row_too_long(t: Texts, params: Params) -> Markup:
    return t(
        "Line {line} has {count} buttons, and {limit} fit into a row. Please put some on a line of their own.",
        line=params["line"],
        count=params["count"],
        limit=params["limit"],
    )


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    "buttons.none": lambda t, _: t(
        "I need the buttons as text, a line for each: Our shop - https://example.com. Or /cancel."
    ),
    "buttons.no_link": _no_link,
    "buttons.bad_link": _bad_link,
    "buttons.no_text": _no_text,
    "buttons.text_too_long": _text_too_long,
    "buttons.row_too_long": _row_too_long,
    "buttons.too_many": lambda t, params: t(
        "Those are {count} buttons, and Telegram takes {limit} under a message. Please leave some out.",
        count=params["count"],
        limit=params["limit"],
    ),
    "makeup.no_media": lambda t, _: t(
        "I need a photo, a video, a GIF, an audio file, a document or an album for that. Please send one, or /cancel."
    ),
    "makeup.too_many_media": lambda t, params: t(
        "An album has {limit} items at the most. I left the others out; remove some first, or replace them.",
        limit=params.get("limit", ALBUM_LIMIT),
    ),
    "makeup.goes_alone": lambda t, _: t(
        "A GIF goes alone: Telegram takes none into an album. Replace what goes with the post, or send a video."
    ),
    "makeup.kinds_dont_mix": lambda t, _: t(
        "Audio files go only with audio files, documents only with documents. "
        "Replace what goes with the post, or send another kind."
    ),
    "makeup.album_buttons_need_text": lambda t, _: t(
        "An album can't carry buttons: they stand under a text below it, and this post has none. "
        "Write a text first (reply to the draft with = and the text), or leave the buttons out."
    ),
    "makeup.only_for_telegram": lambda t, params: t(
        "That goes only with posts for Telegram. This one is for {platform} and comes to you, to be copied.",
        platform=platform_label(params["platform"]),
    ),
    "makeup.preview_refused": lambda t, params: t(
        "Telegram doesn't take this post as it is, so it wouldn't go out either: {detail}", detail=params["detail"]
    ),
    "posts.not_editable": lambda t, _: t("This post is out or on its way, so it stays as it is."),
    "posts.nothing_to_rewrite": lambda t, _: t(
        "This post has no text to rewrite. To give it one, reply with = and the text."
    ),
}
