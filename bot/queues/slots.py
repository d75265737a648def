"""The slots and quiet hours of a queue, by buttons or typed."""

from contextlib import suppress
from uuid import UUID

from telegram.error import BadRequest

from bot.accounts import ask_time_zone
from bot.actions import Action
from bot.context import Context
from bot.deliveries.showing import shows_status
from bot.prompts import Prompt
from bot.queues import screens
from bot.queues.actions import (
    AddPreset,
    RemoveTime,
    SetQuiet,
    SetSlot,
    SetUpQueue,
    ShowQuiet,
    ShowSlots,
    ShowTime,
    TypeQuiet,
    TypeSlots,
)
from bot.queues.places import place_of
from bot.queues.screens import PRESETS
from bot.queues.waiting import let_wait, waiting_post
from bot.router import Router
from core import ids
from core.errors import InvalidInput
from core.posts.queries import post_of
from core.queues import service
from core.queues.slots import MINUTES_OF_DAY, WEEKDAYS, QuietHours, WeekTime
from core.queues.spoken import parse_quiet_hours, parse_slots

SLOTS_PROMPT, QUIET_PROMPT = "queues.slots", "queues.quiet"


def register(router: Router) -> None:
    router.press(SetUpQueue, on_set_up)
    router.press(ShowSlots, on_show_slots)
    router.press(ShowTime, on_show_time)
    router.press(SetSlot, on_set_slot)
    router.press(RemoveTime, on_remove_time)
    router.press(AddPreset, on_add_preset)
    router.press(TypeSlots, on_type_slots)
    router.press(ShowQuiet, on_show_quiet)
    router.press(SetQuiet, on_set_quiet)
    router.press(TypeQuiet, on_type_quiet)
    router.prompt(SLOTS_PROMPT, on_typed_slots, about="setting the slots")
    router.prompt(QUIET_PROMPT, on_typed_quiet, about="setting the quiet hours")


async def on_set_up(context: Context, press: SetUpQueue) -> None:
    """The slots, with the way back to the post that wants one."""
    if await _lacks_time_zone(context, press):
        return
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    place = await place_of(context, post.channel_id)
    screen = screens.slots(place, context.texts, then=post.id)
    shown = await (context.send(screen) if await shows_status(context, post.id) else context.show(screen))
    await let_wait(context, shown, post.id)


async def on_show_slots(context: Context, press: ShowSlots) -> None:
    if await _lacks_time_zone(context, press):
        return
    await _stop_asking(context, SLOTS_PROMPT)
    await _show_slots(context, press.channel_id)


async def on_show_time(context: Context, press: ShowTime) -> None:
    place = await place_of(context, press.channel_id)
    await context.show(screens.time_of_day(place, _checked(press.minute), context.texts))


async def on_set_slot(context: Context, press: SetSlot) -> None:
    slot = WeekTime(press.weekday, press.minute)
    verb = service.add_slots if press.wanted else service.remove_slots
    async with context.deps.tx() as tx:
        await verb(tx, owner_id=context.actor.id, channel_id=press.channel_id, slots=[slot])
    place = await place_of(context, press.channel_id)
    await context.show(screens.time_of_day(place, _checked(press.minute), context.texts))


async def on_remove_time(context: Context, press: RemoveTime) -> None:
    slots = [WeekTime(day, press.minute) for day in WEEKDAYS]
    async with context.deps.tx() as tx:
        await service.remove_slots(tx, owner_id=context.actor.id, channel_id=press.channel_id, slots=slots)
    await context.toast(context.texts("Removed."))
    await _show_slots(context, press.channel_id)


async def on_add_preset(context: Context, press: AddPreset) -> None:
    slots = PRESETS[press.preset]
    async with context.deps.tx() as tx:
        await service.add_slots(tx, owner_id=context.actor.id, channel_id=press.channel_id, slots=slots)
    await _show_slots(context, press.channel_id, added=sorted(slots))


