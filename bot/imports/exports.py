"""All that is planned, as files."""

import asyncio

from bot.context import Context
from bot.deliveries.phrases import NO_ZONE
from bot.imports import screens
from bot.imports.actions import ExportSchedule
from bot.router import Router
from bot.screens import Screen
from core.posts.exporting import as_csv, as_ics, schedule_of


def register(router: Router) -> None:
    router.press(ExportSchedule, on_export)


async def on_export(context: Context, press: ExportSchedule) -> None:
    """Two files, below the calendar."""
    t, now, zone = context.texts, context.deps.clock.now(), context.actor.time_zone or NO_ZONE
    async with context.deps.read() as session:
        schedule = await schedule_of(session, owner_id=context.actor.id)
    if not schedule.entries and not schedule.repeating:
        await context.send(screens.nothing_to_export(t))
        return
    table = await asyncio.to_thread(as_csv, schedule, zone=zone)
    events = await asyncio.to_thread(as_ics, schedule, now=now)
    await context.send_file(table, "schedule.csv", screens.exported(schedule, t))
    await context.send_file(events, "schedule.ics", Screen(t("For Google Calendar, Apple Calendar and others.")))
