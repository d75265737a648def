"""The customer portal: its sessions, and what a person does on its pages."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import HOUR_S, Account
from web.sandbox.stripe.cards import typed
from web.sandbox.stripe.changes import cancel_now, change_subscription
from web.sandbox.stripe.customers import living as living_customer
from web.sandbox.stripe.customers import use_method
from web.sandbox.stripe.errors import invalid, missing_param
from web.sandbox.stripe.forms import Params, address, listed, one_of, text
from web.sandbox.stripe.payments import Outcome, save_card
from web.sandbox.stripe.portal_configurations import default_configuration
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.schedules import release_schedule, schedule_from, update_schedule
from web.sandbox.stripe.store import new_id
from web.sandbox.stripe.subscriptions import items_of, living, period_of

OPEN_S = HOUR_S


def create_session(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    customer = living_customer(account, given["customer"], param="customer")
    if config_id := given.get("configuration"):
        config = account.store.get("billing_portal.configuration", config_id, param="configuration")
        if not config["active"]:
            raise invalid("The configuration is inactive and can't be used for a session.", param="configuration")
    else:
        config = default_configuration(account)
    session_id = new_id("bps")
    return account.make(
        {
            "id": session_id,
            "object": "billing_portal.session",
            "configuration": config["id"],
            "created": account.now(customer),
            "customer": customer["id"],
            "flow": _flow(account, customer, config, given["flow_data"]) if given.get("flow_data") else None,
            "livemode": False,
            "locale": given.get("locale"),
            "on_behalf_of": None,
            "return_url": given.get("return_url") or config["default_return_url"],
            "url": f"{account.origin}/stripe/portal/{session_id}",
            "_pending_card": None,
        },
        "billing_portal.session.created",
    )


def _flow(account: Account, customer: Json, config: Json, given: Json) -> Json:
    kind = given["type"]
    needed = kind.removesuffix("_confirm")
    if not config["features"][needed]["enabled"]:
        raise invalid(
            f"This flow needs the feature {needed}, which is off in the configuration.", param="flow_data[type]"
        )
    if kind != "payment_method_update":
        details = given.get(kind)
        if not details:
            raise missing_param(f"flow_data[{kind}]")
        param = f"flow_data[{kind}][subscription]"
        subscription = living(account, details["subscription"], param=param)
        if subscription["customer"] != customer["id"]:
            raise invalid("The subscription is another customer's.", param=param)
    after = given.get("after_completion") or {"type": "portal_homepage"}
    names = ("subscription_cancel", "subscription_pause", "subscription_update", "subscription_update_confirm")
    flow: Json = dict.fromkeys(names)
    if kind == "subscription_cancel":
        flow[kind] = {"retention": None, "subscription": given[kind]["subscription"]}
    elif kind == "subscription_update_confirm":
        items = [{"id": None, "price": None, "quantity": 1, **item} for item in given[kind]["items"]]
        flow[kind] = {"discounts": None, "items": items, "subscription": given[kind]["subscription"]}
    elif kind == "subscription_update":
        flow[kind] = {"subscription": given[kind]["subscription"]}
    completion = {"hosted_confirmation": None, "redirect": None, **after}
    return {**flow, "after_completion": completion, "type": kind}


def features_of(account: Account, session: Json) -> Json:
    config = account.store.get("billing_portal.configuration", session["configuration"])
    features: Json = config["features"]
    return features


def own_subscription(account: Account, session: Json, subscription_id: str) -> Json:
    """A living subscription of the session's customer. Raises StripeError."""
    subscription = living(account, subscription_id)
    if subscription["customer"] != session["customer"]:
        raise invalid("The subscription is another customer's.")
    return subscription


def type_card(account: Account, session: Json, form: dict[str, str]) -> Outcome:
    """A card typed on the portal's page. Raises StripeError with what is wrong with it."""
    method = typed(account, form)
    account.change(session, _pending_card=method["id"])
    return keep_card(account, session, authenticated=False)


def keep_card(account: Account, session: Json, *, authenticated: bool) -> Outcome:
    """The typed card becomes what the customer and their subscriptions pay with, once 3-D Secure is done if need be."""
    method = account.store.get("payment_method", session["_pending_card"])
    if (outcome := save_card(account, method, authenticated=authenticated)) == "succeeded":
        use_method(account, account.store.get("customer", session["customer"]), method)
        for subscription in account.store.all("subscription", customer=session["customer"], ended_at=None):
            account.change(subscription, "customer.subscription.updated", default_payment_method=method["id"])
        account.change(session, _pending_card=None)
    return outcome


