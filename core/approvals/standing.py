"""What was said of a post, and what follows from it for the post."""

from collections.abc import Sequence

from core import ids
from core.approvals.models import Approval as Asking
from core.approvals.models import ApprovalEvent, ApprovalStatus, EventKind, Seat, Verdict
from core.approvals.queries import ASKED, approval_about, seats_of
from core.approvals.showing import show
from core.errors import Conflict
from core.posts.awaiting import hold_back, let_go
from core.posts.models import Approval, Post, PostStatus
from core.tx import Tx


async def void_approval(tx: Tx, post: Post) -> bool:
    """The post was changed: what was said of it doesn't count any more, and it waits again. False when it is too late
    for that, since it is being sent.

    What recurs goes on as its owner has changed it: nobody is asked about it any more.
    """
    asking = await approval_about(tx.session, post_id=post.id, lock=True)
    if asking is None or asking.status not in ASKED:
        return True
    asking.revision, asking.version, asking.decided_at = asking.revision + 1, post.version, None
    for seat in await seats_of(tx.session, asking.id):
        seat.verdict, seat.decided_at = None, None
    note(tx, asking, EventKind.VOIDED)
    in_time = True
    if post.status == PostStatus.RECURRING:
        asking.status, post.approval = ApprovalStatus.WITHDRAWN, None
    else:
        asking.status = ApprovalStatus.OPEN
        in_time = await hold_back(tx, post)
    await show(tx, asking, post)
    return in_time


def verdict_on(asking: Asking, seats: Sequence[Seat]) -> ApprovalStatus:
    """One who wants changes outweighs all who agree."""
    if any(seat.verdict == Verdict.CHANGES for seat in seats):
        return ApprovalStatus.CHANGES
    agreed = sum(seat.verdict == Verdict.APPROVED for seat in seats)
    return ApprovalStatus.APPROVED if agreed >= asking.needed else ApprovalStatus.OPEN


async def settle(tx: Tx, asking: Asking, post: Post) -> bool:
    """Let the post go, or hold it back, by what was said. Gives whether that is another state than before.

    Raises Conflict ("approvals.out") when it is too late to hold it back."""
    before, asking.status = asking.status, verdict_on(asking, await seats_of(tx.session, asking.id))
    if asking.status == before:
        return False
    asking.decided_at = tx.now if asking.status != ApprovalStatus.OPEN else None
    if asking.status == ApprovalStatus.APPROVED:
        await let_go(tx, post, Approval.APPROVED)
        return True
    if not await hold_back(tx, post):
        raise Conflict("approvals.out", post_id=str(post.id), status=PostStatus.PUBLISHING)
    return True


def note(
    tx: Tx, asking: Asking, kind: EventKind, *, user_id: ids.UserId | None = None, name: str = "", text: str = ""
) -> None:
    """One more line of the trail."""
    tx.session.add(
        ApprovalEvent(
            approval_id=asking.id,
            user_id=user_id or asking.owner_id,
            name=name,
            kind=kind,
            version=asking.version,
            text=text,
            at=tx.now,
        )
    )
