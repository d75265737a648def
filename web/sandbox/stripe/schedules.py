"""Subscription schedules: what a subscription becomes when its present phase ends."""

from typing import Any

from web.sandbox.model import Json
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.errors import StripeError, invalid
from web.sandbox.stripe.forms import (
    PAGING,
    Params,
    count,
    integer,
    integer_or,
    listed,
    merged_metadata,
    metadata,
    one_of,
    some,
    span,
    text,
)
from web.sandbox.stripe.periods import step
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import page
from web.sandbox.stripe.store import new_id
from web.sandbox.stripe.subscriptions import (
    items_of,
    living,
    new_item,
    period_of,
    recurring_price,
    with_items,
)

_PRORATIONS = ("always_invoice", "create_prorations", "none")
_EDITABLE = ("active", "not_started")


def create(ask: Ask) -> Json:
    account, given = ask.account, ask.params
    subscription = living(account, given["from_subscription"], param="from_subscription")
    if subscription["schedule"]:
        raise invalid(
            f"You cannot migrate a subscription that is already attached to a schedule: {subscription['schedule']}.",
            param="from_subscription",
        )
    return schedule_from(account, subscription, metadata_=given.get("metadata"))


def schedule_from(account: Account, subscription: Json, *, metadata_: Json | None = None) -> Json:
    """One phase: what the subscription is, until its period ends."""
    start, end = period_of(subscription)
    wanted = [{"price": item["price"]["id"], "quantity": item["quantity"]} for item in items_of(subscription)]
    schedule = account.make(
        {
            "id": new_id("sub_sched"),
            "object": "subscription_schedule",
            "application": None,
            "billing_mode": subscription["billing_mode"],
            "canceled_at": None,
            "completed_at": None,
            "created": account.now(subscription),
            "current_phase": {"end_date": end, "start_date": start},
            "customer": subscription["customer"],
            "default_settings": {
                "application_fee_percent": None,
                "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
                "billing_cycle_anchor": "automatic",
                "billing_thresholds": None,
                "collection_method": "charge_automatically",
                "default_payment_method": None,
                "description": None,
                "invoice_settings": {"account_tax_ids": None, "days_until_due": None, "issuer": {"type": "self"}},
                "on_behalf_of": None,
                "transfer_data": None,
            },
            "end_behavior": "release",
            "livemode": False,
            "metadata": merged_metadata({}, metadata_ or {}),
            "pause_schedules": [],
            "phases": [_phase(account, subscription, {"items": wanted}, start, end)],
            "released_at": None,
            "released_subscription": None,
            "status": "active",
            "subscription": subscription["id"],
            "test_clock": subscription["test_clock"],
        },
        "subscription_schedule.created",
    )
    account.change(subscription, "customer.subscription.updated", schedule=schedule["id"])
    return schedule


def _phase(account: Account, subscription: Json, given: Json, start: int, end: int) -> Json:
    items = []
    for place, want in enumerate(given["items"]):
        price = recurring_price(account, want["price"], param=f"items[{place}][price]")
        items.append(
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": {},
                "plan": price["id"],
                "price": price["id"],
                "quantity": want.get("quantity", 1),
                "tax_rates": [],
            }
        )
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "automatic_tax": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": subscription["currency"],
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": end,
        "invoice_settings": None,
        "items": items,
        "metadata": merged_metadata({}, given.get("metadata") or {}),
        "on_behalf_of": None,
        "proration_behavior": given.get("proration_behavior") or "create_prorations",
        "start_date": start,
        "transfer_data": None,
        "trial_end": None,
    }


def update(ask: Ask) -> Json:
    return update_schedule(ask.account, ask.account.store.get("subscription_schedule", ask.id), ask.params)


def update_schedule(account: Account, schedule: Json, given: Json) -> Json:
    _check_editable(schedule, "update")
    changes: Json = {name: given[name] for name in ("end_behavior",) if name in given}
    if "metadata" in given:
        changes["metadata"] = merged_metadata(schedule["metadata"], given["metadata"])
    if "phases" in given:
        changes["phases"] = _phases(account, schedule, given["phases"])
        first = changes["phases"][0]
        changes["current_phase"] = {"end_date": first["end_date"], "start_date": first["start_date"]}
    return account.change(schedule, "subscription_schedule.updated", **changes)


def _phases(account: Account, schedule: Json, wanted: list[Json]) -> list[Json]:
    """The phases one behind the other; the first is the present one, which begins when it began."""
    if not wanted:
        raise invalid("You must pass at least one phase.", param="phases")
    subscription = account.store.get("subscription", schedule["subscription"])
    now, phases = account.now(subscription), list[Json]()
    start = schedule["current_phase"]["start_date"]
    if wanted[0].get("start_date") not in (None, start):
        raise invalid("You can not modify the start date of the current phase.", param="phases[0][start_date]")
    for place, given in enumerate(wanted):
        begin = given.get("start_date", start)
        if begin != start:
            raise invalid(
                "The start_date of a phase must be the end_date of the one before.",
                param=f"phases[{place}][start_date]",
            )
        end = _end_of(account, given, start, now, last=place == len(wanted) - 1, at=f"phases[{place}]")
        phases.append(_phase(account, subscription, given, start, end))
        start = end
    if phases[0]["end_date"] <= now and len(phases) > 1:
        raise invalid("The end date of the current phase is in the past.", param="phases[0][end_date]")
    return phases


