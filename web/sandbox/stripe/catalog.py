"""Products and prices."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.errors import StripeError, invalid, missing_param
from web.sandbox.stripe.forms import (
    PAGING,
    Params,
    address,
    count,
    flag,
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
from web.sandbox.stripe.store import new_id

LOOKUP_KEYS_ASKED_FOR = 10
_INTERVALS = ("day", "week", "month", "year")
_TAX_BEHAVIORS = ("exclusive", "inclusive", "unspecified")
_PRODUCT: Params = {
    "active": flag,
    "description": text,
    "images": listed(address),
    "marketing_features": listed({"name*": text}),
    "metadata": metadata,
    "name": text,
    "statement_descriptor": text,
    "tax_code": text,
    "unit_label": text,
    "url": address,
}


def create_product(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    product_id = given.get("id") or new_id("prod", 14)
    if account.store.find(product_id):
        raise StripeError(
            400, "invalid_request_error", f"Product already exists: {product_id}", code="resource_already_exists"
        )
    now = account.now()
    return account.make(
        {
            "id": product_id,
            "object": "product",
            "active": given.get("active", True),
            "created": now,
            "default_price": None,
            "description": given.get("description"),
            "images": given.get("images", []),
            "livemode": False,
            "marketing_features": given.get("marketing_features", []),
            "metadata": merged_metadata({}, given.get("metadata") or {}),
            "name": given["name"],
            "package_dimensions": None,
            "shippable": None,
            "statement_descriptor": given.get("statement_descriptor"),
            "tax_code": given.get("tax_code"),
            "type": "service",
            "unit_label": given.get("unit_label"),
            "updated": now,
            "url": given.get("url"),
        },
        "product.created",
    )


def update_product(ask: Ask) -> Json:
    account, changes = ask.account, dict(ask.params)
    product = account.store.get("product", ask.id)
    if "metadata" in changes:
        changes["metadata"] = merged_metadata(product["metadata"], changes["metadata"])
    if changes.get("default_price"):
        account.store.get("price", changes["default_price"], param="default_price")
    return account.change(product, "product.updated", **changes, updated=account.now())


def product(ask: Ask) -> Json:
    return ask.account.store.get("product", ask.id)


def products(ask: Ask) -> Json:
    found = ask.account.store.all("product")
    wanted = ask.params.get("ids")
    chosen = (
        body
        for body in found
        if ask.params.get("active", body["active"]) == body["active"] and (not wanted or body["id"] in wanted)
    )
    return page(chosen, ask.params, "/v1/products")


def create_price(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    amount = _amount(given)
    product = account.store.get("product", given["product"], param="product")
    lookup_key = given.get("lookup_key")
    _free_lookup_key(account, lookup_key, transfer=given.get("transfer_lookup_key", False))
    recurring = given.get("recurring")
    return account.make(
        {
            "id": new_id("price"),
            "object": "price",
            "active": given.get("active", True),
            "billing_scheme": "per_unit",
            "created": account.now(),
            "currency": given["currency"].lower(),
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": lookup_key,
            "metadata": merged_metadata({}, given.get("metadata") or {}),
            "nickname": given.get("nickname"),
            "product": product["id"],
            "recurring": _recurring(recurring) if recurring else None,
            "tax_behavior": given.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
        "price.created",
    )


def _amount(given: Json) -> int:
    if "unit_amount" not in given:
        raise missing_param("unit_amount")
    return int(given["unit_amount"])


def _recurring(given: Json) -> Json:
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _free_lookup_key(account: Account, key: str | None, *, transfer: bool) -> None:
    """A key names one active price: another one keeps it unless it is to be transferred."""
    for other in list(account.store.all("price", lookup_key=key)) if key else []:
        if not transfer:
            raise invalid(
                f"A price (`{other['id']}`) already uses that lookup key. Pass `transfer_lookup_key` to move it.",
                param="lookup_key",
            )
        account.change(other, "price.updated", lookup_key=None)


def update_price(ask: Ask) -> Json:
    account, changes = ask.account, dict(ask.params)
    price = account.store.get("price", ask.id)
    transfer = changes.pop("transfer_lookup_key", False)
    if changes.get("lookup_key") not in (None, price["lookup_key"]):
        _free_lookup_key(account, changes["lookup_key"], transfer=transfer)
    if "metadata" in changes:
        changes["metadata"] = merged_metadata(price["metadata"], changes["metadata"])
    return account.change(price, "price.updated", **changes)


def price(ask: Ask) -> Json:
    return ask.account.store.get("price", ask.id)


def prices(ask: Ask) -> Json:
    asked = ask.params
    plain = {name: asked[name] for name in ("active", "currency", "product", "type") if name in asked}
    keys = asked.get("lookup_keys")
    if keys and len(keys) > LOOKUP_KEYS_ASKED_FOR:
        raise invalid(f"You may ask for up to {LOOKUP_KEYS_ASKED_FOR} lookup keys.", param="lookup_keys")
    interval = (asked.get("recurring") or {}).get("interval")
    found = (
        body
        for body in ask.account.store.all("price", **plain)
        if (not keys or body["lookup_key"] in keys)
        and (not interval or (body["recurring"] or {}).get("interval") == interval)
    )
    return page(found, asked, "/v1/prices")


def plan_of(price: Json) -> Json:
    """What Stripe still shows of a recurring price as a plan."""
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


_PRICE_UPDATE: Params = {
    "active": flag,
    "lookup_key": text,
    "metadata": metadata,
    "nickname": text,
    "tax_behavior": one_of(*_TAX_BEHAVIORS),
    "transfer_lookup_key": flag,
}
ROUTES = [
    Route("POST", "products", create_product, {**_PRODUCT, "id": text, "name*": text}),
    Route("GET", "products", products, {**PAGING, "active": flag, "created": span, "ids": listed(text)}),
    Route("GET", "products/{id}", product),
    Route("POST", "products/{id}", update_product, {**_PRODUCT, "default_price": text}),
    Route(
        "POST",
        "prices",
        create_price,
        {
            **_PRICE_UPDATE,
            "currency*": text,
            "product*": text,
            "recurring": {
                "interval*": one_of(*_INTERVALS),
                "interval_count": some,
                "usage_type": one_of("licensed"),
            },
            "unit_amount": count,
        },
    ),
    Route(
        "GET",
        "prices",
        prices,
        {
            **PAGING,
            "active": flag,
            "created": span,
            "currency": text,
            "lookup_keys": listed(text),
            "product": text,
            "recurring": {"interval": one_of(*_INTERVALS)},
            "type": one_of("one_time", "recurring"),
        },
    ),
    Route("GET", "prices/{id}", price),
    Route("POST", "prices/{id}", update_price, _PRICE_UPDATE),
]
