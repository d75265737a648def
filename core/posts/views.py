"""Posts as plain data for screens that are made elsewhere: what a card and a status message need, and nothing else."""

from collections.abc import Sequence
from typing import Any

from core import ids
from core.db import Json
from core.posts.content import message_of
from core.posts.makeup import NO_FOOTER, Footer, is_too_long, media_kinds, one_message_limit, units_of
from core.posts.models import Batch, Post
from core.providers.text import Note
from core.telegram.parts import parts_of


def card_data(
    post: Post,
    siblings: Sequence[Post],
    *,
    footer: Footer = NO_FOOTER,
    target: Json | None = None,
    has_choice: bool = False,
    notes: Sequence[Note] = (),
) -> Json:
    """A draft card: the post, its place among its batch's posts, where it goes, and what the engine wants said."""
    order = [sibling.id for sibling in siblings] or [post.id]
    place = order.index(post.id) if post.id in order else 0
    return {
        **post_data(post),
        **makeup_data(post, footer),
        "target": target,
        "has_choice": has_choice,
        "place": place + 1,
        "total": len(order),
        "previous_id": _id(order[place - 1]) if len(order) > 1 else None,
        "next_id": _id(order[(place + 1) % len(order)]) if len(order) > 1 else None,
        "notes": [{"code": note.code, "params": note.params} for note in notes],
    }


def makeup_data(post: Post, footer: Footer = NO_FOOTER) -> Json:
    """What goes with a post beside its media: the number of buttons, what is switched, and how it is laid out."""
    return {
        "entities": post.entities,
        "buttons": sum(len(row) for row in post.buttons),
        "silent": post.silent,
        "pin": post.pin,
        "link_preview": post.link_preview,
        "footer": post.footer,
        "chat_footer": footer.text,
        "layout": post.layout,
        "units": units_of(post, footer),
        "one_message": one_message_limit(post),
        "messages": len(parts_of(message_of(post, footer))) if is_too_long(post, footer) else 1,
    }


def post_data(post: Post) -> Json:
    """A post as a status message shows it."""
    return {
        "post_id": _id(post.id),
        "batch_id": _id(post.batch_id) if post.batch_id else None,
        "platform": post.platform,
        "title": post.title,
        "text": post.text,
        "media": media_kinds(post),
        "engine": post.engine,
        "first_comment": post.first_comment,
        "approval": post.approval,
        "status": post.status,
        "version": post.version,
        "due_at": post.due_at.isoformat() if post.due_at else None,
        "error": post.error,
    }


def batch_data(batch: Batch, *, source_title: str, **more: Any) -> Json:
    """The message about the writing of a batch."""
    return {
        "batch_id": _id(batch.id),
        "source_id": _id(batch.source_id),
        "source_title": source_title,
        "options": batch.options,
        **more,
    }


def _id(value: ids.PostId | ids.BatchId | ids.SourceId) -> str:
    return str(value)
