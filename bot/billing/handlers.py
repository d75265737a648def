"""Looking at one's plan, its use, and the other plans; beginning the trial."""

from typing import Any

from bot.billing import paying_screens, screens
from bot.billing.actions import ShowBigger, ShowPlan, ShowPlans, ShowUsage, StartTrial, StopTrial
from bot.billing.looking import look
from bot.context import Context
from bot.screens import Screen
from core.billing.queries import STANDING, Entitlement
from core.billing.trials import cancel_trial, start_trial
from core.brands.queries import room_for_brands
from core.channels.queries import room_for_channels
from core.digests.queries import rooms


async def show_plan(context: Context) -> None:
    shown = screens.plan(
        await look(context),
        await _entitlements(context),
        now=context.deps.clock.now(),
        zone=context.actor.time_zone,
        t=context.texts,
    )
    await context.show(shown)


async def show_usage(context: Context) -> None:
    await context.show(screens.usage(await _entitlements(context), zone=context.actor.time_zone, t=context.texts))


async def on_show_plan(context: Context, press: ShowPlan) -> None:
    await show_plan(context)


async def on_show_usage(context: Context, press: ShowUsage) -> None:
    await show_usage(context)


async def on_show_plans(context: Context, press: ShowPlans) -> None:
    await context.show(screens.compare(await look(context), page=press.page, t=context.texts))


async def on_show_bigger(context: Context, press: ShowBigger) -> None:
    """The next plan that can be bought; for who has the biggest, their own."""
    seen = await look(context)
    page = seen.plans.index(seen.bigger) + 1 if seen.bigger is not None else 0
    await context.show(screens.compare(seen, page=page, t=context.texts))


async def on_start_trial(context: Context, press: StartTrial) -> None:
    async with context.deps.tx() as tx:
        trial = await start_trial(tx, owner_id=context.actor.id)
    await context.show(paying_screens.trial_started(trial.ends_at, zone=context.actor.time_zone, t=context.texts))


async def on_stop_trial(context: Context, press: StopTrial) -> None:
    """Whoever has no trial any more sees their plan instead."""
    seen = await look(context)
    if seen.trial is not None and not press.sure:
        await context.show(paying_screens.ask_stop_trial(seen.trial.plan_key, context.texts))
        return
    if press.sure:
        async with context.deps.tx() as tx:
            await cancel_trial(tx, owner_id=context.actor.id)
    await show_plan(context)


def limit_reached(context: Context, params: dict[str, Any]) -> Screen:
    return screens.limit_reached_screen(context.texts, params, zone=context.actor.time_zone)


async def _entitlements(context: Context) -> list[Entitlement]:
    """Of what can be used today: what is counted in a period, and what is there at the time."""
    now, owner_id = context.deps.clock.now(), context.actor.id
    current = await context.deps.entitlements(owner_id)
    metered = [current.of(feature) for feature in screens.OPEN_FEATURES if feature not in STANDING]
    async with context.deps.read() as session:
        brands = await room_for_brands(session, owner_id=owner_id, now=now)
        channels = await room_for_channels(session, owner_id=owner_id, now=now)
        return [*metered, brands, channels, *await rooms(session, owner_id=owner_id, now=now)]
