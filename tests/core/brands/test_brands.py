"""Brands: how many fit, what they say, the default one, deleting, and whose they are."""

import pytest

from core import ids
from core.brands.members import RoleTooLow, add_member, check_role
from core.brands.models import Role
from core.brands.queries import BrandNotFound, access_of, accesses_of, brand_for, room_for_brands
from core.brands.service import (
    LIMITS,
    Part,
    Wanted,
    change_part,
    choose_default,
    create_brand,
    delete_brand,
    restore_brand,
)
from core.errors import InvalidInput, LimitReached
from core.tx import Tx
from tests.factories import make_brand, make_user


async def test_the_first_brand_is_the_default_one_and_the_free_plan_has_room_for_no_second(tx: Tx) -> None:
    owner = await make_user(tx)
    made = await create_brand(tx, owner_id=owner.id, wanted=Wanted(" Oven \n Bread ", "A bakery.", "Neighbours"))
    assert (made.brand.name, made.brand.description, made.role, made.is_default) == (
        "Oven Bread",
        "A bakery.",
        Role.OWNER,
        True,
    )
    found = await brand_for(tx.session, owner_id=owner.id)
    assert found is not None
    assert found.id == made.brand.id
    with pytest.raises(LimitReached) as refused:
        await create_brand(tx, owner_id=owner.id, wanted=Wanted("Second"))
    assert (refused.value.params["feature"], refused.value.params["limit"]) == ("brands", 1)


async def test_a_shared_brand_takes_no_room_in_the_plan_of_who_joins(tx: Tx) -> None:
    brand, guest = await make_brand(tx, await make_user(tx)), await make_user(tx)
    await add_member(tx, brand_id=brand.id, user_id=guest.id, role=Role.EDITOR)
    assert (await room_for_brands(tx.session, owner_id=guest.id, now=tx.now)).left == 1
    own = await make_brand(tx, guest)
    assert [each.brand.id for each in await accesses_of(tx.session, user_id=guest.id)] == [own.id, brand.id]


async def test_without_any_brand_a_text_is_for_none(tx: Tx) -> None:
    assert await brand_for(tx.session, owner_id=(await make_user(tx)).id) is None


@pytest.mark.parametrize("part", Part)
async def test_each_part_can_be_changed_up_to_its_limit(tx: Tx, part: Part) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    longest = "x" * LIMITS[part]
    changed = await change_part(tx, user_id=owner.id, brand_id=brand.id, part=part, text=f" {longest} ")
    assert getattr(changed.brand, part) == longest
    with pytest.raises(InvalidInput) as refused:
        await change_part(tx, user_id=owner.id, brand_id=brand.id, part=part, text=longest + "x")
    assert refused.value.params == {"part": part, "length": LIMITS[part] + 1, "limit": LIMITS[part]}


async def test_a_name_cant_be_empty_and_everything_else_can(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    with pytest.raises(InvalidInput) as refused:
        await change_part(tx, user_id=owner.id, brand_id=brand.id, part=Part.NAME, text=" \n")
    assert refused.value.error_code == "brands.no_name"
    changed = await change_part(tx, user_id=owner.id, brand_id=brand.id, part=Part.SIGNATURE, text="")
    assert changed.brand.signature == ""


async def test_another_default_takes_the_place_of_the_first_and_none_is_possible(tx: Tx) -> None:
    owner, other = await make_user(tx), await make_user(tx)
    mine, theirs = await make_brand(tx, owner), await make_brand(tx, other)
    await add_member(tx, brand_id=theirs.id, user_id=owner.id, role=Role.EDITOR)
    await choose_default(tx, user_id=owner.id, brand_id=theirs.id, wanted=True)
    assert [each.is_default for each in await accesses_of(tx.session, user_id=owner.id)] == [False, True]
    assert (await access_of(tx.session, user_id=other.id, brand_id=theirs.id)).is_default
    await choose_default(tx, user_id=owner.id, brand_id=theirs.id, wanted=False)
    assert await brand_for(tx.session, owner_id=owner.id) is None
    assert await brand_for(tx.session, owner_id=owner.id, brand_id=mine.id) is not None


async def test_a_deleted_brand_is_gone_for_everybody_until_its_owner_takes_that_back(tx: Tx) -> None:
    owner, editor = await make_user(tx), await make_user(tx)
    brand = await make_brand(tx, owner)
    await add_member(tx, brand_id=brand.id, user_id=editor.id, role=Role.EDITOR)
    await delete_brand(tx, user_id=owner.id, brand_id=brand.id)
    for user in (owner, editor):
        assert await brand_for(tx.session, owner_id=user.id) is None
        with pytest.raises(BrandNotFound):
            await brand_for(tx.session, owner_id=user.id, brand_id=brand.id)
    with pytest.raises(BrandNotFound):
        await restore_brand(tx, user_id=editor.id, brand_id=brand.id)
    await restore_brand(tx, user_id=owner.id, brand_id=brand.id)
    back = await brand_for(tx.session, owner_id=editor.id)
    assert back is not None
    assert back.id == brand.id


async def test_a_deletion_cant_be_taken_back_once_another_brand_has_the_room(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    await delete_brand(tx, user_id=owner.id, brand_id=brand.id)
    await make_brand(tx, owner)
    with pytest.raises(LimitReached):
        await restore_brand(tx, user_id=owner.id, brand_id=brand.id)


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.VIEWER, {Role.VIEWER}), (Role.EDITOR, {Role.VIEWER, Role.EDITOR}), (Role.OWNER, {*Role})],
)
async def test_a_role_may_do_what_the_ones_below_it_may_and_no_more(tx: Tx, role: Role, may: set[Role]) -> None:
    owner = user = await make_user(tx)
    brand = await make_brand(tx, owner)
    if role is not Role.OWNER:
        user = await make_user(tx)
        await add_member(tx, brand_id=brand.id, user_id=user.id, role=role)
    for least in Role:
        if least in may:
            assert (await check_role(tx.session, user_id=user.id, brand_id=brand.id, least=least)).role is role
        else:
            with pytest.raises(RoleTooLow):
                await check_role(tx.session, user_id=user.id, brand_id=brand.id, least=least)


async def test_a_stranger_finds_no_brand_whatever_they_try(tx: Tx) -> None:
    brand, stranger = await make_brand(tx, await make_user(tx)), (await make_user(tx)).id
    tries = (
        access_of(tx.session, user_id=stranger, brand_id=brand.id),
        brand_for(tx.session, owner_id=stranger, brand_id=brand.id),
        check_role(tx.session, user_id=stranger, brand_id=brand.id, least=Role.VIEWER),
        change_part(tx, user_id=stranger, brand_id=brand.id, part=Part.NAME, text="Mine"),
        choose_default(tx, user_id=stranger, brand_id=brand.id, wanted=True),
        delete_brand(tx, user_id=stranger, brand_id=brand.id),
        restore_brand(tx, user_id=stranger, brand_id=brand.id),
        access_of(tx.session, user_id=stranger, brand_id=ids.BrandId(ids.new())),
    )
    for attempt in tries:
        with pytest.raises(BrandNotFound):
            await attempt
