"""Rights that come and go: posts wait, go on in time or are asked about, and the owner is told once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.channels.models import Channel, ChannelKind, ChannelState
from core.channels.service import SeenChat
from core.channels.standing import (
    follow_migration,
    hold_undeliverable,
    keep_verified,
    note_bot_standing,
    note_user_standing,
)
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryStatus
from core.deps import Deps
from core.posts.missed import send_all_missed, skip_all_missed
from core.posts.models import Post, PostStatus
from core.posts.scheduling import cancel_schedule, choose_target, schedule_post
from core.posts.targets import NotReady
from core.tx import Tx
from tests.factories import make_channel, make_post, make_user

CHAT = TelegramId(-1_001_234_567_890)
HOUR = timedelta(hours=1)


class Planned:
    """A user with a channel, and posts to it."""

    def __init__(self, owner: User, channel: Channel, posts: list[Post]) -> None:
        self.owner, self.channel, self.posts = owner, channel, posts


@pytest.fixture
async def planned(deps: Deps) -> Planned:
    """Posts in one hour and in three."""
    async with deps.tx() as tx:
        owner = await make_user(tx)
        channel = await make_channel(tx, owner, chat_id=CHAT)
        posts = [await make_post(tx, owner, f"Post {number}.") for number in (1, 3)]
        for post, hours in zip(posts, (1, 3), strict=True):
            await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
            await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + hours * HOUR)
    return Planned(owner, channel, posts)


async def states(tx: Tx, planned: Planned) -> list[tuple[str, str]]:
    """Of each post: its own, and its latest delivery's."""
    found = []
    for post in planned.posts:
        await tx.session.refresh(post := await tx.session.merge(post))
        newest = select(Delivery.status).where(Delivery.subject_id == post.id, Delivery.kind == "post")
        found.append((post.status, str(await tx.session.scalar(newest.order_by(Delivery.id.desc()).limit(1)))))
    return found


async def told(tx: Tx, planned: Planned) -> list[tuple[str, dict[str, object]]]:
    """The notices about the channel, in their order."""
    found = await tx.session.scalars(
        select(Delivery).where(Delivery.subject_id == planned.channel.id).order_by(Delivery.id)
    )
    numbers = ("posts", "upcoming", "missed")
    return [
        (each.content["notice"], {key: each.content["data"][key] for key in numbers if key in each.content["data"]})
        for each in found
    ]


async def test_lost_rights_hold_posts_and_are_told_once(deps: Deps, planned: Planned) -> None:
    for state in (ChannelState.NO_RIGHTS, ChannelState.REMOVED):
        async with deps.tx() as tx:
            await note_bot_standing(tx, chat_id=CHAT, state=state)
            assert await states(tx, planned) == [("on_hold", "on_hold")] * 2
            assert await told(tx, planned) == [("channels.lost", {"posts": 2})]


