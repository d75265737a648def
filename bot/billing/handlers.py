"""Looking at one's plan, its use, and the other plans."""

from typing import Any

from bot.billing import screens
from bot.billing.actions import ShowPlan, ShowPlans, ShowUsage
from bot.context import Context
from bot.screens import Screen
from core.billing.queries import STANDING, Entitlement, entitlements_of, plan_of, plans
from core.channels.queries import room_for_channels
from core.digests.queries import rooms


async def show_plan(context: Context) -> None:
    async with context.deps.read() as session:
        plan = await plan_of(session, owner_id=context.actor.id, now=context.deps.clock.now())
    await context.show(screens.plan(plan, await _entitlements(context), zone=context.actor.time_zone, t=context.texts))


async def show_usage(context: Context) -> None:
    await context.show(screens.usage(await _entitlements(context), zone=context.actor.time_zone, t=context.texts))


async def on_show_plan(context: Context, press: ShowPlan) -> None:
    await show_plan(context)


async def on_show_usage(context: Context, press: ShowUsage) -> None:
    await show_usage(context)


async def on_show_plans(context: Context, press: ShowPlans) -> None:
    async with context.deps.read() as session:
        found = await plans(session)
        own = await plan_of(session, owner_id=context.actor.id, now=context.deps.clock.now())
    await context.show(screens.compare(found, own=own.key, page=press.page, t=context.texts))


def limit_reached(context: Context, params: dict[str, Any]) -> Screen:
    return screens.limit_reached_screen(context.texts, params, zone=context.actor.time_zone)


async def _entitlements(context: Context) -> list[Entitlement]:
    """Of what can be used today: what is counted in a period, and what is there at the time."""
    now, owner_id = context.deps.clock.now(), context.actor.id
    counted = [feature for feature in screens.OPEN_FEATURES if feature not in STANDING]
    async with context.deps.read() as session:
        metered = await entitlements_of(session, owner_id=owner_id, features=counted, now=now)
        channels = await room_for_channels(session, owner_id=owner_id, now=now)
        return [*metered, channels, *await rooms(session, owner_id=owner_id, now=now)]
