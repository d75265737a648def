"""Subscriptions: their shape, their making and their end. What changes them in between stands in changes.py, what time
does to them in due.py."""

from typing import Final

from web.sandbox.model import Json
from web.sandbox.stripe.account import HOUR_S, Account
from web.sandbox.stripe.catalog import plan_of
from web.sandbox.stripe.collecting import collect
from web.sandbox.stripe.errors import invalid, no_such
from web.sandbox.stripe.invoices import draft, finalize, line, mark_paid, new_invoice
from web.sandbox.stripe.periods import next_after
from web.sandbox.stripe.showing import list_of
from web.sandbox.stripe.store import new_id

INCOMPLETE_S = 23 * HOUR_S
ENDED = ("canceled", "incomplete_expired")


def recurring_price(account: Account, price_id: str, *, param: str) -> Json:
    """Raises StripeError for what can't be subscribed to."""
    price = account.store.get("price", price_id, param=param)
    if not price["active"]:
        raise invalid(
            f"The price specified is inactive. This field only accepts active prices: {price_id}", param=param
        )
    if price["recurring"] is None:
        raise invalid(
            f"The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`: "
            f"{price_id}",
            param=param,
        )
    return price


def check_together(prices: list[Json]) -> None:
    """One invoice has one currency and, here, one rhythm. Raises StripeError."""
    if len({price["currency"] for price in prices}) > 1:
        raise invalid("All prices on a subscription must have the same currency.", param="items")
    if len({(price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in prices}) > 1:
        raise invalid("The sandbox bills all items of a subscription in the same interval.", param="items")


def new_item(account: Account, subscription: Json, price: Json, *, quantity: int, period: tuple[int, int]) -> Json:
    return {
        "id": new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": account.now(subscription),
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": {},
        "plan": plan_of(price),
        "price": {name: value for name, value in price.items() if name != "_n"},
        "quantity": quantity,
        "subscription": subscription["id"],
        "tax_rates": [],
        "_title": account.store.get("product", price["product"])["name"],
    }


def items_of(subscription: Json) -> list[Json]:
    items: list[Json] = subscription["items"]["data"]
    return items


def with_items(subscription: Json, items: list[Json]) -> Json:
    return list_of(items, f"/v1/subscription_items?subscription={subscription['id']}")


def period_of(subscription: Json) -> tuple[int, int]:
    item = items_of(subscription)[0]
    return item["current_period_start"], item["current_period_end"]


EMPTY: Final = (
    "application",
    "application_fee_percent",
    "billing_cycle_anchor_config",
    "billing_thresholds",
    "cancel_at",
    "canceled_at",
    "days_until_due",
    "default_payment_method",
    "default_source",
    "description",
    "ended_at",
    "latest_invoice",
    "next_pending_invoice_item_invoice",
    "on_behalf_of",
    "pause_collection",
    "pending_invoice_item_interval",
    "pending_setup_intent",
    "pending_update",
    "schedule",
    "transfer_data",
    "_pending_invoice",
)
"""Fields that nothing here fills at first, or ever."""


def new_subscription(
    account: Account, customer: Json, wanted: list[tuple[Json, int]], *, trial_end: int | None = None, **more: object
) -> Json:
    """Not yet told of, in the state that it has before its first invoice. `more`: fields that aren't as usual."""
    now = account.now(customer)
    trial = bool(trial_end and trial_end > now)
    subscription: Json = {
        "id": new_id("sub"),
        "object": "subscription",
        **dict.fromkeys(EMPTY),
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": trial_end if trial else now,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": now},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": wanted[0][0]["currency"],
        "customer": customer["id"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "livemode": False,
        "metadata": {},
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": now,
        "status": "trialing" if trial else "incomplete",
        "test_clock": customer["test_clock"],
        "trial_end": trial_end if trial else None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": now if trial else None,
        "_expires_at": None if trial else now + INCOMPLETE_S,
        "_pending_lines": [],
        "_pending_values": {},
        "_trial_told": False,
        **more,
    }
    end = trial_end if trial and trial_end else next_after(now, wanted[0][0]["recurring"], now)
    items = [new_item(account, subscription, price, quantity=quantity, period=(now, end)) for price, quantity in wanted]
    subscription["items"] = with_items(subscription, items)
    return subscription


def next_period(subscription: Json, items: list[Json]) -> list[Json]:
    """The items in the period behind their present one."""
    anchor = subscription["billing_cycle_anchor"]
    return [
        {
            **item,
            "current_period_start": item["current_period_end"],
            "current_period_end": next_after(anchor, item["price"]["recurring"], item["current_period_end"]),
        }
        for item in items
    ]


def lines_for(items: list[Json], *, trial: bool = False) -> list[Json]:
    """What items cost for their whole period; nothing in a trial."""
    return [
        line(
            item,
            amount=0 if trial else item["price"]["unit_amount"] * item["quantity"],
            start=item["current_period_start"],
            end=item["current_period_end"],
            about=f"Trial period for {title_of(item)}" if trial else title_of(item),
        )
        for item in items
    ]


def title_of(item: Json) -> str:
    price = item["price"]
    every = price["recurring"]["interval"]
    if (count := price["recurring"]["interval_count"]) > 1:
        every = f"{count} {every}s"
    return f"{item['quantity']} x {item['_title']} (at ${price['unit_amount'] / 100:.2f} / {every})"


def begin(account: Account, subscription: Json, *, intent: Json | None = None) -> Json:
    """Tell of a new subscription and open its first invoice: paid when nothing is due, else for `intent` to pay."""
    account.make(subscription, "customer.subscription.created")
    lines = lines_for(items_of(subscription), trial=subscription["status"] == "trialing")
    invoice = new_invoice(account, subscription, lines, reason="subscription_create")
    draft(account, invoice)
    account.change(subscription, latest_invoice=invoice["id"])
    finalize(account, invoice, intent)
    if not invoice["amount_due"]:
        mark_paid(account, invoice)
        if subscription["status"] == "incomplete":
            account.change(subscription, "customer.subscription.updated", status="active", _expires_at=None)
    return invoice


def begin_and_collect(account: Account, subscription: Json, *, on_session: bool) -> Json:
    invoice = begin(account, subscription)
    if invoice["status"] == "open":
        collect(account, invoice, on_session=on_session)
    return subscription


def living(account: Account, subscription_id: str, *, param: str = "id") -> Json:
    """One that hasn't ended. Raises StripeError."""
    subscription = account.store.get("subscription", subscription_id, param=param)
    if subscription["status"] in ENDED:
        raise no_such("subscription", subscription_id, param=param)
    return subscription
