"""The post for which slots are being set: it stays in mind while its message shows other things."""

from uuid import UUID

from bot.context import Context
from core import ids

LIFE_S = 24 * 3600


async def let_wait(context: Context, message_id: int, post_id: ids.PostId) -> None:
    """What is set on this message is for a post."""
    await context.deps.redis.set(_key(context, message_id), str(post_id), ex=LIFE_S)


async def waiting_post(context: Context, message_id: int | None = None) -> ids.PostId | None:
    """The post that waits on a message, or (None) on the pressed one."""
    message_id = message_id or _pressed_id(context)
    stored = await context.deps.redis.get(_key(context, message_id)) if message_id is not None else None
    return ids.PostId(UUID(stored.decode())) if isinstance(stored, bytes) else None


async def wait_no_more(context: Context) -> None:
    """The pressed message shows something else from now on."""
    message_id = _pressed_id(context)
    if message_id is not None:
        await context.deps.redis.delete(_key(context, message_id))


def _pressed_id(context: Context) -> int | None:
    return context.pressed.message_id if context.pressed is not None else None


def _key(context: Context, message_id: int) -> str:
    return f"queues.waiting:{context.chat_id}:{message_id}"
