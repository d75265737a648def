"""When a post goes out: schedule, change the time, take it back, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core import ids
from core.accounts.service import user_of
from core.approvals.showing import show_approval
from core.channels.queries import ChannelNotFound
from core.db import Json, TelegramId
from core.deliveries.holding import move_delivery, release_delivery
from core.deliveries.models import DeliveryKind, DeliveryStatus, Priority
from core.deliveries.rest import latest_delivery, may_be_there, send_rest
from core.deliveries.service import UNKNOWN_OUTCOME, cancel_deliveries, schedule_delivery, send_notice
from core.deliveries.statuses import show_status, status_message_of
from core.errors import Conflict, InvalidInput
from core.evergreen.giving_way import make_room
from core.posts.awaiting import check_may_go, hold_back, is_waiting, waiting_error
from core.posts.content import content_for
from core.posts.copies import replan_copies
from core.posts.emailing import mail_published
from core.posts.models import Post, PostStatus
from core.posts.parts import MAY_BE_THERE, UNSEEN, progress, remaining
from core.posts.queries import post_of
from core.posts.queued import due_at_of, is_filler, is_held_by_queue
from core.posts.targets import NotReady, chat_for, target_data
from core.posts.views import post_data
from core.tx import Tx

REPEATED = timedelta(seconds=5)
"""A button pressed twice asks for the same time, or for one a moment later ("in 1 h")."""
SCHEDULABLE = frozenset(
    {
        PostStatus.DRAFT,
        PostStatus.SCHEDULED,
        PostStatus.ON_HOLD,
        PostStatus.UNCONFIRMED,
        PostStatus.FAILED,
        PostStatus.CANCELLED,
    }
)
ARRANGED = frozenset({PostStatus.SCHEDULED, PostStatus.ON_HOLD})
"""A delivery waits for its time, or for its chat."""
PERHAPS_PARTLY_THERE = frozenset({PostStatus.SCHEDULED, PostStatus.UNCONFIRMED, PostStatus.PARTIALLY_PUBLISHED})
"""Some of its parts may be there; the others go out behind them. So do those on hold."""
UNHEARD_OF = frozenset({*ARRANGED, PostStatus.CANCELLED})
"""Nobody has heard yet of a copy that was only planned."""
CANCELLED_BETWEEN = "delivery.cancelled"
HORIZON = timedelta(days=366)
_RESULTS = {
    DeliveryStatus.DELIVERED: PostStatus.PUBLISHED,
    DeliveryStatus.FAILED: PostStatus.FAILED,
    DeliveryStatus.UNCONFIRMED: PostStatus.UNCONFIRMED,
}


class BeingSent(Conflict):
    """Too late: the post is on its way, or out. Params: status."""

    code = "posts.being_sent"


@dataclass(frozen=True, slots=True)
class Scheduling:
    """A post after the act. `changed` is False when it was like that already: the button was pressed twice."""

    post: Post
    changed: bool


async def schedule_post(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, due_at: datetime, queue_id: ids.QueueId | None = None
) -> Scheduling:
    """Deliver a post to its target at `due_at`; one that was scheduled before is moved there. `queue_id`: `due_at` is
    a slot of that queue; without one, the post leaves the queue in which it may have been. Of what is there in part,
    the rest goes out.

    Raises InvalidInput for a time that has passed ("when.in_past") or lies over a year ahead ("when.too_far"),
    BeingSent when it is on its way, NotReady or ChannelNotFound when its target takes no posts. While others have yet
    to agree to it, it is on hold until they do, and can't go out at once (AwaitsApproval).
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if is_scheduled_for(post, due_at):
        return Scheduling(post, changed=False)
    _check_time(tx, due_at)
    if due_at <= tx.now:
        check_may_go(post)
    if post.status == PostStatus.ON_HOLD:
        post.queue_id = queue_id
        await _release(tx, post, due_at)
    elif not await _send_rest(tx, post, due_at):
        await take_back(tx, post)
        post.queue_id = queue_id
        await _arrange(tx, post, due_at)
    return Scheduling(post, changed=True)


