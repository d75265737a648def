"""/admin: the way to everything that only admins do."""

from bot.admin import screens, spending
from bot.admin.access import for_admins, is_admin
from bot.admin.actions import ShowAdmin, ShowCredits
from bot.context import Context
from bot.router import Router
from core.broadcasts.service import latest_broadcast
from core.viral.credits import credits_by_day

COMMAND = "admin"


def register(router: Router) -> None:
    async def on_admin(context: Context) -> None:
        """For anybody else there is no such command."""
        if await is_admin(context):
            await _show(context)
        elif router.unknown is not None:
            await router.unknown(context, COMMAND)

    router.command(COMMAND, on_admin, menu="For admins", for_admins=True)
    router.press(ShowAdmin, for_admins(on_show_admin))
    router.press(ShowCredits, for_admins(on_show_credits))


async def on_show_admin(context: Context, press: ShowAdmin) -> None:
    await _show(context)


async def on_show_credits(context: Context, press: ShowCredits) -> None:
    async with context.deps.read() as session:
        uses = await credits_by_day(session, now=context.deps.clock.now())
    await context.show(spending.by_day(uses, context.texts))


async def _show(context: Context) -> None:
    async with context.deps.read() as session:
        latest = await latest_broadcast(session)
    await context.show(screens.admin(latest, context.texts))