async def on_type_slots(context: Context, press: TypeSlots) -> None:
    place = await place_of(context, press.channel_id)
    shown = await context.show(screens.ask_slots(place, context.texts))
    await context.ask(SLOTS_PROMPT, channel_id=_plain(press.channel_id), message_id=shown)


async def on_typed_slots(context: Context, prompt: Prompt) -> None:
    """What was understood is said; what wasn't leaves the question open."""
    channel_id = _channel_id(prompt)
    try:
        slots = parse_slots(context.text, language=context.actor.language)
        async with context.deps.tx() as tx:
            await service.add_slots(tx, owner_id=context.actor.id, channel_id=channel_id, slots=slots)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    asked_on = int(prompt.data["message_id"])
    await _show_slots(context, channel_id, added=sorted(slots), asked_on=asked_on)
    await _remove(context, asked_on)


async def on_show_quiet(context: Context, press: ShowQuiet) -> None:
    if await _lacks_time_zone(context, press):
        return
    await _stop_asking(context, QUIET_PROMPT)
    await _show_quiet(context, press.channel_id)


async def on_set_quiet(context: Context, press: SetQuiet) -> None:
    quiet = None
    if press.begins is not None and press.ends is not None:
        quiet = QuietHours(press.begins, press.ends)
    await _set_quiet(context, press.channel_id, quiet)
    await context.toast(context.texts("Saved."))
    await _show_quiet(context, press.channel_id)


async def on_type_quiet(context: Context, press: TypeQuiet) -> None:
    place = await place_of(context, press.channel_id)
    shown = await context.show(screens.ask_quiet(place, context.texts))
    await context.ask(QUIET_PROMPT, channel_id=_plain(press.channel_id), message_id=shown)


async def on_typed_quiet(context: Context, prompt: Prompt) -> None:
    """Likewise."""
    channel_id = _channel_id(prompt)
    try:
        await _set_quiet(context, channel_id, parse_quiet_hours(context.text))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await _show_quiet(context, channel_id)
    await _remove(context, int(prompt.data["message_id"]))


async def _set_quiet(context: Context, channel_id: ids.ChannelId | None, quiet: QuietHours | None) -> None:
    async with context.deps.tx() as tx:
        await service.set_quiet_hours(tx, owner_id=context.actor.id, channel_id=channel_id, quiet=quiet)


async def _show_slots(
    context: Context,
    channel_id: ids.ChannelId | None,
    *,
    added: list[WeekTime] | None = None,
    asked_on: int | None = None,
) -> None:
    """`asked_on`: the message on which typed slots were asked for. The post that waits for them goes along."""
    place = await place_of(context, channel_id)
    then = await waiting_post(context, asked_on)
    shown = await context.show(screens.slots(place, context.texts, added=added or (), then=then))
    if then is not None:
        await let_wait(context, shown, then)


async def _show_quiet(context: Context, channel_id: ids.ChannelId | None) -> None:
    await context.show(screens.quiet(await place_of(context, channel_id), context.texts))


async def _lacks_time_zone(context: Context, press: Action) -> bool:
    """Slots are times of somebody's clock: ask for it first, and go on then."""
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
    return context.actor.time_zone is None


def _checked(minute: int) -> int:
    """Raises InvalidInput for what no button of ours holds."""
    if not 0 <= minute < MINUTES_OF_DAY:
        raise InvalidInput("queues.slots_not_understood")
    return minute


def _plain(channel_id: ids.ChannelId | None) -> str | None:
    return str(channel_id) if channel_id is not None else None


def _channel_id(prompt: Prompt) -> ids.ChannelId | None:
    stored = prompt.data["channel_id"]
    return ids.ChannelId(UUID(stored)) if stored else None


async def _stop_asking(context: Context, name: str) -> None:
    """Back from typing: the next message is no answer any more."""
    waiting = await context.waiting()
    if waiting is not None and waiting.name == name:
        await context.stop_asking()


async def _remove(context: Context, message_id: int) -> None:
    """The question has been answered below. A message over two days old can't be removed and stays."""
    with suppress(BadRequest):
        await context.bot.delete_message(context.chat_id, message_id)