async def choose_target(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, channel_id: ids.ChannelId | None
) -> Scheduling:
    """Let a post go to a connected chat, or (None) to its owner; a scheduled one keeps its time, and the planned copies
    of one that recurs go along.

    Raises BeingSent when it is on its way or out, NotReady or ChannelNotFound when the chat takes no posts, Conflict
    ("posts.look_first") while it may have gone out to the present one.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.channel_id == channel_id:
        return Scheduling(post, changed=False)
    if post.status == PostStatus.UNCONFIRMED:
        raise Conflict("posts.look_first", post_id=str(post_id))
    if post.status == PostStatus.RECURRING:
        post.channel_id = channel_id
        await chat_for(tx.session, post)
        await replan_copies(tx, post)
        return Scheduling(post, changed=True)
    due_at = post.due_at if post.status in ARRANGED else None
    await take_back(tx, post)
    post.channel_id, post.queue_id = channel_id, None
    if due_at is not None:
        await _arrange(tx, post, due_at)
    else:
        await chat_for(tx.session, post)
        if post.status != PostStatus.DRAFT:
            await show_post_status(tx, post)
    return Scheduling(post, changed=True)


async def _arrange(tx: Tx, post: Post, due_at: datetime) -> None:
    """Nothing is arranged for the post any more: arrange this."""
    user = await user_of(tx.session, post.owner_id)
    await _have_room_made(tx, post, due_at)
    await schedule_delivery(
        tx,
        owner_id=post.owner_id,
        kind=DeliveryKind.POST,
        subject_id=post.id,
        chat_id=await chat_for(tx.session, post) or user.telegram_user_id,
        content=await content_for(tx.session, post),
        due_at=due_at,
        priority=Priority.POST,
    )
    post.status, post.due_at, post.error, post.updated_at = PostStatus.SCHEDULED, due_at, None, tx.now
    post.message_id = None
    if is_waiting(post):
        await hold_back(tx, post)
    await show_post_status(tx, post)


async def _release(tx: Tx, post: Post, due_at: datetime) -> None:
    """The chat takes posts again: what was held goes out at `due_at`, once others have agreed to it if they were asked.

    Raises NotReady or ChannelNotFound."""
    await chat_for(tx.session, post)
    await _have_room_made(tx, post, due_at)
    waits = is_waiting(post)
    move = move_delivery if waits else release_delivery
    if not await move(tx, owner_id=post.owner_id, subject_id=post.id, due_at=due_at):
        raise BeingSent(post_id=str(post.id), status=post.status)
    post.status, post.error = (PostStatus.ON_HOLD, waiting_error()) if waits else (PostStatus.SCHEDULED, None)
    post.due_at, post.updated_at = due_at, tx.now
    await show_post_status(tx, post)


async def _send_rest(tx: Tx, post: Post, due_at: datetime, *, also_there: Json | None = None) -> bool:
    """Behind what is there. False when nothing is. Raises NotReady or ChannelNotFound."""
    if post.status not in PERHAPS_PARTLY_THERE:
        return False
    if not await send_rest(tx, owner_id=post.owner_id, subject_id=post.id, due_at=due_at, also_there=also_there):
        return False
    await chat_for(tx.session, post)
    post.status, post.due_at, post.error, post.updated_at = PostStatus.SCHEDULED, due_at, None, tx.now
    post.queue_id = None
    if is_waiting(post):
        await hold_back(tx, post)
    await show_post_status(tx, post)
    return True


async def release_held(tx: Tx, post: Post) -> None:
    """The queue that has held a post goes on: so does the post, or it waits for its chat alone.

    A post that no queue has held stays as it is.
    """
    if not is_held_by_queue(post):
        return
    post.error, post.updated_at = waiting_error() if is_waiting(post) else None, tx.now
    try:
        await chat_for(tx.session, post)
    except (NotReady, ChannelNotFound):
        pass
    else:
        if is_waiting(post):
            await show_post_status(tx, post)
            return
        await release_delivery(tx, owner_id=post.owner_id, subject_id=post.id, due_at=due_at_of(post))
        post.status = PostStatus.SCHEDULED
    await show_post_status(tx, post)


async def _have_room_made(tx: Tx, post: Post, due_at: datetime) -> None:
    """What the evergreen pool has put there makes room."""
    if not is_filler(post):
        await make_room(tx, owner_id=post.owner_id, channel_id=post.channel_id, at=due_at)


async def post_now(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Scheduling:
    """Deliver it at once."""
    return await schedule_post(tx, owner_id=owner_id, post_id=post_id, due_at=tx.now)


async def cancel_schedule(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Scheduling:
    """Take a scheduled post back; what isn't scheduled stays as it is. `due_at` is kept for `reschedule`.

    Raises BeingSent when it is on its way or out.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.status in SCHEDULABLE - ARRANGED:
        return Scheduling(post, changed=False)
    await take_back(tx, post)
    post.status, post.error = await _cancelled(tx, post)
    post.queue_id, post.updated_at = None, tx.now
    await show_post_status(tx, post)
    return Scheduling(post, changed=True)


async def _cancelled(tx: Tx, post: Post) -> tuple[PostStatus, Json | None]:
    """What a post is that was taken back: partly there, when that came between two parts. With a word of doubt, when an
    attempt was made before of which nobody knows whether it arrived."""
    delivery = await latest_delivery(tx.session, owner_id=post.owner_id, subject_id=post.id)
    doubt = await may_be_there(tx.session, owner_id=post.owner_id, subject_id=post.id)
    if delivery is None or not delivery.parts:
        return PostStatus.CANCELLED, {"code": UNKNOWN_OUTCOME, "params": {}} if doubt else None
    there = progress(delivery.content, delivery.parts) | (MAY_BE_THERE if doubt else {})
    return PostStatus.PARTIALLY_PUBLISHED, {"code": CANCELLED_BETWEEN, "params": there}


