"""What its owner is told about an approval, once each; and those who haven't said anything yet, when they are asked
again. The messages that change in place: showing.py."""

from typing import Any
from uuid import UUID

from core import ids
from core.accounts.service import user_of, users_of
from core.approvals.models import Approval as Asking
from core.approvals.models import ApprovalStatus, EventKind, Seat, Verdict
from core.approvals.queries import approval_about, approval_of, asked_of, seats_of
from core.approvals.showing import approval_data, group_of, groups_subject, show
from core.approvals.standing import note
from core.channels.queries import message_url
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.deliveries.service import send_notice
from core.deliveries.statuses import status_message_of
from core.errors import InvalidInput
from core.posts.awaiting import overdue_waiting
from core.posts.models import Post
from core.posts.queries import post_of
from core.posts.scheduling import show_post_status
from core.tx import Tx

COMMENT_LIMIT = 1_000


async def tell_decided(tx: Tx, asking: Asking, post: Post, *, by: str) -> None:
    """Enough have agreed, or somebody wants changes."""
    await _tell_owner(tx, asking, post, "approvals.decided", by=by)


async def add_comment(
    tx: Tx, *, user_id: ids.UserId, approval_id: ids.ApprovalId, text: str, chat_id: TelegramId | None = None
) -> None:
    """Keep what somebody wrote about a post, and pass it on to its owner. `chat_id`: the group that it was written in,
    where everybody may comment; elsewhere those who are asked.

    Raises NotNamed, ApprovalNotFound, InvalidInput ("approvals.comment_too_long", with length and limit).
    """
    if len(text) > COMMENT_LIMIT:
        raise InvalidInput("approvals.comment_too_long", length=len(text), limit=COMMENT_LIMIT)
    asking = await _commented(tx, user_id, approval_id, chat_id)
    post = await post_of(tx.session, owner_id=asking.owner_id, post_id=asking.post_id, lock=True)
    person = await user_of(tx.session, user_id)
    note(tx, asking, EventKind.COMMENT, user_id=user_id, name=person.first_name, text=text)
    if asking.status != ApprovalStatus.WITHDRAWN:
        await show(tx, asking, post)
    await _tell_owner(tx, asking, post, "approvals.comment", by=person.first_name, text=text)


async def _commented(tx: Tx, user_id: ids.UserId, approval_id: ids.ApprovalId, chat_id: TelegramId | None) -> Asking:
    if chat_id is not None:
        asking = await tx.session.get(Asking, approval_id)
        group = await group_of(tx.session, asking) if asking is not None else None
        if asking is not None and group is not None and group.chat_id == chat_id:
            return asking
    asking, _ = await asked_of(tx.session, user_id=user_id, approval_id=approval_id)
    return asking


async def tell_overdue(tx: Tx) -> int:
    """Their time has passed, and they aren't agreed to: say so to their owners, once. Gives how many posts."""
    posts = await overdue_waiting(tx)
    for post in posts:
        await show_post_status(tx, post)
        asking = await approval_about(tx.session, post_id=post.id)
        if asking is not None:
            await _tell_owner(tx, asking, post, "approvals.overdue")
    return len(posts)


async def tell_reminder(tx: Tx, asking: Asking, post: Post) -> int:
    """Those who haven't agreed: in the group by name, or each in private. Gives how many they are."""
    silent = [seat for seat in await seats_of(tx.session, asking.id) if seat.verdict != Verdict.APPROVED]
    users = await users_of(tx.session, [seat.user_id for seat in silent])
    data = await approval_data(tx.session, asking, post)
    group = await group_of(tx.session, asking)
    if group is not None:
        owner = await user_of(tx.session, asking.owner_id)
        shown = await status_message_of(tx.session, owner_id=owner.id, subject_id=groups_subject(asking))
        there = shown.message_id if shown is not None else None
        data["url"] = message_url(group, there) if there is not None else None
        await _remind(tx, asking, group.chat_id, owner.language, data)
    else:
        for user in users.values():
            await _remind(tx, asking, user.telegram_user_id, user.language, data)
    return len(silent)


async def _remind(tx: Tx, asking: Asking, chat_id: TelegramId, language: str, data: dict[str, Any]) -> None:
    await send_notice(
        tx,
        owner_id=asking.owner_id,
        chat_id=chat_id,
        subject_id=asking.id,
        notice="approvals.reminder",
        data=data,
        language=language,
    )


async def tell_unreachable(tx: Tx, *, status: StatusMessage) -> None:
    """Telegram refuses to show a request, to somebody or in the group: its owner is told of each, once an asking."""
    approval_id = ids.ApprovalId(UUID(status.data["approval_id"]))
    asking = await approval_of(tx.session, owner_id=status.owner_id, approval_id=approval_id)
    if asking.status not in (ApprovalStatus.OPEN, ApprovalStatus.CHANGES):
        return
    post = await post_of(tx.session, owner_id=asking.owner_id, post_id=asking.post_id)
    group, seat = await group_of(tx.session, asking), await tx.session.get(Seat, status.subject_id)
    name = group.title if group is not None else ""
    if group is None and seat is not None:
        name = (await user_of(tx.session, seat.user_id)).first_name
    key = f"unreachable:{status.subject_id}:{asking.asked_at}"
    await _tell_owner(tx, asking, post, "approvals.unreachable", dedupe_key=key, name=name)


async def _tell_owner(
    tx: Tx, asking: Asking, post: Post, notice: str, *, dedupe_key: str | None = None, **more: Any
) -> None:
    await tx.session.flush()
    owner = await user_of(tx.session, asking.owner_id)
    data = await approval_data(tx.session, asking, post)
    await send_notice(
        tx,
        owner_id=owner.id,
        chat_id=owner.telegram_user_id,
        subject_id=asking.id,
        notice=notice,
        data={**data, **more},
        language=owner.language,
        dedupe_key=dedupe_key,
    )
