"""Customers, and the ways they pay."""

import re

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.cards import attachable
from web.sandbox.stripe.ending import end
from web.sandbox.stripe.errors import invalid, no_such
from web.sandbox.stripe.forms import PAGING, Params, integer, merged_metadata, metadata, span, text
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import INCLUDED, list_of, page
from web.sandbox.stripe.store import new_id

_ADDRESS: Params = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), text)
_FIELDS: Params = {
    "address": _ADDRESS,
    "description": text,
    "email": text,
    "name": text,
    "phone": text,
    "metadata": metadata,
    "invoice_settings": {"default_payment_method": text},
}
_PLAIN = ("address", "description", "email", "name", "phone")


def new_customer(account: Account, values: Json) -> Json:
    clock_id = values.get("test_clock")
    if clock_id:
        account.store.get("test_helpers.test_clock", clock_id, param="test_clock")
    return account.make(
        {
            "id": new_id("cus", 14),
            "object": "customer",
            **{name: values.get(name) for name in _PLAIN},
            "balance": 0,
            "created": account.now({"test_clock": clock_id}),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "discount": None,
            "invoice_prefix": new_id("", 8)[1:].upper(),
            "invoice_settings": _invoice_settings(None),
            "livemode": False,
            "metadata": merged_metadata({}, values.get("metadata") or {}),
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": clock_id,
        },
        "customer.created",
    )


def _invoice_settings(method_id: str | None) -> Json:
    return {
        "custom_fields": None,
        "default_payment_method": method_id,
        "footer": None,
        "rendering_options": None,
    }


def create(ask: Ask) -> Json:
    method_id = (ask.params.get("invoice_settings") or {}).get("default_payment_method")
    if method_id:
        raise no_such("payment_method", method_id, param="invoice_settings[default_payment_method]")
    return new_customer(ask.account, ask.params)


def retrieve(ask: Ask) -> Json:
    """A deleted customer is still told of, as deleted."""
    return ask.account.store.get("customer", ask.id)


def living(account: Account, customer_id: str, *, param: str = "id") -> Json:
    customer = account.store.get("customer", customer_id, param=param)
    if customer.get("deleted"):
        raise no_such("customer", customer_id, param=param)
    return customer


def update(ask: Ask) -> Json:
    customer = living(ask.account, ask.id)
    changes = {name: ask.params[name] for name in _PLAIN if name in ask.params}
    if "metadata" in ask.params:
        changes["metadata"] = merged_metadata(customer["metadata"], ask.params["metadata"])
    settings = ask.params.get("invoice_settings") or {}
    if "default_payment_method" in settings:
        changes["invoice_settings"] = _invoice_settings(_own_method(ask.account, customer, settings))
    return ask.account.change(customer, "customer.updated", **changes)


def _own_method(account: Account, customer: Json, settings: Json) -> str | None:
    method_id: str | None = settings["default_payment_method"]
    if method_id is None:
        return None
    method = account.store.find(method_id)
    if method is None or method.get("customer") != customer["id"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached "
            "to the customer.",
            param="invoice_settings[default_payment_method]",
            code="resource_missing",
        )
    return method_id


def use_method(account: Account, customer: Json, method: Json) -> None:
    """Attach, and pay with it from now on."""
    attach_to(account, customer, method)
    account.change(customer, "customer.updated", invoice_settings=_invoice_settings(method["id"]))


def attach_to(account: Account, customer: Json, method: Json) -> None:
    if method["customer"] != customer["id"]:
        account.change(method, customer=customer["id"])
        account.emit("payment_method.attached", method)


def delete(ask: Ask) -> Json:
    """For good; what they were subscribed to ends at once."""
    account, customer = ask.account, living(ask.account, ask.id)
    for subscription in account.store.all("subscription", customer=customer["id"], ended_at=None):
        end(account, subscription)
    account.emit("customer.deleted", customer)
    for name in [name for name in customer if name not in ("id", "object", "_n")]:
        del customer[name]
    customer["deleted"] = True
    account.store.save(customer)
    return customer


def everybody(ask: Ask) -> Json:
    wanted = {name: ask.params[name] for name in ("email", "test_clock") if name in ask.params}
    found = (
        body for body in ask.account.store.all("customer", **{"test_clock": None, **wanted}) if "deleted" not in body
    )
    return page(found, ask.params, "/v1/customers")


def search(ask: Ask) -> Json:
    """By one piece of metadata, or by the e-mail address, exactly."""
    matched = re.fullmatch(r"(email|metadata\[(['\"])(?P<key>.+)\2\]):(['\"])(?P<value>.*)\4", ask.params["query"])
    if matched is None:
        raise invalid("The sandbox searches by metadata['key']:'value' or email:'value'.", param="query")
    key, value = matched["key"], matched["value"]
    living = [body for body in ask.account.store.all("customer") if not body.get("deleted")]
    found = [body for body in living if (body["metadata"].get(key) if key else body["email"]) == value][::-1]
    limit = ask.params.get("limit", 10)
    return {
        "object": "search_result",
        "url": "/v1/customers/search",
        "has_more": len(found) > limit,
        "next_page": None,
        "data": found[:limit],
    }


def attach(ask: Ask) -> Json:
    customer = living(ask.account, ask.params["customer"], param="customer")
    method = attachable(ask.account, ask.id)
    attach_to(ask.account, customer, method)
    return method


def detach(ask: Ask) -> Json:
    account, method = ask.account, ask.account.store.get("payment_method", ask.id)
    customer = account.store.find(method["customer"])
    if customer is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        account.change(customer, "customer.updated", invoice_settings=_invoice_settings(None))
    for subscription in account.store.all("subscription", default_payment_method=method["id"]):
        account.change(subscription, "customer.subscription.updated", default_payment_method=None)
    account.change(method, customer=None)
    account.emit("payment_method.detached", method, previous={"customer": customer["id"]})
    return method


def methods_of(ask: Ask) -> Json:
    customer = living(ask.account, ask.id)
    found = ask.account.store.all("payment_method", customer=customer["id"])
    return page(found, ask.params, f"/v1/customers/{customer['id']}/payment_methods")


def methods(ask: Ask) -> Json:
    found = ask.account.store.all("payment_method", customer=ask.params.get("customer"))
    return page(found, ask.params, "/v1/payment_methods")


def method(ask: Ask) -> Json:
    return ask.account.store.get("payment_method", ask.id)


def _subscriptions_of(account: Account, customer: Json) -> Json:
    found = account.store.all("subscription", customer=customer["id"])
    living = [body for body in found if body["status"] not in ("canceled", "incomplete_expired")]
    return list_of(living[::-1], f"/v1/customers/{customer['id']}/subscriptions")


INCLUDED["customer", "subscriptions"] = _subscriptions_of

_METHOD_LIST: Params = {**PAGING, "type": text}
ROUTES = [
    Route("POST", "customers", create, {**_FIELDS, "test_clock": text}),
    Route("GET", "customers", everybody, {**PAGING, "created": span, "email": text, "test_clock": text}),
    Route("GET", "customers/search", search, {"limit": integer, "query*": text}),
    Route("GET", "customers/{id}", retrieve),
    Route("POST", "customers/{id}", update, _FIELDS),
    Route("DELETE", "customers/{id}", delete),
    Route("GET", "customers/{id}/payment_methods", methods_of, _METHOD_LIST),
    Route("GET", "payment_methods", methods, {**_METHOD_LIST, "customer*": text}),
    Route("GET", "payment_methods/{id}", method),
    Route("POST", "payment_methods/{id}/attach", attach, {"customer*": text}),
    Route("POST", "payment_methods/{id}/detach", detach),
]
