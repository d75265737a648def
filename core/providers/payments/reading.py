"""Stripe's objects in our words. Where its fields live: the facts on API version 2026-10-28.endive.

The SDK's objects are read as plain dicts, since a reply may lack what its types promise.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

from core.providers.payments.contract import (
    ComingPrice,
    SeenCheckout,
    SeenDispute,
    SeenEvent,
    SeenInvoice,
    SeenPrice,
    SeenRefund,
    SeenSubscription,
    SubscriptionState,
)

Plain = Mapping[str, Any]

OWNER: Final = "owner_id"
PLAN: Final = "plan"
"""What we write into metadata."""
THIN: Final = "v2.core.event"
"""What a thin event is; others are an "event"."""


def moment(value: Any) -> datetime | None:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None


def id_of(value: Any) -> str | None:
    """Of what is an id, or the whole object where it was expanded."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else None


def items_of(value: Any) -> list[Plain]:
    """The entries of a list object."""
    return list(value.get("data") or []) if isinstance(value, Mapping) else []


def price_of(price: Plain) -> SeenPrice:
    metadata = price.get("metadata") or {}
    return SeenPrice(
        id=price["id"],
        cents=price.get("unit_amount"),
        currency=str(price.get("currency") or "").upper(),
        plan_key=metadata.get(PLAN),
    )


def subscription_of(subscription: Plain) -> SeenSubscription:
    """Of several items the first counts: we sell one. Its periods are the item's."""
    item = items_of(subscription.get("items"))[0]
    currency = subscription.get("currency") or item["price"].get("currency")
    price = price_of({**item["price"], "currency": currency})
    schedule = subscription.get("schedule")
    period_end = _sure(item.get("current_period_end"))
    at_end = period_end if subscription.get("cancel_at_period_end") else None
    return SeenSubscription(
        id=subscription["id"],
        customer_id=id_of(subscription["customer"]) or "",
        owner=(subscription.get("metadata") or {}).get(OWNER),
        state=cast("SubscriptionState", subscription["status"]),
        item_id=item["id"],
        price=price,
        period_start=_sure(item.get("current_period_start")),
        period_end=period_end,
        created_at=_sure(subscription.get("created")),
        cancel_at=moment(subscription.get("cancel_at")) or at_end,
        ended_at=moment(subscription.get("ended_at")),
        schedule_id=id_of(schedule),
        coming=_coming(schedule, price),
    )


def _coming(schedule: Any, price: SeenPrice) -> ComingPrice | None:
    """The next phase of a schedule, when it has another price. Its prices are expanded."""
    if not isinstance(schedule, Mapping):
        return None
    now_ends = (schedule.get("current_phase") or {}).get("end_date")
    for phase in schedule.get("phases") or []:
        entry = next(iter(phase.get("items") or []), None)
        if entry is None or now_ends is None or phase.get("start_date", 0) < now_ends:
            continue
        there = entry.get("price")
        following = price_of(there) if isinstance(there, Mapping) else SeenPrice(str(there), None, "", None)
        return ComingPrice(following, _sure(phase["start_date"])) if following.id != price.id else None
    return None


def invoice_of(invoice: Plain) -> SeenInvoice:
    parent = (invoice.get("parent") or {}).get("subscription_details") or {}
    changes = invoice.get("status_transitions") or {}
    due = invoice.get("status") == "open" and invoice.get("attempt_count")
    return SeenInvoice(
        id=invoice["id"],
        subscription_id=id_of(parent.get("subscription")),
        status=str(invoice.get("status")),
        price_id=_price_on(invoice),
        paid_cents=invoice.get("amount_paid") or 0,
        currency=str(invoice.get("currency") or "").upper(),
        created_at=_sure(invoice.get("created")),
        paid_at=moment(changes.get("paid_at")),
        failing_since=moment(changes.get("finalized_at") or invoice.get("created")) if due else None,
        pay_url=invoice.get("hosted_invoice_url"),
        payment_ids=tuple(found for entry in items_of(invoice.get("payments")) if (found := _payment_on(entry))),
    )


def _payment_on(entry: Plain) -> str | None:
    if entry.get("status") != "paid":
        return None
    payment = entry.get("payment") or {}
    return id_of(payment.get("payment_intent")) or id_of(payment.get("charge"))


def _price_on(invoice: Plain) -> str | None:
    """What was bought: of several lines the last, since a change credits the old price first."""
    for line in reversed(items_of(invoice.get("lines"))):
        found = id_of(((line.get("pricing") or {}).get("price_details") or {}).get("price"))
        if found:
            return found
    return None


def refund_of(refund: Plain) -> SeenRefund | None:
    """None for one that failed or was called off: the money stayed."""
    if refund.get("status") in {"failed", "canceled"}:
        return None
    return SeenRefund(
        id=refund["id"],
        payment_id=payment_id_of(refund) or "",
        cents=refund["amount"],
        currency=str(refund["currency"]).upper(),
        created_at=_sure(refund.get("created")),
    )


def dispute_of(dispute: Plain) -> SeenDispute | None:
    """None for a mere question, which takes no money."""
    status = str(dispute.get("status"))
    if status.startswith("warning_"):
        return None
    return SeenDispute(
        id=dispute["id"],
        payment_id=payment_id_of(dispute) or "",
        cents=dispute["amount"],
        currency=str(dispute["currency"]).upper(),
        created_at=_sure(dispute.get("created")),
        lost={"lost": True, "won": False, "prevented": False}.get(status),
    )


def payment_id_of(thing: Plain) -> str | None:
    """How charges, refunds and disputes name the payment that they belong to."""
    return id_of(thing.get("payment_intent")) or id_of(thing.get("charge"))


def checkout_of(session: Plain) -> SeenCheckout:
    settled = session.get("payment_status") in {"paid", "no_payment_required"}
    complete = session.get("status") == "complete"
    return SeenCheckout(
        id=session["id"],
        status=session["status"],
        paid=True if settled else None if complete else False,
        url=session.get("url"),
        customer_id=id_of(session.get("customer")),
        subscription_id=id_of(session.get("subscription")),
    )


def event_of(event: Plain) -> SeenEvent:
    """Raises KeyError, TypeError or ValueError for what is no event.

    A thin one names a thing and tells nothing of it: none of those is about what we sell, so it is about nobody.
    https://docs.stripe.com/event-destinations#events-overview
    """
    thin = event["object"] == THIN
    created_at = datetime.fromisoformat(event["created"]) if thin else moment(event["created"])
    if event["object"] not in ("event", THIN) or created_at is None or not isinstance(event["livemode"], bool):
        raise ValueError("not an event")
    if created_at.tzinfo is None:
        raise ValueError("a time of nowhere")
    subject = None if thin else subject_of(event["data"]["object"])
    return SeenEvent(
        id=_text(event["id"]),
        type=_text(event["type"]),
        livemode=event["livemode"],
        created_at=created_at,
        subject=None if subject is None else _text(subject),
    )


def subject_of(thing: Plain) -> str | None:
    """The customer that an event's object is about, else the payment behind which there is one."""
    if thing.get("object") == "customer":
        return id_of(thing)
    return id_of(thing.get("customer")) or payment_id_of(thing)


def found(things: Iterable[Any]) -> list[Any]:
    """Without what turned out to be nothing."""
    return [thing for thing in things if thing is not None]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 255 or not value.isprintable():
        raise ValueError("not a name")
    return value


def _sure(value: Any) -> datetime:
    at = moment(value)
    if at is None:
        raise ValueError("a moment is missing")
    return at
