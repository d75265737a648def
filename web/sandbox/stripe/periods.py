"""Billing periods: month ends as Stripe keeps them, and shares of a period."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from web.sandbox.model import Json


def at(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def month_of(moment: int) -> tuple[int, int]:
    return at(moment).year, at(moment).month


def step(anchor: int, recurring: Json, number: int) -> int:
    """The end of the `number`-th period after an anchor. A month that lacks the anchor's day ends on its last:
    Jan 31, Feb 28, Mar 31 (docs.stripe.com/billing/subscriptions/billing-cycle)."""
    start, count = at(anchor), int(recurring["interval_count"]) * number
    match recurring["interval"]:
        case "day":
            return int((start + timedelta(days=count)).timestamp())
        case "week":
            return int((start + timedelta(weeks=count)).timestamp())
        case "year":
            months = 12 * count
        case _:
            months = count
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def next_after(anchor: int, recurring: Json, moment: int) -> int:
    """The first end of a period that is later than a moment."""
    number = 1
    while (end := step(anchor, recurring, number)) <= moment:
        number += 1
    return end


def share(amount: int, *, start: int, end: int, at: int) -> int:
    """What of an amount falls to the rest of a period, to the second, rounded half away from zero."""
    if end <= start:
        return 0
    rest = min(max(end - at, 0), end - start)
    doubled = 2 * abs(amount) * rest + (end - start)
    rounded = doubled // (2 * (end - start))
    return rounded if amount >= 0 else -rounded


def day_of(moment: int) -> str:
    """As in the lines of an invoice: 5 Mar 2027."""
    return f"{at(moment).day} {at(moment):%b %Y}"
