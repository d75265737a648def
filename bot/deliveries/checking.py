"""The look before a post goes out: between a chosen time and the scheduling. Without findings nobody notices it."""

from collections.abc import Sequence
from datetime import datetime

from bot.actions import Action
from bot.context import Context
from bot.deliveries import checking_screens as screens
from bot.deliveries.actions import ChooseLayout, PostNow, ScheduleAt, SendToMe, ShowOther
from bot.deliveries.phrases import NO_ZONE
from bot.deliveries.screens import entry
from bot.deliveries.showing import show_beside
from bot.router import Router
from core import ids
from core.posts import scheduling
from core.posts.checks import Finding, FindingCode, problems_before
from core.posts.details import choose_layout
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of
from core.posts.targets import target_data
from core.providers.text import Ability

DECIDED = frozenset({PostStatus.FAILED, PostStatus.UNCONFIRMED, PostStatus.ON_HOLD})
"""Its owner has sent it off already: to send it now is no new decision, and only what stops it counts."""


def register(router: Router) -> None:
    router.press(ChooseLayout, on_choose_layout)
    router.press(SendToMe, on_send_to_me)
    router.press(ShowOther, on_show_other)


async def objected(
    context: Context, post_id: ids.PostId, *, at: datetime | None, anyway: Action, in_slot: bool = False
) -> bool:
    """Show what speaks against sending a post at `at` (None: now), if anything does, and say whether it did.

    `anyway` does what was asked for in spite of it; `in_slot`: `at` is a slot of the queue. A time that can't be chosen
    at all, or is chosen already, isn't looked at: the scheduling says so itself.
    """
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=post_id)
        if post.status not in scheduling.SCHEDULABLE or _needs_no_look(post, at, now):
            return False
        found = await problems_before(session, post, due_at=at or now, now=now, in_slot=in_slot)
        target = await target_data(session, post)
    if at is None and post.status in DECIDED:
        found = [finding for finding in found if finding.stops]
    if not found:
        return False
    await _show(context, post, found, screens.Asked(at, anyway, target, able=_is_able(context)))
    return True


async def objected_to_repeating(
    context: Context, post_id: ids.PostId, *, times: Sequence[datetime], repeat: screens.Repeat, anyway: Action
) -> bool:
    """Likewise for a post that is to go out at each of `times` and on: what speaks against one of them is told once."""
    now = context.deps.clock.now()
    found: dict[FindingCode, Finding] = {}
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=post_id)
        for at in times:
            for finding in await problems_before(session, post, due_at=at, now=now, repeats=True):
                found.setdefault(finding.code, finding)
        target = await target_data(session, post)
    if found:
        ordered = sorted(found.values(), key=lambda finding: not finding.stops)
        await _show(context, post, ordered, screens.Asked(None, anyway, target, repeat, able=_is_able(context)))
    return bool(found)


def _is_able(context: Context) -> bool:
    return Ability.FREE_INSTRUCTIONS in context.deps.writer.abilities


def _needs_no_look(post: Post, at: datetime | None, now: datetime) -> bool:
    return at is not None and (at < now or scheduling.is_scheduled_for(post, at))


async def _show(context: Context, post: Post, found: Sequence[Finding], asked: screens.Asked) -> None:
    zone, now = context.actor.time_zone or NO_ZONE, context.deps.clock.now()
    await show_beside(
        context, post.id, screens.before_it_goes_out(post, found, asked, zone=zone, t=context.texts, now=now)
    )


async def on_choose_layout(context: Context, press: ChooseLayout) -> None:
    async with context.deps.tx() as tx:
        await choose_layout(tx, owner_id=context.actor.id, post_id=press.post_id, layout=press.layout)
    await _ask_again(context, press.post_id, press.at)


async def on_send_to_me(context: Context, press: SendToMe) -> None:
    """To the owner's own chat, at the time that was asked for."""
    async with context.deps.tx() as tx:
        await scheduling.choose_target(tx, owner_id=context.actor.id, post_id=press.post_id, channel_id=None)
    await _ask_again(context, press.post_id, press.at)


async def on_show_other(context: Context, press: ShowOther) -> None:
    """Below the question, which stays."""
    now, zone = context.deps.clock.now(), context.actor.time_zone or NO_ZONE
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
        target = await target_data(session, post)
    await context.send(entry(post, target=target, zone=zone, t=context.texts, now=now))


async def _ask_again(context: Context, post_id: ids.PostId, at: int | None) -> None:
    """Mended: what was asked for, with another look at it."""
    await context.perform(PostNow(post_id) if at is None else ScheduleAt(post_id, at))
