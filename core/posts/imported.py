"""What becomes of an import: all its posts scheduled, all of them taken back, and that taken back.

Status messages are left to the posts that have one: nobody wants a thousand at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, zip_longest
from typing import Final
from uuid import UUID

from sqlalchemy import select

from core import ids
from core.accounts.service import user_of
from core.db import Json, TelegramId
from core.deliveries.bulk import NewDelivery, cancel_many, schedule_many
from core.deliveries.models import DeliveryStatus
from core.deliveries.statuses import subjects_shown
from core.errors import Conflict, InvalidInput
from core.posts.content import content_for
from core.posts.import_looks import addresses
from core.posts.importing import ImportHasProblems, import_of
from core.posts.models import Import, Post, PostStatus, PostVersion
from core.posts.platforms import Platform
from core.posts.queued import hold_queued, taken_times
from core.posts.scheduling import ARRANGED, show_post_status
from core.posts.targets import chat_for
from core.posts.writing import BY_HAND
from core.queues.free import FARTHEST, FROM_NOW, free_slots, zone_of
from core.queues.queries import pattern_of, queue_of
from core.tx import Tx

CANCELLED: Final = "cancelled"
"""In a row: its post was taken back with all others."""


@dataclass(frozen=True, slots=True)
class Done:
    """An import after the act, and how many posts it was about. `changed` is False for a second press."""

    imported: Import
    posts: int
    changed: bool


async def import_posts(tx: Tx, *, owner_id: ids.UserId, import_id: ids.ImportId) -> Done:
    """Schedule all posts of a file, once.

    Raises ImportHasProblems; Conflict import.being_looked_at while its media are; InvalidInput import.time_passed
    (line) for a time that has passed since it was read; Conflict import.no_slots when a queue hasn't enough of them any
    more; NotReady or ChannelNotFound when a chat takes no posts any more. Then none of them is there.
    """
    kept = await import_of(tx.session, owner_id=owner_id, import_id=import_id, lock=True)
    if kept.imported_at is not None:
        return Done(kept, len(kept.rows), changed=False)
    if kept.problems:
        raise ImportHasProblems(import_id=str(import_id))
    if addresses(kept):
        raise Conflict("import.being_looked_at")
    posts = [_post(tx, owner_id, row) for row in kept.rows]
    held = await _give_slots(tx, owner_id, posts)
    tx.session.add_all(posts)
    await tx.session.flush()
    tx.session.add_all(PostVersion.of(post, tx.now) for post in posts)
    await _schedule(tx, owner_id, posts)
    await hold_queued(tx, held)
    kept.rows = [{**row, "post_id": str(post.id)} for row, post in zip(kept.rows, posts, strict=True)]
    kept.imported_at = tx.now
    await tx.session.flush()
    return Done(kept, len(posts), changed=True)


async def cancel_imported(tx: Tx, *, owner_id: ids.UserId, import_id: ids.ImportId) -> Done:
    """Take back what isn't on its way yet."""
    kept = await import_of(tx.session, owner_id=owner_id, import_id=import_id, lock=True)
    arranged = await _posts_of(tx, kept, ARRANGED)
    taken_back = await cancel_many(tx, owner_id=owner_id, subject_ids=[post.id for post in arranged])
    cancelled = [post for post in arranged if post.id in taken_back]
    for post in cancelled:
        post.status, post.error, post.updated_at = PostStatus.CANCELLED, None, tx.now
    if cancelled:
        marked = {str(post.id) for post in cancelled}
        kept.rows = [{**row, CANCELLED: row["post_id"] in marked} for row in kept.rows]
    await tx.session.flush()
    await _tell(tx, owner_id, cancelled)
    return Done(kept, len(cancelled), changed=bool(cancelled))


async def restore_imported(tx: Tx, *, owner_id: ids.UserId, import_id: ids.ImportId) -> Done:
    """Take that back: what was cancelled with all others, and whose time is still to come, goes out then.

    Raises NotReady or ChannelNotFound when a chat takes no posts any more.
    """
    kept = await import_of(tx.session, owner_id=owner_id, import_id=import_id, lock=True)
    marked = {row["post_id"] for row in kept.rows if row.get(CANCELLED)}
    found = await _posts_of(tx, kept, [PostStatus.CANCELLED])
    posts = [post for post in found if str(post.id) in marked and post.due_at is not None and post.due_at > tx.now]
    for post in posts:
        post.status, post.updated_at = PostStatus.SCHEDULED, tx.now
    await _schedule(tx, owner_id, posts)
    await tx.session.flush()
    await _tell(tx, owner_id, posts)
    kept.rows = [{name: value for name, value in row.items() if name != CANCELLED} for row in kept.rows]
    await tx.session.flush()
    return Done(kept, len(posts), changed=bool(posts))


