"""Looking at one's plan, its use, and the other plans."""

from typing import Any

from bot.billing import screens
from bot.billing.actions import ShowPlan, ShowPlans, ShowUsage
from bot.context import Context
from bot.screens import Screen
from core.billing.queries import Entitlement, entitlements_of, plan_of, plans


async def show_plan(context: Context) -> None:
    async with context.deps.read() as session:
        plan = await plan_of(session, owner_id=context.actor.id)
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
        own = await plan_of(session, owner_id=context.actor.id)
    await context.show(screens.compare(found, own=own.key, page=press.page, t=context.texts))


def limit_reached(context: Context, params: dict[str, Any]) -> Screen:
    return screens.limit_reached_screen(context.texts, params, zone=context.actor.time_zone)


async def _entitlements(context: Context) -> list[Entitlement]:
    async with context.deps.read() as session:
        return await entitlements_of(
            session, owner_id=context.actor.id, features=screens.OPEN_FEATURES, now=context.deps.clock.now()
        )
