"""Changes of a subscription: what is bought, when it ends, what is known of it; and what a change would cost."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.cards import refusal
from web.sandbox.stripe.collecting import collect, failed, method_for, refused, settle
from web.sandbox.stripe.ending import end
from web.sandbox.stripe.errors import invalid, no_such
from web.sandbox.stripe.forms import merged_metadata
from web.sandbox.stripe.invoices import draft, finalize, intent_of, new_invoice
from web.sandbox.stripe.payments import cancel_intent, new_intent, pay_intent
from web.sandbox.stripe.prorations import Change, proration_lines, restarted
from web.sandbox.stripe.subscriptions import (
    INCOMPLETE_S,
    check_together,
    items_of,
    lines_for,
    new_item,
    next_period,
    period_of,
    recurring_price,
    with_items,
)

PENDING_PARAMS = frozenset(
    {
        "billing_cycle_anchor",
        "cancel_at_period_end",
        "items",
        "metadata",
        "off_session",
        "payment_behavior",
        "proration_behavior",
        "proration_date",
        "trial_end",
    }
)
"""What may be changed along with payment_behavior=pending_if_incomplete
(docs.stripe.com/billing/subscriptions/pending-updates-reference)."""


def change_subscription(account: Account, subscription: Json, given: Json) -> Json:
    """Carry out an update. Raises StripeError, with nothing changed, for what Stripe wouldn't do."""
    behavior = given.get("payment_behavior") or "allow_incomplete"
    if behavior == "pending_if_incomplete" and (odd := sorted(given.keys() - PENDING_PARAMS)):
        raise invalid(
            f"When `payment_behavior` is set to `pending_if_incomplete`, you can't pass: {', '.join(odd)}.",
            param=odd[0],
        )
    _check_schedule(subscription, given)
    if subscription["pending_update"] and "items" in given:
        raise invalid("This subscription has a pending update. Pay its invoice or let it expire first.")
    change = _change_of_items(account, subscription, given)
    values = _plain_values(account, subscription, given)
    if change.any:
        values["items"] = with_items(subscription, change.after)
        if change.restarts:
            values.update(billing_cycle_anchor=account.now(subscription), trial_end=_trial_over(account, subscription))
    lines = _lines_now(account, subscription, change, given)
    proration = given.get("proration_behavior") or "create_prorations"
    if change.any and (change.restarts or (proration == "always_invoice" and lines)):
        return _change_and_bill(account, subscription, values, lines, behavior=behavior)
    if change.any and proration == "create_prorations":
        values["_pending_lines"] = [*subscription["_pending_lines"], *lines]
    return account.change(subscription, "customer.subscription.updated", **values)


def _check_schedule(subscription: Json, given: Json) -> None:
    for names, what in ((("items",), "items"), (("cancel_at_period_end", "cancel_at"), "cancelation behavior")):
        if subscription["schedule"] and any(name in given for name in names):
            raise invalid(
                f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and "
                f"updating any {what} directly is not allowed. Please update the schedule instead.",
            )


def _change_of_items(account: Account, subscription: Json, given: Json) -> Change:
    before = items_of(subscription)
    after = changed_items(account, subscription, given.get("items") or [])
    ends_trial = subscription["status"] == "trialing" and given.get("trial_end") == "now"
    restarts = given.get("billing_cycle_anchor") == "now" or ends_trial or _rhythm(before) != _rhythm(after)
    return Change(before, restarted(after, account.now(subscription)) if restarts else after, restarts)


