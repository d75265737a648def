"""The end of a subscription."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.invoices import subscription_of, void


def end(account: Account, subscription: Json, *, reason: str | None = None, status: str = "canceled") -> Json:
    """For good, at once. What is still drafted or open for it stays to be paid, but is no longer tried by itself."""
    now = account.now(subscription)
    details = dict(subscription["cancellation_details"])
    details["reason"] = reason or details["reason"] or "cancellation_requested"
    for invoice in account.store.all("invoice", customer=subscription["customer"]):
        if (subscription_of(account, invoice) or {}).get("id") == subscription["id"]:
            _close(account, invoice, void_open=status == "incomplete_expired")
    if (schedule := account.store.find(subscription["schedule"])) is not None:
        account.change(schedule, status="canceled", canceled_at=now, current_phase=None)
        account.emit("subscription_schedule.canceled", schedule)
    account.change(
        subscription,
        status=status,
        canceled_at=subscription["canceled_at"] or now,
        ended_at=now,
        cancellation_details=details,
        pending_update=None,
        schedule=None,
    )
    type_ = "customer.subscription.updated" if status == "incomplete_expired" else "customer.subscription.deleted"
    account.emit(type_, subscription)
    return subscription


def _close(account: Account, invoice: Json, *, void_open: bool) -> None:
    if invoice["status"] == "draft" or (invoice["status"] == "open" and void_open):
        void(account, invoice)
    elif invoice["status"] == "open":
        account.change(invoice, "invoice.updated", auto_advance=False, next_payment_attempt=None)
