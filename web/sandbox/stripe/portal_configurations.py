"""Configurations of the customer portal: what a person may do there."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.errors import invalid, missing_param
from web.sandbox.stripe.forms import PAGING, Params, address, flag, listed, merged_metadata, metadata, one_of, text
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import page
from web.sandbox.stripe.store import new_id

MOST_PRODUCTS = 10
_UPDATE = "features[subscription_update]"
_USUAL: Json = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {
        "duration": {"interval_options": [], "type": "indefinite"},
        "enabled": False,
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}
"""Of what isn't asked for."""
_DASHBOARD: Json = {
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True},
    "subscription_update": {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
    },
}
"""As somebody would have saved it in the dashboard: upgrades are billed at once, downgrades wait for the end."""


def default_configuration(account: Account) -> Json:
    """As somebody would have saved it in the dashboard: everything on, all prices to choose from."""
    found = next(account.store.all("billing_portal.configuration", is_default=True), None)
    return found or _new_configuration(account, {}, is_default=True)


def _new_configuration(account: Account, given: Json, *, is_default: bool = False) -> Json:
    now = account.now()
    wanted = _DASHBOARD if is_default else given["features"]
    return account.make(
        {
            "id": new_id("bpc"),
            "object": "billing_portal.configuration",
            "active": True,
            "application": None,
            "business_profile": {
                "headline": None,
                "privacy_policy_url": None,
                "terms_of_service_url": None,
                **(given.get("business_profile") or {}),
            },
            "created": now,
            "default_return_url": given.get("default_return_url"),
            "features": _features(_USUAL, wanted),
            "is_default": is_default,
            "livemode": False,
            "login_page": {"enabled": False, "url": None},
            "metadata": merged_metadata({}, given.get("metadata") or {}),
            "name": given.get("name"),
            "updated": now,
        },
        "billing_portal.configuration.created",
    )


def _features(old: Json, wanted: Json) -> Json:
    """What wasn't spoken of stays as it was."""
    features = {name: {**old[name], **wanted.get(name, {})} for name in old}
    fixed = {"adjustable_quantity": {"enabled": False, "maximum": None, "minimum": 1}}
    update = features["subscription_update"]
    update["products"] = [{**product, **fixed} for product in update["products"]]
    return features


def _checked(account: Account, features: Json) -> Json:
    """Raises StripeError for plans to switch to that nobody could."""
    update = features["subscription_update"]
    for name in ("default_allowed_updates", "products"):
        if update["enabled"] and not update[name]:
            raise missing_param(f"{_UPDATE}[{name}]")
    if len(update["products"]) > MOST_PRODUCTS:
        raise invalid(f"You can have up to {MOST_PRODUCTS} products.", param=f"{_UPDATE}[products]")
    for place, offered in enumerate(update["products"]):
        param = f"{_UPDATE}[products][{place}]"
        product = account.store.get("product", offered["product"], param=f"{param}[product]")
        for price_id in offered["prices"]:
            price = account.store.get("price", price_id, param=f"{param}[prices]")
            if price["product"] != product["id"] or not price["recurring"]:
                raise invalid(f"{price_id} is no recurring price of {product['id']}.", param=f"{param}[prices]")
    return features


def create_configuration(ask: Ask) -> Json:
    _checked(ask.account, _features(_USUAL, ask.params["features"]))
    return _new_configuration(ask.account, ask.params)


def update_configuration(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    config = account.store.get("billing_portal.configuration", ask.id)
    if config["is_default"] and given.get("active") is False:
        raise invalid("The default configuration can't be made inactive.", param="active")
    changes: Json = {name: given[name] for name in ("active", "default_return_url", "name") if name in given}
    if "business_profile" in given:
        changes["business_profile"] = {**config["business_profile"], **(given["business_profile"] or {})}
    if "features" in given:
        changes["features"] = _checked(account, _features(config["features"], given["features"] or {}))
    if "metadata" in given:
        changes["metadata"] = merged_metadata(config["metadata"], given["metadata"])
    return account.change(config, "billing_portal.configuration.updated", **changes, updated=account.now())


def configuration(ask: Ask) -> Json:
    return ask.account.store.get("billing_portal.configuration", ask.id)


def configurations(ask: Ask) -> Json:
    default_configuration(ask.account)
    wanted = {name: ask.params[name] for name in ("active", "is_default") if name in ask.params}
    found = ask.account.store.all("billing_portal.configuration", **wanted)
    return page(found, ask.params, "/v1/billing_portal/configurations")


_CONDITIONS = listed({"type*": one_of("decreasing_item_amount", "shortening_interval")})
_FEATURES: Params = {
    "customer_update": {"enabled": flag, "allowed_updates": listed(text)},
    "invoice_history": {"enabled*": flag},
    "payment_method_update": {"enabled*": flag},
    "subscription_cancel": {"enabled": flag, "mode": one_of("at_period_end", "immediately")},
    "subscription_update": {
        "default_allowed_updates": listed(one_of("price", "quantity", "promotion_code")),
        "enabled": flag,
        "products": listed({"product*": text, "prices*": listed(text)}),
        "proration_behavior": one_of("always_invoice", "create_prorations", "none"),
        "schedule_at_period_end": {"conditions": _CONDITIONS},
    },
}
_CONFIGURATION: Params = {
    "business_profile": {"headline": text, "privacy_policy_url": address, "terms_of_service_url": address},
    "default_return_url": address,
    "metadata": metadata,
    "name": text,
}
_PATH = "billing_portal/configurations"
ROUTES = [
    Route("POST", _PATH, create_configuration, {**_CONFIGURATION, "features*": _FEATURES}),
    Route("GET", _PATH, configurations, {**PAGING, "active": flag, "is_default": flag}),
    Route("GET", _PATH + "/{id}", configuration),
    Route("POST", _PATH + "/{id}", update_configuration, {**_CONFIGURATION, "active": flag, "features": _FEATURES}),
]
