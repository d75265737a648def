"""What brands leave behind, and when it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.brands.hearing import hear_post, heard_posts
from core.brands.invites import create_invite
from core.brands.models import Brand, BrandInvite, BrandMember, Role
from core.brands.queries import BrandNotFound
from core.brands.service import delete_brand, restore_brand
from core.brands.tidying import KEPT_FOR, forget_old_invites, forget_unconnected, remove_deleted_brands
from core.channels.service import disconnect_channel
from core.db import TelegramId
from core.posts.queries import post_of
from core.tx import Tx
from tests.factories import make_brand, make_channel, make_post, make_user


async def test_a_deleted_brand_goes_after_a_week_with_its_members_and_its_posts_stay(tx: Tx) -> None:
    owner = await make_user(tx)
    brand, post = await make_brand(tx, owner), await make_post(tx, owner)
    post.brand_id = brand.id
    await delete_brand(tx, user_id=owner.id, brand_id=brand.id)
    assert await remove_deleted_brands(replace(tx, now=tx.now + KEPT_FOR)) == 0
    assert await remove_deleted_brands(replace(tx, now=tx.now + KEPT_FOR + timedelta(seconds=1))) == 1
    assert await tx.session.scalar(select(func.count()).select_from(BrandMember)) == 0
    await tx.session.refresh(post)
    assert (await post_of(tx.session, owner_id=owner.id, post_id=post.id)).brand_id is None
    with pytest.raises(BrandNotFound):
        await restore_brand(tx, user_id=owner.id, brand_id=brand.id)


async def test_a_brand_in_use_and_an_open_invite_stay(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    for later, invites in ((timedelta(days=3), 1), (timedelta(days=11), 0)):
        then = replace(tx, now=tx.now + later)
        await remove_deleted_brands(then)
        await forget_old_invites(then)
        assert await tx.session.scalar(select(func.count()).select_from(BrandInvite)) == invites
    assert await tx.session.get(Brand, brand.id) is not None


async def test_what_was_heard_goes_once_nobody_has_connected_the_chat(tx: Tx) -> None:
    ann, ben = await make_user(tx), await make_user(tx)
    channel = await make_channel(tx, ann)
    theirs = await make_channel(tx, ben, chat_id=channel.chat_id)
    await hear_post(tx, chat_id=channel.chat_id, message_id=TelegramId(1), text="A post.", posted_at=tx.now)
    for owner, connected, left in ((ann, channel, 1), (ben, theirs, 0)):
        await disconnect_channel(tx, owner_id=owner.id, channel_id=connected.id)
        await forget_unconnected(tx)
        assert len(await heard_posts(tx.session, chat_id=channel.chat_id)) == left
