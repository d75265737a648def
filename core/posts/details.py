"""Changing what goes with a post: media, buttons, how it is laid out and how it arrives."""

from collections.abc import Sequence
from enum import StrEnum

from core import ids
from core.errors import Conflict, InvalidInput
from core.posts.makeup import makeup_problem, media_of
from core.posts.models import Layout, Post
from core.posts.platforms import WANT_MEDIA, Platform
from core.posts.service import editable_post, refresh_delivery
from core.telegram.content import ALBUM_LIMIT, Button, Media
from core.tx import Tx


class Detail(StrEnum):
    """What is on or off."""

    SILENT = "silent"
    PIN = "pin"
    LINK_PREVIEW = "link_preview"
    FOOTER = "footer"


UNSEEN = frozenset({Detail.SILENT, Detail.PIN})
"""Who has agreed to a post has agreed to it with or without these."""


class OnlyForTelegram(Conflict):
    """The post comes to its owner, to be copied to another platform. Params: platform."""

    code = "makeup.only_for_telegram"


def has_details(post: Post) -> bool:
    """Whether the post is a message of Telegram's for others, and not a text to be copied elsewhere."""
    return post.platform == Platform.TELEGRAM or post.channel_id is not None


def takes_media(post: Post) -> bool:
    """Whether media can go with it: to where it goes, or to its owner, to be copied with the text."""
    return has_details(post) or post.platform in WANT_MEDIA


async def set_detail(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, detail: Detail, on: bool) -> Post:
    """Turn something on or off; a scheduled post goes out like that. Raises NotEditable or OnlyForTelegram."""
    post = await _detailed_post(tx, owner_id, post_id)
    setattr(post, detail, on)
    return await _changed(tx, post, looks_the_same=detail in UNSEEN)


async def choose_layout(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, layout: Layout) -> Post:
    """How the post goes out while it is too long for one message. Raises NotEditable."""
    post = await editable_post(tx, owner_id, post_id)
    post.layout = layout
    return await _changed(tx, post, looks_the_same=True)


async def set_buttons(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, rows: Sequence[Sequence[Button]]) -> Post:
    """The buttons under the post, in the place of those it had; none: take them away.

    Raises NotEditable, OnlyForTelegram, or InvalidInput ("makeup.album_buttons_need_text").
    """
    post = await _detailed_post(tx, owner_id, post_id)
    post.buttons = [[button.to_json() for button in row] for row in rows]
    return await _changed(tx, post)


async def add_media(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, media: Sequence[Media], replace: bool = False
) -> Post:
    """Let media go with the post, after those it has or (`replace`) in their place. What it has isn't added again.

    Raises NotEditable, OnlyForTelegram, or InvalidInput with the code of `makeup_problem` (limit: how many fit).
    """
    post = await editable_post(tx, owner_id, post_id)
    if not takes_media(post):
        raise OnlyForTelegram(platform=post.platform)
    kept = [] if replace else list(post.media)
    post.media = [*kept, *(row for each in media if (row := each.to_json()) not in kept)]
    return await _changed(tx, post)


async def remove_media(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """Take all of them away. Raises NotEditable, or InvalidInput ("post.empty") when nothing would be left."""
    post = await editable_post(tx, owner_id, post_id)
    post.media = []
    return await _changed(tx, post)


async def _detailed_post(tx: Tx, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    post = await editable_post(tx, owner_id, post_id)
    if not has_details(post):
        raise OnlyForTelegram(platform=post.platform)
    return post


async def _changed(tx: Tx, post: Post, *, looks_the_same: bool = False) -> Post:
    """Raises InvalidInput for what Telegram could never take: then nothing has changed."""
    problem = makeup_problem(text=post.text, media=media_of(post), buttons=post.buttons)
    if problem is not None:
        raise InvalidInput(problem, limit=ALBUM_LIMIT)
    post.updated_at = tx.now
    await refresh_delivery(tx, post, looks_the_same=looks_the_same)
    return post
