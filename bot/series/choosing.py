"""Choosing how a post recurs."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time
from uuid import UUID

from telegram.error import BadRequest

from bot.accounts import ask_time_zone
from bot.context import Context
from bot.deliveries.checking import objected_to_repeating
from bot.deliveries.checking_screens import Repeat
from bot.deliveries.grid import day_of, month_of
from bot.deliveries.phrases import NO_ZONE
from bot.deliveries.showing import show_beside
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Toast
from bot.series import choosing_screens as screens
from bot.series.actions import (
    ChooseEnd,
    ChooseRepeat,
    EndAfter,
    EndOn,
    LayOutRepeat,
    PickEndDay,
    PickRepeatTime,
    RepeatToMe,
    SetRepeat,
    ShowChoice,
    ShowSeries,
    StartRepeat,
    StartRepeatAnyway,
    TypeRepeat,
)
from bot.series.pending import Choice, keep_choice, kept_choice
from bot.series.phrases import described
from core import ids
from core.errors import Conflict, InvalidInput
from core.posts.details import choose_layout
from core.posts.models import PostStatus
from core.posts.queries import post_of
from core.posts.scheduling import SCHEDULABLE, BeingSent, choose_target
from core.posts.targets import target_data
from core.series.queries import SHOWN, series_of_post
from core.series.service import start_series
from core.when.recurrence import Recurrence, parse_recurrence
from core.when.rules import Occurrence, ending, first_start, next_occurrences
from core.when.times import local_day

PROMPT = "series.rule"


def register(router: Router) -> None:
    router.press(ChooseRepeat, on_choose_repeat)
    router.press(PickRepeatTime, on_pick_time)
    router.press(SetRepeat, on_set_repeat)
    router.press(TypeRepeat, on_type)
    router.press(ShowChoice, on_show_choice)
    router.press(ChooseEnd, on_choose_end)
    router.press(EndAfter, on_end_after)
    router.press(PickEndDay, on_pick_end_day)
    router.press(EndOn, on_end_on)
    router.press(StartRepeat, on_start)
    router.press(StartRepeatAnyway, on_start_anyway)
    router.press(LayOutRepeat, on_lay_out)
    router.press(RepeatToMe, on_to_me)
    router.prompt(PROMPT, on_typed, about="choosing how often")


async def on_choose_repeat(context: Context, press: ChooseRepeat) -> None:
    """In place of the pressed message; a status message stays, and the choice comes below it."""
    await _stop_asking(context)
    await _check(context, press.post_id)
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    now, zone = _now_and_zone(context)
    async with context.deps.read() as session:
        series = await series_of_post(session, owner_id=context.actor.id, post_id=press.post_id)
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    recurs = series is not None and post.status == PostStatus.RECURRING
    series_id = series.id if series is not None and recurs else None
    screen = screens.presets(press.post_id, local_day(now, zone), series_id=series_id, zone=zone, t=context.texts)
    await show_beside(context, press.post_id, screen)


async def on_pick_time(context: Context, press: PickRepeatTime) -> None:
    now, zone = _now_and_zone(context)
    await context.show(screens.pick_time(press, local_day(now, zone), zone=zone, t=context.texts))


async def on_set_repeat(context: Context, press: SetRepeat) -> None:
    now, zone = _now_and_zone(context)
    rule = screens.rule_of(press.preset, press.day)
    clock = time(press.minute // 60 % 24, press.minute % 60)
    starts_on = first_start(rule, from_day=local_day(now, zone), clock=clock, zone=zone, now=now)
    await _confirm(context, Choice(press.post_id, Recurrence(str(rule), starts_on, zone)))


async def on_type(context: Context, press: TypeRepeat) -> None:
    await _check(context, press.post_id)
    _, zone = _now_and_zone(context)
    shown = await context.show(screens.ask_words(press.post_id, zone=zone, t=context.texts))
    await context.ask(PROMPT, post_id=str(press.post_id), message_id=shown)


async def on_typed(context: Context, prompt: Prompt) -> None:
    """What wasn't understood leaves the question open."""
    try:
        await repeat_typed(context, ids.PostId(UUID(prompt.data["post_id"])))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    with suppress(BadRequest):  # a message over two days old can't be removed and stays
        await context.bot.delete_message(context.chat_id, int(prompt.data["message_id"]))


async def repeat_typed(context: Context, post_id: ids.PostId) -> None:
    """Take the message for a repetition and show what was understood. Raises what parse_recurrence raises."""
    now, zone = _now_and_zone(context)
    typed, language = context.text, context.actor.language
    found = await asyncio.to_thread(parse_recurrence, typed, now=now, zone=zone, language=language)
    await _check(context, post_id)
    await _confirm(context, Choice(post_id, found))


