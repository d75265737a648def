"""Whether JSON has the shape that the installed SDK says an object has, read off its annotations."""

import ast
import importlib
import inspect
import sys
import types
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe
from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

CLASSES: dict[str, type[StripeObject]] = {
    "billing_portal.configuration": stripe.billing_portal.Configuration,
    "billing_portal.session": stripe.billing_portal.Session,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "item": stripe.LineItem,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "plan": stripe.Plan,
    "price": stripe.Price,
    "product": stripe.Product,
    "refund": stripe.Refund,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "subscription_schedule": stripe.SubscriptionSchedule,
    "test_helpers.test_clock": stripe.test_helpers.TestClock,
    "webhook_endpoint": stripe.WebhookEndpoint,
}


def flaws(body: dict[str, Any]) -> list[str]:
    """What is wrong with an object; nothing, if it is as the SDK expects it."""
    return list(_flaws(body, CLASSES[body["object"]], body["object"], sys.modules[CLASSES[body["object"]].__module__]))


@cache
def _named(module: types.ModuleType) -> dict[str, Any]:
    """What a module imports for its annotations only."""
    found: dict[str, Any] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stripe"):
            imported = importlib.import_module(node.module)
            found |= {alias.asname or alias.name: getattr(imported, alias.name) for alias in node.names}
    return found


def _flaws(value: Any, wanted: Any, at: str, module: types.ModuleType) -> Iterator[str]:
    if isinstance(wanted, ForwardRef | str):
        wanted = _named(module)[wanted if isinstance(wanted, str) else wanted.__forward_arg__]
    origin = get_origin(wanted)
    if wanted is Any:
        return
    if origin is Union:
        yield from _flaws_of_choice(value, get_args(wanted), at, module)
    elif origin is Literal:
        if value not in get_args(wanted):
            yield f"{at}: {value!r} isn't one of {get_args(wanted)}"
    elif origin is list:
        yield from _flaws_of_list(value, get_args(wanted)[0], at, module)
    elif origin is ListObject:
        yield from _flaws_of_pages(value, get_args(wanted)[0], at, module)
    elif origin is UntypedStripeObject or wanted is UntypedStripeObject:
        if not isinstance(value, dict):
            yield f"{at}: {value!r} isn't an object"
    elif isinstance(wanted, type) and issubclass(wanted, StripeObject):
        yield from _flaws_of_object(value, wanted, at)
    else:
        json_type = str if wanted is Decimal else wanted
        if not isinstance(value, json_type) or (isinstance(value, bool) and json_type is not bool):
            yield f"{at}: {value!r} isn't {wanted}"


def _flaws_of_choice(value: Any, choices: tuple[Any, ...], at: str, module: types.ModuleType) -> Iterator[str]:
    if value is None:
        if types.NoneType not in choices:
            yield f"{at}: is null"
        return
    words = [choice for choice in choices if get_origin(choice) is Literal]
    fitting = words if words and isinstance(value, str) else [one for one in choices if one is not types.NoneType]
    outcomes = [list(_flaws(value, choice, at, module)) for choice in fitting]
    yield from min(outcomes, key=len)


def _flaws_of_list(value: Any, inner: Any, at: str, module: types.ModuleType) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{at}: {value!r} isn't a list"
        return
    for place, item in enumerate(value):
        yield from _flaws(item, inner, f"{at}[{place}]", module)


def _flaws_of_pages(value: Any, inner: Any, at: str, module: types.ModuleType) -> Iterator[str]:
    if not isinstance(value, dict) or value.keys() != {"object", "data", "has_more", "url"}:
        yield f"{at}: isn't a list with its pages"
        return
    yield from _flaws_of_list(value["data"], inner, f"{at}.data", module)


def _flaws_of_object(value: Any, wanted: type[StripeObject], at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} isn't {wanted.__qualname__}"
        return
    module = sys.modules[wanted.__module__]
    fields = {name: kind for name, kind in wanted.__annotations__.items() if "ClassVar" not in str(kind)}
    for name in value.keys() - fields.keys():
        yield f"{at}.{name}: {wanted.__qualname__} has no such field"
    for name, kind in fields.items():
        if name in value:
            yield from _flaws(value[name], kind, f"{at}.{name}", module)
        elif types.NoneType not in get_args(kind):
            yield f"{at}.{name}: is missing"
