"""The choice of a time zone. Wherever a zone is shown, the time there is shown, too: that is how people check it."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup
from telegram import KeyboardButton

from bot.accounts.actions import AskLocation, ChooseTimeZone
from bot.keyboards import ticked
from bot.screens import Button, Screen, lines, rows_of
from bot.texts import Texts
from core.when.formats import format_clock
from core.when.zones import CITY_ZONES, ZoneMatch, city_name, describe_zone


def choose(present: str | None, now: datetime, t: Texts, *, why: Markup | None = None) -> Screen:
    """Cities with their local time. `why`: what the zone is asked for, when that isn't posts."""
    buttons = [
        Button(
            ticked(
                t("{city} {clock}", city=city_name(zone, t.language), clock=format_clock(now, zone, t.language)),
                zone == present,
            ),
            ChooseTimeZone(zone),
        )
        for zone in CITY_ZONES
    ]
    text = lines(
        [
            t("🕐 <b>Where do you live?</b>"),
            t("Now: {zone}", zone=chosen_line(present, now, t))
            if present
            else why or t("So that posts go out by your clock."),
            "",
            t("Choose a city with your time, or <b>type</b> the name of yours."),
        ]
    )
    return Screen(text, [*rows_of(buttons, columns=2), [Button(t("📍 Find it by my location"), AskLocation())]])


def chosen_line(zone: str, now: datetime, t: Texts) -> Markup:
    """ "Europe/Berlin (UTC+1), it is 14:05 there" """
    clock = format_clock(now, zone, t.language)
    return t("{zone}, it is {clock} there", zone=describe_zone(zone, now=now), clock=clock)


def chosen(zone: str, now: datetime, t: Texts) -> Screen:
    """What the question turns into."""
    return Screen(t("🕐 {zone}.", zone=chosen_line(zone, now, t)))


def keyboard_gone(zone: str, now: datetime, t: Texts) -> Screen:
    """The same as a new message, which takes the location button away."""
    return Screen(t("Thank you. Your time zone: {zone}.", zone=chosen_line(zone, now, t)), reply_keyboard=())


def which(found: Sequence[ZoneMatch], now: datetime, t: Texts) -> Screen:
    """Several places bear the name."""
    buttons = [Button(_match_label(match, now, t), ChooseTimeZone(match.zone)) for match in found]
    return Screen(t("Which one is yours?"), rows_of(buttons, columns=1))


def not_found(typed: str, t: Texts) -> Screen:
    return Screen(
        t("I don't know a city called “{typed}”. Try a bigger one nearby, or something like UTC+3.", typed=typed)
    )


def share_location(t: Texts) -> Screen:
    """Telegram asks for a location only from a button in place of the keyboard."""
    button = KeyboardButton(t("📍 Share my location").unescape(), request_location=True)
    text = t("Press the button below. I keep only the time zone, not the place.")
    return Screen(text, reply_keyboard=[[button]])


def _match_label(match: ZoneMatch, now: datetime, t: Texts) -> Markup:
    country = t.locale.territories.get(match.country, match.country)
    place = ", ".join(part for part in (match.place, country) if part) or match.zone
    return t("{place} · {clock}", place=place, clock=format_clock(now, match.zone, t.language))
