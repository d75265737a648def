"""Templates: listing, keeping, changing, deleting."""

from uuid import UUID

from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.templates import screens
from bot.templates.actions import (
    DeleteTemplate,
    EditTemplate,
    ListTemplates,
    NewTemplate,
    RenameTemplate,
    RestoreTemplate,
    SaveAsTemplate,
    ShowTemplate,
)
from core import ids
from core.db import Page
from core.errors import InvalidInput
from core.templates import service
from core.templates.models import Template
from core.templates.queries import template_of, templates_of

SHOWN = 8
NEW_PROMPT, NAME_PROMPT, TEXT_PROMPT = "templates.new", "templates.name", "templates.text"


def register(router: Router) -> None:
    router.command("templates", on_command, menu="Texts to use again and again")
    router.press(ListTemplates, on_list)
    router.press(ShowTemplate, on_show)
    router.press(NewTemplate, on_new)
    router.press(SaveAsTemplate, on_save)
    router.press(EditTemplate, on_edit)
    router.press(RenameTemplate, on_rename)
    router.press(DeleteTemplate, on_delete)
    router.press(RestoreTemplate, on_restore)
    router.prompt(NEW_PROMPT, on_new_text, about="the new template")
    router.prompt(NAME_PROMPT, on_name, about="the template's name")
    router.prompt(TEXT_PROMPT, on_other_text, about="the template's text")


async def on_command(context: Context) -> None:
    await _list(context, 1)


async def on_list(context: Context, press: ListTemplates) -> None:
    await _list(context, press.page)


async def _list(context: Context, page: int) -> None:
    async with context.deps.read() as session:
        found = await templates_of(session, owner_id=context.actor.id, page=Page(page, SHOWN))
    await context.show(screens.templates(found, context.texts))


async def on_show(context: Context, press: ShowTemplate) -> None:
    await _show(context, await _template(context, press.template_id))


async def on_save(context: Context, press: SaveAsTemplate) -> None:
    """Each press keeps what the post says then."""
    async with context.deps.tx() as tx:
        kept = await service.save_post(tx, owner_id=context.actor.id, post_id=press.post_id)
    await _show(context, kept, saved=True)


async def on_new(context: Context, press: NewTemplate) -> None:
    await context.ask(NEW_PROMPT)
    await context.send(screens.ask_text(context.texts))


async def on_new_text(context: Context, prompt: Prompt) -> None:
    """A long text may come in pieces: the whole takes the place of its beginning."""
    received, paste = context.received, context.paste
    begun = paste.notes.get("template_id") if paste is not None else None
    try:
        async with context.deps.tx() as tx:
            if begun is not None:
                kept = await service.replace_text(
                    tx,
                    owner_id=context.actor.id,
                    template_id=ids.TextTemplateId(UUID(begun)),
                    text=received.text,
                    entities=received.entities,
                )
            else:
                kept = await service.save_text(
                    tx,
                    owner_id=context.actor.id,
                    text=received.text,
                    entities=received.entities,
                    language=context.actor.language,
                )
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    if paste is not None:
        paste.notes = {"template_id": str(kept.id)}
    await _show(context, kept, saved=True)


async def on_edit(context: Context, press: EditTemplate) -> None:
    kept = await _template(context, press.template_id)
    await context.ask(TEXT_PROMPT, template_id=str(kept.id))
    await context.send(screens.ask_other_text(kept, context.texts))


async def on_other_text(context: Context, prompt: Prompt) -> None:
    received = context.received
    try:
        async with context.deps.tx() as tx:
            kept = await service.replace_text(
                tx,
                owner_id=context.actor.id,
                template_id=_named(prompt),
                text=received.text,
                entities=received.entities,
            )
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await _show(context, kept, saved=True)


async def on_rename(context: Context, press: RenameTemplate) -> None:
    kept = await _template(context, press.template_id)
    await context.ask(NAME_PROMPT, template_id=str(kept.id))
    await context.send(screens.ask_name(kept, context.texts))


async def on_name(context: Context, prompt: Prompt) -> None:
    try:
        async with context.deps.tx() as tx:
            kept = await service.rename(tx, owner_id=context.actor.id, template_id=_named(prompt), name=context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await _show(context, kept)


async def on_delete(context: Context, press: DeleteTemplate) -> None:
    async with context.deps.tx() as tx:
        kept = await service.delete_template(tx, owner_id=context.actor.id, template_id=press.template_id)
    await context.show(screens.deleted(kept, context.texts))


async def on_restore(context: Context, press: RestoreTemplate) -> None:
    async with context.deps.tx() as tx:
        kept = await service.restore_template(tx, owner_id=context.actor.id, template_id=press.template_id)
    await _show(context, kept)


async def _show(context: Context, kept: Template, *, saved: bool = False) -> None:
    async with context.deps.read() as session:
        needs = await service.needs_of(session, kept)
    await context.show(screens.template(kept, needs, context.texts, saved=saved))


async def _template(context: Context, template_id: ids.TextTemplateId) -> Template:
    async with context.deps.read() as session:
        return await template_of(session, owner_id=context.actor.id, template_id=template_id)


def _named(prompt: Prompt) -> ids.TextTemplateId:
    return ids.TextTemplateId(UUID(prompt.data["template_id"]))
