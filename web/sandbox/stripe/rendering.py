"""The pages' templates, and how money, days and cards are written on them."""

from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.sandbox.model import Json
from web.sandbox.stripe.cards import CARDS, Card
from web.sandbox.stripe.periods import day_of

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_SHOWN_CARDS = (
    "4242424242424242",
    "4000000000000002",
    "4000000000009995",
    "4000000000000069",
    "4000000000000341",
    "4000002500003155",
    "4000002760003184",
    "4000008260003178",
    "4000000000000259",
)
_REASONS = {
    "generic_decline": "is declined",
    "insufficient_funds": "is declined: insufficient funds",
    "expired_card": "is declined: expired",
}


def _does(card: Card) -> str:
    asks = {"never": "", "once": "asks for 3-D Secure once, then ", "always": "asks for 3-D Secure each time, then "}
    if card.on_saving:
        return _REASONS[card.on_saving].capitalize()
    if card.on_charge and card.asks == "never":
        return "Can be saved, but every charge is declined"
    does = _REASONS[card.on_charge] if card.on_charge else "is disputed after paying" if card.disputed else "pays"
    told = asks[card.asks] + does
    return told[0].upper() + told[1:]


def spaced(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


SHOWN_CARDS = [{"spaced": spaced(number), "does": _does(CARDS[number])} for number in _SHOWN_CARDS]


def money(cents: int, currency: str) -> str:
    """$19.00, -$3.50, 19.00 EUR."""
    sign, units = "-" if cents < 0 else "", f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    return f"{sign}${units}" if currency == "usd" else f"{sign}{units} {currency.upper()}"


def every(recurring: Json) -> str:
    """per month, every 3 months."""
    count, interval = recurring["interval_count"], recurring["interval"]
    return f"per {interval}" if count == 1 else f"every {count} {interval}s"


_TEMPLATES.filters["money"] = money
_TEMPLATES.filters["day"] = day_of


def render(template: str, *, status: int = 200, **values: Any) -> web.Response:
    text = _TEMPLATES.get_template(template).render(cards=SHOWN_CARDS, **values)
    return web.Response(text=text, content_type="text/html", status=status, headers=_HEADERS)


def message(title: str, text: str, *, url: str | None = None, link: str = "", status: int = 200) -> web.Response:
    """A page that only says something."""
    return render("message.html", status=status, title=title, text=text, url=url, link=link)
