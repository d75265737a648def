"""From a template to a draft: what it needs is asked for, one after the other."""

from collections.abc import Mapping
from uuid import UUID

from bot.context import Context
from bot.deliveries.phrases import NO_ZONE
from bot.posts.drafts import send_card, show_card
from bot.prompts import Prompt
from bot.router import Router
from bot.templates import screens
from bot.templates.actions import UseTemplate
from core import ids
from core.errors import InvalidInput
from core.posts.models import Post
from core.templates import service
from core.templates.models import Template
from core.templates.queries import template_of
from core.templates.variables import date_value

VALUE_PROMPT = "templates.value"


def register(router: Router) -> None:
    router.press(UseTemplate, on_use)
    router.prompt(VALUE_PROMPT, on_value, about="the template's variables")


async def on_use(context: Context, press: UseTemplate) -> None:
    async with context.deps.read() as session:
        kept = await template_of(session, owner_id=context.actor.id, template_id=press.template_id)
        needs = await service.needs_of(session, kept)
    if needs.has_date and press.keep_date is None:
        zone, now = context.actor.time_zone or NO_ZONE, context.deps.clock.now()
        await context.show(screens.choose_date(kept, date_value(now, zone, kept.language), context.texts))
        return
    keep_date = bool(press.keep_date)
    if needs.asked:
        await _ask(context, kept, needs, {}, keep_date=keep_date)
        return
    await show_card(context, await _make(context, kept.id, {}, keep_date=keep_date))


async def on_value(context: Context, prompt: Prompt) -> None:
    """The next one is asked for, until nothing is missing. What can't be used is asked for again; nothing is lost."""
    template_id = ids.TextTemplateId(UUID(prompt.data["template_id"]))
    values, keep_date = dict(prompt.data["values"]), bool(prompt.data["keep_date"])
    try:
        values[prompt.data["variable"]] = service.check_value(prompt.data["variable"], context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    async with context.deps.read() as session:
        kept = await template_of(session, owner_id=context.actor.id, template_id=template_id)
        needs = await service.needs_of(session, kept)
    if any(name not in values for name in needs.asked):
        await _ask(context, kept, needs, values, keep_date=keep_date)
        return
    try:
        post = await _make(context, kept.id, values, keep_date=keep_date)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await send_card(context, post)


async def _ask(
    context: Context, kept: Template, needs: service.Needs, values: Mapping[str, str], *, keep_date: bool
) -> None:
    name = next(name for name in needs.asked if name not in values)
    await context.ask(VALUE_PROMPT, template_id=str(kept.id), variable=name, values=dict(values), keep_date=keep_date)
    number = needs.asked.index(name) + 1
    await context.send(screens.ask_value(name, number=number, total=len(needs.asked), t=context.texts))


async def _make(
    context: Context, template_id: ids.TextTemplateId, values: Mapping[str, str], *, keep_date: bool
) -> Post:
    async with context.deps.tx() as tx:
        return await service.use_template(
            tx, owner_id=context.actor.id, template_id=template_id, values=values, keep_date=keep_date
        )
