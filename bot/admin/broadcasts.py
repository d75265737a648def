"""One message to everybody: written, looked at, sent, and watched."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from telegram.error import BadRequest

from bot.admin import screens
from bot.admin.access import for_admins, is_admin
from bot.admin.actions import (
    CancelBroadcast,
    DropBroadcast,
    PauseBroadcast,
    PreviewBroadcast,
    ResumeBroadcast,
    SendBroadcast,
    ShowBroadcast,
    WriteBroadcast,
)
from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from core import ids
from core.accounts.service import count_reachable
from core.broadcasts import service as broadcasts
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.broadcasts.progress import progress_of, show_progress
from core.broadcasts.service import broadcast_of
from core.db import TelegramId
from core.errors import Conflict, InvalidInput
from core.telegram.content import Content, TextFormat

PROMPT: Final = "admin.broadcast"
DRAFT: Final = "broadcast_id"
"""In an album's notes."""
NOT_BEGUN: Final = (BroadcastStatus.DRAFT, BroadcastStatus.CANCELLED)
Verb = Callable[..., Awaitable[Broadcast]]


def register(router: Router) -> None:
    router.press(WriteBroadcast, for_admins(on_write))
    router.press(PreviewBroadcast, for_admins(on_preview))
    router.press(SendBroadcast, for_admins(on_send))
    router.press(DropBroadcast, for_admins(on_drop))
    router.press(PauseBroadcast, for_admins(on_pause))
    router.press(ResumeBroadcast, for_admins(on_resume))
    router.press(CancelBroadcast, for_admins(on_cancel))
    router.press(ShowBroadcast, for_admins(on_show))
    router.prompt(PROMPT, on_message, about="the broadcast")
    for code, sentence in screens.SENTENCES.items():
        router.error(code, sentence)


async def on_write(context: Context, press: WriteBroadcast) -> None:
    await context.ask(PROMPT)
    await context.send(screens.ask_message(context.texts))


async def on_message(context: Context, prompt: Prompt) -> bool | None:
    """An album comes in several messages: the further ones add to the draft."""
    if not await is_admin(context):
        return False
    try:
        broadcast = await _keep(context, _content(context))
    except InvalidInput:
        await context.ask(PROMPT)
        raise
    await _show_draft(context, broadcast)
    return None


def _content(context: Context) -> Content:
    """Raises InvalidInput for what can't go out as it is."""
    brought = context.received
    try:
        return Content(text=brought.text, format=TextFormat.PLAIN, entities=brought.entities, media=brought.media)
    except ValueError as exc:
        raise InvalidInput("broadcasts.no_message") from exc


async def _keep(context: Context, content: Content) -> Broadcast:
    notes = context.album.notes if context.album is not None else {}
    async with context.deps.tx() as tx:
        if DRAFT not in notes:
            broadcast = await broadcasts.draft_broadcast(tx, admin_id=context.actor.id, content=content.to_json())
        else:
            broadcast = await broadcasts.redraft_broadcast(
                tx,
                admin_id=context.actor.id,
                broadcast_id=ids.BroadcastId(UUID(notes[DRAFT])),
                content=content.to_json(),
            )
    notes[DRAFT] = str(broadcast.id)
    return broadcast


async def _show_draft(context: Context, broadcast: Broadcast) -> None:
    """Under an album once, telling of all its items in the end."""
    async with context.deps.read() as session:
        people = await count_reachable(session)
    await context.send_growing(screens.draft(broadcast, people, context.texts))


async def on_preview(context: Context, press: PreviewBroadcast) -> None:
    """Only to this chat."""
    async with context.deps.read() as session:
        content = Content.from_json((await broadcast_of(session, press.broadcast_id)).content)
    try:
        await context.send_content(content)
    except BadRequest as refusal:
        raise Conflict("broadcasts.refused", detail=refusal.message) from refusal


async def on_send(context: Context, press: SendBroadcast) -> None:
    """From here on the pressed message shows how far it is."""
    place = TelegramId(context.place.message_id)
    await _do(context, press.broadcast_id, broadcasts.start_broadcast, message_id=place)


async def on_drop(context: Context, press: DropBroadcast) -> None:
    """Pressed late, it ends nothing that has begun."""
    async with context.deps.read() as session:
        begun = (await broadcast_of(session, press.broadcast_id)).status not in NOT_BEGUN
    if begun:
        raise Conflict("broadcasts.begun")
    async with context.deps.tx() as tx:
        await broadcasts.cancel_broadcast(tx, admin_id=context.actor.id, broadcast_id=press.broadcast_id)
    await context.show(screens.dropped(context.texts))


async def on_pause(context: Context, press: PauseBroadcast) -> None:
    await _do(context, press.broadcast_id, broadcasts.pause_broadcast)


async def on_resume(context: Context, press: ResumeBroadcast) -> None:
    await _do(context, press.broadcast_id, broadcasts.resume_broadcast)


async def on_cancel(context: Context, press: CancelBroadcast) -> None:
    """What is out stays: so it is asked once more. It goes on meanwhile."""
    if press.sure:
        await _do(context, press.broadcast_id, broadcasts.cancel_broadcast)
        await _show_now(context, press.broadcast_id)
    else:
        async with context.deps.read() as session:
            progress = await progress_of(session, await broadcast_of(session, press.broadcast_id))
        await context.send(screens.sure(progress, context.texts))


async def on_show(context: Context, press: ShowBroadcast) -> None:
    await _show_now(context, press.broadcast_id)


async def _show_now(context: Context, broadcast_id: ids.BroadcastId) -> None:
    async with context.deps.read() as session:
        progress = await progress_of(session, await broadcast_of(session, broadcast_id))
    await context.show(screens.progress(progress, context.texts))


async def _do(
    context: Context, broadcast_id: ids.BroadcastId, verb: Verb, *, message_id: TelegramId | None = None
) -> None:
    """The worker brings its message to what is true then."""
    async with context.deps.tx() as tx:
        broadcast = await verb(tx, admin_id=context.actor.id, broadcast_id=broadcast_id)
        await show_progress(tx, broadcast, message_id=message_id)
