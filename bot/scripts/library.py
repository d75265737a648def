"""The list of scripts, and one of them: looking, searching, taking away."""

from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.scripts import screens
from bot.scripts.actions import (
    DeleteScript,
    ListScripts,
    RestoreScript,
    SearchScripts,
    SendScriptText,
    ShowScript,
)
from core import ids
from core.db import Page
from core.scripts import service
from core.scripts.models import Script
from core.scripts.queries import count_by_kind, script_of, scripts

SEARCH_PROMPT = "scripts.search"
SEARCH_LIFE_S = 7 * 24 * 3600
SEARCH_LIMIT = 100
PAGE_SIZE = 6


def register(router: Router) -> None:
    router.press(ListScripts, on_list)
    router.press(SearchScripts, on_search)
    router.prompt(SEARCH_PROMPT, on_words, about="a search in your scripts")
    router.press(ShowScript, on_show)
    router.press(SendScriptText, on_text)
    router.press(DeleteScript, on_delete)
    router.press(RestoreScript, on_restore)


async def on_list(context: Context, press: ListScripts) -> None:
    await context.show(await _list(context, press))


async def on_search(context: Context, press: SearchScripts) -> None:
    await context.ask(SEARCH_PROMPT)
    await context.send(screens.ask_words(context.texts))


async def on_words(context: Context, prompt: Prompt) -> None:
    words = " ".join(context.text.split())[:SEARCH_LIMIT]
    if not words:
        await context.ask(prompt.name)
        await context.send(screens.ask_words(context.texts))
        return
    await context.deps.redis.set(_search_key(context), words, ex=SEARCH_LIFE_S)
    await context.send(await _list(context, ListScripts(1, None, found=True)))


async def on_show(context: Context, press: ShowScript) -> None:
    await context.show(_card(context, await _script(context, press.script_id)))


async def on_text(context: Context, press: SendScriptText) -> None:
    script = await _script(context, press.script_id)
    await context.send_file(script.text.encode(), "script.txt", screens.full_text(script, context.texts))


async def on_delete(context: Context, press: DeleteScript) -> None:
    """At once, with a way back. Pressed again, it says the same."""
    async with context.deps.tx() as tx:
        script = await service.delete_script(tx, owner_id=context.actor.id, script_id=press.script_id)
    await context.show(screens.deleted(script.id, script.title, context.texts))


async def on_restore(context: Context, press: RestoreScript) -> None:
    async with context.deps.tx() as tx:
        script = await service.restore_script(tx, owner_id=context.actor.id, script_id=press.script_id)
    await context.toast(context.texts("It is back."))
    await context.show(_card(context, script))


async def _script(context: Context, script_id: ids.ScriptId) -> Script:
    async with context.deps.read() as session:
        return await script_of(session, owner_id=context.actor.id, script_id=script_id)


def _card(context: Context, script: Script) -> Screen:
    return screens.script(service.script_data(script), context.texts)


async def _list(context: Context, shown: ListScripts) -> Screen:
    search = await _last_search(context) if shown.found else ""
    async with context.deps.read() as session:
        found = await scripts(
            session, owner_id=context.actor.id, page=Page(shown.page, PAGE_SIZE), kind=shown.kind, search=search
        )
        counts = await count_by_kind(session, owner_id=context.actor.id)
    return screens.listed(found, counts, context.texts, kind=shown.kind, search=search)


async def _last_search(context: Context) -> str:
    stored = await context.deps.redis.get(_search_key(context))
    return stored.decode() if isinstance(stored, bytes) else stored or ""


def _search_key(context: Context) -> str:
    return f"scripts.search:{context.chat_id}"
