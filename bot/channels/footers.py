"""A chat's footer: asking for it, showing it, taking it away."""

from uuid import UUID

from markupsafe import Markup

from bot.channels.actions import AskFooter, RemoveFooter, ShowChannel, ShowFooter
from bot.channels.labels import channel_label
from bot.context import Context
from bot.prompts import Prompt
from bot.received import Received, shifted
from bot.router import Router
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.channels.models import Channel
from core.channels.queries import channel_of
from core.channels.service import FOOTER_LIMIT
from core.errors import InvalidInput
from core.posts.footers import change_footer
from core.posts.makeup import entities_of
from core.telegram.content import Entity
from core.telegram.markup import from_entities, to_entities, utf16_length
from core.telegram.rendering import html_of

PROMPT = "channels.footer"


def register(router: Router) -> None:
    router.press(ShowFooter, on_show)
    router.press(AskFooter, on_ask)
    router.press(RemoveFooter, on_remove)
    router.prompt(PROMPT, on_answer, about="the footer")
    router.error(
        "channels.footer_too_long",
        lambda t, params: t(
            "That is too long for a footer: {length} of {limit} characters. Please send a shorter one, or /cancel.",
            length=params["length"],
            limit=params["limit"],
        ),
    )
    router.error(
        "channels.footer_needs_text", lambda t, _: t("I need the footer as text, formatted as you like. Or /cancel.")
    )


async def on_show(context: Context, press: ShowFooter) -> None:
    await context.show(footer(await _channel(context, press.channel_id), context.texts))


async def on_ask(context: Context, press: AskFooter) -> None:
    """The next message is it."""
    channel = await _channel(context, press.channel_id)
    await context.ask(PROMPT, channel_id=str(channel.id))
    await context.send(ask_footer(channel, context.texts))


async def on_answer(context: Context, prompt: Prompt) -> None:
    text, entities = _trimmed(context.received if context.text else Received())
    channel_id = ids.ChannelId(UUID(prompt.data["channel_id"]))
    try:
        if not text:
            raise InvalidInput("channels.footer_needs_text")
        async with context.deps.tx() as tx:
            posts = await change_footer(
                tx,
                owner_id=context.actor.id,
                channel_id=channel_id,
                text=text,
                entities=entities,
            )
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(footer(await _channel(context, channel_id), context.texts, scheduled=posts))


async def on_remove(context: Context, press: RemoveFooter) -> None:
    async with context.deps.tx() as tx:
        posts = await change_footer(tx, owner_id=context.actor.id, channel_id=press.channel_id, text="")
    channel = await _channel(context, press.channel_id)
    await context.show(footer(channel, context.texts, scheduled=posts))


async def _channel(context: Context, channel_id: ids.ChannelId) -> Channel:
    async with context.deps.read() as session:
        return await channel_of(session, owner_id=context.actor.id, channel_id=channel_id)


def _trimmed(typed: Received) -> tuple[str, tuple[Entity, ...]]:
    text = typed.text.strip()
    before = utf16_length(typed.text) - utf16_length(typed.text.lstrip())
    return text, to_entities(from_entities(text, shifted(typed.entities, -before)))


def footer(channel: Channel, t: Texts, *, scheduled: int = 0) -> Screen:
    """The footer as it looks under a post. `scheduled`: how many posts were just changed."""
    text = [t("✒️ <b>Footer</b> · {chat}", chat=channel_label(channel)), ""]
    rows = []
    if channel.footer:
        shown = Markup(html_of(channel.footer, entities_of(channel.footer_entities)))  # noqa: S704 - escaped there
        text += [
            t("<i>The text of a post.</i>"),
            "",
            shown,
            "",
            t("It stands under each post there, unless its Details say otherwise."),
        ]
        rows.append([Button(t("✏️ Change"), AskFooter(channel.id)), Button(t("🗑 Remove"), RemoveFooter(channel.id))])
    else:
        text.append(t("No footer: posts go out as they are. A footer stands under each post there."))
        rows.append([Button(t("✏️ Write one"), AskFooter(channel.id))])
    if scheduled:
        text.append(
            t.plural(
                "{n} post that is scheduled there goes out like that, too.",
                "{n} posts that are scheduled there go out like that, too.",
                scheduled,
            )
        )
    return Screen(lines(text), [*rows, [Button(t("‹ Back"), ShowChannel(channel.id))]])


def ask_footer(channel: Channel, t: Texts) -> Screen:
    """What the next message will be taken for."""
    return Screen(
        t(
            "Send me what should stand under each post in {chat}: formatted as you like, with links, up to {limit} "
            "characters. It also goes under what is scheduled there already. /cancel leaves it as it is.",
            chat=channel_label(channel),
            limit=FOOTER_LIMIT,
        )
    )
