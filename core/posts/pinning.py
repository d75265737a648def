"""Pinning a post once it is out: work of its own, so that a chat that doesn't allow it takes nothing from the post."""

from datetime import datetime
from enum import StrEnum

from core import ids
from core.db import TelegramId
from core.deliveries.statuses import status_message_of
from core.posts.queries import post_of
from core.posts.scheduling import show_post_status
from core.queue import EVENTS, JobSpec
from core.tx import Tx
from core.work.service import request_work

PIN = JobSpec("jobs.posts.pin", queue=EVENTS, attempts=3, timeout_s=60)


class Pinning(StrEnum):
    """What came of it, as the status message tells it."""

    DONE = "done"
    NO_RIGHTS = "no_rights"
    FAILED = "failed"


async def request_pin(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, chat_id: TelegramId, message_id: TelegramId
) -> None:
    """Have a post pinned that has just gone out, if its owner wants that."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    if post.pin:
        payload = {"chat_id": chat_id, "message_id": message_id, "silent": post.silent}
        await request_work(tx, PIN, owner_id=owner_id, subject_id=post.id, payload=payload)


async def record_pinning(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, outcome: Pinning) -> None:
    """Tell what came of it beside what came of the post."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    status = await status_message_of(tx.session, owner_id=owner_id, subject_id=post.id)
    told = status.data.get("delivered_at") if status is not None else None
    await show_post_status(tx, post, delivered_at=datetime.fromisoformat(told) if told else None, pinning=outcome)
