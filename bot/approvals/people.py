"""Who may be asked: the owner's link, whoever opens it, and the members of brands."""

from bot.approvals import people_screens as screens
from bot.approvals.actions import (
    AcceptInvite,
    DeclineInvite,
    EndInvite,
    MakeInvite,
    NameMembers,
    RemovePerson,
    RestorePerson,
    ShowPeople,
)
from bot.approvals.people_screens import Person, SharedBrand
from bot.context import Context
from bot.router import Router
from core.accounts.service import user_of, users_of
from core.approvals import people
from core.approvals.queries import approvers_of
from core.brands.members import members_of
from core.brands.queries import accesses_of
from core.db import ReadSession

LINK = "approve"


def register(router: Router) -> None:
    router.command("approvals", on_command)
    router.link(LINK, on_link)
    router.press(ShowPeople, on_people)
    router.press(MakeInvite, on_make_invite)
    router.press(EndInvite, on_end_invite)
    router.press(RemovePerson, on_remove)
    router.press(RestorePerson, on_restore)
    router.press(NameMembers, on_name_members)
    router.press(AcceptInvite, on_accept)
    router.press(DeclineInvite, on_decline)


async def on_command(context: Context) -> None:
    await show_people(context, ShowPeople())


async def on_people(context: Context, press: ShowPeople) -> None:
    await show_people(context, press)


async def show_people(context: Context, press: ShowPeople) -> None:
    """In place of the pressed message, if there is one."""
    owner_id = context.actor.id
    async with context.deps.read() as session:
        named = await approvers_of(session, owner_id=owner_id)
        users = await users_of(session, [each.user_id for each in named])
        brands = await _brands_with_others(context, session, {each.user_id for each in named})
        has_link = await people.has_invite(session, owner_id=owner_id, now=context.deps.clock.now())
    shown = [Person(each, users[each.user_id].first_name) for each in named]
    await context.show(screens.people(shown, brands, post_id=press.post_id, has_link=has_link, t=context.texts))


async def _brands_with_others(context: Context, session: ReadSession, named: set[object]) -> list[SharedBrand]:
    """Whose members could be named, and some aren't yet."""
    found = []
    for access in await accesses_of(session, user_id=context.actor.id):
        members = await members_of(session, user_id=context.actor.id, brand_id=access.brand.id)
        if {member.user_id for member in members} - named - {context.actor.id}:
            found.append(SharedBrand(access.brand.id, access.brand.name))
    return found


async def on_name_members(context: Context, press: NameMembers) -> None:
    """Members of a brand have agreed to work on it: they needn't be asked whether they look at posts."""
    async with context.deps.tx() as tx:
        members = await members_of(tx.session, user_id=context.actor.id, brand_id=press.brand_id)
        for member in members:
            if member.user_id != context.actor.id:
                await people.name_person(tx, owner_id=context.actor.id, user_id=member.user_id, told=False)
    await show_people(context, ShowPeople())


async def on_make_invite(context: Context, press: MakeInvite) -> None:
    async with context.deps.tx() as tx:
        secret = await people.make_invite(tx, owner_id=context.actor.id)
    link = f"https://t.me/{context.bot.username}?start={LINK}-{secret}"
    await context.show(screens.invite(link, context.texts))


async def on_end_invite(context: Context, press: EndInvite) -> None:
    async with context.deps.tx() as tx:
        await people.end_invite(tx, owner_id=context.actor.id)
    await context.toast(context.texts("That link works no more."))
    await show_people(context, ShowPeople())


async def on_link(context: Context, secret: str) -> None:
    """Nobody is named by opening a link: they are asked first."""
    async with context.deps.read() as session:
        owner_id = await people.owner_of_invite(
            session, user_id=context.actor.id, secret=secret, now=context.deps.clock.now()
        )
        owner = await user_of(session, owner_id)
    await context.send(screens.invited(owner.first_name, secret, context.texts))


async def on_accept(context: Context, press: AcceptInvite) -> None:
    async with context.deps.tx() as tx:
        joined = await people.accept_invite(tx, user_id=context.actor.id, secret=press.secret)
    await context.show(screens.accepted(joined.owner.first_name, context.texts))


async def on_decline(context: Context, press: DeclineInvite) -> None:
    await context.show(screens.declined(context.texts))


async def on_remove(context: Context, press: RemovePerson) -> None:
    async with context.deps.tx() as tx:
        row = await people.remove_person(tx, owner_id=context.actor.id, approver_id=press.approver_id)
        name = (await user_of(tx.session, row.user_id)).first_name
    await context.show(screens.removed(press.approver_id, name, context.texts))


async def on_restore(context: Context, press: RestorePerson) -> None:
    async with context.deps.tx() as tx:
        await people.restore_person(tx, owner_id=context.actor.id, approver_id=press.approver_id)
    await show_people(context, ShowPeople())
