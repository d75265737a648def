"""Hello, help, and the answers to what leads nowhere."""

import asyncio
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path

from bot.accounts import screens
from bot.accounts.actions import ShowExample
from bot.context import Context
from bot.menus import translate_menu
from bot.router import Command, Router
from bot.screens import Screen
from bot.sources import screens as source_screens
from bot.texts import Texts
from core.sources.reading import Reading, read_text
from core.sources.service import keep_source

EXAMPLE = Path(__file__).with_name("example.txt")
NEAR = 0.6


def register(router: Router) -> None:
    router.command("cancel", on_cancel)
    router.command("terms", on_terms)
    router.command("privacy", on_privacy)
    router.press(ShowExample, on_show_example)
    router.elsewhere = on_elsewhere
    router.error("bot.private_only", lambda t, _: t("These buttons work in our private chat."))


async def on_start(router: Router, context: Context) -> None:
    """Say hello, or follow the link that led here. A link that nobody knows is just a hello."""
    name, _, rest = context.arguments.partition("-")
    follow = router.links.get(name)
    if follow is not None:
        await follow(context, rest)
        return
    await context.send(screens.welcome(context.actor.first_name, context.texts))


async def on_show_example(context: Context, press: ShowExample) -> None:
    """The bundled text goes the way of every text that is sent."""
    reading = await asyncio.to_thread(_example)
    async with context.deps.tx() as tx:
        source = await keep_source(tx, owner_id=context.actor.id, reading=reading)
    await context.send(source_screens.source_card(source, context.texts))


async def on_help(router: Router, context: Context) -> None:
    await context.send(_help(tuple(_commands(router, context)), context.texts))
    if context.actor.language_chosen:
        await translate_menu(context, router)  # there may be new commands since they chose it


async def on_cancel(context: Context) -> None:
    """The router has ended the question already, as for every command; say which."""
    await context.send(screens.cancelled(context.ended_question, context.texts))


async def on_unknown(router: Router, context: Context, name: str) -> None:
    near = get_close_matches(name, [command.name for command in _commands(router, context)], n=1, cutoff=NEAR)
    await context.send(screens.unknown_command(name, near[0] if near else None, context.texts))


async def on_elsewhere(context: Context) -> None:
    """A command in a group: what it shows is between the user and the bot."""
    await context.send(screens.talk_in_private(context.bot.username, context.texts))


async def on_terms(context: Context) -> None:
    await context.send(Screen(screens.terms(context.texts)))


async def on_privacy(context: Context) -> None:
    writer, painted = context.deps.writer, len(context.deps.image_makers) > 1
    model = None if writer.offline else writer.engine
    await context.send(Screen(screens.privacy(model, context.texts, painted=painted)))


def _commands(router: Router, context: Context) -> list[Command]:
    """Those that are there for this user."""
    found = (router.command_for(context.actor, name) for name in router.commands)
    return [command for command in found if command is not None]


@lru_cache
def _help(commands: tuple[Command, ...], t: Texts) -> Screen:
    """Made once for each language and kind of user."""
    return screens.help_screen(commands, t)


@cache
def _example() -> Reading:
    return read_text(EXAMPLE.read_text(encoding="utf-8"))
