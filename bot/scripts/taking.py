"""/script: what comes as a text, a file, or a saved video."""

import asyncio
from uuid import UUID

from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.scripts import screens
from bot.scripts.actions import OpenVideoScript, StartScript
from bot.sources.handlers import read_document
from core import ids
from core.billing.queries import Feature, entitlement_of
from core.db import Page
from core.errors import InvalidInput
from core.scripts import service
from core.scripts.models import Script
from core.sources.reading import Reading, clean_text, read_text
from core.viral.queries import saved_videos, videos_seen

SCRIPT_PROMPT = "scripts.script"
SCRIPT = "script_id"
"""What a growing text notes of its script."""
SAVED_OFFERED = 4


def register(router: Router) -> None:
    router.command("script", on_script, menu="What a script does well, and what to change")
    router.press(StartScript, on_start)
    router.prompt(SCRIPT_PROMPT, on_sent, about="a script to analyse")
    router.press(OpenVideoScript, on_video)


async def on_script(context: Context) -> None:
    """Words behind the command are the script."""
    if context.arguments:
        reading = await asyncio.to_thread(_reading, context, context.arguments)
        await context.send(await _kept(context, reading))
    else:
        await context.ask(SCRIPT_PROMPT)
        await context.send(await _start(context))


async def on_start(context: Context, press: StartScript) -> None:
    await context.ask(SCRIPT_PROMPT)
    await context.show(await _start(context))


async def on_sent(context: Context, prompt: Prompt) -> None:
    """A text may go on in the next message: its card shows all of it."""
    try:
        await _take(context)
    except InvalidInput:
        if context.paste is None or not context.paste.begun:
            await context.ask(prompt.name)
        raise


async def _take(context: Context) -> None:
    document = context.message.document if context.message is not None else None
    if document is not None:
        await context.send(await _kept(context, await read_document(context, document)))
    elif not context.text.strip():
        await context.ask(SCRIPT_PROMPT)
        await context.send(screens.not_a_script(context.texts))
    elif context.paste is not None and SCRIPT in context.paste.notes:
        await _grow(context, context.paste.notes)
    else:
        await _begin(context)


async def _begin(context: Context) -> None:
    reading = await asyncio.to_thread(_reading, context, context.text)
    async with context.deps.tx() as tx:
        script = await service.keep_script(tx, owner_id=context.actor.id, reading=reading)
    card_id = await context.send(_card(context, script))
    if context.paste is not None:
        context.paste.notes = {SCRIPT: str(script.id), "message_id": card_id}


async def _grow(context: Context, notes: dict[str, object]) -> None:
    reading = await asyncio.to_thread(_reading, context, context.text)
    script_id = ids.ScriptId(UUID(str(notes[SCRIPT])))
    async with context.deps.tx() as tx:
        script = await service.grow_script(tx, owner_id=context.actor.id, script_id=script_id, reading=reading)
    await context.change(int(str(notes["message_id"])), _card(context, script))


async def on_video(context: Context, press: OpenVideoScript) -> None:
    """Below the video, which stays."""
    await context.stop_asking()
    async with context.deps.tx() as tx:
        script = await service.keep_video_script(tx, owner_id=context.actor.id, video_id=press.video_id)
    await context.send(_card(context, script))


async def _kept(context: Context, reading: Reading) -> Screen:
    async with context.deps.tx() as tx:
        script = await service.keep_script(tx, owner_id=context.actor.id, reading=reading)
    return _card(context, script)


def _reading(context: Context, text: str) -> Reading:
    """Raises what is wrong with a script before what is wrong with any text."""
    service.checked(clean_text(text))
    return read_text(text, expected_language=context.actor.language)


def _card(context: Context, script: Script) -> Screen:
    return screens.script(service.script_data(script), context.texts)


async def _start(context: Context) -> Screen:
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        entitlement = await entitlement_of(session, owner_id=context.actor.id, feature=Feature.SCRIPT_ANALYSES, now=now)
        saved = await saved_videos(session, owner_id=context.actor.id, page=Page(1, SAVED_OFFERED))
        seen = await videos_seen(session, [each.video_id for each in saved.items], now=now)
    titles = [(each.video.id, each.video.title or f"@{each.creator.handle}") for each in seen]
    return screens.start(entitlement, titles, context.texts)
