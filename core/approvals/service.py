"""Asking others whether a post may go out: choosing whom, asking, what they say, and asking no more.

Whoever does any of this locks the post, then the approval, then deliveries.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from core import ids
from core.accounts.service import user_of
from core.approvals.models import Approval as Asking
from core.approvals.models import ApprovalStatus, EventKind, Seat, Verdict
from core.approvals.queries import (
    ASKED,
    approval_about,
    approval_of,
    approvers_of,
    asked_of,
    last_asked,
    seats_of,
)
from core.approvals.showing import groups_subject, owners_subject, show
from core.approvals.standing import note, settle
from core.approvals.telling import tell_decided, tell_reminder
from core.channels.models import ChannelKind
from core.channels.queries import channel_of
from core.deliveries.statuses import begin_anew
from core.errors import Conflict, InvalidInput
from core.posts.awaiting import hold_back, let_go
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of
from core.posts.scheduling import SCHEDULABLE, BeingSent, Scheduling, post_now, show_post_status
from core.posts.targets import ready_chat
from core.tx import Tx

REMIND_AGAIN = timedelta(minutes=30)
GROUPS = frozenset({ChannelKind.GROUP, ChannelKind.SUPERGROUP})


class NotAsked(Conflict):
    """Nobody is asked about it (any more)."""

    code = "approvals.not_asked"


@dataclass(frozen=True, slots=True)
class Said:
    """What came of somebody's word."""

    approval: Asking
    post: Post
    changed: bool
    """False: they had said so before."""
    settled: bool
    """Whether the approval is in another state now."""