async def reschedule(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Scheduling:
    """Take a cancellation back: deliver at the time that the post had.

    Raises InvalidInput ("when.in_past") when that has passed, and Conflict when the post never had a time.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.due_at is None or post.status not in (PostStatus.CANCELLED, PostStatus.SCHEDULED):
        raise Conflict("posts.nothing_to_reschedule", post_id=str(post_id))
    return await schedule_post(tx, owner_id=owner_id, post_id=post_id, due_at=post.due_at)


async def confirm_published(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Scheduling:
    """The owner has looked: an unconfirmed post, or its part in question, is there; then what is behind it goes out.

    Raises Conflict for one in another state, and NotReady or ChannelNotFound when the rest can't go there.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.status == PostStatus.PUBLISHED:
        return Scheduling(post, changed=False)
    if post.status != PostStatus.UNCONFIRMED:
        raise Conflict("posts.nothing_to_confirm", post_id=str(post_id), status=post.status)
    if remaining(post.error) and await _send_rest(tx, post, tx.now, also_there=UNSEEN):
        return Scheduling(post, changed=True)
    post.status, post.error, post.updated_at = PostStatus.PUBLISHED, None, tx.now
    await show_post_status(tx, post, delivered_at=post.due_at)
    await mail_published(tx, post, published_at=post.due_at or tx.now)
    return Scheduling(post, changed=True)


async def record_delivery(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    post_id: ids.PostId,
    status: DeliveryStatus,
    error: Json | None,
    message_id: TelegramId | None = None,
) -> None:
    """What came of a post's delivery, told in its status message. `message_id`: the first message that is there.

    A failure behind parts that are there (`sent` among the error's params) leaves it partly published.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    partly = status is DeliveryStatus.FAILED and bool((error or {}).get("params", {}).get("sent"))
    post.status = PostStatus.PARTIALLY_PUBLISHED if partly else _RESULTS[status]
    post.error, post.updated_at = error, tx.now
    post.message_id = message_id
    await show_post_status(tx, post, delivered_at=tx.now)
    if post.status == PostStatus.PUBLISHED:
        await mail_published(tx, post, published_at=tx.now)


async def tell_late(tx: Tx, *, delivery_id: ids.DeliveryId, owner_id: ids.UserId, subject_id: UUID) -> None:
    """Warn the owner, once, that a post is overdue. It is still being tried."""
    user = await user_of(tx.session, owner_id)
    post = await post_of(tx.session, owner_id=owner_id, post_id=ids.PostId(subject_id))
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=user.telegram_user_id,
        subject_id=subject_id,
        notice="posts.late",
        data={**post_data(post), "time_zone": user.time_zone},
        language=user.language,
        dedupe_key=f"late:{delivery_id}",
    )


async def show_post_status(
    tx: Tx, post: Post, *, delivered_at: datetime | None = None, pinning: str | None = None
) -> None:
    """Bring the post's one status message up to date. `pinning`: what came of it, core.posts.pinning.Pinning.

    A copy that a series or the evergreen pool has made says nothing before something has come of it, or gone wrong.
    """
    await show_approval(tx, post)
    if await _is_silent(tx, post):
        return
    user = await user_of(tx.session, post.owner_id)
    await show_status(
        tx,
        owner_id=post.owner_id,
        subject_id=post.id,
        chat_id=user.telegram_user_id,
        notice="posts.status",
        data={
            **post_data(post),
            "target": await target_data(tx.session, post),
            "language": user.language,
            "time_zone": user.time_zone,
            "delivered_at": delivered_at.isoformat() if delivered_at else None,
            "pinning": pinning,
            "in_queue": post.queue_id is not None,
        },
    )


async def _is_silent(tx: Tx, post: Post) -> bool:
    gone_wrong = post.error is not None and not is_held_by_queue(post)
    if post.template_id is None or post.status not in UNHEARD_OF or gone_wrong:
        return False
    return await status_message_of(tx.session, owner_id=post.owner_id, subject_id=post.id) is None


def is_scheduled_for(post: Post, due_at: datetime) -> bool:
    """Whether scheduling it for then would change nothing."""
    return post.status == PostStatus.SCHEDULED and post.due_at is not None and abs(post.due_at - due_at) < REPEATED


def _check_time(tx: Tx, due_at: datetime) -> None:
    if due_at < tx.now:
        raise InvalidInput("when.in_past", at=due_at.isoformat())
    if due_at > tx.now + HORIZON:
        raise InvalidInput("when.too_far", at=due_at.isoformat())


async def take_back(tx: Tx, post: Post) -> None:
    """End what was arranged for a post before. Raises BeingSent when it is too late for that."""
    if post.status not in SCHEDULABLE:
        raise BeingSent(post_id=str(post.id), status=post.status)
    if post.status in ARRANGED and not await cancel_deliveries(tx, owner_id=post.owner_id, subject_id=post.id):
        raise BeingSent(post_id=str(post.id), status=PostStatus.PUBLISHING)
