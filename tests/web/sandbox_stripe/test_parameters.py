"""No call of the sandbox's Stripe takes a parameter that the SDK doesn't know."""

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from stripe import params

from web.sandbox.stripe.forms import Listed, Params
from web.sandbox.stripe.routes import ROUTES
from web.sandbox.stripe.routing import Route

NOUNS = {
    "billing_portal/configurations": params.billing_portal,
    "billing_portal/sessions": params.billing_portal,
    "checkout/sessions": params.checkout,
    "test_helpers/test_clocks": params.test_helpers,
}
SINGULAR = {
    "billing_portal/configurations": "Configuration",
    "billing_portal/sessions": "Session",
    "charges": "Charge",
    "checkout/sessions": "Session",
    "customers": "Customer",
    "disputes": "Dispute",
    "events": "Event",
    "invoice_payments": "InvoicePayment",
    "invoices": "Invoice",
    "payment_intents": "PaymentIntent",
    "payment_methods": "PaymentMethod",
    "prices": "Price",
    "products": "Product",
    "refunds": "Refund",
    "subscription_schedules": "SubscriptionSchedule",
    "subscriptions": "Subscription",
    "test_helpers/test_clocks": "TestClock",
    "webhook_endpoints": "WebhookEndpoint",
}
VERBS = {
    "attach": "Attach",
    "advance": "Advance",
    "create_preview": "CreatePreview",
    "line_items": "ListLineItems",
    "lines": "ListLines",
    "pay": "Pay",
    "payment_methods": "ListPaymentMethods",
    "search": "Search",
}


def class_of(route: Route) -> Any:
    """The SDK's parameters for a call: checkout/sessions, POST is SessionCreateParams."""
    place = next(place for place in SINGULAR if route.path == place or route.path.startswith(f"{place}/"))
    rest = route.path.removeprefix(place).removeprefix("/").removeprefix("{id}").removeprefix("/")
    named = route.path.endswith("{id}")
    usual = {("POST", True): "Update", ("POST", False): "Create", ("GET", False): "List", ("DELETE", True): "Cancel"}
    verb = VERBS.get(rest) or usual[route.method, named]
    return getattr(NOUNS.get(place, params), f"{SINGULAR[place]}{verb}Params")


def unknown(wanted: Params, known: Any, at: str) -> Iterator[str]:
    annotations = known.__annotations__
    for name, reader in wanted.items():
        plain = name.rstrip("*")
        if plain not in annotations:
            yield f"{at}.{plain}"
            continue
        inner = reader.inner if isinstance(reader, Listed) else reader
        if isinstance(inner, Mapping):
            yield from unknown(inner, nested_in(annotations[plain], known), f"{at}.{plain}")


def nested_in(annotation: Any, known: Any) -> Any:
    module = sys.modules[known.__module__]
    names = re.findall(r"\b\w+Params\w+", str(annotation))
    return next(getattr(module, name) for name in names if hasattr(module, name))


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.params], ids=lambda route: f"{route.method} {route.path}"
)
def test_a_call_takes_only_what_the_sdk_can_send(route: Route) -> None:
    assert list(unknown(route.params, class_of(route), route.path)) == []
