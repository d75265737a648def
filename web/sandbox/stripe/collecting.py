"""Asking for the money of an invoice, and what that makes of its subscription."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import DAY_S, Account
from web.sandbox.stripe.cards import refusal
from web.sandbox.stripe.ending import end
from web.sandbox.stripe.errors import StripeError, invalid
from web.sandbox.stripe.invoices import intent_of, mark_paid, subscription_of, void
from web.sandbox.stripe.payments import Outcome, pay_intent


def method_for(account: Account, invoice: Json) -> Json | None:
    """The invoice's own, its subscription's, or the customer's payment method."""
    subscription = subscription_of(account, invoice) or {}
    customer = account.store.get("customer", invoice["customer"])
    choices = (
        invoice["default_payment_method"],
        subscription.get("default_payment_method"),
        customer["invoice_settings"]["default_payment_method"],
    )
    return next((account.store.find(choice) for choice in choices if choice), None)


def collect(
    account: Account, invoice: Json, *, on_session: bool, method: Json | None = None, authenticated: bool = False
) -> Outcome:
    """One try to be paid for an open invoice, with everything that follows from it."""
    intent = intent_of(account, invoice)
    method = method or method_for(account, invoice)
    outcome: Outcome = "failed"
    if intent is None:
        outcome = "succeeded"
    elif method is not None:
        outcome = pay_intent(account, intent, method, on_session=on_session, authenticated=authenticated)
    if outcome == "succeeded":
        settle(account, invoice)
    elif outcome == "failed" or not on_session:
        failed(account, invoice, outcome)
    return outcome


def settle(account: Account, invoice: Json) -> None:
    """An invoice is paid: its subscription is active again unless more is owed."""
    mark_paid(account, invoice)
    customer = account.store.get("customer", invoice["customer"])
    account.change(customer, "customer.updated", delinquent=False)
    subscription = subscription_of(account, invoice)
    if subscription is None:
        return
    if subscription["_pending_invoice"] == invoice["id"]:
        _apply_pending(account, subscription)
    if subscription["status"] in ("incomplete", "past_due", "unpaid") and not open_invoices(account, subscription):
        account.change(subscription, "customer.subscription.updated", status="active", _expires_at=None)


def open_invoices(account: Account, subscription: Json) -> list[Json]:
    """What is owed, without the price of a change that hasn't been made."""
    found = account.store.all("invoice", customer=subscription["customer"], status="open")
    mine = (body for body in found if (subscription_of(account, body) or {}).get("id") == subscription["id"])
    return [body for body in mine if body["id"] != subscription["_pending_invoice"]]


def _apply_pending(account: Account, subscription: Json) -> None:
    account.change(
        subscription,
        "customer.subscription.updated",
        **subscription["_pending_values"],
        pending_update=None,
        _pending_invoice=None,
        _pending_values={},
    )
    account.emit("customer.subscription.pending_update_applied", subscription)


def expire_pending(account: Account, subscription: Json) -> None:
    """A change that nobody paid for in time isn't made."""
    invoice = account.store.find(subscription["_pending_invoice"])
    account.change(
        subscription, "customer.subscription.updated", pending_update=None, _pending_invoice=None, _pending_values={}
    )
    account.emit("customer.subscription.pending_update_expired", subscription)
    if invoice and invoice["status"] == "open":
        void(account, invoice)


def failed(account: Account, invoice: Json, outcome: Outcome) -> None:
    """Count the try, say when the next one is, and move the subscription on."""
    tries = invoice["attempt_count"] + 1
    subscription = subscription_of(account, invoice)
    waits = account.rules.retry_after_days
    first = invoice["billing_reason"] == "subscription_create"
    pending = subscription is not None and subscription["_pending_invoice"] == invoice["id"]
    again = not (first or pending) and tries <= len(waits) and invoice["auto_advance"]
    account.change(
        invoice,
        "invoice.updated",
        attempted=True,
        attempt_count=tries,
        next_payment_attempt=account.now(invoice) + waits[tries - 1] * DAY_S if again else None,
    )
    account.emit("invoice.payment_failed", invoice)
    if outcome == "requires_action":
        account.emit("invoice.payment_action_required", invoice)
    if subscription is None or first or pending:
        return
    account.change(account.store.get("customer", invoice["customer"]), "customer.updated", delinquent=True)
    if subscription["status"] in ("active", "trialing"):
        account.change(subscription, "customer.subscription.updated", status="past_due")
    if not again and invoice["auto_advance"]:
        _give_up(account, invoice, subscription)


def _give_up(account: Account, invoice: Json, subscription: Json) -> None:
    account.change(invoice, "invoice.updated", auto_advance=False)
    if account.rules.when_unpaid == "cancel":
        end(account, subscription, reason="payment_failed")
    elif account.rules.when_unpaid == "unpaid":
        account.change(subscription, "customer.subscription.updated", status="unpaid")


def refused(account: Account, invoice: Json, outcome: Outcome) -> StripeError:
    """What an API call is answered that needed the money at once."""
    intent = intent_of(account, invoice)
    if outcome == "requires_action":
        return refusal("authentication_required")
    if intent is None or not intent["last_payment_error"]:
        return invalid(
            "This customer has no attached payment source or default payment method.", code="resource_missing"
        )
    error = intent["last_payment_error"]
    more = {name: error.get(name) for name in ("code", "decline_code", "charge")}
    return StripeError(402, "card_error", error["message"], **more)
