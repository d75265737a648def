"""/admin: the way to everything that only admins do."""

from bot.admin import screens
from bot.admin.access import for_admins, is_admin
from bot.admin.actions import ShowAdmin
from bot.context import Context
from bot.router import Router
from core.broadcasts.service import latest_broadcast

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


async def on_show_admin(context: Context, press: ShowAdmin) -> None:
    await _show(context)


async def _show(context: Context) -> None:
    async with context.deps.read() as session:
        latest = await latest_broadcast(session)
    await context.show(screens.admin(latest, context.texts))
