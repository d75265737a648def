"""Whose queue a screen shows, as it is now."""

from bot.context import Context
from bot.queues.screens import Place, Row, View
from core import ids
from core.channels.models import Channel
from core.channels.queries import channel_of, channels_of
from core.db import Page, Paged, ReadSession
from core.evergreen.queries import pool_size
from core.posts.models import Post
from core.posts.queued import count_queued, place_in_queue, queued_posts
from core.queues.free import NO_ZONE, free_slot_of
from core.queues.models import Queue
from core.queues.queries import pattern_of, patterns_of, queue_of, queues_of
from core.queues.slots import Pattern

POSTS_SHOWN = 6
CHATS_SHOWN = 8


async def place_of(context: Context, channel_id: ids.ChannelId | None) -> Place:
    """Raises ChannelNotFound for somebody else's."""
    async with context.deps.read() as session:
        return (await _place(context, session, channel_id))[0]


async def _place(
    context: Context, session: ReadSession, channel_id: ids.ChannelId | None
) -> tuple[Place, Queue | None]:
    owner_id, channel = context.actor.id, None
    if channel_id is not None:
        channel = await channel_of(session, owner_id=owner_id, channel_id=channel_id)
    queue = await queue_of(session, owner_id=owner_id, channel_id=channel_id)
    pattern = await pattern_of(session, queue) if queue is not None else Pattern()
    paused = queue is not None and queue.paused_at is not None
    return Place(channel, context.actor.time_zone or NO_ZONE, pattern, paused), queue


async def view_of(
    context: Context, channel_id: ids.ChannelId | None, *, page: int = 1, selected: ids.PostId | None = None
) -> View:
    """A page of a queue: the one with the selected post, if that still waits. Raises ChannelNotFound."""
    owner_id, now = context.actor.id, context.deps.clock.now()
    async with context.deps.read() as session:
        place, queue = await _place(context, session, channel_id)
        has_others = (await channels_of(session, owner_id=owner_id, page=Page(size=1))).total > 0
        if queue is None:
            nothing: Paged[Post] = Paged(items=[], number=1, pages=1, total=0)
            return View(place, nothing, POSTS_SHOWN, None, 0, has_others)
        if selected is not None:
            before = await place_in_queue(session, owner_id=owner_id, queue_id=queue.id, post_id=selected, now=now)
            page = before // POSTS_SHOWN + 1 if before is not None else page
        posts = await queued_posts(session, owner_id=owner_id, queue_id=queue.id, now=now, page=Page(page, POSTS_SHOWN))
        free = await free_slot_of(session, queue, now=now)
        pool = await pool_size(session, owner_id=owner_id, queue_id=queue.id)
    return View(place, posts, POSTS_SHOWN, free, pool, has_others, selected)


async def rows_of_queues(context: Context, page: int) -> Paged[Row]:
    """The private chat first, then what is connected."""
    owner_id, now = context.actor.id, context.deps.clock.now()
    async with context.deps.read() as session:
        found = await channels_of(session, owner_id=owner_id, page=Page(page, CHATS_SHOWN))
        queues = await queues_of(session, owner_id=owner_id)
        patterns = await patterns_of(session, list(queues.values()))
        waiting = await count_queued(session, owner_id=owner_id, now=now)

    def row(channel: Channel | None) -> Row:
        queue = queues.get(channel.id if channel is not None else None)
        if queue is None:
            return Row(channel, has_slots=False, waiting=0, paused=False)
        return Row(channel, bool(patterns[queue.id].loud), waiting.get(queue.id, 0), queue.paused_at is not None)

    own = [row(None)] if found.number == 1 else []
    return Paged([*own, *map(row, found.items)], found.number, found.pages, found.total + 1)