def _rhythm(items: list[Json]) -> tuple[str, int]:
    recurring = items[0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def changed_items(account: Account, subscription: Json, wanted: list[Json]) -> list[Json]:
    """The items as an update would have them: known ones by their id, others come on top. Raises StripeError."""
    items = {item["id"]: item for item in items_of(subscription)}
    for place, want in enumerate(wanted):
        at = f"items[{place}]"
        item = items.get(want["id"]) if want.get("id") else None
        if want.get("id") and item is None:
            raise no_such("subscription_item", want["id"], param=f"{at}[id]")
        if item is not None and want.get("deleted"):
            del items[item["id"]]
            continue
        price = recurring_price(account, want["price"], param=f"{at}[price]") if want.get("price") else None
        if price and price["currency"] != subscription["currency"]:
            raise invalid(
                f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
                f"`{subscription['currency']}`.",
                param=f"{at}[price]",
            )
        made = _changed(account, subscription, item, price, want, at)
        items[made["id"]] = made
    if not items:
        raise invalid("A subscription must have at least one active item.", param="items")
    check_together([item["price"] for item in items.values()])
    return list(items.values())


def _changed(account: Account, subscription: Json, item: Json | None, price: Json | None, want: Json, at: str) -> Json:
    if item is None and price is None:
        raise invalid("You must pass a price for a new item.", param=f"{at}[price]", code="parameter_missing")
    if item is None and price is not None:
        if any(other["price"]["id"] == price["id"] for other in items_of(subscription)):
            raise invalid(f"Subscription already has an item with price {price['id']}.", param=f"{at}[price]")
        period = period_of(subscription)
        return new_item(account, subscription, price, quantity=want.get("quantity", 1), period=period)
    fresh = new_item(account, subscription, price, quantity=1, period=(0, 0)) if price else {}
    kept = {name: fresh[name] for name in ("price", "plan", "_title") if fresh}
    return {**(item or {}), **kept, "quantity": want.get("quantity", (item or {})["quantity"])}


def _plain_values(account: Account, subscription: Json, given: Json) -> Json:
    values: Json = {name: given[name] for name in ("description",) if name in given}
    if "metadata" in given:
        values["metadata"] = merged_metadata(subscription["metadata"], given["metadata"])
    if "default_payment_method" in given:
        values["default_payment_method"] = own_method(
            account, subscription["customer"], given["default_payment_method"]
        )
    if "payment_settings" in given:
        values["payment_settings"] = {**subscription["payment_settings"], **given["payment_settings"]}
    if "trial_settings" in given:
        values["trial_settings"] = given["trial_settings"]
    if isinstance(given.get("trial_end"), int):
        values.update(_new_trial(account, subscription, given["trial_end"]))
    values.update(_new_end(account, subscription, given))
    return values


def own_method(account: Account, customer_id: str, method_id: str | None) -> str | None:
    """Raises StripeError for a payment method of somebody else."""
    method = account.store.find(method_id)
    if method_id and (method is None or method.get("customer") != customer_id):
        raise no_such("PaymentMethod", method_id, param="default_payment_method")
    return method_id


def _new_trial(account: Account, subscription: Json, trial_end: int) -> Json:
    now = account.now(subscription)
    if trial_end <= now:
        raise invalid("The `trial_end` must be in the future.", param="trial_end")
    items = [{**item, "current_period_end": trial_end} for item in items_of(subscription)]
    return {
        "trial_end": trial_end,
        "trial_start": subscription["trial_start"] or now,
        "status": "trialing",
        "billing_cycle_anchor": trial_end,
        "items": with_items(subscription, items),
        "_trial_told": False,
    }


def _trial_over(account: Account, subscription: Json) -> int | None:
    return account.now(subscription) if subscription["trial_end"] else None


def _new_end(account: Account, subscription: Json, given: Json) -> Json:
    """cancel_at_period_end and cancel_at are two ways to say one thing."""
    details = {**subscription["cancellation_details"], **(given.get("cancellation_details") or {})}
    values: Json = {"cancellation_details": details} if "cancellation_details" in given else {}
    if "cancel_at_period_end" not in given and "cancel_at" not in given:
        return values
    if given.get("cancel_at_period_end") and given.get("cancel_at"):
        raise invalid("You can't pass both cancel_at and cancel_at_period_end.", param="cancel_at")
    cancel_at = given.get("cancel_at")
    if given.get("cancel_at_period_end") or cancel_at in ("min_period_end", "max_period_end"):
        cancel_at = period_of(subscription)[1]
    if cancel_at is not None and cancel_at <= account.now(subscription):
        raise invalid("`cancel_at` must be in the future.", param="cancel_at")
    details["reason"] = "cancellation_requested" if cancel_at else None
    return {
        "cancel_at_period_end": bool(given.get("cancel_at_period_end")),
        "cancel_at": cancel_at,
        "canceled_at": account.now(subscription) if cancel_at else None,
        "cancellation_details": details,
    }


def _lines_now(account: Account, subscription: Json, change: Change, given: Json) -> list[Json]:
    """What an invoice right now would list."""
    if not change.any:
        return []
    now = account.now(subscription)
    prorated = given.get("proration_behavior") != "none" and subscription["status"] != "trialing"
    moment = given.get("proration_date") or now
    start, finish = period_of(subscription)
    if not start <= moment <= finish:
        raise invalid("Cannot specify a proration_date outside of the current period.", param="proration_date")
    lines = proration_lines(change, moment) if prorated else []
    return [*lines, *(lines_for(change.after) if change.restarts else [])]


def _change_and_bill(account: Account, subscription: Json, values: Json, lines: list[Json], *, behavior: str) -> Json:
    lines = [*subscription["_pending_lines"], *lines]
    invoice = new_invoice(account, subscription, lines, reason="subscription_update", period=period_of(subscription))
    values = {**values, "latest_invoice": invoice["id"], "_pending_lines": []}
    if subscription["status"] == "trialing" and "trial_end" in values:
        values["status"] = "active"
    if behavior == "error_if_incomplete":
        return _all_or_nothing(account, subscription, values, invoice)
    draft(account, invoice)
    finalize(account, invoice)
    if behavior == "pending_if_incomplete" and invoice["amount_due"]:
        return _or_pending(account, subscription, values, invoice)
    account.change(subscription, "customer.subscription.updated", **values)
    if not invoice["amount_due"]:
        settle(account, invoice)
    elif behavior == "default_incomplete":
        account.change(subscription, "customer.subscription.updated", status="past_due")
    else:
        collect(account, invoice, on_session=False)
    return subscription


def _all_or_nothing(account: Account, subscription: Json, values: Json, invoice: Json) -> Json:
    intent = None
    if invoice["amount_due"]:
        method = method_for(account, invoice | {"parent": _parent(subscription)})
        if method is None:
            raise refused(account, invoice, "failed")
        about, currency = "Subscription update", invoice["currency"]
        customer, amount = invoice["customer"], invoice["amount_due"]
        intent = new_intent(account, customer=customer, amount=amount, currency=currency, about=about)
        if pay_intent(account, intent, method, on_session=False) != "succeeded":
            error = intent["last_payment_error"]
            cancel_intent(account, intent, "automatic")
            raise refusal(error.get("decline_code") or error["code"])
    draft(account, invoice)
    finalize(account, invoice, intent)
    account.change(subscription, "customer.subscription.updated", **values)
    settle(account, invoice)
    return subscription


def _parent(subscription: Json) -> Json:
    return {"subscription_details": {"subscription": subscription["id"]}}


def _or_pending(account: Account, subscription: Json, values: Json, invoice: Json) -> Json:
    """Paid at once: changed. Otherwise the change waits for its invoice, for 23 hours."""
    intent, method = intent_of(account, invoice), method_for(account, invoice)
    paid = "failed" if intent is None or method is None else pay_intent(account, intent, method, on_session=False)
    if paid == "succeeded":
        account.change(subscription, "customer.subscription.updated", **values)
        settle(account, invoice)
        return subscription
    account.change(
        subscription,
        "customer.subscription.updated",
        latest_invoice=invoice["id"],
        pending_update={
            "billing_cycle_anchor": values.get("billing_cycle_anchor"),
            "expires_at": account.now(subscription) + INCOMPLETE_S,
            "subscription_items": values["items"]["data"],
            "trial_end": values.get("trial_end"),
            "trial_from_plan": None,
        },
        _pending_invoice=invoice["id"],
        _pending_values=values,
    )
    failed(account, invoice, paid)
    return subscription


def cancel_now(account: Account, subscription: Json, given: Json) -> Json:
    """At once. `prorate` with `invoice_now` gives the rest of the period back to the customer's balance."""
    if given.get("prorate") and given.get("invoice_now"):
        nothing = Change(items_of(subscription), [], restarts=False)
        lines = proration_lines(nothing, account.now(subscription))
        invoice = new_invoice(account, subscription, lines, reason="subscription_update")
        draft(account, invoice)
        finalize(account, invoice)
        settle(account, invoice)
        account.change(subscription, latest_invoice=invoice["id"])
    if details := given.get("cancellation_details"):
        account.change(subscription, cancellation_details={**subscription["cancellation_details"], **details})
    return end(account, subscription)


def preview(account: Account, subscription: Json, given: Json) -> Json:
    """The invoice that a change would make, or the next one as things stand. Nothing is kept."""
    change = _change_of_items(account, subscription, given)
    lines = _lines_now(account, subscription, change, given)
    now_only = change.restarts or (given.get("proration_behavior") == "always_invoice" and change.any)
    period = period_of(subscription)
    if not now_only:
        following = next_period(subscription, change.after)
        lines = [*subscription["_pending_lines"], *lines, *lines_for(following)]
    invoice = new_invoice(account, subscription, lines, reason="upcoming", period=period)
    for entry in invoice["lines"]["data"]:
        entry["invoice"] = f"upcoming_{invoice['id']}"
    return {**invoice, "id": f"upcoming_{invoice['id']}", "automatically_finalizes_at": None}