async def open_approval(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Asking:
    """The asking about a post as it stands; a new one begins with the choices of the last.

    Raises PostNotFound, Conflict ("approvals.recurring", "approvals.out") for what can't be asked about.
    """
    post = await _askable(tx, owner_id, post_id)
    found = await approval_about(tx.session, post_id=post.id, lock=True)
    if found is not None:
        return found
    before = await last_asked(tx.session, owner_id=owner_id)
    asking = Asking(
        id=ids.new(),
        owner_id=owner_id,
        post_id=post.id,
        channel_id=before.channel_id if before is not None else None,
        needed=1,
        version=post.version,
        created_at=tx.now,
    )
    tx.session.add(asking)
    await tx.session.flush()
    named = {each.user_id for each in await approvers_of(tx.session, owner_id=owner_id)}
    if before is not None:
        sat = {seat.user_id for seat in await seats_of(tx.session, before.id)} & named
        named, asking.needed = sat or named, before.needed
    for user_id in sorted(named):
        tx.session.add(Seat(approval_id=asking.id, user_id=user_id))
    asking.needed = max(1, min(asking.needed, len(named)))
    await tx.session.flush()
    return asking


async def toggle_seat(
    tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId, approver_id: ids.ApproverId
) -> Asking:
    """Ask this person, or don't. Raises ApprovalNotFound, InvalidInput, Conflict ("approvals.already_asked")."""
    asking = await _choosing(tx, owner_id, approval_id)
    named = {each.id: each.user_id for each in await approvers_of(tx.session, owner_id=owner_id)}
    if approver_id not in named:
        raise InvalidInput("approvals.person_not_found")
    seats = {seat.user_id: seat for seat in await seats_of(tx.session, asking.id)}
    there = seats.get(named[approver_id])
    if there is not None:
        await tx.session.delete(there)
    else:
        tx.session.add(Seat(approval_id=asking.id, user_id=named[approver_id]))
    asking.needed = max(1, min(asking.needed, len(seats) + (-1 if there is not None else 1)))
    return asking


async def choose_needed(tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId, needed: int) -> Asking:
    """How many of those who are asked have to agree. Raises InvalidInput ("approvals.too_few")."""
    asking = await _choosing(tx, owner_id, approval_id)
    if not 1 <= needed <= max(1, len(await seats_of(tx.session, asking.id))):
        raise InvalidInput("approvals.too_few", needed=needed)
    asking.needed = needed
    return asking


async def choose_group(
    tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId, channel_id: ids.ChannelId | None
) -> Asking:
    """Ask in a connected group, or (None) each in private. Raises ChannelNotFound, InvalidInput for a channel."""
    asking = await _choosing(tx, owner_id, approval_id)
    if channel_id is not None:
        channel = await channel_of(tx.session, owner_id=owner_id, channel_id=channel_id)
        if channel.kind not in GROUPS:
            raise InvalidInput("approvals.no_group")
    asking.channel_id = channel_id
    return asking


async def ask(tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId) -> Asking:
    """Ask them. From now on the post goes out only when enough of them have agreed. Asked already, it stays so.

    Raises InvalidInput ("approvals.nobody"), NotReady or ChannelNotFound of the group, BeingSent when it is too late.
    """
    post, asking = await _locked(tx, owner_id, approval_id)
    if asking.status in ASKED:
        return asking
    if not await seats_of(tx.session, asking.id):
        raise InvalidInput("approvals.nobody")
    if asking.channel_id is not None:
        await ready_chat(tx.session, owner_id=owner_id, channel_id=asking.channel_id)
    asking.status, asking.version = ApprovalStatus.OPEN, post.version
    asking.asked_at, asking.reminded_at, asking.decided_at = tx.now, None, None
    if not await hold_back(tx, post):
        raise BeingSent(post_id=str(post.id), status=PostStatus.PUBLISHING)
    owner = await user_of(tx.session, owner_id)
    note(tx, asking, EventKind.ASKED, user_id=owner_id, name=owner.first_name)
    await begin_anew(tx, [owners_subject(asking.id), groups_subject(asking)])
    await _show(tx, asking, post)
    return asking


async def say(tx: Tx, *, user_id: ids.UserId, approval_id: ids.ApprovalId, revision: int, verdict: Verdict) -> Said:
    """Somebody who was asked agrees, or wants changes; their last word counts.

    Raises NotNamed for anybody else, NotAsked once it is withdrawn, Conflict ("approvals.changed_since") when the post
    was changed after they saw it, ("approvals.out") when it is on its way or out.
    """
    seen, _ = await asked_of(tx.session, user_id=user_id, approval_id=approval_id)
    post, asking = await _locked(tx, seen.owner_id, approval_id)
    _, seat = await asked_of(tx.session, user_id=user_id, approval_id=approval_id)
    if asking.status not in ASKED:
        raise NotAsked(post_id=str(post.id))
    if asking.revision != revision:
        raise Conflict("approvals.changed_since")
    if seat.verdict == verdict:
        return Said(asking, post, changed=False, settled=False)
    person = await user_of(tx.session, user_id)
    seat.verdict, seat.decided_at = verdict, tx.now
    kind = EventKind.APPROVED if verdict is Verdict.APPROVED else EventKind.CHANGES
    note(tx, asking, kind, user_id=user_id, name=person.first_name)
    await tx.session.flush()
    settled = await settle(tx, asking, post)
    await _show(tx, asking, post)
    if settled and asking.status != ApprovalStatus.OPEN:
        await tell_decided(tx, asking, post, by=person.first_name)
    return Said(asking, post, changed=True, settled=settled)


async def remind(tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId) -> int:
    """Ask those again who haven't agreed; gives how many. Every half hour at most.

    Raises NotAsked, Conflict ("approvals.reminded" with `minutes` until the next one).
    """
    post, asking = await _locked(tx, owner_id, approval_id)
    if asking.status not in (ApprovalStatus.OPEN, ApprovalStatus.CHANGES):
        raise NotAsked(post_id=str(post.id))
    last = asking.reminded_at or asking.asked_at
    if asking.reminded_at is not None and last is not None and tx.now < last + REMIND_AGAIN:
        left = last + REMIND_AGAIN - tx.now
        raise Conflict("approvals.reminded", minutes=-(-int(left.total_seconds()) // 60))
    asking.reminded_at = tx.now
    owner = await user_of(tx.session, owner_id)
    note(tx, asking, EventKind.REMINDED, user_id=owner_id, name=owner.first_name)
    return await tell_reminder(tx, asking, post)


async def withdraw(tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId) -> Post:
    """Ask no more: the post goes out at its time, as if nobody had been asked. Again, it changes nothing."""
    post, asking = await _locked(tx, owner_id, approval_id, whatever=True)
    if asking.status in ASKED:
        owner = await user_of(tx.session, owner_id)
        asking.status, asking.decided_at = ApprovalStatus.WITHDRAWN, tx.now
        note(tx, asking, EventKind.WITHDRAWN, user_id=owner_id, name=owner.first_name)
        await let_go(tx, post, None)
        await show(tx, asking, post)
        await _show_status(tx, post)
    return post


async def send_without(tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId) -> Scheduling:
    """Ask no more, and send it now. Raises what core.posts.scheduling.schedule_post raises."""
    post = await withdraw(tx, owner_id=owner_id, approval_id=approval_id)
    return await post_now(tx, owner_id=owner_id, post_id=post.id)


async def choose_anew(tx: Tx, *, owner_id: ids.UserId, approval_id: ids.ApprovalId) -> Asking:
    """Ask no more, and choose again whom to ask; then it comes as new messages."""
    await withdraw(tx, owner_id=owner_id, approval_id=approval_id)
    _, asking = await _locked(tx, owner_id, approval_id)
    if asking.status == ApprovalStatus.WITHDRAWN:
        asking.status, asking.revision = ApprovalStatus.CHOOSING, asking.revision + 1
        seats = await seats_of(tx.session, asking.id)
        await tx.session.execute(delete(Seat).where(Seat.approval_id == asking.id))
        named = {each.user_id for each in await approvers_of(tx.session, owner_id=owner_id)}
        for seat in seats:
            if seat.user_id in named:
                tx.session.add(Seat(approval_id=asking.id, user_id=seat.user_id))
        await tx.session.flush()
    return asking


async def _locked(
    tx: Tx, owner_id: ids.UserId, approval_id: ids.ApprovalId, *, whatever: bool = False
) -> tuple[Post, Asking]:
    """`whatever`: also of a post that is on its way or out."""
    seen = await approval_of(tx.session, owner_id=owner_id, approval_id=approval_id)
    if whatever:
        post = await post_of(tx.session, owner_id=owner_id, post_id=seen.post_id, lock=True)
    else:
        post = await _askable(tx, owner_id, seen.post_id)
    return post, await approval_of(tx.session, owner_id=owner_id, approval_id=approval_id, lock=True)


async def _askable(tx: Tx, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.status == PostStatus.RECURRING:
        raise Conflict("approvals.recurring", post_id=str(post_id))
    if post.status not in SCHEDULABLE:
        raise Conflict("approvals.out", post_id=str(post_id), status=post.status)
    return post


async def _choosing(tx: Tx, owner_id: ids.UserId, approval_id: ids.ApprovalId) -> Asking:
    _, asking = await _locked(tx, owner_id, approval_id)
    if asking.status != ApprovalStatus.CHOOSING:
        raise Conflict("approvals.already_asked")
    return asking


async def _show(tx: Tx, asking: Asking, post: Post) -> None:
    await show(tx, asking, post)
    await _show_status(tx, post)


async def _show_status(tx: Tx, post: Post) -> None:
    """A draft that was never scheduled has no message that says so."""
    if post.status != PostStatus.DRAFT:
        await show_post_status(tx, post)
