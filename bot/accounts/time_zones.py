"""Asking for the time zone: by city buttons, by typing a city, by sharing the place where one is.

The choice is often needed by something else (a time for a post). What to go on with is kept in Redis beside the
message that asks, so that it survives a restart and other questions in between.
"""

import asyncio

from markupsafe import Markup
from telegram import Location

from bot.accounts import time_zone_screens as screens
from bot.accounts.actions import AskLocation, ChooseTimeZone, ShowSettings, ShowTimeZones
from bot.actions import Action, decode
from bot.context import Context
from bot.prompts import LIFE_S, Prompt
from bot.router import Router
from bot.screens import Toast
from core.accounts import service as accounts
from core.digests.service import retime_digests
from core.queues.service import reflow_all
from core.when.zones import ZoneMatch, find_zone, zone_of_location

PROMPT = "accounts.time_zone"
CITY_CHARACTERS = 80
"""No city's name is longer, not even with its country."""


def register(router: Router) -> None:
    router.press(ShowTimeZones, on_show_time_zones)
    router.press(ChooseTimeZone, on_choose)
    router.press(AskLocation, on_ask_location)
    router.prompt(PROMPT, on_answer, about="choosing a time zone")
    router.content(lambda message: message.location is not None, on_location)
    router.error("accounts.unknown_time_zone", lambda t, _: t("I don't know that time zone."))


async def ask_time_zone(context: Context, then: Action, *, why: Markup | None = None) -> None:
    """Show the choice of time zones; once one is chosen, go on as if the button of `then` had been pressed.

    `why`: what the zone is asked for, when that isn't posts.
    """
    shown = await context.show(
        screens.choose(context.actor.time_zone, context.deps.clock.now(), context.texts, why=why)
    )
    await _expect(context, shown, then)


async def on_show_time_zones(context: Context, press: ShowTimeZones) -> None:
    await ask_time_zone(context, ShowSettings())


async def on_choose(context: Context, press: ChooseTimeZone) -> None:
    await _choose(context, press.zone)
    await context.stop_asking()
    await context.toast(Toast(screens.chosen_line(press.zone, context.deps.clock.now(), context.texts)))
    await context.perform(await _next_action(context, context.place.message_id))


async def on_ask_location(context: Context, press: AskLocation) -> None:
    """Only a button in place of the keyboard can ask for it."""
    await context.send(screens.share_location(context.texts))
    await context.ask(PROMPT, message_id=context.place.message_id, keyboard=True)


async def on_answer(context: Context, prompt: Prompt) -> bool:
    """A city's name, or a location. A file or a long text is something to write from, and no answer."""
    location = context.message.location if context.message is not None else None
    if location is not None:
        await _settle(context, prompt, await _zone_at(location))
        return True
    typed = (context.message.text if context.message is not None else None) or ""
    if not 0 < len(typed) <= CITY_CHARACTERS:
        return False
    now = context.deps.clock.now()
    found = await asyncio.to_thread(find_zone, typed, now=now, language=context.actor.language)
    if len(found) == 1:
        await _settle(context, prompt, found[0].zone)
    else:
        await _ask_again(context, prompt, typed, found)
    return True


async def on_location(context: Context) -> None:
    """A place that nobody asked for can only be about the time zone."""
    if context.message is not None and context.message.location is not None:
        await _choose(context, await _zone_at(context.message.location))
        await context.perform(ShowSettings())


async def _settle(context: Context, prompt: Prompt, zone: str) -> None:
    """The answer was a message: the question turns into its result, and the way goes on below."""
    await _choose(context, zone)
    message_id, now = int(prompt.data["message_id"]), context.deps.clock.now()
    await context.change(message_id, screens.chosen(zone, now, context.texts))
    if prompt.data.get("keyboard"):
        await context.send(screens.keyboard_gone(zone, now, context.texts))
    await context.perform(await _next_action(context, message_id))


async def _ask_again(context: Context, prompt: Prompt, typed: str, found: list[ZoneMatch]) -> None:
    """Several places have that name, or none."""
    then = await _next_action(context, int(prompt.data["message_id"]))
    now = context.deps.clock.now()
    screen = screens.which(found, now, context.texts) if found else screens.not_found(typed, context.texts)
    shown = await context.send(screen)
    await _expect(context, shown, then, keyboard=bool(prompt.data.get("keyboard")))


async def _choose(context: Context, zone: str) -> None:
    async with context.deps.tx() as tx:
        await accounts.choose_time_zone(tx, user_id=context.actor.id, time_zone=zone)
        await reflow_all(tx, owner_id=context.actor.id)
        await retime_digests(tx, owner_id=context.actor.id)
    context.adopt(time_zone=zone)


async def _zone_at(location: Location) -> str:
    found = await asyncio.to_thread(zone_of_location, location.latitude, location.longitude)
    return found.zone


async def _expect(context: Context, message_id: int, then: Action, *, keyboard: bool = False) -> None:
    await context.deps.redis.set(_key(context, message_id), then.encode(), ex=LIFE_S)
    await context.ask(PROMPT, message_id=message_id, keyboard=keyboard)


async def _next_action(context: Context, message_id: int) -> Action:
    """What the message at hand was asking for; the settings when that is long ago."""
    stored = await context.deps.redis.get(_key(context, message_id))
    return decode(stored.decode()) if isinstance(stored, bytes) else ShowSettings()


def _key(context: Context, message_id: int) -> str:
    return f"after_time_zone:{context.chat_id}:{message_id}"
