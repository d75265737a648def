"""Choosing a time for a post, by buttons or in words."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from telegram.error import BadRequest

from bot.accounts import ask_time_zone
from bot.context import Context
from bot.deliveries import choosing_screens as screens
from bot.deliveries.actions import (
    CantChoose,
    ChooseTime,
    PickDay,
    PickHour,
    PickMinute,
    ScheduleAt,
    ScheduleIn,
    ScheduleQuick,
    SendAnyway,
    TypeTime,
)
from bot.deliveries.checking import objected
from bot.deliveries.grid import day_of, month_of
from bot.deliveries.handlers import send_now
from bot.deliveries.phrases import NO_ZONE, echo
from bot.deliveries.showing import shows_status
from bot.posts.actions import ShowCard
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Toast
from bot.series.choosing import repeat_typed
from core import ids
from core.db import Json
from core.errors import InvalidInput
from core.posts.queries import post_of, scheduled_between
from core.posts.scheduling import SCHEDULABLE, BeingSent, schedule_post, show_post_status
from core.posts.targets import target_data
from core.queues.offers import slot_offer
from core.when.choices import instant_of_choice, quick_choices
from core.when.phrases import parse_when
from core.when.times import day_bounds, local_day

PROMPT = "deliveries.time"


def register(router: Router) -> None:
    router.press(ChooseTime, on_choose_time)
    router.press(ScheduleIn, on_schedule_in)
    router.press(ScheduleQuick, on_schedule_quick)
    router.press(ScheduleAt, on_schedule_at)
    router.press(SendAnyway, on_send_anyway)
    router.press(PickDay, on_pick_day)
    router.press(PickHour, on_pick_hour)
    router.press(PickMinute, on_pick_minute)
    router.press(CantChoose, on_cant_choose)
    router.press(TypeTime, on_type_time)
    router.prompt(PROMPT, on_typed_time, about="choosing a time")


async def on_choose_time(context: Context, press: ChooseTime) -> None:
    """In place of the pressed message; a status message stays, and the choice comes below it."""
    await choose_time(context, press, below=await shows_status(context, press.post_id))


async def choose_time(context: Context, press: ChooseTime, *, below: bool) -> None:
    """In place of the pressed message, or below it."""
    await _stop_asking(context)
    await _check_schedulable(context, press.post_id)
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    now, zone = _now_and_zone(context)
    target, offer = await _target_and_offer(context, press.post_id)
    choices = quick_choices(now=now, zone=zone)
    screen = screens.choose_time(
        press.post_id, choices, target=target, offer=offer, zone=zone, t=context.texts, now=now
    )
    if not below:
        await context.show(screen)
        return
    await context.send(screen)
    if await shows_status(context, press.post_id):
        await _redraw_status(context, press.post_id)


async def on_schedule_in(context: Context, press: ScheduleIn) -> None:
    at = context.deps.clock.now() + timedelta(minutes=press.minutes)
    await _schedule(context, press.post_id, at)


async def on_schedule_quick(context: Context, press: ScheduleQuick) -> None:
    now, zone = _now_and_zone(context)
    at = instant_of_choice(press.choice, now=now, zone=zone)
    if at is None:
        raise InvalidInput("when.in_past")
    await _schedule(context, press.post_id, at)


async def on_schedule_at(context: Context, press: ScheduleAt) -> None:
    await _schedule(context, press.post_id, _instant(press.at))


async def on_pick_day(context: Context, press: PickDay) -> None:
    now, zone = _now_and_zone(context)
    month = month_of(press.month, local_day(now, zone))
    busy = await _busy_days(context, month, zone)
    moves = screens.moves_of(press.post_id)
    await context.show(screens.pick_day(moves, month, busy=busy, zone=zone, now=now, t=context.texts))


async def on_pick_hour(context: Context, press: PickHour) -> None:
    now, zone = _now_and_zone(context)
    day = day_of(press.day, local_day(now, zone))
    moves = screens.moves_of(press.post_id)
    await context.show(screens.pick_hour(moves, day, zone=zone, now=now, t=context.texts))


async def on_pick_minute(context: Context, press: PickMinute) -> None:
    now, zone = _now_and_zone(context)
    day = day_of(press.day, local_day(now, zone))
    moves = screens.moves_of(press.post_id)
    await context.show(screens.pick_minute(moves, day, press.hour, zone=zone, now=now, t=context.texts))


async def on_cant_choose(context: Context, press: CantChoose) -> None:
    t = context.texts
    await context.toast(t("Nothing is planned for that day.") if press.empty else t("That day can't be chosen."))


async def on_type_time(context: Context, press: TypeTime) -> None:
    await _check_schedulable(context, press.post_id)
    _, zone = _now_and_zone(context)
    shown = await context.show(screens.ask_words(screens.moves_of(press.post_id), zone=zone, t=context.texts))
    await context.ask(PROMPT, post_id=str(press.post_id), message_id=shown)


async def on_typed_time(context: Context, prompt: Prompt) -> None:
    """What was understood is shown before it counts; what wasn't leaves the question open."""
    now, zone = _now_and_zone(context)
    post_id = ids.PostId(UUID(prompt.data["post_id"]))
    typed = (context.message.text if context.message is not None else None) or ""
    try:
        when = await asyncio.to_thread(parse_when, typed, now=now, zone=zone, language=context.actor.language)
    except InvalidInput as error:
        if error.error_code == "when.recurring":
            await _take_for_repetition(context, prompt, post_id)
            return
        await context.ask(prompt.name, **prompt.data)
        raise
    await _check_schedulable(context, post_id)
    await context.send(screens.confirm(screens.moves_of(post_id), when, zone=zone, now=now, t=context.texts))
    await _remove(context, int(prompt.data["message_id"]))


