"""What a scenario sends: posts to people, channels and groups, some of two parts, each part to be told apart."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core import ids
from core.accounts.models import User
from core.db import TelegramId
from core.deliveries.models import DeliveryKind
from core.deliveries.service import schedule_delivery
from core.deps import Deps
from core.telegram.content import Content, TextFormat
from core.tx import Tx
from tests.factories import make_posts
from tests.faults.chats import Chats
from tests.faults.plan import Plan

LEAD_S = 2.0
LONG_SHARE = 0.08
FILLING = "Bread that pays for the oven. " * 130
"""Two of these don't fit into one message."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A delivery as it was asked for. `marks` begin its parts, in order."""

    id: ids.DeliveryId
    subject_id: UUID
    chat_id: int
    marks: tuple[str, ...]


async def schedule_all(deps: Deps, chats: Chats, plan: Plan) -> tuple[datetime, list[Wanted]]:
    """Write all rows in one transaction; gives the moment at which the first is due."""
    owners = plan.chosen.choices([person.id for person in chats.people], k=plan.deliveries)
    async with deps.tx() as tx:
        first_due = tx.now + timedelta(seconds=LEAD_S + plan.deliveries / 150)
        wanted: list[Wanted] = []
        for owner, posts in Counter(owners).items():
            user = await tx.session.get_one(User, chats.owners[owner])
            for post in await make_posts(tx, user, [f"post {number}" for number in range(posts)]):
                chat_id = plan.chosen.choice([owner, plan.chosen.choice(chats.rooms)])
                due_at = first_due + timedelta(seconds=plan.chosen.uniform(0, plan.spread_s))
                wanted.append(await _schedule(tx, plan, user.id, post.id, chat_id, due_at, len(wanted)))
    return first_due, wanted


async def _schedule(
    tx: Tx, plan: Plan, owner_id: ids.UserId, post_id: UUID, chat_id: int, due_at: datetime, number: int
) -> Wanted:
    parts = 2 if plan.chosen.random() < LONG_SHARE else 1
    marks = tuple(f"{plan.seed}.{number}.{part}" for part in range(parts))
    text = "\n\n".join(f"{mark} {FILLING}" for mark in marks) if parts > 1 else f"{marks[0]} Bread"
    delivery_id = await schedule_delivery(
        tx,
        owner_id=owner_id,
        kind=DeliveryKind.POST,
        subject_id=post_id,
        chat_id=TelegramId(chat_id),
        content=Content(text=text, format=TextFormat.PLAIN).to_json(),
        due_at=due_at,
    )
    assert delivery_id is not None
    return Wanted(delivery_id, post_id, chat_id, marks)
