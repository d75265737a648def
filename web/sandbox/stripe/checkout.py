"""Checkout sessions: made by the API, paid on the page."""

from typing import Final

from web.sandbox.model import Json
from web.sandbox.stripe.account import DAY_S, HOUR_S, Account
from web.sandbox.stripe.collecting import settle
from web.sandbox.stripe.customers import attach_to, living, new_customer
from web.sandbox.stripe.errors import invalid, missing_param
from web.sandbox.stripe.forms import (
    PAGING,
    Params,
    address,
    flag,
    integer,
    listed,
    merged_metadata,
    metadata,
    one_of,
    some,
    span,
    text,
)
from web.sandbox.stripe.invoices import intent_of
from web.sandbox.stripe.payments import Outcome, fail_authentication, new_intent, pay_intent, save_card
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import INCLUDED, list_of, page
from web.sandbox.stripe.store import new_id
from web.sandbox.stripe.subscriptions import begin, check_together, new_subscription, recurring_price

_MIN_EXPIRY_S = HOUR_S // 2
_MIN_TRIAL_S = 2 * DAY_S
_SUBSCRIPTION_DATA: Params = {
    "billing_mode": {"type*": one_of("flexible"), "flexible": {"proration_discounts": one_of("included", "itemized")}},
    "description": text,
    "metadata": metadata,
    "proration_behavior": one_of("create_prorations", "none"),
    "trial_end": integer,
    "trial_period_days": some,
    "trial_settings": {"end_behavior*": {"missing_payment_method*": one_of("cancel", "create_invoice")}},
}
_CREATE: Params = {
    "allow_promotion_codes": flag,
    "automatic_tax": {"enabled*": flag},
    "billing_address_collection": one_of("auto", "required"),
    "cancel_url": address,
    "client_reference_id": text,
    "customer": text,
    "customer_email": text,
    "customer_update": {"address": one_of("auto", "never"), "name": one_of("auto", "never")},
    "expires_at": integer,
    "line_items": listed({"price*": text, "quantity": some}),
    "locale": text,
    "metadata": metadata,
    "mode*": one_of("payment", "setup", "subscription"),
    "payment_method_collection": one_of("always", "if_required"),
    "subscription_data": _SUBSCRIPTION_DATA,
    "success_url": address,
    "ui_mode": one_of("hosted_page", "embedded_page", "elements", "form"),
}


EMPTY: Final = (
    "after_expiration",
    "client_secret",
    "collected_information",
    "consent",
    "consent_collection",
    "currency_conversion",
    "invoice",
    "invoice_creation",
    "origin_context",
    "payment_intent",
    "payment_link",
    "payment_method_configuration_details",
    "permissions",
    "recovered_from",
    "saved_payment_method_options",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "submit_type",
    "subscription",
    "wallet_options",
    "_intent",
    "_method",
)
"""Fields that nothing here fills at first, or ever."""


