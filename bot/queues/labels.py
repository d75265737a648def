"""Slots and quiet hours in words, as people of a language and a place write times."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from babel.dates import format_time
from markupsafe import Markup

from bot.texts import Texts
from core.queues.slots import WEEKDAYS, QuietHours, WeekTime, clock_of
from core.when.formats import format_clock, format_local, locale_of
from core.when.times import to_local

SOON_DAYS = 6
"""Within these a weekday says which day is meant."""


def weekday_label(weekday: int, t: Texts) -> str:
    """ "Mon" """
    return str(locale_of(t.language).days["stand-alone"]["abbreviated"][weekday])


def minute_label(minute: int, zone: str, t: Texts) -> str:
    """ "09:00", or "9:00 AM" where that is usual."""
    return format_time(clock_of(minute), "short", locale=locale_of(t.language, zone))


def days_label(days: Iterable[int], t: Texts) -> str:
    """ "Mon–Fri", "Mon, Wed", "every day" """
    wanted = sorted(set(days))
    if wanted == list(WEEKDAYS):
        return t("every day").unescape()
    runs: list[list[int]] = []
    for day in wanted:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run_label(run, t) for run in runs)


def _run_label(run: Sequence[int], t: Texts) -> str:
    names = [weekday_label(day, t) for day in run]
    return f"{names[0]}–{names[-1]}" if len(names) > 2 else ", ".join(names)


def slots_lines(times: Iterable[WeekTime], zone: str, t: Texts) -> list[str]:
    """ "Mon–Fri 09:00, 18:00": days with the same times on one line."""
    by_day: dict[int, tuple[int, ...]] = {}
    for day, slots in groupby(sorted(times), key=lambda slot: slot.weekday):
        by_day[day] = tuple(slot.minute for slot in slots)
    alike: dict[tuple[int, ...], list[int]] = {}
    for day, minutes in by_day.items():
        alike.setdefault(minutes, []).append(day)
    return [
        f"{days_label(days, t)} {', '.join(minute_label(minute, zone, t) for minute in minutes)}"
        for minutes, days in alike.items()
    ]


def quiet_label(quiet: QuietHours, zone: str, t: Texts) -> str:
    """ "22:00–07:00" """
    return f"{minute_label(quiet.begins, zone, t)}–{minute_label(quiet.ends, zone, t)}"


def slot_label(at: datetime, zone: str, t: Texts, *, now: datetime) -> str:
    """ "Mon 18:00", and with its date when it is more than six days ahead."""
    local = to_local(at, zone)
    if (local.date() - to_local(now, zone).date()).days > SOON_DAYS:
        return format_local(at, zone, t.language, now=now)
    return f"{weekday_label(local.weekday(), t)} {format_clock(at, zone, t.language)}"


def add_label(offer: Mapping[str, Any], t: Texts, *, now: datetime) -> Markup:
    """What the button says that puts a post into the queue. `offer` is core.queues.offers.slot_offer."""
    if offer["next_slot"] is None:
        return t("📥 Add to queue")
    at = datetime.fromisoformat(offer["next_slot"])
    return t("📥 Add to queue · {slot}", slot=slot_label(at, offer["time_zone"], t, now=now))
