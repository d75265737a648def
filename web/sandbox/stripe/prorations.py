"""What a change in the middle of a period costs, to the second."""

from dataclasses import dataclass

from web.sandbox.model import Json
from web.sandbox.stripe.invoices import line
from web.sandbox.stripe.periods import day_of, next_after, share


@dataclass(frozen=True, slots=True)
class Change:
    """A subscription's items before and after, and whether a new period begins with them."""

    before: list[Json]
    after: list[Json]
    restarts: bool

    @property
    def any(self) -> bool:
        return _bought(self.before) != _bought(self.after) or self.restarts


def _bought(items: list[Json]) -> list[tuple[str, str, int]]:
    return [(item["id"], item["price"]["id"], item["quantity"]) for item in items]


def restarted(items: list[Json], moment: int) -> list[Json]:
    """The items in a period that begins now."""
    return [
        {
            **item,
            "current_period_start": moment,
            "current_period_end": next_after(moment, item["price"]["recurring"], moment),
        }
        for item in items
    ]


def proration_lines(change: Change, moment: int) -> list[Json]:
    """Credits for what isn't used any more, then what the rest of the period costs as it is now.

    When a new period begins, it is billed whole, by the caller.
    """
    kept = set(_bought(change.before)) & set(_bought(change.after)) if not change.restarts else set()
    gone = [item for item in change.before if not {*_bought([item])} & kept]
    come = [item for item in change.after if not {*_bought([item])} & kept] if not change.restarts else []
    credited = [_line(item, -1, "Unused time on", moment) for item in gone]
    charged = [_line(item, 1, "Remaining time on", moment) for item in come]
    return [*credited, *charged]


def _line(item: Json, sign: int, word: str, moment: int) -> Json:
    start, end = item["current_period_start"], item["current_period_end"]
    amount = sign * share(item["price"]["unit_amount"] * item["quantity"], start=start, end=end, at=moment)
    about = f"{word} {item['quantity']} x {item['_title']} after {day_of(moment)}"
    return line(item, amount=amount, start=min(max(moment, start), end), end=end, about=about, proration=True)
