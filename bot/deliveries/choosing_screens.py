"""Choosing a time: quick choices, day, hour, minute, or words. All buttons carry instants; all texts local times."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from markupsafe import Markup

from bot.actions import Action
from bot.deliveries.actions import (
    Back,
    CantChoose,
    ChooseTarget,
    ChooseTime,
    PickDay,
    PickHour,
    PickMinute,
    ScheduleAt,
    ScheduleIn,
    ScheduleQuick,
    TypeTime,
)
from bot.deliveries.grid import MARK, month_number, month_rows
from bot.deliveries.phrases import echo
from bot.deliveries.target_screens import place_label
from bot.posts.actions import ShowCard
from bot.queues.actions import AddToQueue, SelectQueued, SetUpQueue
from bot.queues.labels import add_label
from bot.screens import Button, Screen, lines, rows_of
from bot.series.actions import ChooseRepeat
from bot.texts import Texts
from core import ids
from core.when.choices import Day, Hour, Quick, QuickChoice, hours_of, month_grid
from core.when.formats import format_clock, format_day, format_local
from core.when.phrases import When
from core.when.times import exists, to_local

STEP_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Moves:
    """What the buttons of choosing a time do, whatever is to go out then. `day` takes a month's number, `hour` and
    `minute` a day's ordinal, `at` Unix seconds."""

    choose: Action
    day: Callable[[int | None], Action]
    hour: Callable[[int], Action]
    minute: Callable[[int, int], Action]
    at: Callable[[int], Action]


def moves_of(post_id: ids.PostId) -> Moves:
    """For a post."""
    return Moves(
        choose=ChooseTime(post_id),
        day=lambda month: PickDay(post_id, month),
        hour=lambda day: PickHour(post_id, day),
        minute=lambda day, hour: PickMinute(post_id, day, hour),
        at=lambda at: ScheduleAt(post_id, at),
    )


def choose_time(
    post_id: ids.PostId,
    choices: Sequence[QuickChoice],
    *,
    target: Mapping[str, Any] | None,
    offer: Mapping[str, Any],
    zone: str,
    t: Texts,
    now: datetime,
) -> Screen:
    """The first choice. `target` is where it goes: core.posts.targets.target_data; `offer` what its queue has:
    core.queues.offers.slot_offer."""
    quick = [Button(quick_label(choice, zone, t), ScheduleQuick(post_id, choice.key)) for choice in choices]
    ways = [
        Button(t("📅 Pick a day"), PickDay(post_id, None)),
        Button(t("⌨️ Type a time"), TypeTime(post_id)),
        Button(t("🔁 Repeat"), ChooseRepeat(post_id)),
    ]
    return Screen(
        lines([t("⏰ <b>When should it go out?</b>"), t("Times are for {zone}.", zone=zone)]),
        [
            [_queue_button(post_id, offer, t, now)],
            *rows_of([Button(t("In 1 minute"), ScheduleIn(post_id, 1)), *quick, *ways], columns=2),
            [Button(t("📍 To: {place}", place=place_label(target, t)), ChooseTarget(post_id, Back.TIME, 1))],
            [Button(t("‹ Back"), ShowCard(post_id))],
        ],
    )


def _queue_button(post_id: ids.PostId, offer: Mapping[str, Any], t: Texts, now: datetime) -> Button:
    if offer["queued"]:
        return Button(t("📥 Its queue"), SelectQueued(post_id))
    if offer["has_slots"]:
        return Button(add_label(offer, t, now=now), AddToQueue(post_id))
    return Button(t("📥 Set up a queue"), SetUpQueue(post_id))


def quick_label(choice: QuickChoice, zone: str, t: Texts) -> Markup:
    """ "Tonight 20:00" """
    clock = format_clock(choice.at_utc, zone, t.language)
    match choice.key:
        case Quick.IN_AN_HOUR:
            return t("In 1 h")
        case Quick.TONIGHT:
            return t("Tonight {clock}", clock=clock)
        case Quick.TOMORROW:
            return t("Tomorrow {clock}", clock=clock)
        case Quick.NEXT_MONDAY:
            return t("Next Monday {clock}", clock=clock)


def pick_day(moves: Moves, month: date, *, busy: Collection[date], zone: str, now: datetime, t: Texts) -> Screen:
    """A month to press a day in. Days with posts are marked."""
    grid = month_grid(month, now=now, zone=zone, language=t.language)

    def cell(day: Day) -> Button:
        if not day.can_be_chosen:
            return Button("·", CantChoose(empty=False))
        mark = MARK if day.day in busy else ""
        return Button(f"{day.day.day}{mark}", moves.hour(day.day.toordinal()))

    rows = month_rows(grid, cell, turn=lambda first: moves.day(month_number(first)))
    legend = t("{mark} there is a post on that day already", mark=MARK)
    text = lines([t("📅 <b>On which day?</b>"), *([legend] if any(day.month == month.month for day in busy) else [])])
    return Screen(text, [*rows, [Button(t("‹ Back"), moves.choose)]])


