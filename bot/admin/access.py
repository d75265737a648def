"""Who may: by the settings, or by the database as it is at this moment."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.actions import Action, OutdatedButton
from bot.context import Context
from core.accounts.service import user_of

Pressed = TypeVar("Pressed", bound=Action)


async def is_admin(context: Context) -> bool:
    """Asked anew each time: the actor may have been looked up half a minute ago."""
    if context.actor.telegram_id in context.deps.settings.admin_ids:
        return True
    async with context.deps.read() as session:
        return (await user_of(session, context.actor.id)).is_admin


def for_admins(handler: Callable[[Context, Pressed], Awaitable[None]]) -> Callable[[Context, Pressed], Awaitable[None]]:
    """For anybody else, the button is out of date."""

    async def checked(context: Context, press: Pressed) -> None:
        if not await is_admin(context):
            raise OutdatedButton(press.action_name)
        await handler(context, press)

    return checked
