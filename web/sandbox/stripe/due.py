"""What falls due with time, carried out in its order, each at the moment at which it was due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from web.sandbox.model import Json
from web.sandbox.stripe.account import DAY_S, Account
from web.sandbox.stripe.checkout import expire_session
from web.sandbox.stripe.collecting import collect, expire_pending, settle
from web.sandbox.stripe.ending import end
from web.sandbox.stripe.invoices import draft, finalize, new_invoice
from web.sandbox.stripe.schedules import step_schedule
from web.sandbox.stripe.subscriptions import items_of, lines_for, next_period, period_of, with_items

TRIAL_TOLD_S = 3 * DAY_S
"""How long before its end a trial is told of."""
RENEWED = ("active", "past_due", "trialing", "unpaid")


@dataclass(frozen=True, slots=True)
class Due:
    """At `moment` something is to be done; `rank` orders what is due together."""

    moment: int
    rank: int
    carry_out: Callable[[], object]


def catch_up(account: Account, clock_id: str = "", until: int | None = None) -> None:
    """Everything on one clock that is due by its present, or by `until`; the sandbox's own unless one is named."""
    end_at = account.now({"test_clock": clock_id}) if until is None else until
    while due := _next_due(account, clock_id, end_at):
        account.pass_time(clock_id, due.moment)
        try:
            due.carry_out()
        finally:
            account.pass_time(clock_id, None)


def _next_due(account: Account, clock_id: str, until: int) -> Due | None:
    waiting = (due for due in _all_due(account, clock_id) if due.moment <= until)
    return min(waiting, key=lambda due: (due.moment, due.rank), default=None)


def _all_due(account: Account, clock_id: str) -> Iterator[Due]:
    for session in account.store.all("checkout.session", status="open"):
        if account.clock_of(session) == clock_id:
            yield Due(session["expires_at"], 0, lambda body=session: expire_session(account, body))  # type: ignore[misc]
    for subscription in account.store.all("subscription", ended_at=None):
        if account.clock_of(subscription) == clock_id:
            yield from _of_subscription(account, subscription)
    for invoice in account.store.all("invoice", auto_advance=True):
        if account.clock_of(invoice) == clock_id:
            yield from _of_invoice(account, invoice)


def _of_subscription(account: Account, body: Json) -> Iterator[Due]:
    if body["status"] == "incomplete":
        yield Due(body["_expires_at"], 0, lambda: end(account, body, status="incomplete_expired"))
        return
    if body["pending_update"]:
        yield Due(body["pending_update"]["expires_at"], 1, lambda: expire_pending(account, body))
    if body["cancel_at"]:
        yield Due(body["cancel_at"], 2, lambda: end(account, body))
    schedule = account.store.find(body["schedule"])
    if schedule and schedule["current_phase"]:
        yield Due(schedule["current_phase"]["end_date"], 3, lambda: step_schedule(account, schedule))
    if body["status"] == "trialing" and not body["_trial_told"]:
        moment = max(body["trial_end"] - TRIAL_TOLD_S, body["created"])
        yield Due(moment, 4, lambda: _tell_of_trial(account, body))
    if body["status"] in RENEWED:
        yield Due(period_of(body)[1], 5, lambda: renew(account, body))


def _of_invoice(account: Account, body: Json) -> Iterator[Due]:
    if body["status"] == "draft" and body["automatically_finalizes_at"]:
        yield Due(body["automatically_finalizes_at"], 6, lambda: _finalize_and_collect(account, body))
    if body["status"] == "open" and body["next_payment_attempt"] and body["attempt_count"]:
        yield Due(body["next_payment_attempt"], 7, lambda: collect(account, body, on_session=False))


def _tell_of_trial(account: Account, subscription: Json) -> None:
    account.change(subscription, _trial_told=True)
    account.emit("customer.subscription.trial_will_end", subscription)


def renew(account: Account, subscription: Json) -> None:
    """The next period begins, with an invoice that is finalized an hour later."""
    if subscription["status"] == "trialing" and _ends_without_card(account, subscription):
        end(account, subscription)
        return
    items = next_period(subscription, items_of(subscription))
    lines = [*subscription["_pending_lines"], *lines_for(items)]
    ended = period_of(subscription)
    invoice = new_invoice(account, subscription, lines, reason="subscription_cycle", period=ended)
    if subscription["status"] == "unpaid":
        invoice["auto_advance"] = False
    draft(account, invoice)
    account.change(
        subscription,
        "customer.subscription.updated",
        items=with_items(subscription, items),
        latest_invoice=invoice["id"],
        status="active" if subscription["status"] == "trialing" else subscription["status"],
        _pending_lines=[],
    )


def _ends_without_card(account: Account, subscription: Json) -> bool:
    customer = account.store.get("customer", subscription["customer"])
    has_card = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    return not has_card and subscription["trial_settings"]["end_behavior"]["missing_payment_method"] == "cancel"


def _finalize_and_collect(account: Account, invoice: Json) -> None:
    finalize(account, invoice)
    if invoice["amount_due"]:
        collect(account, invoice, on_session=False)
    else:
        settle(account, invoice)