async def test_what_is_on_hold_doesnt_go_out_when_its_time_comes(
    deps: Deps, planned: Planned, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        await note_bot_standing(tx, chat_id=CHAT, state=ChannelState.REMOVED)
    clock.advance(5 * HOUR)
    async with deps.tx() as tx:
        leased = await deliveries.lease_due(tx, limit=30)
        waiting = [] if leased is None else list(leased.delivery_ids)
        posts = await tx.session.scalars(select(Delivery.kind).where(Delivery.id.in_(waiting)))
        assert "post" not in posts.all()
        assert await deliveries.late_deliveries(tx) == []


async def test_rights_regained_let_go_what_is_in_time_and_ask_about_the_rest(
    deps: Deps, planned: Planned, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        await note_bot_standing(tx, chat_id=CHAT, state=ChannelState.REMOVED)
    clock.advance(2 * HOUR)
    for _ in range(2):
        async with deps.tx() as tx:
            await note_bot_standing(tx, chat_id=CHAT, state=ChannelState.READY)
            assert await states(tx, planned) == [("on_hold", "on_hold"), ("scheduled", "scheduled")]
            assert (await told(tx, planned))[1:] == [("channels.regained", {"upcoming": 1, "missed": 1})]


@pytest.mark.parametrize(("sent", "status"), [(True, PostStatus.SCHEDULED), (False, PostStatus.CANCELLED)])
async def test_what_missed_its_time_is_sent_now_or_skipped_once(
    deps: Deps, planned: Planned, clock: FixedClock, sent: bool, status: PostStatus
) -> None:
    settle, whose = (send_all_missed if sent else skip_all_missed), planned.channel.id
    async with deps.tx() as tx:
        await note_bot_standing(tx, chat_id=CHAT, state=ChannelState.REMOVED)
    clock.advance(2 * HOUR)
    if sent:
        async with deps.tx() as tx:
            with pytest.raises(NotReady):
                await send_all_missed(tx, owner_id=planned.owner.id, channel_id=whose)
    async with deps.tx() as tx:
        await note_bot_standing(tx, chat_id=CHAT, state=ChannelState.READY)
        assert await settle(tx, owner_id=ids.UserId(ids.new()), channel_id=whose) == 0
        assert await settle(tx, owner_id=planned.owner.id, channel_id=whose) == 1
        assert await settle(tx, owner_id=planned.owner.id, channel_id=whose) == 0
        assert [state for state, _ in await states(tx, planned)] == [status, PostStatus.SCHEDULED]


async def test_a_refused_post_is_held_with_all_others_and_keeps_what_is_there(deps: Deps, planned: Planned) -> None:
    async with deps.tx() as tx:
        delivery = await tx.session.scalar(select(Delivery).where(Delivery.subject_id == planned.posts[0].id))
        assert delivery is not None
        delivery.status, delivery.leased_by, delivery.parts = DeliveryStatus.SENDING, "w", [{"message_id": 5}]
        await tx.session.flush()
        refused: dict[str, Any] = {
            "chat_id": CHAT,
            "delivery_id": delivery.id,
            "worker": "w",
            "state": ChannelState.REMOVED,
        }
        assert not await hold_undeliverable(tx, owner_id=(await make_user(tx)).id, **refused)
        assert await hold_undeliverable(tx, owner_id=planned.owner.id, **refused)
        assert await states(tx, planned) == [("on_hold", "on_hold")] * 2
        assert await told(tx, planned) == [("channels.lost", {"posts": 2})]
        await tx.session.refresh(delivery)
        assert delivery.parts == [{"message_id": 5}]


async def test_a_held_post_can_be_cancelled_or_sent_elsewhere(deps: Deps, planned: Planned) -> None:
    async with deps.tx() as tx:
        await note_bot_standing(tx, chat_id=CHAT, state=ChannelState.REMOVED)
        first, second = planned.posts
        await cancel_schedule(tx, owner_id=planned.owner.id, post_id=first.id)
        await choose_target(tx, owner_id=planned.owner.id, post_id=second.id, channel_id=None)
        assert await states(tx, planned) == [("cancelled", "cancelled"), ("scheduled", "scheduled")]


async def test_a_user_who_is_no_admin_any_more_posts_nothing_and_the_bots_rights_dont_change_that(
    deps: Deps, planned: Planned
) -> None:
    owner = planned.owner.id
    async with deps.tx() as tx:
        await note_user_standing(tx, chat_id=CHAT, owner_id=owner, may_post=False)
        await note_bot_standing(tx, chat_id=CHAT, state=ChannelState.READY)
        assert await states(tx, planned) == [("on_hold", "on_hold")] * 2
        await keep_verified(tx, owner_id=owner, seen=SeenChat(CHAT, ChannelKind.CHANNEL, "Oven news", None))
        assert await states(tx, planned) == [("scheduled", "scheduled")] * 2


async def test_what_waits_for_a_group_that_moved_goes_to_the_new_id(deps: Deps, planned: Planned) -> None:
    fresh = TelegramId(CHAT - 1)
    for _ in range(2):
        async with deps.tx() as tx:
            await follow_migration(tx, from_id=CHAT, to_id=fresh)
            found = await tx.session.scalars(select(Delivery.chat_id).where(Delivery.kind == "post"))
            assert set(found.all()) == {fresh}
