"""The voiceovers that were made: their list, one of them, hearing it again, deleting it."""

from bot.context import Context
from bot.router import Router
from bot.screens import Screen
from bot.voiceovers import screens
from bot.voiceovers.actions import DeleteVoiceover, ListVoiceovers, SendVoiceover, UndeleteVoiceover
from core.db import Page
from core.posts.writing import Place
from core.voiceovers import service
from core.voiceovers.models import Voiceover
from core.voiceovers.queries import voiceovers_of

A_PAGE = 8


def register(router: Router) -> None:
    router.press(ListVoiceovers, on_list)
    router.press(SendVoiceover, on_send)
    router.press(DeleteVoiceover, on_delete)
    router.press(UndeleteVoiceover, on_undelete)


async def on_list(context: Context, press: ListVoiceovers) -> None:
    await show_list(context, press.page)


async def show_list(context: Context, page: int) -> None:
    """In place of the pressed message, or as a new one."""
    async with context.deps.read() as session:
        found = await voiceovers_of(session, owner_id=context.actor.id, page=Page(page, A_PAGE))
    screen = screens.listed(found.items, page=found.number, pages=found.pages, total=found.total, t=context.texts)
    await _show_beside_recording(context, screen)


async def show_one(context: Context, voiceover: Voiceover) -> None:
    now = context.deps.clock.now()
    await context.show(screens.details(voiceover, zone=context.actor.time_zone, now=now, t=context.texts))


async def on_send(context: Context, press: SendVoiceover) -> None:
    """Once for each press, however often Telegram tells of it."""
    place = Place(context.chat_id, context.place.message_id, context.actor.language)
    async with context.deps.tx() as tx:
        await service.send_voiceover(
            tx,
            owner_id=context.actor.id,
            voiceover_id=press.voiceover_id,
            place=place,
            occasion=f"update:{context.update.update_id}",
        )
    await context.toast(context.texts("It is on its way."))


async def on_delete(context: Context, press: DeleteVoiceover) -> None:
    """At once, with a way back. Pressed again, it says the same."""
    async with context.deps.tx() as tx:
        voiceover = await service.delete_voiceover(tx, owner_id=context.actor.id, voiceover_id=press.voiceover_id)
    await _show_beside_recording(context, screens.deleted(voiceover, context.texts))


async def on_undelete(context: Context, press: UndeleteVoiceover) -> None:
    async with context.deps.tx() as tx:
        voiceover = await service.undelete_voiceover(tx, owner_id=context.actor.id, voiceover_id=press.voiceover_id)
    await context.toast(context.texts("It is back."))
    await show_one(context, voiceover)


async def _show_beside_recording(context: Context, screen: Screen) -> None:
    """In place of the pressed message; below it when that is the recording, which is to stay."""
    if context.pressed is not None and (context.pressed.audio or context.pressed.voice):
        await context.send(screen)
    else:
        await context.show(screen)