def _end_of(account: Account, given: Json, start: int, now: int, *, last: bool, at: str) -> int:
    end: Any = given.get("end_date")
    if duration := given.get("duration"):
        end = step(start, {"interval_count": 1, **duration}, 1)
    if end == "now":
        end = now
    if end is None:
        if not last:
            raise invalid("You must specify an end_date or a duration.", param=f"{at}[end_date]")
        price = recurring_price(account, given["items"][0]["price"], param=f"{at}[items][0][price]")
        end = step(start, price["recurring"], 1)
    if end <= start:
        raise invalid("The end date of a phase must be after its start date.", param=f"{at}[end_date]")
    return int(end)


def _check_editable(schedule: Json, what: str) -> None:
    if schedule["status"] not in _EDITABLE:
        raise StripeError(
            400,
            "invalid_request_error",
            f"You cannot {what} a subscription schedule that is currently in the `{schedule['status']}` status.",
        )


def step_schedule(account: Account, schedule: Json) -> None:
    """The present phase has ended: the next one, or the schedule's end."""
    subscription = account.store.get("subscription", schedule["subscription"])
    now = schedule["current_phase"]["end_date"]
    following = [phase for phase in schedule["phases"] if phase["start_date"] >= now]
    if not following:
        if schedule["end_behavior"] == "cancel":
            account.change(subscription, cancel_at=now, canceled_at=now, schedule=None)
            account.change(schedule, status="completed", completed_at=now, current_phase=None)
            account.emit("subscription_schedule.completed", schedule)
        else:
            release_schedule(account, schedule)
        return
    phase = following[0]
    items = [_kept(account, subscription, place, item) for place, item in enumerate(phase["items"])]
    account.change(
        subscription,
        "customer.subscription.updated",
        items=with_items(subscription, items),
        metadata={**subscription["metadata"], **phase["metadata"]},
    )
    current = {"end_date": phase["end_date"], "start_date": phase["start_date"]}
    account.change(schedule, "subscription_schedule.updated", current_phase=current)


def _kept(account: Account, subscription: Json, place: int, want: Json) -> Json:
    """The item at a place with another price: it keeps its id and its period, which ends where the phase begins."""
    price = recurring_price(account, want["price"], param="price")
    fresh = new_item(account, subscription, price, quantity=want["quantity"], period=period_of(subscription))
    present = items_of(subscription)
    return {**fresh, "id": present[place]["id"]} if place < len(present) else fresh


def release_schedule(account: Account, schedule: Json) -> Json:
    """The subscription stays as it is, and is its own again."""
    _check_editable(schedule, "release")
    subscription = account.store.get("subscription", schedule["subscription"])
    account.change(
        schedule,
        status="released",
        released_at=account.now(subscription),
        released_subscription=subscription["id"],
        subscription=None,
        current_phase=None,
    )
    account.emit("subscription_schedule.released", schedule)
    account.change(subscription, "customer.subscription.updated", schedule=None)
    return schedule


def release(ask: Ask) -> Json:
    return release_schedule(ask.account, ask.account.store.get("subscription_schedule", ask.id))


def retrieve(ask: Ask) -> Json:
    return ask.account.store.get("subscription_schedule", ask.id)


def schedules(ask: Ask) -> Json:
    wanted = {"customer": ask.params["customer"]} if "customer" in ask.params else {}
    return page(ask.account.store.all("subscription_schedule", **wanted), ask.params, "/v1/subscription_schedules")


_PHASE: Params = {
    "duration": {"interval*": one_of("day", "week", "month", "year"), "interval_count": some},
    "end_date": integer_or("now"),
    "items*": listed({"price*": text, "quantity": count}),
    "metadata": metadata,
    "proration_behavior": one_of(*_PRORATIONS),
    "start_date": integer,
}
ROUTES = [
    Route("POST", "subscription_schedules", create, {"from_subscription*": text, "metadata": metadata}),
    Route("GET", "subscription_schedules", schedules, {**PAGING, "created": span, "customer": text}),
    Route("GET", "subscription_schedules/{id}", retrieve),
    Route(
        "POST",
        "subscription_schedules/{id}",
        update,
        {
            "end_behavior": one_of("cancel", "release"),
            "metadata": metadata,
            "phases": listed(_PHASE),
            "proration_behavior": one_of(*_PRORATIONS),
        },
    ),
    Route("POST", "subscription_schedules/{id}/release", release),
]