def create(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    _check(account, given)
    customer = living(account, given["customer"], param="customer") if given.get("customer") else None
    now, session_id = account.now(customer), new_id("cs_test", 58)
    lines = _lines(account, given["line_items"])
    data = given.get("subscription_data") or {}
    trial = bool(data.get("trial_period_days") or data.get("trial_end"))
    subtotal = sum(line["amount_subtotal"] for line in lines)
    due = 0 if trial else subtotal
    return account.make(
        {
            "id": session_id,
            "object": "checkout.session",
            **dict.fromkeys(EMPTY),
            "adaptive_pricing": {"enabled": False},
            "allow_promotion_codes": given.get("allow_promotion_codes"),
            "amount_subtotal": due,
            "amount_total": due,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "billing_address_collection": given.get("billing_address_collection"),
            "cancel_url": given.get("cancel_url"),
            "client_reference_id": given.get("client_reference_id"),
            "created": now,
            "currency": lines[0]["currency"],
            "custom_fields": [],
            "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
            "customer": customer["id"] if customer else None,
            "customer_creation": None if customer else "always",
            "customer_details": _details(customer["email"] if customer else given.get("customer_email"), None),
            "customer_email": given.get("customer_email"),
            "discounts": [],
            "expires_at": given.get("expires_at", now + DAY_S),
            "livemode": False,
            "locale": given.get("locale"),
            "metadata": merged_metadata({}, given.get("metadata") or {}),
            "mode": "subscription",
            "payment_method_collection": given.get("payment_method_collection", "always"),
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "payment_status": "unpaid",
            "phone_number_collection": {"enabled": False},
            "shipping_options": [],
            "status": "open",
            "success_url": given["success_url"],
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted_page",
            "url": f"{account.origin}/stripe/pay/{session_id}",
            "_lines": lines,
            "_data": data,
        }
    )


def _check(account: Account, given: Json) -> None:
    if given["mode"] != "subscription":
        raise invalid("The sandbox has subscriptions only: mode must be subscription", param="mode")
    if given.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The sandbox has hosted pages only: ui_mode must be hosted_page", param="ui_mode")
    if not given.get("success_url"):
        raise missing_param("success_url")
    if not given.get("line_items"):
        raise missing_param("line_items")
    if given.get("customer") and given.get("customer_email"):
        raise invalid("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if (given.get("automatic_tax") or {}).get("enabled"):
        raise invalid("The sandbox has no taxes", param="automatic_tax[enabled]")
    _check_trial(account, given.get("subscription_data") or {})
    now = account.now()
    expires_at = given.get("expires_at", now + DAY_S)
    if not now + _MIN_EXPIRY_S - 60 <= expires_at <= now + DAY_S + 60:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )


def _check_trial(account: Account, data: Json) -> None:
    if data.get("trial_end") and data.get("trial_period_days"):
        raise invalid(
            "You may only specify one of trial_end and trial_period_days.", param="subscription_data[trial_end]"
        )
    if "trial_end" in data and data["trial_end"] < account.now() + _MIN_TRIAL_S:
        raise invalid(
            "The `trial_end` date has to be at least 2 days in the future.", param="subscription_data[trial_end]"
        )


def _lines(account: Account, wanted: list[Json]) -> list[Json]:
    lines = []
    for place, given in enumerate(wanted):
        param = f"line_items[{place}][price]"
        price = recurring_price(account, given["price"], param=param)
        quantity = given.get("quantity", 1)
        amount = price["unit_amount"] * quantity
        product = account.store.get("product", price["product"])
        lines.append(
            {
                "id": new_id("li"),
                "object": "item",
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount,
                "currency": price["currency"],
                "description": product["name"],
                "metadata": {},
                "price": {name: value for name, value in price.items() if name != "_n"},
                "quantity": quantity,
            }
        )
    check_together([line["price"] for line in lines])
    return lines


def _details(email: str | None, name: str | None) -> Json | None:
    if not email and not name:
        return None
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def retrieve(ask: Ask) -> Json:
    return ask.account.store.get("checkout.session", ask.id)


def sessions(ask: Ask) -> Json:
    names = ("customer", "subscription", "status", "payment_intent")
    wanted = {name: ask.params[name] for name in names if name in ask.params}
    return page(ask.account.store.all("checkout.session", **wanted), ask.params, "/v1/checkout/sessions")


def line_items(ask: Ask) -> Json:
    return _line_items(ask.account, retrieve(ask))


def expire(ask: Ask) -> Json:
    session = retrieve(ask)
    if session["status"] != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.', code="resource_missing")
    return expire_session(ask.account, session)


def expire_session(account: Account, session: Json) -> Json:
    account.change(session, status="expired", url=None)
    account.emit("checkout.session.expired", session)
    return session


def _line_items(account: Account, session: Json) -> Json:
    return list_of(session["_lines"], f"/v1/checkout/sessions/{session['id']}/line_items")


INCLUDED["checkout.session", "line_items"] = _line_items


def pay(account: Account, session: Json, method: Json, *, authenticated: bool = False) -> Outcome:
    """Pay an open session, with a card that was typed on its page. A decline leaves it open.

    As since 2025 at Stripe, the subscription is made only when the money is there.
    """
    if session["status"] != "open":
        raise invalid("This session is no longer open.")
    account.change(session, _method=method["id"])
    if session["amount_total"]:
        intent = _intent(account, session)
        outcome = pay_intent(account, intent, method, on_session=True, authenticated=authenticated)
    else:
        outcome = save_card(account, method, authenticated=authenticated)
    if outcome == "succeeded":
        complete(account, session, method)
    return outcome


def trial_end_of(account: Account, session: Json) -> int | None:
    """When a trial would end that began now; None when none was asked for."""
    data = session["_data"]
    if days := data.get("trial_period_days"):
        return account.now(account.store.find(session["customer"])) + int(days) * DAY_S
    trial_end: int | None = data.get("trial_end")
    return trial_end


def _intent(account: Account, session: Json) -> Json:
    if found := account.store.find(session["_intent"]):
        return found
    intent = new_intent(
        account,
        customer=session["customer"],
        amount=session["amount_total"],
        currency=session["currency"],
        about="Subscription creation",
    )
    account.change(session, _intent=intent["id"])
    return intent


def fail_challenge(account: Account, session: Json) -> None:
    if session["amount_total"]:
        fail_authentication(account, _intent(account, session))


def complete(account: Account, session: Json, method: Json | None) -> None:
    """Make the subscription and what belongs to it. Without a method: nothing is due, and none was asked for."""
    customer = account.store.find(session["customer"])
    if customer is None:
        email = (method or {}).get("billing_details", {}).get("email") or session["customer_email"]
        customer = new_customer(account, {"email": email})
    if method is not None:
        attach_to(account, customer, method)
    data = session["_data"]
    wanted = [
        (recurring_price(account, line["price"]["id"], param="price"), line["quantity"]) for line in session["_lines"]
    ]
    subscription = new_subscription(
        account,
        customer,
        wanted,
        trial_end=trial_end_of(account, session),
        default_payment_method=method["id"] if method else None,
        description=data.get("description"),
        metadata=merged_metadata({}, data.get("metadata") or {}),
        **({"trial_settings": _trial_settings(data["trial_settings"])} if data.get("trial_settings") else {}),
    )
    invoice = begin(account, subscription, intent=account.store.find(session["_intent"]))
    intent = intent_of(account, invoice)
    if intent is not None:
        for body in (intent, account.store.get("charge", intent["latest_charge"])):
            account.change(body, customer=customer["id"])
        settle(account, invoice)
    details = (method or {}).get("billing_details") or {}
    account.change(
        session,
        status="complete",
        payment_status="paid" if session["amount_total"] else "no_payment_required",
        customer=customer["id"],
        customer_details=_details(details.get("email") or customer["email"], details.get("name") or customer["name"]),
        invoice=invoice["id"],
        subscription=subscription["id"],
        url=None,
    )
    account.emit("checkout.session.completed", session)


def _trial_settings(given: Json) -> Json:
    return {"end_behavior": {"missing_payment_method": given["end_behavior"]["missing_payment_method"]}}


ROUTES = [
    Route("POST", "checkout/sessions", create, _CREATE),
    Route(
        "GET",
        "checkout/sessions",
        sessions,
        {
            **PAGING,
            "created": span,
            "customer": text,
            "payment_intent": text,
            "status": one_of("complete", "expired", "open"),
            "subscription": text,
        },
    ),
    Route("GET", "checkout/sessions/{id}", retrieve),
    Route("GET", "checkout/sessions/{id}/line_items", line_items, PAGING),
    Route("POST", "checkout/sessions/{id}/expire", expire),
]
