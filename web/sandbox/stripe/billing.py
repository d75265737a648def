"""The API's calls about invoices and the payments on them."""

from web.sandbox.model import Json
from web.sandbox.stripe.collecting import collect, expire_pending, refused, settle
from web.sandbox.stripe.customers import living as living_customer
from web.sandbox.stripe.errors import invalid, no_such
from web.sandbox.stripe.forms import PAGING, Params, flag, one_of, span, text
from web.sandbox.stripe.invoices import finalize, subscription_of, void
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import list_of, page

_STATUSES = ("draft", "open", "paid", "uncollectible", "void")


def retrieve(ask: Ask) -> Json:
    return ask.account.store.get("invoice", ask.id)


def invoices(ask: Ask) -> Json:
    asked = ask.params
    wanted = {name: asked[name] for name in ("customer", "status") if name in asked}
    subscription = asked.get("subscription")
    found = (
        body
        for body in ask.account.store.all("invoice", **wanted)
        if subscription in (None, body["parent"]["subscription_details"]["subscription"])
    )
    return page(found, asked, "/v1/invoices")


def lines(ask: Ask) -> Json:
    invoice = retrieve(ask)
    entries = invoice["lines"]["data"]
    return list_of(entries, f"/v1/invoices/{invoice['id']}/lines")


def pay(ask: Ask) -> Json:
    """At once, with the customer's card or another one of theirs. Raises a card error when it is declined."""
    account, invoice = ask.account, retrieve(ask)
    if invoice["status"] == "draft":
        finalize(account, invoice)
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid")
    if invoice["status"] != "open":
        raise invalid(f"This invoice can't be paid: it is {invoice['status']}.", code="invoice_not_editable")
    method = None
    if method_id := ask.params.get("payment_method"):
        living_customer(account, invoice["customer"])
        method = account.store.find(method_id)
        if method is None or method.get("customer") != invoice["customer"]:
            raise no_such("PaymentMethod", method_id, param="payment_method")
    if not invoice["amount_due"]:
        settle(account, invoice)
        return invoice
    outcome = collect(account, invoice, on_session=False, method=method)
    if outcome != "succeeded":
        raise refused(account, invoice, outcome)
    return invoice


def void_invoice(ask: Ask) -> Json:
    """A change of plan that waited for this invoice isn't made then."""
    invoice = retrieve(ask)
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(f"You can only void open or uncollectible invoices: this one is {invoice['status']}.")
    subscription = subscription_of(ask.account, invoice)
    if subscription is not None and subscription["_pending_invoice"] == invoice["id"]:
        expire_pending(ask.account, subscription)
        return invoice
    return void(ask.account, invoice)


def payments(ask: Ask) -> Json:
    asked = ask.params
    wanted = {name: asked[name] for name in ("invoice", "status") if name in asked}
    intent = (asked.get("payment") or {}).get("payment_intent")
    found = (
        body
        for body in ask.account.store.all("invoice_payment", **wanted)
        if intent in (None, body["payment"]["payment_intent"])
    )
    return page(found, asked, "/v1/invoice_payments")


def payment(ask: Ask) -> Json:
    return ask.account.store.get("invoice_payment", ask.id)


_PAYMENT: Params = {"type*": one_of("payment_intent"), "payment_intent": text}
ROUTES = [
    Route(
        "GET",
        "invoices",
        invoices,
        {**PAGING, "created": span, "customer": text, "status": one_of(*_STATUSES), "subscription": text},
    ),
    Route("GET", "invoices/{id}", retrieve),
    Route("GET", "invoices/{id}/lines", lines, PAGING),
    Route("POST", "invoices/{id}/pay", pay, {"off_session": flag, "payment_method": text}),
    Route("POST", "invoices/{id}/void", void_invoice),
    Route(
        "GET",
        "invoice_payments",
        payments,
        {
            **PAGING,
            "created": span,
            "invoice": text,
            "payment": _PAYMENT,
            "status": one_of("canceled", "open", "paid"),
        },
    ),
    Route("GET", "invoice_payments/{id}", payment),
]
