"""Choosing how a post recurs: presets or words, a time, an end; shown before it counts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from markupsafe import Markup

from bot.deliveries.actions import CantChoose, ChooseTime
from bot.deliveries.grid import month_number, month_rows
from bot.deliveries.target_screens import place_label
from bot.screens import Button, Screen, lines, rows_of
from bot.series.actions import (
    ChooseEnd,
    ChooseRepeat,
    EndAfter,
    EndOn,
    PickEndDay,
    PickRepeatTime,
    Preset,
    SetRepeat,
    ShowChoice,
    ShowSeries,
    StartRepeat,
    TypeRepeat,
)
from bot.series.pending import Choice
from bot.series.phrases import described, how_often
from bot.texts import Texts
from core import ids
from core.when.choices import Day, month_grid
from core.when.formats import format_clock, format_local
from core.when.rules import Occurrence, Rule
from core.when.times import at_local

CLOCKS = (time(7), time(8), time(9), time(12), time(15), time(18), time(19), time(20), time(21))
COUNTS = (3, 5, 10, 20, 30, 50)


def presets(post_id: ids.PostId, today: date, *, series_id: ids.SeriesId | None, zone: str, t: Texts) -> Screen:
    """How often. `series_id`: of a post that recurs already."""

    def button(preset: Preset, day: int) -> Button:
        label = how_often(rule_of(preset, day), t).unescape()
        return Button(label[:1].upper() + label[1:], PickRepeatTime(post_id, preset, day))

    back = Button(t("‹ Back"), ShowSeries(series_id) if series_id is not None else ChooseTime(post_id))
    return Screen(
        lines([t("🔁 <b>How often should it go out?</b>"), t("Times are for {zone}.", zone=zone)]),
        [
            [button(Preset.DAILY, 0), button(Preset.WORKDAYS, 0)],
            [button(Preset.WEEKLY, today.weekday())],
            [button(Preset.MONTHLY, today.day)],
            [Button(t("⌨️ In my own words"), TypeRepeat(post_id))],
            [back],
        ],
    )


def rule_of(preset: Preset, day: int) -> Rule:
    """The rule behind a preset; `day` as its button has it."""
    match preset:
        case Preset.DAILY:
            return Rule("DAILY")
        case Preset.WORKDAYS:
            return Rule("WEEKLY", weekdays=tuple(range(5)))
        case Preset.WEEKLY:
            return Rule("WEEKLY", weekdays=(day % 7,))
        case Preset.MONTHLY:
            return Rule("MONTHLY", month_days=(min(max(day, 1), 31),))


def pick_time(press: PickRepeatTime, today: date, *, zone: str, t: Texts) -> Screen:
    """At what time of day."""
    buttons = [
        Button(
            format_clock(at_local(today, clock, zone), zone, t.language),
            SetRepeat(press.post_id, press.preset, press.day, clock.hour * 60 + clock.minute),
        )
        for clock in CLOCKS
    ]
    rows = [
        *rows_of(buttons, columns=3),
        [Button(t("⌨️ In my own words"), TypeRepeat(press.post_id))],
        [Button(t("‹ Back"), ChooseRepeat(press.post_id))],
    ]
    return Screen(t("🕘 <b>At what time?</b>"), rows)


def ask_words(post_id: ids.PostId, *, zone: str, t: Texts) -> Screen:
    """What the next message will be taken for."""
    text = lines([t("⌨️ <b>Tell me how often</b>, for {zone}.", zone=zone), examples(t)])
    return Screen(text, [[Button(t("‹ Back"), ChooseRepeat(post_id))]])


def examples(t: Texts) -> Markup:
    return t(
        "For example: <i>every weekday at 9 until Dec 20</i>, <i>every 2 weeks on tue and thu 18:30</i>, "
        "<i>monthly on the 15th at noon</i>, <i>every last friday 17:00, 10 times</i>."
    )


def confirm(
    key: str,
    choice: Choice,
    coming: Sequence[Occurrence],
    *,
    target: Mapping[str, Any] | None,
    now: datetime,
    t: Texts,
) -> Screen:
    """What was understood, with the first times: nothing counts before it is pressed."""
    chosen = choice.recurrence
    words = described(chosen.rule, chosen.starts_on, chosen.zone, t)
    text = [
        t("🔁 <b>{words}</b> · {zone}", words=words, zone=chosen.zone),
        t("→ {chat}", chat=place_label(target, t)),
        "",
        t("It goes out:"),
        *(Markup("• {}").format(format_local(each.at, chosen.zone, t.language, now=now)) for each in coming),
        *_assumptions(choice, t),
    ]
    buttons = [
        [Button(t("✅ Repeat it so"), StartRepeat(key)), Button(t("Change"), ChooseRepeat(choice.post_id))],
        [Button(t("🏁 When it ends"), ChooseEnd(key))],
    ]
    return Screen(lines(text), buttons)


def _assumptions(choice: Choice, t: Texts) -> list[Markup]:
    chosen, told = choice.recurrence, []
    if "time" in chosen.assumed:
        clock = format_clock(
            at_local(chosen.starts_on.date(), chosen.starts_on.time(), chosen.zone), chosen.zone, t.language
        )
        told.append(t("You named no time of day, so I took {clock}.", clock=clock))
    if "day" in chosen.assumed:
        told.append(t("You named no day, so I took that of the first time."))
    return [Markup(), *told] if told else []


def choose_end(key: str, choice: Choice, t: Texts) -> Screen:
    """Never, after a number of times, or on a day."""
    counts = [Button(t.plural("{n} time", "{n} times", times), EndAfter(key, times)) for times in COUNTS]
    rows = [
        [Button(t("Never"), EndAfter(key, 0)), Button(t("📅 On a day"), PickEndDay(key, None))],
        *rows_of(counts, columns=3),
        [Button(t("‹ Back"), ShowChoice(key))],
    ]
    return Screen(t("🏁 <b>When should it end?</b>"), rows)


def pick_end_day(key: str, month: date, *, zone: str, now: datetime, t: Texts) -> Screen:
    """A month to press the last day in."""
    grid = month_grid(month, now=now, zone=zone, language=t.language)

    def cell(day: Day) -> Button:
        if not day.can_be_chosen:
            return Button("·", CantChoose(empty=False))
        return Button(str(day.day.day), EndOn(key, day.day.toordinal()))

    rows = month_rows(grid, cell, turn=lambda first: PickEndDay(key, month_number(first)))
    return Screen(t("📅 <b>Which is the last day?</b>"), [*rows, [Button(t("‹ Back"), ChooseEnd(key))]])