def _post(tx: Tx, owner_id: ids.UserId, row: Json) -> Post:
    """Without a time when it gets a slot."""
    due_at = datetime.fromisoformat(row["when"]) if row["when"] is not None else None
    if due_at is not None and due_at <= tx.now:
        raise InvalidInput("import.time_passed", line=row["line"])
    channel_id = ids.ChannelId(UUID(row["channel_id"])) if row["channel_id"] is not None else None
    return Post(
        id=ids.new(),
        owner_id=owner_id,
        platform=Platform.TELEGRAM,
        title="",
        text=row["text"],
        media=row["media"],
        language=row["language"],
        engine=BY_HAND,
        status=PostStatus.SCHEDULED,
        due_at=due_at,
        channel_id=channel_id,
        created_at=tx.now,
        updated_at=tx.now,
    )


async def _give_slots(tx: Tx, owner_id: ids.UserId, posts: Sequence[Post]) -> list[Post]:
    """Times for the posts without one: the next free slots of their targets, in the order of the file.

    Gives those whose queue is paused: they wait with the others there.
    """
    held: list[Post] = []
    for target in dict.fromkeys(post.channel_id for post in posts if post.due_at is None):
        queue = await queue_of(tx.session, owner_id=owner_id, channel_id=target, lock=True)
        if queue is None:
            raise Conflict("import.no_slots")
        waiting = [post for post in posts if post.due_at is None and post.channel_id == target]
        taken = await taken_times(tx.session, owner_id=owner_id, channel_id=target, after=tx.now)
        taken |= {post.due_at for post in posts if post.due_at is not None and post.channel_id == target}
        zone, pattern = await zone_of(tx.session, owner_id), await pattern_of(tx.session, queue)
        slots = islice(free_slots(pattern, zone=zone, after=tx.now + FROM_NOW, taken=taken), len(waiting))
        for post, at in zip_longest(waiting, slots):
            if at is None or at > tx.now + FARTHEST:
                raise Conflict("import.no_slots")
            post.due_at, post.queue_id = at, queue.id
        held += waiting if queue.paused_at is not None else []
    return held


async def _schedule(tx: Tx, owner_id: ids.UserId, posts: Sequence[Post]) -> None:
    own_chat = (await user_of(tx.session, owner_id)).telegram_user_id
    chats: dict[ids.ChannelId | None, TelegramId] = {None: own_chat}
    for post in posts:
        if post.channel_id not in chats:
            chats[post.channel_id] = await chat_for(tx.session, post) or own_chat
    await schedule_many(tx, [await _delivery(tx, post, chats[post.channel_id]) for post in posts])


async def _delivery(tx: Tx, post: Post, chat_id: TelegramId) -> NewDelivery:
    if post.due_at is None:
        raise ValueError("an imported post has a time")
    return NewDelivery(
        owner_id=post.owner_id,
        subject_id=post.id,
        chat_id=chat_id,
        content=await content_for(tx.session, post),
        due_at=post.due_at,
        status=DeliveryStatus.SCHEDULED,
        dedupe_key=f"import:{post.id}",
    )


async def _posts_of(tx: Tx, kept: Import, statuses: Collection[PostStatus]) -> Sequence[Post]:
    post_ids = [UUID(row["post_id"]) for row in kept.rows if "post_id" in row]
    found = await tx.session.scalars(
        select(Post)
        .where(
            Post.id.in_(post_ids),
            Post.owner_id == kept.owner_id,
            Post.status.in_(statuses),
            Post.deleted_at.is_(None),
        )
        .order_by(Post.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _tell(tx: Tx, owner_id: ids.UserId, posts: Sequence[Post]) -> None:
    """In the messages that are there."""
    shown = await subjects_shown(tx.session, owner_id=owner_id, subject_ids=[post.id for post in posts])
    for post in posts:
        if post.id in shown:
            await show_post_status(tx, post)