async def _take_for_repetition(context: Context, prompt: Prompt, post_id: ids.PostId) -> None:
    """What repeats is confirmed as that; what isn't understood leaves the question open."""
    try:
        await repeat_typed(context, post_id)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await _remove(context, int(prompt.data["message_id"]))


async def on_send_anyway(context: Context, press: SendAnyway) -> None:
    if press.at is None:
        await send_now(context, press.post_id)
    else:
        await schedule_at(context, press.post_id, _instant(press.at))


async def _schedule(context: Context, post_id: ids.PostId, at: datetime) -> None:
    """Unless something speaks against it: then that is shown instead."""
    if not await objected(context, post_id, at=at, anyway=SendAnyway(post_id, _seconds(at))):
        await schedule_at(context, post_id, at)


async def schedule_at(context: Context, post_id: ids.PostId, at: datetime) -> None:
    """Schedule without another look, and turn the choice back into the draft's card."""
    async with context.deps.tx() as tx:
        done = await schedule_post(tx, owner_id=context.actor.id, post_id=post_id, due_at=at)
    (now, zone), t = _now_and_zone(context), context.texts
    time = echo(done.post.due_at or at, zone, t, now).striptags()
    said = (
        t("Scheduled: {time}", time=time) if done.changed else t("It is scheduled for then already: {time}", time=time)
    )
    await context.toast(Toast(said.unescape()))
    await context.perform(ShowCard(post_id))


async def _check_schedulable(context: Context, post_id: ids.PostId) -> None:
    """Raises PostNotFound for somebody else's, BeingSent for what is on its way or out."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=post_id)
    if post.status not in SCHEDULABLE:
        raise BeingSent(post_id=str(post_id), status=post.status)


async def _target_and_offer(context: Context, post_id: ids.PostId) -> tuple[Json | None, Json]:
    """Where it goes, and what the queue there has for it."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=post_id)
        offer = await slot_offer(session, post, now=context.deps.clock.now())
        return await target_data(session, post), offer


async def _busy_days(context: Context, month: date, zone: str) -> set[date]:
    start, _ = day_bounds(month, zone)
    async with context.deps.read() as session:
        instants = await scheduled_between(
            session, owner_id=context.actor.id, start=start, end=start + timedelta(days=32)
        )
    return {local_day(at, zone) for at in instants}


async def _redraw_status(context: Context, post_id: ids.PostId) -> None:
    """The question for the time zone may have stood in its place."""
    async with context.deps.tx() as tx:
        post = await post_of(tx.session, owner_id=context.actor.id, post_id=post_id)
        await show_post_status(tx, post)


async def _stop_asking(context: Context) -> None:
    """Back from typing: the next message is no time any more."""
    waiting = await context.waiting()
    if waiting is not None and waiting.name == PROMPT:
        await context.stop_asking()


async def _remove(context: Context, message_id: int) -> None:
    """The question has been answered below. A message over two days old can't be removed and stays."""
    with suppress(BadRequest):
        await context.bot.delete_message(context.chat_id, message_id)


def _now_and_zone(context: Context) -> tuple[datetime, str]:
    return context.deps.clock.now(), context.actor.time_zone or NO_ZONE


def _seconds(at: datetime) -> int:
    """As buttons carry it: never before `at`."""
    return -int(-at.timestamp() // 1)


def _instant(at: int) -> datetime:
    """Raises InvalidInput for what can't have stood in a button of ours."""
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise InvalidInput("when.not_understood") from exc
