"""Sharing a brand: invites that work once, roles, and access that ends at once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.brands.invites import (
    LIFE,
    OPEN_MOST,
    AlreadyMember,
    InviteNotFound,
    InviteOver,
    accept_invite,
    create_invite,
    invitation,
    open_invites,
    withdraw_invite,
)
from core.brands.members import (
    MemberNotFound,
    RoleTooLow,
    add_member,
    change_role,
    leave_brand,
    members_of,
    remove_member,
)
from core.brands.models import Brand, BrandInvite, Role
from core.brands.queries import BrandNotFound, access_of, brand_for
from core.brands.service import Part, change_part, choose_default, delete_brand
from core.deliveries.models import Delivery
from core.deps import Deps
from core.errors import InvalidInput
from core.tx import Tx
from tests.factories import make_brand, make_user


async def shared(tx: Tx, role: Role = Role.EDITOR) -> tuple[Brand, User, User]:
    """A brand, its owner, and a member."""
    owner, member = await make_user(tx), await make_user(tx)
    brand = await make_brand(tx, owner)
    await add_member(tx, brand_id=brand.id, user_id=member.id, role=role)
    return brand, owner, member


async def told(tx: Tx, user: User) -> list[str]:
    """The notices that wait for somebody."""
    found = await tx.session.scalars(select(Delivery).where(Delivery.owner_id == user.id).order_by(Delivery.id))
    return [each.content["notice"] for each in found]


async def test_an_invite_makes_one_person_a_member_and_tells_the_owner(tx: Tx) -> None:
    owner, guest = await make_user(tx), await make_user(tx)
    brand = await make_brand(tx, owner)
    _, token = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.EDITOR)
    seen = await invitation(tx.session, user_id=guest.id, token=token, now=tx.now)
    assert (seen.brand.id, seen.role, seen.host) == (brand.id, Role.EDITOR, owner.first_name)
    access = await accept_invite(tx, user_id=guest.id, token=token)
    assert (access.role, access.is_default) == (Role.EDITOR, True)
    assert [member.role for member in await members_of(tx.session, user_id=guest.id, brand_id=brand.id)] == [
        Role.OWNER,
        Role.EDITOR,
    ]
    assert await told(tx, owner) == ["brands.joined"]
    with pytest.raises(InviteOver) as refused:
        await accept_invite(tx, user_id=(await make_user(tx)).id, token=token)
    assert refused.value.error_code == "brands.invite_used"


async def test_the_link_fits_into_a_start_parameter_and_its_secret_is_kept_nowhere(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    invite, token = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    assert len(f"brand-{token}") <= 64
    secret = token.removeprefix(ids.short(invite.id))
    assert secret not in invite.digest
    assert len(secret) == 22


async def test_an_invite_ends_after_three_days(tx: Tx) -> None:
    owner, guest = await make_user(tx), await make_user(tx)
    brand = await make_brand(tx, owner)
    _, token = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    await invitation(tx.session, user_id=guest.id, token=token, now=tx.now + LIFE - timedelta(seconds=1))
    with pytest.raises(InviteOver):
        await invitation(tx.session, user_id=guest.id, token=token, now=tx.now + LIFE)
    assert await open_invites(tx.session, user_id=owner.id, brand_id=brand.id, now=tx.now + LIFE) == []


async def test_a_withdrawn_invite_and_one_of_a_deleted_brand_lead_nowhere(tx: Tx) -> None:
    owner, guest = await make_user(tx), await make_user(tx)
    brand = await make_brand(tx, owner)
    invite, withdrawn = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    await withdraw_invite(tx, user_id=owner.id, invite_id=invite.id)
    _, left = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    await delete_brand(tx, user_id=owner.id, brand_id=brand.id)
    for token in (withdrawn, left):
        with pytest.raises(InviteNotFound):
            await accept_invite(tx, user_id=guest.id, token=token)


@pytest.mark.parametrize("change", ["secret", "id", "short", "long", "empty", "not base64"])
async def test_a_guessed_link_is_not_found(tx: Tx, change: str) -> None:
    owner, guest = await make_user(tx), await make_user(tx)
    brand = await make_brand(tx, owner)
    _, token = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    guessed = {
        "secret": token[:22] + "A" * 22,
        "id": ids.short(ids.new()) + token[22:],
        "short": token[:-1],
        "long": token + "A",
        "empty": "",
        "not base64": "é" * 44,
    }[change]
    with pytest.raises(InviteNotFound):
        await accept_invite(tx, user_id=guest.id, token=guessed)


async def test_a_member_who_opens_a_link_leaves_it_for_somebody_else(tx: Tx) -> None:
    brand, owner, editor = await shared(tx)
    _, token = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    for user in (owner, editor):
        with pytest.raises(AlreadyMember) as known:
            await accept_invite(tx, user_id=user.id, token=token)
        assert known.value.brand_id == brand.id
    assert (await accept_invite(tx, user_id=(await make_user(tx)).id, token=token)).role is Role.VIEWER


async def test_only_so_many_invites_wait_at_once_and_nobody_is_invited_as_owner(tx: Tx) -> None:
    owner = await make_user(tx)
    brand = await make_brand(tx, owner)
    for _ in range(OPEN_MOST):
        await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    with pytest.raises(InvalidInput) as refused:
        await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
    assert refused.value.error_code == "brands.too_many_invites"
    with pytest.raises(InvalidInput):
        await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.OWNER)


async def test_two_who_open_one_link_at_once_dont_both_get_in(concurrent_deps: Deps) -> None:
    async with concurrent_deps.tx() as tx:
        owner, guests = await make_user(tx), [await make_user(tx) for _ in range(4)]
        brand = await make_brand(tx, owner)
        _, token = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.EDITOR)

    async def join(guest: User) -> bool:
        try:
            async with concurrent_deps.tx() as tx:
                await accept_invite(tx, user_id=guest.id, token=token)
        except InviteOver:
            return False
        return True

    assert sum(await asyncio.gather(*(join(guest) for guest in guests))) == 1


async def test_a_removed_member_loses_access_at_once_and_is_told(tx: Tx) -> None:
    brand, owner, editor = await shared(tx)
    await choose_default(tx, user_id=editor.id, brand_id=brand.id, wanted=True)
    await remove_member(tx, user_id=owner.id, brand_id=brand.id, member_id=editor.id)
    with pytest.raises(BrandNotFound):
        await brand_for(tx.session, owner_id=editor.id, brand_id=brand.id)
    assert await brand_for(tx.session, owner_id=editor.id) is None
    assert await told(tx, editor) == ["brands.removed"]


async def test_a_role_holds_from_the_moment_it_is_changed(tx: Tx) -> None:
    brand, owner, editor = await shared(tx)
    await change_role(tx, user_id=owner.id, brand_id=brand.id, member_id=editor.id, role=Role.VIEWER)
    await change_role(tx, user_id=owner.id, brand_id=brand.id, member_id=editor.id, role=Role.VIEWER)
    with pytest.raises(RoleTooLow):
        await change_part(tx, user_id=editor.id, brand_id=brand.id, part=Part.NAME, text="New")
    assert await brand_for(tx.session, owner_id=editor.id) is None
    assert await told(tx, editor) == ["brands.role_changed"]


async def test_who_leaves_has_no_access_any_more_and_the_owner_is_told(tx: Tx) -> None:
    brand, owner, editor = await shared(tx)
    await leave_brand(tx, user_id=editor.id, brand_id=brand.id)
    with pytest.raises(BrandNotFound):
        await access_of(tx.session, user_id=editor.id, brand_id=brand.id)
    assert await told(tx, owner) == ["brands.left"]


async def test_the_owner_stays_the_one_owner(tx: Tx) -> None:
    brand, owner, editor = await shared(tx)
    tries = (
        leave_brand(tx, user_id=owner.id, brand_id=brand.id),
        remove_member(tx, user_id=owner.id, brand_id=brand.id, member_id=owner.id),
        change_role(tx, user_id=owner.id, brand_id=brand.id, member_id=owner.id, role=Role.VIEWER),
        change_role(tx, user_id=owner.id, brand_id=brand.id, member_id=editor.id, role=Role.OWNER),
    )
    for attempt in tries:
        with pytest.raises(InvalidInput) as refused:
            await attempt
        assert refused.value.error_code == "brands.one_owner"


async def test_editors_and_viewers_invite_and_remove_nobody(tx: Tx) -> None:
    for role in (Role.EDITOR, Role.VIEWER):
        brand, owner, member = await shared(tx, role)
        invite, _ = await create_invite(tx, user_id=owner.id, brand_id=brand.id, role=Role.VIEWER)
        tries = (
            create_invite(tx, user_id=member.id, brand_id=brand.id, role=Role.EDITOR),
            open_invites(tx.session, user_id=member.id, brand_id=brand.id, now=tx.now),
            remove_member(tx, user_id=member.id, brand_id=brand.id, member_id=owner.id),
            change_role(tx, user_id=member.id, brand_id=brand.id, member_id=member.id, role=Role.EDITOR),
            delete_brand(tx, user_id=member.id, brand_id=brand.id),
        )
        for attempt in tries:
            with pytest.raises(RoleTooLow):
                await attempt
        with pytest.raises(InviteNotFound):
            await withdraw_invite(tx, user_id=member.id, invite_id=invite.id)


async def test_ids_of_other_brands_are_not_found(tx: Tx) -> None:
    theirs, their_owner, their_editor = await shared(tx)
    stranger = await make_user(tx)
    mine = await make_brand(tx, stranger)
    invite, _ = await create_invite(tx, user_id=their_owner.id, brand_id=theirs.id, role=Role.VIEWER)
    for brand_id, error in ((theirs.id, BrandNotFound), (mine.id, MemberNotFound)):
        with pytest.raises(error):
            await remove_member(tx, user_id=stranger.id, brand_id=brand_id, member_id=their_editor.id)
        with pytest.raises(error):
            await change_role(tx, user_id=stranger.id, brand_id=brand_id, member_id=their_editor.id, role=Role.VIEWER)
    with pytest.raises(BrandNotFound):
        await members_of(tx.session, user_id=stranger.id, brand_id=theirs.id)
    with pytest.raises(BrandNotFound):
        await open_invites(tx.session, user_id=stranger.id, brand_id=theirs.id, now=tx.now)
    with pytest.raises(InviteNotFound):
        await withdraw_invite(tx, user_id=stranger.id, invite_id=invite.id)
    kept = await tx.session.get_one(BrandInvite, invite.id, populate_existing=True)
    assert kept.withdrawn_at is None