async def on_show_choice(context: Context, press: ShowChoice) -> None:
    await _show(context, press.key, await kept_choice(context.deps.redis, press.key))


async def on_choose_end(context: Context, press: ChooseEnd) -> None:
    choice = await kept_choice(context.deps.redis, press.key)
    await context.show(screens.choose_end(press.key, choice, context.texts))


async def on_end_after(context: Context, press: EndAfter) -> None:
    choice = await kept_choice(context.deps.redis, press.key)
    await _end(context, choice, count=press.times or None)


async def on_pick_end_day(context: Context, press: PickEndDay) -> None:
    now, zone = _now_and_zone(context)
    month = month_of(press.month, local_day(now, zone))
    await context.show(screens.pick_end_day(press.key, month, zone=zone, now=now, t=context.texts))


async def on_end_on(context: Context, press: EndOn) -> None:
    choice = await kept_choice(context.deps.redis, press.key)
    now, zone = _now_and_zone(context)
    until = day_of(press.day, local_day(now, zone))
    if until < choice.recurrence.starts_on.date():
        raise InvalidInput("when.ends_before_start")
    await _end(context, choice, until=until)


async def on_start(context: Context, press: StartRepeat) -> None:
    """From now on it recurs, unless something speaks against it: then that is shown instead."""
    choice = await kept_choice(context.deps.redis, press.key)
    rule = choice.recurrence
    words = described(rule.rule, rule.starts_on, rule.zone, context.texts)
    times = [each.at for each in _coming(context, choice)]
    repeat, anyway = Repeat(press.key, words), StartRepeatAnyway(press.key)
    if not await objected_to_repeating(context, choice.post_id, times=times, repeat=repeat, anyway=anyway):
        await _start(context, choice)


async def on_start_anyway(context: Context, press: StartRepeatAnyway) -> None:
    await _start(context, await kept_choice(context.deps.redis, press.key))


async def on_lay_out(context: Context, press: LayOutRepeat) -> None:
    choice = await kept_choice(context.deps.redis, press.key)
    async with context.deps.tx() as tx:
        await choose_layout(tx, owner_id=context.actor.id, post_id=choice.post_id, layout=press.layout)
    await context.perform(StartRepeat(press.key))


async def on_to_me(context: Context, press: RepeatToMe) -> None:
    choice = await kept_choice(context.deps.redis, press.key)
    async with context.deps.tx() as tx:
        await choose_target(tx, owner_id=context.actor.id, post_id=choice.post_id, channel_id=None)
    await context.perform(StartRepeat(press.key))


async def _start(context: Context, choice: Choice) -> None:
    """Pressed again, the same comes of it."""
    async with context.deps.tx() as tx:
        series = await start_series(tx, owner_id=context.actor.id, post_id=choice.post_id, recurrence=choice.recurrence)
    await context.toast(Toast(context.texts("It repeats from now on.")))
    await context.perform(ShowSeries(series.id))


async def _end(context: Context, choice: Choice, *, count: int | None = None, until: date | None = None) -> None:
    rule = ending(choice.recurrence.rule, count=count, until=until)
    await _confirm(context, replace(choice, recurrence=replace(choice.recurrence, rule=rule)))


async def _confirm(context: Context, choice: Choice) -> None:
    await _show(context, await keep_choice(context.deps.redis, choice), choice)


async def _show(context: Context, key: str, choice: Choice) -> None:
    coming = _coming(context, choice)
    if not coming:
        raise InvalidInput("when.never")
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=choice.post_id)
        target = await target_data(session, post)
    now = context.deps.clock.now()
    await context.show(screens.confirm(key, choice, coming, target=target, now=now, t=context.texts))


def _coming(context: Context, choice: Choice) -> Sequence[Occurrence]:
    chosen = choice.recurrence
    return next_occurrences(chosen.rule, chosen.starts_on, chosen.zone, after=context.deps.clock.now(), n=SHOWN)


async def _check(context: Context, post_id: ids.PostId) -> None:
    """Raises PostNotFound for somebody else's, BeingSent for what is on its way or out, Conflict for a copy."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=post_id)
    if post.status not in (*SCHEDULABLE, PostStatus.RECURRING):
        raise BeingSent(post_id=str(post_id), status=post.status)
    if post.series_id is not None:
        raise Conflict("series.is_a_copy", post_id=str(post_id))


async def _stop_asking(context: Context) -> None:
    """Back from typing: the next message is no rule any more."""
    waiting = await context.waiting()
    if waiting is not None and waiting.name == PROMPT:
        await context.stop_asking()


def _now_and_zone(context: Context) -> tuple[datetime, str]:
    return context.deps.clock.now(), context.actor.time_zone or NO_ZONE