def pick_hour(moves: Moves, day: date, *, zone: str, now: datetime, t: Texts) -> Screen:
    """The hours of a day that are still ahead."""
    first_of_hour: dict[int, Hour] = {}
    for each in hours_of(day, now=now, zone=zone, step_minutes=STEP_MINUTES):
        first_of_hour.setdefault(each.clock.hour, each)
    buttons = [
        Button(_hour_label(each, zone, t), moves.minute(day.toordinal(), hour)) for hour, each in first_of_hour.items()
    ]
    text = [t("🕘 <b>{day}: at what hour?</b>", day=format_day(day, zone, t.language, now=now))]
    text += [_skipped(day, zone, t)] if _skipped_hours(day, zone) else []
    text += [] if buttons else [t("Nothing is left of that day. Please pick another one.")]
    return Screen(lines(text), [*rows_of(buttons, columns=4), [Button(t("‹ Back"), moves.day(month_number(day)))]])


def _hour_label(hour: Hour, zone: str, t: Texts) -> str:
    """The full hour, also when only its later quarters are ahead."""
    full = to_local(hour.at_utc, zone).replace(minute=0)
    return format_clock(full, zone, t.language)


def _skipped_hours(day: date, zone: str) -> list[time]:
    return [time(hour) for hour in range(24) if not exists(day, time(hour), zone)]


def _skipped(day: date, zone: str, t: Texts) -> Markup:
    skipped = _skipped_hours(day, zone)[0].strftime("%H:%M")
    return t("The clocks go forward that day: {clock} is skipped.", clock=skipped)


def pick_minute(moves: Moves, day: date, hour: int, *, zone: str, now: datetime, t: Texts) -> Screen:
    """The quarters of an hour that are still ahead."""
    quarters = [
        each for each in hours_of(day, now=now, zone=zone, step_minutes=STEP_MINUTES) if each.clock.hour == hour
    ]
    buttons = [
        Button(format_clock(each.at_utc, zone, t.language), moves.at(int(each.at_utc.timestamp()))) for each in quarters
    ]
    text = [t("🕘 <b>{day}: at what time?</b>", day=format_day(day, zone, t.language, now=now))]
    text += [] if buttons else [t("That hour has passed. Please pick another one.")]
    return Screen(lines(text), [buttons, [Button(t("‹ Back"), moves.hour(day.toordinal()))]])


def ask_words(moves: Moves, *, zone: str, t: Texts) -> Screen:
    """What the next message will be taken for."""
    text = lines([t("⌨️ <b>Tell me when</b>, for {zone}.", zone=zone), examples(t)])
    return Screen(text, [[Button(t("‹ Back"), moves.choose)]])


def examples(t: Texts) -> Markup:
    return t("For example: <i>tomorrow 9:30</i>, <i>next fri 18:30</i>, <i>in 2 hours</i>, <i>24 December at noon</i>.")


def confirm(moves: Moves, when: When, *, zone: str, now: datetime, t: Texts) -> Screen:
    """The echo of typed words: nothing counts before it is pressed."""
    choices = [[Button(t("✅ Schedule"), _at(moves, when.at_utc)), Button(t("Change"), moves.choose)]]
    if when.other_utc is not None:
        other = format_local(when.other_utc, zone, t.language, now=now)
        choices.append([Button(t("No: {time}", time=other), _at(moves, when.other_utc))])
    return Screen(lines([echo(when.at_utc, zone, t, now), *_assumptions(when, zone, t)]), choices)


def _assumptions(when: When, zone: str, t: Texts) -> list[Markup]:
    told = []
    if when.moved_to_tomorrow:
        told.append(t("That time has passed today, so I took tomorrow."))
    if when.skipped is not None:
        clock = when.skipped.strftime("%H:%M")
        told.append(t("The clocks go forward that night and skip {clock}, so I took the time after.", clock=clock))
    if "time" in when.assumed:
        clock = format_clock(when.at_utc, zone, t.language)
        told.append(t("You named no time of day, so I took {clock}.", clock=clock))
    if when.was_ambiguous:
        told.append(t("It could mean two things: please check."))
    return told


def _at(moves: Moves, at: datetime) -> Action:
    return moves.at(int(at.timestamp()))
