"""Having a picture made: starting, stopping, one more like it."""

from contextlib import suppress

from telegram.error import BadRequest

from bot.context import Context
from bot.images import status_screens as screens
from bot.images.actions import MakeAnother, MakeImage, StopImage
from bot.router import Router
from core import ids
from core.errors import AppError
from core.images import service
from core.limits import IMAGES, hit
from core.posts.writing import Place


def register(router: Router) -> None:
    router.press(MakeImage, on_make)
    router.press(StopImage, on_stop)
    router.press(MakeAnother, on_another)


async def on_make(context: Context, press: MakeImage) -> None:
    """From here on the pressed message shows how far it is; a second press changes nothing."""
    await context.stop_asking()
    await hit(context.deps.redis, IMAGES, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await service.request_image(tx, owner_id=context.actor.id, image_id=press.image_id, place=context.place)


async def on_stop(context: Context, press: StopImage) -> None:
    async with context.deps.tx() as tx:
        stopping = await service.cancel_image(
            tx, owner_id=context.actor.id, image_id=press.image_id, place=context.place
        )
    await context.toast(context.texts("Stopping…") if stopping else context.texts("It has ended already."))


async def on_another(context: Context, press: MakeAnother) -> None:
    await make_in_new_message(context, press.image_id, next_layout=press.next_layout)


async def make_in_new_message(
    context: Context, image_id: ids.ImageId, *, next_layout: bool = False, prompt: str | None = None
) -> None:
    """One more like this: a message below shows how far it is. It goes again when nothing can be made."""
    await hit(context.deps.redis, IMAGES, str(context.actor.telegram_id))
    message_id = await context.send(screens.begun(context.texts))
    place = Place(context.chat_id, message_id, context.actor.language)
    try:
        async with context.deps.tx() as tx:
            image = await service.another(
                tx, owner_id=context.actor.id, image_id=image_id, next_layout=next_layout, prompt=prompt
            )
            await service.request_image(tx, owner_id=context.actor.id, image_id=image.id, place=place)
    except AppError:
        with suppress(BadRequest):
            await context.bot.delete_message(context.chat_id, message_id)
        raise
