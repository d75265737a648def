"""What a scenario sends: posts to people, channels and groups, each part to be told apart. Some are of two parts, some
are albums; and a broadcast may go out beside them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core import ids
from core.accounts.models import User
from core.broadcasts.service import draft_broadcast, start_broadcast
from core.db import TelegramId
from core.deliveries.models import DeliveryKind
from core.deliveries.service import schedule_delivery
from core.deps import Deps
from core.sources.reading import read_text
from core.telegram.content import Content, Media, MediaKind, TextFormat
from core.tx import Tx
from tests.factories import make_posts
from tests.faults.chats import Chats
from tests.faults.plan import Plan

LEAD_S = 2.0
LONG_SHARE = 0.08
ALBUM_SHARE = 0.06
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
    read_text(FILLING)  # what it loads at first takes long on a busy machine, and a transaction mustn't stand idle
    async with deps.tx() as tx:
        first_due = tx.now + timedelta(seconds=LEAD_S + plan.deliveries / 150)
        wanted: list[Wanted] = []
        for owner, posts in Counter(owners).items():
            user = await tx.session.get_one(User, chats.owners[owner])
            for post in await make_posts(tx, user, [f"post {number}" for number in range(posts)]):
                chat_id = plan.chosen.choice([owner, plan.chosen.choice(chats.rooms)])
                due_at = first_due + timedelta(seconds=plan.chosen.uniform(0, plan.spread_s))
                content, marks = _message(plan, chats, len(wanted))
                wanted.append(await _schedule(tx, user.id, post.id, chat_id, due_at, content, marks))
    return first_due, wanted


def _message(plan: Plan, chats: Chats, number: int) -> tuple[Content, tuple[str, ...]]:
    """Of one part, of two, or an album: a call for several messages."""
    dice = plan.chosen.random()
    marks = tuple(f"{plan.seed}.{number}.{part}" for part in range(2 if dice < LONG_SHARE else 1))
    if dice < LONG_SHARE:
        text = "\n\n".join(f"{mark} {FILLING}" for mark in marks)
        return Content(text=text, format=TextFormat.PLAIN), marks
    media = [Media(kind=MediaKind.PHOTO, file_id=file_id) for file_id in chats.photos]
    album = tuple(media) if dice < LONG_SHARE + ALBUM_SHARE else ()
    return Content(text=f"{marks[0]} Bread", format=TextFormat.PLAIN, media=album), marks


async def _schedule(
    tx: Tx,
    owner_id: ids.UserId,
    post_id: UUID,
    chat_id: int,
    due_at: datetime,
    content: Content,
    marks: tuple[str, ...],
) -> Wanted:
    delivery_id = await schedule_delivery(
        tx,
        owner_id=owner_id,
        kind=DeliveryKind.POST,
        subject_id=post_id,
        chat_id=TelegramId(chat_id),
        content=content.to_json(),
        due_at=due_at,
    )
    assert delivery_id is not None
    return Wanted(delivery_id, post_id, chat_id, marks)


def broadcast_mark(plan: Plan) -> str:
    """How the broadcast beside a scenario begins."""
    return f"{plan.seed}.all"


async def begin_broadcast(deps: Deps, chats: Chats, plan: Plan) -> ids.BroadcastId | None:
    """The one beside a scenario, if it has one."""
    if not plan.broadcast:
        return None
    admin_id = chats.owners[chats.people[0].id]
    content = Content(text=f"{broadcast_mark(plan)} Bread", format=TextFormat.PLAIN).to_json()
    async with deps.tx() as tx:
        broadcast = await draft_broadcast(tx, admin_id=admin_id, content=content)
        await start_broadcast(tx, admin_id=admin_id, broadcast_id=broadcast.id)
    return broadcast.id
