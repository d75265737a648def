"""Every button about a brand, pressed by somebody with the ids of a brand that they have no access to."""

import inspect
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import select

from bot.actions import Action
from bot.brands import actions, look_actions
from bot.podcasts.actions import SetPodcastBrand
from bot.posts.actions import AddHashtags, SetBrand
from core import ids
from core.brands.hashtags import create_group
from core.brands.invites import create_invite
from core.brands.members import add_member, remove_member
from core.brands.models import Brand, BrandInvite, BrandMember, HashtagGroup, Role
from core.brands.service import Part
from core.brands.style import Trait
from core.tx import Tx
from tests.bot.chat import Chat
from tests.factories import make_batch, make_brand, make_channel, make_post, make_user

NAMES_NOBODY = {"ShowBrands", "NewBrand", "JoinBrand"}
"""Those that name no brand; a link's token is checked by tests/core/brands/test_members.py."""
REFUSED = ("you have no access", "is gone", "are gone", "doesn't work (any more)", "no access any more")


def all_actions() -> list[type[Action]]:
    """Those of this feature, and of others that name a brand or a group."""
    found = [
        each
        for module in (actions, look_actions)
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, Action) and each is not Action and each.__module__ == module.__name__
    ]
    return [*(each for each in found if each.__name__ not in NAMES_NOBODY), SetBrand, AddHashtags, SetPodcastBrand]


async def theirs(tx: Tx, chat: Chat) -> dict[str, Any]:
    """What a button can name: another's brand and all that belongs to it, and one's own for the rest."""
    owner, editor, me = await make_user(tx), await make_user(tx), await chat.user()
    brand = await make_brand(tx, owner, "Theirs")
    await add_member(tx, brand_id=brand.id, user_id=editor.id, role=Role.EDITOR)
    await add_member(tx, brand_id=brand.id, user_id=me.id, role=Role.EDITOR)
    await remove_member(tx, user_id=owner.id, brand_id=brand.id, member_id=me.id)
    group = await create_group(tx, user_id=owner.id, brand_id=brand.id, name="Theirs", hashtags=["a"])
    invite, _ = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    return {
        "brand_id": brand.id,
        "user_id": editor.id,
        "group_id": group.id,
        "invite_id": invite.id,
        "channel_id": (await make_channel(tx, me)).id,
        "batch_id": (await make_batch(tx, me)).id,
        "post_id": (await make_post(tx, me)).id,
        "podcast_id": ids.PodcastId(ids.new()),
        "part": Part.NAME,
        "trait": Trait.TONE,
        "role": Role.VIEWER,
        "wanted": True,
        "sure": True,
    }


async def rows(tx: Tx) -> list[Any]:
    """All that a press might change."""
    tx.session.expire_all()
    found: list[Any] = []
    for table in (Brand, BrandMember, BrandInvite, HashtagGroup):
        found += [tuple(row) for row in await tx.session.execute(select(*table.__table__.columns))]
    return sorted(found, key=repr)


def pressed(kind: type[Action], known: Mapping[str, Any]) -> str:
    return kind(**{field.name: known[field.name] for field in fields(kind)}).encode()


@pytest.mark.parametrize("member_elsewhere", [False, True])
async def test_no_button_finds_anything_of_a_brand_that_one_has_no_access_to(
    chat: Chat, member_elsewhere: bool
) -> None:
    started = await chat.say("/brands")
    deps = chat.application.deps
    async with deps.tx() as tx:
        known = await theirs(tx, chat)
        if member_elsewhere:
            await make_brand(tx, await chat.user(), "Mine")
        before = await rows(tx)
    found = {}
    for kind in all_actions():
        answer = await chat.press_data(started, pressed(kind, known))
        said = answer.text if answer is not None else ""
        if not any(words in said for words in REFUSED):
            found[kind.__name__] = said or (await chat.last()).text
    assert found == {}
    async with deps.tx() as tx:
        assert await rows(tx) == before


def test_this_knows_the_buttons_there_are() -> None:
    assert {"ShowBrand", "RemoveMember", "LearnVoice", "DeleteHashtagGroup", "AskLogo"} <= {
        kind.__name__ for kind in all_actions()
    }
