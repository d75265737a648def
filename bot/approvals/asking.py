"""By the owner of a post: choosing whom to ask, asking, and what can be done while they think."""

from bot.approvals import people_screens, screens, trail_screens
from bot.approvals.actions import (
    AskThem,
    ChooseAnew,
    ChooseGroup,
    ChooseNeeded,
    RemindThem,
    SendWithout,
    ShowApproval,
    ShowTrail,
    StopAsking,
    ToggleSeat,
)
from bot.approvals.people_screens import Person
from bot.context import Context
from bot.deliveries.phrases import NO_ZONE
from bot.deliveries.showing import show_beside
from bot.posts.actions import ShowCard
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.accounts.service import users_of
from core.approvals import service
from core.approvals.models import Approval, ApprovalStatus
from core.approvals.queries import approval_about, approval_of, approvers_of, events_of, seats_of
from core.approvals.showing import approval_data
from core.channels.models import ChannelState
from core.channels.queries import all_channels
from core.db import ReadSession
from core.posts.queries import post_of


def register(router: Router) -> None:
    router.press(ShowApproval, on_show)
    router.press(ToggleSeat, on_toggle)
    router.press(ChooseNeeded, on_needed)
    router.press(ChooseGroup, on_group)
    router.press(AskThem, on_ask)
    router.press(RemindThem, on_remind)
    router.press(ChooseAnew, on_choose_anew)
    router.press(StopAsking, on_stop)
    router.press(SendWithout, on_send_without)
    router.press(ShowTrail, on_trail)


async def on_show(context: Context, press: ShowApproval) -> None:
    """Whom to ask, or, once they were asked, how it stands: also of a post that is out."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
        approval = await approval_about(session, post_id=post.id)
    if approval is None or approval.status == ApprovalStatus.CHOOSING:
        async with context.deps.tx() as tx:
            approval = await service.open_approval(tx, owner_id=context.actor.id, post_id=press.post_id)
    await show_beside(context, press.post_id, await _screen(context, approval))


async def on_toggle(context: Context, press: ToggleSeat) -> None:
    async with context.deps.tx() as tx:
        approval = await service.toggle_seat(
            tx, owner_id=context.actor.id, approval_id=press.approval_id, approver_id=press.approver_id
        )
    await context.show(await _screen(context, approval))


async def on_needed(context: Context, press: ChooseNeeded) -> None:
    async with context.deps.tx() as tx:
        approval = await service.choose_needed(
            tx, owner_id=context.actor.id, approval_id=press.approval_id, needed=press.needed
        )
    await context.show(await _screen(context, approval))


async def on_group(context: Context, press: ChooseGroup) -> None:
    async with context.deps.tx() as tx:
        approval = await service.choose_group(
            tx, owner_id=context.actor.id, approval_id=press.approval_id, channel_id=press.channel_id
        )
    await context.show(await _screen(context, approval))


async def on_ask(context: Context, press: AskThem) -> None:
    """How it stands comes as a message of its own, which changes in place."""
    async with context.deps.tx() as tx:
        approval = await service.ask(tx, owner_id=context.actor.id, approval_id=press.approval_id)
    await context.toast(context.texts("Asked. I tell you what they say."))
    await context.perform(ShowCard(approval.post_id))


async def on_remind(context: Context, press: RemindThem) -> None:
    async with context.deps.tx() as tx:
        reminded = await service.remind(tx, owner_id=context.actor.id, approval_id=press.approval_id)
    said = context.texts.plural("{n} person is asked again.", "{n} people are asked again.", reminded)
    await context.toast(said.unescape())


async def on_choose_anew(context: Context, press: ChooseAnew) -> None:
    async with context.deps.tx() as tx:
        approval = await service.choose_anew(tx, owner_id=context.actor.id, approval_id=press.approval_id)
    await context.send(await _screen(context, approval))


async def on_stop(context: Context, press: StopAsking) -> None:
    async with context.deps.tx() as tx:
        await service.withdraw(tx, owner_id=context.actor.id, approval_id=press.approval_id)
    await context.toast(context.texts("Nobody is asked any more."))
    await _show_standing(context, press.approval_id)


async def on_send_without(context: Context, press: SendWithout) -> None:
    async with context.deps.tx() as tx:
        await service.send_without(tx, owner_id=context.actor.id, approval_id=press.approval_id)
    await context.toast(context.texts("Going out now."))
    await _show_standing(context, press.approval_id)


async def on_trail(context: Context, press: ShowTrail) -> None:
    async with context.deps.read() as session:
        approval = await approval_of(session, owner_id=context.actor.id, approval_id=press.approval_id)
        events = await events_of(session, approval.id)
    zone, now = context.actor.time_zone or NO_ZONE, context.deps.clock.now()
    await context.send(trail_screens.trail(approval, events, zone=zone, t=context.texts, now=now))


async def _show_standing(context: Context, approval_id: ids.ApprovalId) -> None:
    async with context.deps.read() as session:
        approval = await approval_of(session, owner_id=context.actor.id, approval_id=approval_id)
    await context.show(await _screen(context, approval))


async def _screen(context: Context, approval: Approval) -> Screen:
    async with context.deps.read() as session:
        if approval.status == ApprovalStatus.CHOOSING:
            return await _choice(context, session, approval)
        post = await post_of(session, owner_id=context.actor.id, post_id=approval.post_id)
        data = await approval_data(session, approval, post)
    return screens.standing(data, context.texts, context.deps.clock.now())


async def _choice(context: Context, session: ReadSession, approval: Approval) -> Screen:
    named = await approvers_of(session, owner_id=context.actor.id)
    asked = {seat.user_id for seat in await seats_of(session, approval.id)}
    users = await users_of(session, [each.user_id for each in named])
    people = [Person(each, users[each.user_id].first_name, asked=each.user_id in asked) for each in named]
    groups = [
        channel
        for channel in await all_channels(session, owner_id=context.actor.id)
        if channel.disconnected_at is None and channel.state == ChannelState.READY and channel.kind in service.GROUPS
    ]
    return people_screens.choose(approval, people, groups, context.texts)
