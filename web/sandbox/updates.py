"""A bot's updates: kept until confirmed or a day old, fetched by one long poll at a time or pushed to a webhook."""

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from web.sandbox.errors import ApiError, conflict
from web.sandbox.model import Bot, Json
from web.sandbox.storage import Storage

KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "poll", "poll_answer",
    "my_chat_member", "chat_member", "message_reaction", "pre_checkout_query", "shipping_query", "inline_query",
    "chosen_inline_result", "chat_join_request", "message_reaction_count", "chat_boost", "removed_chat_boost",
    "business_connection", "business_message", "edited_business_message", "deleted_business_messages",
    "purchased_paid_media", "managed_bot", "guest_message",
})  # fmt: skip
ASKED_FOR_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that an empty list of allowed updates leaves out."""
KEPT_S = 24 * 3600
KEPT_UPDATES = 100_000
FIRST_UPDATE_ID = 100_000_000

ACTIVE_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True, slots=True)
class Update:
    id: int
    at: float
    kind: str
    source: str
    """Updates of one source (a chat, or a person) are pushed in order."""
    body: Json

    def to_json(self) -> Json:
        return {"update_id": self.id, self.kind: self.body}


class UpdateQueue:
    """One bot's updates in order."""

    def __init__(self, bot: Bot, storage: Storage, now: Callable[[], float]) -> None:
        self._bot = bot
        self._storage = storage
        self._now = now
        self._updates: OrderedDict[int, Update] = OrderedDict()
        self.last_id = FIRST_UPDATE_ID
        self._poll: asyncio.Future[None] | None = None
        self.on_push: Callable[[], None] = lambda: None

    def restore(self, updates: Sequence[Update], last_id: int) -> None:
        self._updates.update((update.id, update) for update in updates)
        self.last_id = max(last_id, FIRST_UPDATE_ID)

    def __len__(self) -> int:
        return len(self._updates)

    def wants(self, kind: str) -> bool:
        allowed = self._bot.allowed_updates
        return kind in allowed if allowed else kind not in ASKED_FOR_ONLY

    def push(self, kind: str, body: Json, *, source: str) -> None:
        """Add an update, unless the bot did not ask for its kind."""
        if not self.wants(kind):
            return
        self._drop_old()
        self.last_id += 1
        update = Update(self.last_id, self._now(), kind, source, body)
        self._updates[update.id] = update
        self._storage.put_update(self._bot.id, update.id, at=update.at, kind=kind, source=source, body=body)
        self._storage.put("last_update", self._bot.id, {"id": self.last_id})
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
        self.on_push()

    def pending(self, offset: int, limit: int) -> list[Update]:
        """Forget what `offset` confirms, and show what follows. A negative offset keeps only the last ones."""
        if offset < 0:
            self._confirm(len(self._updates) + offset)
        elif offset > 0:
            while self._updates and next(iter(self._updates)) < offset:
                self._confirm(1)
        return list(itertools.islice(self._updates.values(), limit))

    def all_pending(self) -> Iterator[Update]:
        return iter(self._updates.values())

    def drop(self, update_id: int) -> None:
        """Forget one update, delivered by a webhook."""
        if self._updates.pop(update_id, None):
            self._storage.drop_updates(self._bot.id, [update_id])

    def clear(self) -> None:
        self._confirm(len(self._updates))

    async def poll(self, *, offset: int, limit: int, timeout_s: float) -> list[Update]:
        """What getUpdates answers. A later poll, or a webhook, ends this one with a conflict."""
        found = self.pending(offset, limit)
        if found or timeout_s <= 0:
            return found
        self.end_poll(conflict(OTHER_POLLER))
        poll = self._poll = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await poll
        except TimeoutError:
            return []
        finally:
            if self._poll is poll:
                self._poll = None
        return self.pending(offset, limit)

    def end_poll(self, error: ApiError) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_exception(error)

    def _confirm(self, count: int) -> None:
        done = [self._updates.popitem(last=False)[0] for _ in range(max(count, 0))]
        self._storage.drop_updates(self._bot.id, done)

    def _drop_old(self) -> None:
        oldest = self._now() - KEPT_S
        while self._updates:
            first = next(iter(self._updates.values()))
            if first.at >= oldest and len(self._updates) < KEPT_UPDATES:
                return
            self._confirm(1)
