"""A mail's words: one template per kind, of which both the text and the HTML are made. Pure.

`t` in a template is gettext as in the bot's screens; amounts and instants are written as the reader's language does.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from core.emails.kinds import EmailData, EmailKind
from core.languages import is_right_to_left
from core.translations import catalogue
from core.when.formats import city_of, format_clock, locale_of
from core.when.times import to_local

TEMPLATES: Final = Path(__file__).parent / "templates"
STARS: Final = "XTR"
"""Telegram's own currency. https://core.telegram.org/bots/payments-stars"""
UTC_ZONE: Final = "Etc/UTC"
SUBJECT_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the links in a mail lead. Those of another kind of mail are None."""

    chat: str | None = None
    verify: str | None = None
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose language and by whose clock it is written. `time_zone` is an IANA name; None: UTC."""

    language: str
    time_zone: str | None

    @property
    def zone(self) -> str:
        return self.time_zone or UTC_ZONE

    def day(self, at: datetime) -> str:
        """28 November 2026."""
        locale = locale_of(self.language, self.zone)
        return format_date(to_local(at, self.zone).date(), "long", locale=locale)

    def moment(self, at: datetime) -> str:
        """28 November 2026, 18:30 (Lisbon)."""
        place = city_of(self.zone, self.language) if self.time_zone else "UTC"
        return f"{self.day(at)}, {format_clock(at, self.zone, self.language)} ({place})"

    def money(self, amount: int, currency: str) -> str:
        """An amount in the smallest unit, as it is written: "US$19.00", "19,00 €", "500 Stars"."""
        if currency.upper() == STARS:
            return f"{format_decimal(amount, locale=locale_of(self.language))} ⭐"
        units = amount / 10 ** get_currency_precision(currency.upper())
        return format_currency(units, currency.upper(), locale=locale_of(self.language))


def render(kind: EmailKind, data: EmailData, reader: Reader, ways: Ways) -> Letter:
    """Raises jinja2.UndefinedError when a template speaks of what isn't there."""
    given = {name: getattr(data, name) for name in type(data).model_fields}
    shown = {**given, "ways": ways, "reader": reader, "rtl": is_right_to_left(reader.language)}
    text = _environment(html=False).get_template(f"{kind}.jinja")
    html = _environment(html=True).get_template(f"{kind}.jinja")
    words = {"t": Words(reader.language, html=False), "layout": "layout.txt"}
    subject = "".join(text.blocks["subject"](text.new_context(shown | words)))
    return Letter(
        subject=_line(subject),
        text=_tidy(text.render(shown | words)),
        html=html.render(shown | {"t": Words(reader.language, html=True), "layout": "layout.html"}),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """`t("Until {day}", day=...)` in mails: HTML with its parameters escaped, or plain text."""

    language: str
    html: bool

    def __call__(self, message: str, /, **params: Any) -> str:
        words = catalogue(self.language).gettext(message)
        if not self.html:
            return words.format(**params)
        return Markup(escape(words)).format(**params)  # noqa: S704 - escaped right here


@lru_cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=html,  # noqa: S701 - the other one makes plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plan_name"] = str.capitalize
    environment.globals["m"] = environment.get_template("parts.html" if html else "parts.txt").module
    return environment


def _line(text: str) -> str:
    """As a subject: one line, not too long, nothing that isn't shown."""
    plain = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return plain if len(plain) <= SUBJECT_CHARACTERS else f"{plain[: SUBJECT_CHARACTERS - 1].rstrip()}…"


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip() + "\n"
