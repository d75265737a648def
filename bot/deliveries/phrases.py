"""Moments, stretches of time and beginnings of texts, as pieces of sentences."""

from datetime import datetime, timedelta

from markupsafe import Markup

from bot.texts import Texts
from core.deliveries.statuses import counted_down
from core.telegram.markup import utf16_length
from core.when.formats import Countdown, countdown, format_local

NO_ZONE = "UTC"
"""For who hasn't said where they are."""
PREVIEW_UNITS = 120
BEFORE_ELLIPSIS = " \t\n.,;:-–—…"
"""What would look odd before an ellipsis."""


def moment(at: datetime, zone: str, t: Texts, now: datetime) -> Markup:
    """ "Fri, 27 Nov, 18:30 · Europe/Berlin" """
    return t("<b>{time}</b> · {zone}", time=format_local(at, zone, t.language, now=now), zone=zone)


def echo(at: datetime, zone: str, t: Texts, now: datetime) -> Markup:
    """ "Fri, 27 Nov, 18:30 · Europe/Berlin · in 14 hours" """
    return Markup("{} · {}").format(moment(at, zone, t, now), in_time(counted_down(at - now), t))


def in_time(left: timedelta, t: Texts) -> Markup:
    """ "in 2 days 3 hours" """
    if left < timedelta(seconds=10):
        return t("in a moment")
    return t("in {duration}", duration=Markup(" ").join(_units(countdown(left), t)))


def _units(left: Countdown, t: Texts) -> list[Markup]:
    units = [
        (left.days, t.plural("{n} day", "{n} days", left.days)),
        (left.hours, t.plural("{n} hour", "{n} hours", left.hours)),
        (left.minutes, t.plural("{n} minute", "{n} minutes", left.minutes)),
        (left.seconds, t.plural("{n} second", "{n} seconds", left.seconds)),
    ]
    return [words for number, words in units if number]


def shortened(text: str, units: int = PREVIEW_UNITS) -> str:
    """At most `units` UTF-16 units of a text, up to the end of a word."""
    if utf16_length(text) <= units:
        return text
    part = text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore")
    return (part.rpartition(" ")[0] or part).rstrip(BEFORE_ELLIPSIS) + "…"


def first_words(title: str, text: str, units: int = PREVIEW_UNITS) -> str:
    """The beginning of a post, on one line."""
    return shortened(" ".join((title or text).split()), units)
