"""The API's calls about subscriptions."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import DAY_S
from web.sandbox.stripe.changes import cancel_now, change_subscription, own_method, preview
from web.sandbox.stripe.collecting import collect, refused
from web.sandbox.stripe.customers import living as living_customer
from web.sandbox.stripe.ending import end
from web.sandbox.stripe.errors import invalid, missing_param
from web.sandbox.stripe.forms import (
    PAGING,
    Params,
    count,
    flag,
    integer,
    integer_or,
    listed,
    merged_metadata,
    metadata,
    one_of,
    some,
    span,
    text,
)
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import page
from web.sandbox.stripe.subscriptions import (
    ENDED,
    begin,
    check_together,
    items_of,
    living,
    new_subscription,
    recurring_price,
)

_STATUSES = ("active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid")
_FEEDBACK = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)


def create(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    customer = living_customer(account, given["customer"], param="customer")
    if not given.get("items"):
        raise missing_param("items")
    wanted = [
        (recurring_price(account, item["price"], param=f"items[{place}][price]"), item.get("quantity", 1))
        for place, item in enumerate(given["items"])
    ]
    check_together([price for price, _ in wanted])
    method_id = own_method(account, customer["id"], given.get("default_payment_method"))
    behavior = given.get("payment_behavior") or "allow_incomplete"
    days = given.get("trial_period_days")
    trial_end = account.now(customer) + days * DAY_S if days else given.get("trial_end")
    if trial_end is not None and trial_end <= account.now(customer):
        raise invalid("The `trial_end` must be in the future.", param="trial_end")
    has_card = method_id or customer["invoice_settings"]["default_payment_method"]
    if not has_card and not trial_end and behavior != "default_incomplete":
        raise invalid(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method.",
            code="resource_missing",
        )
    subscription = new_subscription(
        account,
        customer,
        wanted,
        trial_end=trial_end,
        default_payment_method=method_id,
        description=given.get("description"),
        metadata=merged_metadata({}, given.get("metadata") or {}),
    )
    for name in ("payment_settings", "trial_settings"):
        subscription[name] = {**subscription[name], **given.get(name, {})}
    invoice = begin(account, subscription)
    if invoice["status"] == "open" and behavior != "default_incomplete":
        outcome = collect(account, invoice, on_session=False)
        if outcome != "succeeded" and behavior == "error_if_incomplete":
            end(account, subscription, status="incomplete_expired")
            raise refused(account, invoice, outcome)
    return subscription


def retrieve(ask: Ask) -> Json:
    return ask.account.store.get("subscription", ask.id)


def subscriptions(ask: Ask) -> Json:
    """Without a status all that haven't been canceled."""
    asked = ask.params
    wanted = {name: asked[name] for name in ("customer", "test_clock") if name in asked}
    status = asked.get("status")
    found = (
        body
        for body in ask.account.store.all("subscription", **wanted)
        if _has_status(body["status"], status)
        and asked.get("price") in (None, *(item["price"]["id"] for item in items_of(body)))
    )
    return page(found, asked, "/v1/subscriptions")


def _has_status(status: str, wanted: str | None) -> bool:
    if wanted == "ended":
        return status in ENDED
    return wanted == "all" or status == wanted or (wanted is None and status != "canceled")


def update(ask: Ask) -> Json:
    """Of one that has ended only the metadata and why it did."""
    subscription = retrieve(ask)
    if subscription["status"] in ENDED and ask.params.keys() - {"metadata", "cancellation_details"}:
        raise invalid(
            "A canceled subscription can only update its cancellation_details and metadata.", code="resource_missing"
        )
    return change_subscription(ask.account, subscription, ask.params)


def cancel(ask: Ask) -> Json:
    return cancel_now(ask.account, living(ask.account, ask.id), ask.params)


def create_preview(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    if not given.get("subscription"):
        raise invalid("The sandbox previews existing subscriptions only: pass subscription.", param="subscription")
    subscription = living(account, given["subscription"], param="subscription")
    return preview(account, subscription, given.get("subscription_details") or {})


_DETAILS: Params = {"comment": text, "feedback": one_of(*_FEEDBACK)}
_ITEM: Params = {"deleted": flag, "id": text, "price": text, "quantity": count}
_PRORATION = one_of("always_invoice", "create_prorations", "none")
_TRIAL_SETTINGS: Params = {"end_behavior*": {"missing_payment_method*": one_of("cancel", "create_invoice")}}
_PAYMENT_SETTINGS: Params = {"save_default_payment_method": one_of("off", "on_subscription")}
_BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
_CHANGE: Params = {
    "billing_cycle_anchor": one_of("now", "unchanged"),
    "cancel_at": integer_or("min_period_end", "max_period_end"),
    "cancel_at_period_end": flag,
    "items": listed(_ITEM),
    "proration_behavior": _PRORATION,
    "proration_date": integer,
    "trial_end": integer_or("now"),
}
ROUTES = [
    Route(
        "POST",
        "subscriptions",
        create,
        {
            "customer*": text,
            "default_payment_method": text,
            "description": text,
            "items": listed({"price*": text, "quantity": count}),
            "metadata": metadata,
            "off_session": flag,
            "payment_behavior": one_of(*_BEHAVIORS[:3]),
            "payment_settings": _PAYMENT_SETTINGS,
            "trial_end": integer,
            "trial_period_days": some,
            "trial_settings": _TRIAL_SETTINGS,
        },
    ),
    Route(
        "GET",
        "subscriptions",
        subscriptions,
        {
            **PAGING,
            "created": span,
            "customer": text,
            "price": text,
            "status": one_of(*_STATUSES, "all", "ended"),
            "test_clock": text,
        },
    ),
    Route("GET", "subscriptions/{id}", retrieve),
    Route(
        "POST",
        "subscriptions/{id}",
        update,
        {
            **_CHANGE,
            "cancellation_details": _DETAILS,
            "default_payment_method": text,
            "description": text,
            "metadata": metadata,
            "off_session": flag,
            "payment_behavior": one_of(*_BEHAVIORS),
            "payment_settings": _PAYMENT_SETTINGS,
            "trial_settings": _TRIAL_SETTINGS,
        },
    ),
    Route(
        "DELETE",
        "subscriptions/{id}",
        cancel,
        {"cancellation_details": _DETAILS, "invoice_now": flag, "prorate": flag},
    ),
    Route(
        "POST",
        "invoices/create_preview",
        create_preview,
        {"customer": text, "subscription": text, "subscription_details": _CHANGE},
    ),
]
