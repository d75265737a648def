"""What tests of approvals begin with: an owner, people, and a post that they are asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.accounts.models import User
from core.approvals.models import Approval, Verdict
from core.approvals.people import name_person
from core.approvals.service import Said, ask, choose_group, choose_needed, open_approval, say
from core.channels.models import Channel, ChannelKind
from core.posts.models import Post
from core.posts.scheduling import schedule_post
from core.tx import Tx
from tests.factories import make_channel, make_post, make_user

SOON = timedelta(hours=2)


@dataclass(frozen=True)
class Asked:
    owner: User
    people: Sequence[User]
    post: Post
    approval: Approval
    group: Channel | None

    async def say(
        self, tx: Tx, person: int, verdict: Verdict = Verdict.APPROVED, *, revision: int | None = None
    ) -> Said:
        return await say(
            tx,
            user_id=self.people[person].id,
            approval_id=self.approval.id,
            revision=revision or self.approval.revision,
            verdict=verdict,
        )


async def make_people(tx: Tx, owner: User, n: int = 2) -> list[User]:
    people = [await make_user(tx) for _ in range(n)]
    for person in people:
        await name_person(tx, owner_id=owner.id, user_id=person.id)
    return people


async def asked(
    tx: Tx,
    *,
    people: int = 2,
    needed: int = 1,
    due_in: timedelta | None = SOON,
    in_group: bool = False,
    owner: User | None = None,
) -> Asked:
    """A post that people are asked about; scheduled in two hours unless said otherwise (None: a draft)."""
    owner = owner or await make_user(tx, time_zone="Europe/Berlin")
    named = await make_people(tx, owner, people)
    post = await make_post(tx, owner)
    if due_in is not None:
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + due_in)
    group = await make_channel(tx, owner, kind=ChannelKind.SUPERGROUP, title="Bakers") if in_group else None
    opened = await open_approval(tx, owner_id=owner.id, post_id=post.id)
    await choose_needed(tx, owner_id=owner.id, approval_id=opened.id, needed=needed)
    if group is not None:
        await choose_group(tx, owner_id=owner.id, approval_id=opened.id, channel_id=group.id)
    approval = await ask(tx, owner_id=owner.id, approval_id=opened.id)
    return Asked(owner, named, post, approval, group)
