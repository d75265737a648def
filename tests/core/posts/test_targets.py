"""Where posts go: chosen, preset, changed while scheduled, and what happens when the chat takes no posts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.channels.models import ChannelState
from core.channels.queries import ChannelNotFound
from core.channels.service import PostsWaiting, choose_default, disconnect_channel
from core.channels.standing import note_trouble
from core.db import TelegramId
from core.deliveries.models import Delivery, DeliveryStatus
from core.errors import Conflict
from core.posts.models import Post, PostStatus
from core.posts.platforms import Platform
from core.posts.scheduling import (
    cancel_schedule,
    choose_target,
    confirm_published,
    record_delivery,
    schedule_post,
)
from core.posts.service import duplicate_post
from core.posts.targets import NotReady, target_data
from core.tx import Tx
from tests.factories import make_channel, make_post, make_posts, make_user

IN_AN_HOUR = timedelta(hours=1)
CHAT = -1_001_234_567_890
UNKNOWN = {"code": "delivery.unknown_outcome", "params": {}}


async def waiting(tx: Tx, post: Post) -> list[int]:
    """The chats that the post is to go to."""
    found = await tx.session.scalars(
        select(Delivery.chat_id).where(
            Delivery.subject_id == post.id, Delivery.kind == "post", Delivery.status == DeliveryStatus.SCHEDULED
        )
    )
    return list(found)


async def test_a_scheduled_post_that_is_sent_elsewhere_keeps_its_time_and_goes_once(tx: Tx) -> None:
    owner = await make_user(tx)
    post, channel = await make_post(tx, owner), await make_channel(tx, owner, chat_id=CHAT)
    due_at = tx.now + IN_AN_HOUR
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=due_at)
    assert await waiting(tx, post) == [owner.telegram_user_id]
    for changed in (True, False):
        done = await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
        assert (done.changed, done.post.due_at, done.post.status) == (changed, due_at, PostStatus.SCHEDULED)
        assert await waiting(tx, post) == [CHAT]
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=None)
    assert await waiting(tx, post) == [owner.telegram_user_id]


async def test_the_default_is_preset_for_telegram_only_and_a_duplicate_goes_where_the_first_one_goes(tx: Tx) -> None:
    owner = await make_user(tx)
    channel = await make_channel(tx, owner)
    assert (await make_post(tx, owner)).channel_id is None
    await choose_default(tx, owner_id=owner.id, channel_id=channel.id, wanted=True)
    post = await make_post(tx, owner)
    [tweet] = await make_posts(tx, owner, ["Bread."], platform=Platform.TWITTER)
    assert (post.channel_id, tweet.channel_id) == (channel.id, None)
    assert (await duplicate_post(tx, owner_id=owner.id, post_id=post.id)).channel_id == channel.id


async def test_somebody_elses_channel_is_no_target(tx: Tx) -> None:
    owner = await make_user(tx)
    post, theirs = await make_post(tx, owner), await make_channel(tx, await make_user(tx))
    with pytest.raises(ChannelNotFound):
        await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=theirs.id)


async def test_nothing_is_scheduled_to_a_chat_that_takes_no_posts(tx: Tx) -> None:
    owner = await make_user(tx)
    post, channel = await make_post(tx, owner), await make_channel(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    await note_trouble(tx, owner_id=owner.id, channel_id=channel.id, state=ChannelState.NO_RIGHTS)
    with pytest.raises(NotReady):
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    await disconnect_channel(tx, owner_id=owner.id, channel_id=channel.id)
    with pytest.raises(ChannelNotFound):
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)


async def test_a_chat_that_posts_wait_for_isnt_disconnected(tx: Tx) -> None:
    owner = await make_user(tx)
    post, channel = await make_post(tx, owner), await make_channel(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    with pytest.raises(PostsWaiting) as refused:
        await disconnect_channel(tx, owner_id=owner.id, channel_id=channel.id)
    assert refused.value.params == {"posts": 1}
    await cancel_schedule(tx, owner_id=owner.id, post_id=post.id)
    await disconnect_channel(tx, owner_id=owner.id, channel_id=channel.id)


async def test_what_is_out_has_an_address_and_sent_again_loses_it(tx: Tx) -> None:
    owner = await make_user(tx)
    post, channel = await make_post(tx, owner), await make_channel(tx, owner, chat_id=CHAT)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    await record_delivery(
        tx,
        owner_id=owner.id,
        post_id=post.id,
        status=DeliveryStatus.DELIVERED,
        error=None,
        message_id=TelegramId(7),
    )
    data = await target_data(tx.session, post)
    assert data is not None
    assert data["message_url"] == "https://t.me/c/1234567890/7"


async def test_an_unconfirmed_post_is_confirmed_by_its_owner_or_sent_again(tx: Tx) -> None:
    owner = await make_user(tx)
    post, channel = await make_post(tx, owner), await make_channel(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    with pytest.raises(Conflict):
        await confirm_published(tx, owner_id=owner.id, post_id=post.id)
    for _ in range(2):
        await record_delivery(tx, owner_id=owner.id, post_id=post.id, status=DeliveryStatus.UNCONFIRMED, error=UNKNOWN)
        with pytest.raises(Conflict):
            await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=None)
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
        assert (post.status, post.error) == (PostStatus.SCHEDULED, None)
    await record_delivery(tx, owner_id=owner.id, post_id=post.id, status=DeliveryStatus.UNCONFIRMED, error=UNKNOWN)
    for changed in (True, False):
        assert (await confirm_published(tx, owner_id=owner.id, post_id=post.id)).changed is changed
    assert post.status == PostStatus.PUBLISHED
