"""What a pressed message is, so that it can be changed or left alone."""

from bot.context import Context
from bot.screens import Screen
from core import ids
from core.deliveries.statuses import status_message_of


async def shows_status(context: Context, post_id: ids.PostId) -> bool:
    """Whether the pressed message is the post's status message, which changes by itself."""
    if context.pressed is None:
        return False
    async with context.deps.read() as session:
        status = await status_message_of(session, owner_id=context.actor.id, subject_id=post_id)
    return status is not None and status.message_id == context.pressed.message_id


async def show_beside(context: Context, post_id: ids.PostId, screen: Screen) -> None:
    """In place of the pressed message; below it when that is the post's status."""
    if await shows_status(context, post_id):
        await context.send(screen)
    else:
        await context.show(screen)
