"""Invoices from draft to paid, and the payments on them."""

from typing import Final

from web.sandbox.model import Json
from web.sandbox.stripe.account import HOUR_S, Account
from web.sandbox.stripe.payments import cancel_intent, new_intent
from web.sandbox.stripe.showing import INCLUDED, list_of
from web.sandbox.stripe.store import new_id

LEAST_CHARGE = 50
"""US cents: docs.stripe.com/currencies#minimum-and-maximum-charge-amounts."""


def line(
    item: Json, *, amount: int, start: int, end: int, about: str, proration: bool = False, quantity: int | None = None
) -> Json:
    """A line for a subscription's item, and its price as it stands there."""
    price = item["price"]
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": about,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(item["metadata"]),
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": proration,
                "proration_details": {"credited_items": None},
                "subscription": item["subscription"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": end, "start": start},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"] if quantity is None else quantity,
        "subscription": item["subscription"],
        "subtotal": amount,
        "taxes": [],
    }


EMPTY: Final = (
    "account_tax_ids",
    "application",
    "custom_fields",
    "customer_shipping",
    "default_payment_method",
    "default_source",
    "description",
    "due_date",
    "effective_at",
    "ending_balance",
    "footer",
    "from_invoice",
    "hosted_invoice_url",
    "invoice_pdf",
    "last_finalization_error",
    "latest_revision",
    "number",
    "on_behalf_of",
    "receipt_number",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
    "threshold_reason",
    "webhooks_delivered_at",
)
"""Fields that nothing here fills at first, or ever."""


def new_invoice(
    account: Account, subscription: Json, lines: list[Json], *, reason: str, period: tuple[int, int] | None = None
) -> Json:
    """A draft that nobody knows of yet: `draft` or `finalize` does the rest."""
    customer = account.store.get("customer", subscription["customer"])
    invoice_id, now = new_id("in"), account.now(subscription)
    total = sum(entry["amount"] for entry in lines)
    start, end = period or (now, now)
    numbered = [{**entry, "invoice": invoice_id} for entry in lines]
    return {
        "id": invoice_id,
        "object": "invoice",
        **dict.fromkeys(EMPTY),
        "account_country": "US",
        "account_name": "Postaify (sandbox)",
        **_amounts(total, customer["balance"]),
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": _no_tax(),
        "automatically_finalizes_at": now + HOUR_S,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": now,
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": list_of(numbered, f"/v1/invoices/{invoice_id}/lines"),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": now + HOUR_S,
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": end,
        "period_start": start,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": customer["balance"],
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": subscription["test_clock"],
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def _no_tax() -> Json:
    return {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None}


def _amounts(total: int, balance: int) -> Json:
    """What is due once the customer's credit (a negative balance) is used; too little to charge waits there."""
    due = total + balance if total > 0 else 0
    due = 0 if due < LEAST_CHARGE else due
    return {"amount_due": due, "amount_remaining": due}


def draft(account: Account, invoice: Json) -> Json:
    return account.make(invoice, "invoice.created")


def finalize(account: Account, invoice: Json, intent: Json | None = None) -> Json:
    """Number it, use the customer's credit, and ask for what is left: by a new payment intent unless there is one."""
    now = account.now(invoice)
    customer = account.store.get("customer", invoice["customer"])
    balance, number = customer["balance"], customer["next_invoice_sequence"]
    amounts = _amounts(invoice["total"], balance)
    ending = balance + invoice["total"] - amounts["amount_due"]
    account.change(customer, next_invoice_sequence=number + 1, currency=invoice["currency"])
    account.change(customer, "customer.updated", balance=ending)
    account.change(
        invoice,
        **amounts,
        starting_balance=balance,
        ending_balance=ending,
        status="open",
        number=f"{customer['invoice_prefix']}-{number:04}",
        automatically_finalizes_at=None,
        effective_at=now,
        hosted_invoice_url=f"{account.origin}/stripe/invoices/{invoice['id']}",
        status_transitions={**invoice["status_transitions"], "finalized_at": now},
    )
    if amounts["amount_due"]:
        intent = intent or new_intent(
            account,
            customer=customer["id"],
            amount=amounts["amount_due"],
            currency=invoice["currency"],
            about=f"Invoice {invoice['number']}",
        )
        _new_payment(account, invoice, intent)
    account.emit("invoice.finalized", invoice)
    return invoice


def _new_payment(account: Account, invoice: Json, intent: Json) -> None:
    account.make(
        {
            "id": new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": intent["amount"],
            "created": account.now(invoice),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
            "_customer": invoice["customer"],
        }
    )


def payments_of(account: Account, invoice: Json) -> list[Json]:
    return list(account.store.all("invoice_payment", invoice=invoice["id"]))


def intent_of(account: Account, invoice: Json) -> Json | None:
    """The payment intent that asks for what is due; None when nothing is."""
    for payment in payments_of(account, invoice):
        if payment["is_default"]:
            return account.store.find(payment["payment"]["payment_intent"])
    return None


def mark_paid(account: Account, invoice: Json) -> None:
    now = account.now(invoice)
    for payment in payments_of(account, invoice):
        transitions = {**payment["status_transitions"], "paid_at": now}
        account.change(payment, status="paid", amount_paid=payment["amount_requested"], status_transitions=transitions)
        account.emit("invoice_payment.paid", payment)
    account.change(
        invoice,
        "invoice.updated",
        status="paid",
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempted=True,
        attempt_count=invoice["attempt_count"] + bool(invoice["amount_due"]),
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions={**invoice["status_transitions"], "paid_at": now},
    )
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)


def void(account: Account, invoice: Json) -> Json:
    """Nobody owes it any more."""
    now = account.now(invoice)
    if (intent := intent_of(account, invoice)) is not None:
        cancel_intent(account, intent, "void_invoice")
    for payment in payments_of(account, invoice):
        transitions = {**payment["status_transitions"], "canceled_at": now}
        account.change(payment, status="canceled", status_transitions=transitions)
    transitions = {**invoice["status_transitions"], "voided_at": now}
    account.change(
        invoice, status="void", auto_advance=False, next_payment_attempt=None, status_transitions=transitions
    )
    account.emit("invoice.voided", invoice)
    return invoice


def subscription_of(account: Account, invoice: Json) -> Json | None:
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return account.store.find(details.get("subscription"))


def _payments(account: Account, invoice: Json) -> Json:
    return list_of(payments_of(account, invoice)[::-1], "/v1/invoice_payments")


def _confirmation_secret(account: Account, invoice: Json) -> Json | None:
    intent = intent_of(account, invoice)
    return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None


INCLUDED["invoice", "payments"] = _payments
INCLUDED["invoice", "confirmation_secret"] = _confirmation_secret
