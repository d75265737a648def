"""A post that recurs: looking at what comes, skipping and shifting one, pausing, stopping."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from telegram.error import BadRequest

from bot.context import Context
from bot.deliveries.phrases import NO_ZONE, moment
from bot.deliveries.showing import show_beside
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.series import screens
from bot.series.actions import (
    PauseSeries,
    RestoreOccurrence,
    ResumeSeries,
    ShiftBy,
    ShiftOccurrence,
    ShowAllSeries,
    ShowSeries,
    SkipOccurrence,
    StopSeries,
    TypeShift,
)
from bot.series.screens import local_of
from core import ids
from core.db import Page
from core.errors import Conflict, InvalidInput
from core.posts.queries import post_of
from core.posts.targets import target_data
from core.series import queries
from core.series import service as verbs
from core.series.models import Series
from core.when.phrases import parse_when

SHIFT_PROMPT = "series.shift"
PAGE_SIZE = 8


def register(router: Router) -> None:
    router.command("repeats", on_repeats)
    router.press(ShowAllSeries, on_show_all)
    router.press(ShowSeries, on_show)
    router.press(SkipOccurrence, on_skip)
    router.press(RestoreOccurrence, on_restore)
    router.press(ShiftOccurrence, on_shift)
    router.press(ShiftBy, on_shift_by)
    router.press(TypeShift, on_type_shift)
    router.press(PauseSeries, on_pause)
    router.press(ResumeSeries, on_resume)
    router.press(StopSeries, on_stop)
    router.prompt(SHIFT_PROMPT, on_typed_shift, about="choosing a time")


async def on_repeats(context: Context) -> None:
    await _show_all(context, 1)


async def on_show_all(context: Context, press: ShowAllSeries) -> None:
    await _show_all(context, press.page)


async def on_show(context: Context, press: ShowSeries) -> None:
    await _stop_asking(context)
    shown, screen = await _screen(context, press.series_id)
    await show_beside(context, shown.post_id, screen)


async def on_skip(context: Context, press: SkipOccurrence) -> None:
    await _about_one(context, press.series_id, press.minute, verbs.skip_occurrence)
    await context.toast(context.texts("Left out."))
    await context.perform(ShowSeries(press.series_id))


async def on_restore(context: Context, press: RestoreOccurrence) -> None:
    await _about_one(context, press.series_id, press.minute, verbs.unskip_occurrence)
    await context.toast(context.texts("It goes out at its own time."))
    await context.perform(ShowSeries(press.series_id))


async def on_shift(context: Context, press: ShiftOccurrence) -> None:
    await _stop_asking(context)
    each = await _upcoming(context, press.series_id, press.minute)
    now, zone = _now_and_zone(context)
    await context.show(screens.shift(press.series_id, each, zone=zone, now=now, t=context.texts))


async def on_shift_by(context: Context, press: ShiftBy) -> None:
    each = await _upcoming(context, press.series_id, press.minute)
    try:
        to = each.at + timedelta(minutes=press.by)
    except OverflowError as exc:
        raise InvalidInput("when.too_far") from exc
    await _shift(context, press.series_id, press.minute, to)


async def on_type_shift(context: Context, press: TypeShift) -> None:
    await _upcoming(context, press.series_id, press.minute)
    _, zone = _now_and_zone(context)
    shown = await context.show(screens.ask_shift(press.series_id, press.minute, zone=zone, t=context.texts))
    await context.ask(SHIFT_PROMPT, series_id=str(press.series_id), minute=press.minute, message_id=shown)


async def on_typed_shift(context: Context, prompt: Prompt) -> None:
    """What isn't understood leaves the question open; what is can be taken back on the series' screen."""
    now, zone = _now_and_zone(context)
    series_id = ids.SeriesId(UUID(prompt.data["series_id"]))
    try:
        typed, language = context.text, context.actor.language
        when = await asyncio.to_thread(parse_when, typed, now=now, zone=zone, language=language)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await _shift(context, series_id, int(prompt.data["minute"]), when.at_utc)
    with suppress(BadRequest):  # a message over two days old can't be removed and stays
        await context.bot.delete_message(context.chat_id, int(prompt.data["message_id"]))


async def on_pause(context: Context, press: PauseSeries) -> None:
    await _about_all(context, press.series_id, verbs.pause_series)
    await context.toast(context.texts("Paused."))
    await context.perform(ShowSeries(press.series_id))


async def on_resume(context: Context, press: ResumeSeries) -> None:
    await _about_all(context, press.series_id, verbs.resume_series)
    await context.toast(context.texts("It goes on."))
    await context.perform(ShowSeries(press.series_id))


async def on_stop(context: Context, press: StopSeries) -> None:
    await _about_all(context, press.series_id, verbs.stop_series)
    await context.toast(context.texts("Stopped."))
    await context.perform(ShowSeries(press.series_id))


async def _shift(context: Context, series_id: ids.SeriesId, minute: int, to: datetime) -> None:
    await _about_one(context, series_id, minute, verbs.shift_occurrence, to=to)
    now, zone = _now_and_zone(context)
    when = moment(to, zone, context.texts, now).striptags()
    await context.toast(context.texts("Moved: {when}", when=when).unescape())
    await context.perform(ShowSeries(series_id))


async def _about_all(
    context: Context, series_id: ids.SeriesId, verb: Callable[..., Coroutine[Any, Any, Series]]
) -> None:
    async with context.deps.tx() as tx:
        await verb(tx, owner_id=context.actor.id, series_id=series_id)


async def _about_one(
    context: Context, series_id: ids.SeriesId, minute: int, verb: Callable[..., Coroutine[Any, Any, Series]], **to: Any
) -> None:
    occurrence = _local(minute)
    async with context.deps.tx() as tx:
        await verb(tx, owner_id=context.actor.id, series_id=series_id, occurrence=occurrence, **to)


async def _upcoming(context: Context, series_id: ids.SeriesId, minute: int) -> queries.Upcoming:
    """One of those that are shown. Raises Conflict ("series.occurrence_gone")."""
    wanted, now = _local(minute), context.deps.clock.now()
    async with context.deps.read() as session:
        shown = await queries.series_of(session, owner_id=context.actor.id, series_id=series_id)
        coming = await queries.upcoming(session, shown, now=now)
    found = next((each for each in coming if each.local == wanted), None)
    if found is None:
        raise Conflict("series.occurrence_gone", series_id=str(series_id))
    return found


def _local(minute: int) -> datetime:
    try:
        return local_of(minute)
    except OverflowError as exc:
        raise Conflict("series.occurrence_gone") from exc


async def _screen(context: Context, series_id: ids.SeriesId) -> tuple[Series, Screen]:
    now, zone = _now_and_zone(context)
    async with context.deps.read() as session:
        shown = await queries.series_of(session, owner_id=context.actor.id, series_id=series_id)
        post = await post_of(session, owner_id=context.actor.id, post_id=shown.post_id)
        coming = await queries.upcoming(session, shown, now=now)
        target = await target_data(session, post)
    return shown, screens.series(shown, post, coming, target=target, zone=zone, now=now, t=context.texts)


async def _show_all(context: Context, number: int) -> None:
    owner_id, (now, zone) = context.actor.id, _now_and_zone(context)
    async with context.deps.read() as session:
        listed = await queries.all_series(session, owner_id=owner_id, page=Page(number, PAGE_SIZE))
        posts = {each.post_id: await post_of(session, owner_id=owner_id, post_id=each.post_id) for each in listed.items}
        coming = {each.id: await queries.next_of(session, each, now=now) for each in listed.items}
    await context.show(screens.all_series(listed, posts, coming, zone=zone, now=now, t=context.texts))


async def _stop_asking(context: Context) -> None:
    """Back from typing: the next message is no time any more."""
    waiting = await context.waiting()
    if waiting is not None and waiting.name == SHIFT_PROMPT:
        await context.stop_asking()


def _now_and_zone(context: Context) -> tuple[datetime, str]:
    return context.deps.clock.now(), context.actor.time_zone or NO_ZONE