def choices(account: Account, session: Json, subscription: Json) -> list[Json]:
    """The prices that the portal lets somebody switch to, cheapest first."""
    allowed = {
        price_id
        for product in features_of(account, session)["subscription_update"]["products"] or []
        for price_id in product["prices"]
    }
    current = items_of(subscription)[0]["price"]["id"]
    found = account.store.all("price", active=True, type="recurring", currency=subscription["currency"])
    fitting = [price for price in found if price["id"] != current and (not allowed or price["id"] in allowed)]
    return sorted(fitting, key=lambda price: int(price["unit_amount"]))


def comes_later(account: Account, session: Json, subscription: Json, price: Json) -> bool:
    """Whether a switch waits for the period's end: one to a lower price, where the configuration says so."""
    feature = features_of(account, session)["subscription_update"]
    conditions = {condition["type"] for condition in feature["schedule_at_period_end"]["conditions"]}
    lower = price["unit_amount"] < items_of(subscription)[0]["price"]["unit_amount"]
    return bool(lower and "decreasing_item_amount" in conditions)


def switch(account: Account, session: Json, subscription: Json, price: Json) -> None:
    """At once, billed as the configuration says, or when the period ends. Raises StripeError."""
    feature = features_of(account, session)["subscription_update"]
    schedule = account.store.find(subscription["schedule"])
    if comes_later(account, session, subscription, price):
        _at_period_end(account, subscription, price, schedule)
        return
    if schedule is not None:
        release_schedule(account, schedule)
    item = items_of(subscription)[0]
    change_subscription(
        account,
        subscription,
        {
            "items": [{"id": item["id"], "price": price["id"]}],
            "proration_behavior": feature["proration_behavior"],
            "payment_behavior": "error_if_incomplete",
        },
    )


def _at_period_end(account: Account, subscription: Json, price: Json, schedule: Json | None) -> None:
    schedule = schedule or schedule_from(account, subscription)
    present = [{"price": item["price"]["id"], "quantity": item["quantity"]} for item in items_of(subscription)]
    quantity = items_of(subscription)[0]["quantity"]
    update_schedule(
        account,
        schedule,
        {
            "phases": [
                {"items": present, "end_date": period_of(subscription)[1]},
                {"items": [{"price": price["id"], "quantity": quantity}]},
            ]
        },
    )


def next_price(account: Account, subscription: Json) -> Json | None:
    """What a schedule turns the subscription into."""
    schedule = account.store.find(subscription["schedule"])
    if schedule is None or not schedule["current_phase"]:
        return None
    now = schedule["current_phase"]["end_date"]
    following = [phase for phase in schedule["phases"] if phase["start_date"] >= now]
    return account.store.find(following[0]["items"][0]["price"]) if following else None


def leave(account: Account, session: Json, subscription: Json) -> None:
    """Cancel as the configuration says: at the period's end by a `cancel_at`, as for flexible billing."""
    feature = features_of(account, session)["subscription_cancel"]
    if (schedule := account.store.find(subscription["schedule"])) is not None:
        release_schedule(account, schedule)
    if feature["mode"] == "at_period_end":
        change_subscription(account, subscription, {"cancel_at": "min_period_end"})
    else:
        cancel_now(account, subscription, {})


def stay(account: Account, subscription: Json) -> None:
    """Take a cancellation back."""
    change_subscription(account, subscription, {"cancel_at": None})


_SUBSCRIPTION: Params = {"subscription*": text}
_COMPLETION: Params = {
    "type*": one_of("hosted_confirmation", "portal_homepage", "redirect"),
    "hosted_confirmation": {"custom_message": text},
    "redirect": {"return_url*": address},
}
_FLOW: Params = {
    "type*": one_of(
        "payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm"
    ),
    "after_completion": _COMPLETION,
    "subscription_cancel": _SUBSCRIPTION,
    "subscription_update": _SUBSCRIPTION,
    "subscription_update_confirm": {**_SUBSCRIPTION, "items*": listed({"id*": text, "price": text})},
}
ROUTES = [
    Route(
        "POST",
        "billing_portal/sessions",
        create_session,
        {"configuration": text, "customer*": text, "flow_data": _FLOW, "locale": text, "return_url": address},
    ),
]
