"""Sharing a brand: the list of members, invites, roles, removing and leaving."""

from bot.brands import member_screens as screens
from bot.brands.actions import (
    ChangeRole,
    Invite,
    JoinBrand,
    LeaveBrand,
    RemoveMember,
    ShowMember,
    ShowMembers,
    WithdrawInvite,
)
from bot.brands.handlers import brand_card
from bot.context import Context
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.brands import invites
from core.brands.invites import AlreadyMember, accept_invite, invitation
from core.brands.members import (
    Member,
    MemberNotFound,
    change_role,
    check_role,
    leave_brand,
    members_of,
    remove_member,
)
from core.brands.models import Role
from core.brands.queries import Access, access_of

LINK = "brand"


def register(router: Router) -> None:
    router.press(ShowMembers, on_members)
    router.press(ShowMember, on_member)
    router.press(ChangeRole, on_change_role)
    router.press(RemoveMember, on_remove)
    router.press(Invite, on_invite)
    router.press(WithdrawInvite, on_withdraw)
    router.press(JoinBrand, on_join)
    router.press(LeaveBrand, on_leave)
    router.link(LINK, on_link)


async def on_members(context: Context, press: ShowMembers) -> None:
    await context.show(await _members(context, press.brand_id))


async def on_member(context: Context, press: ShowMember) -> None:
    access, shown = await _member(context, press.brand_id, press.user_id)
    await context.show(screens.member(access, shown, context.texts))


async def on_change_role(context: Context, press: ChangeRole) -> None:
    async with context.deps.tx() as tx:
        await change_role(
            tx, user_id=context.actor.id, brand_id=press.brand_id, member_id=press.user_id, role=press.role
        )
    access, shown = await _member(context, press.brand_id, press.user_id)
    await context.show(screens.member(access, shown, context.texts))


async def on_remove(context: Context, press: RemoveMember) -> None:
    if not press.sure:
        access, shown = await _member(context, press.brand_id, press.user_id)
        await context.show(screens.ask_remove(access, shown, context.texts))
        return
    async with context.deps.tx() as tx:
        await remove_member(tx, user_id=context.actor.id, brand_id=press.brand_id, member_id=press.user_id)
    await context.toast(context.texts("Removed."))
    await context.show(await _members(context, press.brand_id))


async def on_invite(context: Context, press: Invite) -> None:
    """Each press makes another link: one for each person."""
    async with context.deps.tx() as tx:
        _, token = await invites.create_invite(tx, user_id=context.actor.id, brand_id=press.brand_id, role=press.role)
        access = await access_of(tx.session, user_id=context.actor.id, brand_id=press.brand_id)
    link = f"https://t.me/{context.bot.username}?start={LINK}-{token}"
    await context.send(screens.invite(access.brand, press.role, link, context.texts))


async def on_withdraw(context: Context, press: WithdrawInvite) -> None:
    async with context.deps.tx() as tx:
        invite = await invites.withdraw_invite(tx, user_id=context.actor.id, invite_id=press.invite_id)
    await context.toast(context.texts("Withdrawn: that link works no more."))
    await context.show(await _members(context, invite.brand_id))


async def on_link(context: Context, token: str) -> None:
    """Nobody joins by opening a link: it is asked first."""
    try:
        async with context.deps.read() as session:
            seen = await invitation(session, user_id=context.actor.id, token=token, now=context.deps.clock.now())
    except AlreadyMember as known:
        await context.send(await brand_card(context, known.brand_id))
        return
    await context.send(screens.invitation(seen, token, context.texts))


async def on_join(context: Context, press: JoinBrand) -> None:
    """A second press shows the brand."""
    try:
        async with context.deps.tx() as tx:
            access = await accept_invite(tx, user_id=context.actor.id, token=press.token)
        brand_id = access.brand.id
    except AlreadyMember as known:
        brand_id = known.brand_id
    await context.show(await brand_card(context, brand_id))


async def on_leave(context: Context, press: LeaveBrand) -> None:
    if not press.sure:
        async with context.deps.read() as session:
            access = await access_of(session, user_id=context.actor.id, brand_id=press.brand_id)
        await context.show(screens.ask_leave(access.brand, context.texts))
        return
    async with context.deps.tx() as tx:
        brand = await leave_brand(tx, user_id=context.actor.id, brand_id=press.brand_id)
    await context.show(screens.left(brand, context.texts))


async def _members(context: Context, brand_id: ids.BrandId) -> Screen:
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        access = await access_of(session, user_id=context.actor.id, brand_id=brand_id)
        found = await members_of(session, user_id=context.actor.id, brand_id=brand_id)
        waiting = (
            await invites.open_invites(session, user_id=context.actor.id, brand_id=brand_id, now=now)
            if access.role is Role.OWNER
            else ()
        )
    return screens.members(access, found, waiting, context.texts)


async def _member(context: Context, brand_id: ids.BrandId, user_id: ids.UserId) -> tuple[Access, Member]:
    """For the owner. Raises BrandNotFound, RoleTooLow, MemberNotFound."""
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=brand_id, least=Role.OWNER)
        found = await members_of(session, user_id=context.actor.id, brand_id=brand_id)
    shown = next((each for each in found if each.user_id == user_id), None)
    if shown is None:
        raise MemberNotFound(member_id=str(user_id))
    return access, shown
