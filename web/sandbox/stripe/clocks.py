"""Test clocks: customers who live in a time of their own, which a test moves on."""

from web.sandbox.model import Json
from web.sandbox.stripe.account import DAY_S, Account
from web.sandbox.stripe.due import catch_up
from web.sandbox.stripe.ending import end
from web.sandbox.stripe.errors import invalid
from web.sandbox.stripe.forms import PAGING, integer, text
from web.sandbox.stripe.periods import step
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import page
from web.sandbox.stripe.store import new_id
from web.sandbox.stripe.subscriptions import ENDED, items_of

KIND = "test_helpers.test_clock"
_KEPT_S = 30 * DAY_S
_INTERVALS = 2
"""How far one advance may go, counted in the shortest interval of the clock's subscriptions."""
_NO_SUBSCRIPTION = {"interval": "year", "interval_count": 1}


def create(ask: Ask) -> Json:
    account = ask.account
    now = account.now()
    return account.make(
        {
            "id": new_id("clock"),
            "object": KIND,
            "created": now,
            "deletes_after": now + _KEPT_S,
            "frozen_time": ask.params["frozen_time"],
            "livemode": False,
            "name": ask.params.get("name"),
            "status": "ready",
            "status_details": {},
        },
        "test_helpers.test_clock.created",
    )


def retrieve(ask: Ask) -> Json:
    return ask.account.store.get(KIND, ask.id)


def clocks(ask: Ask) -> Json:
    return page(ask.account.store.all(KIND), ask.params, "/v1/test_helpers/test_clocks")


def advance(ask: Ask) -> Json:
    """Begins it; the clock is ready again a moment later."""
    account, clock, target = ask.account, retrieve(ask), ask.params["frozen_time"]
    if clock["status"] != "ready":
        raise invalid("The test clock is still advancing.", code="test_clock_advancing")
    if target <= clock["frozen_time"]:
        raise invalid("The frozen_time must be after the test clock's current frozen_time.", param="frozen_time")
    if target > _furthest(account, clock):
        raise invalid(
            "You cannot advance a test clock more than two intervals from its current time (based on shortest "
            "subscription interval for that test clock). If there are no subscriptions, you may advance up to two "
            "years.",
            param="frozen_time",
        )
    account.change(clock, status="advancing", status_details={"advancing": {"target_frozen_time": target}})
    account.emit("test_helpers.test_clock.advancing", clock)
    account.on_advance(clock)
    return clock


def _furthest(account: Account, clock: Json) -> int:
    living = (body for body in account.store.all("subscription", test_clock=clock["id"]) if not body["ended_at"])
    rhythms = [item["price"]["recurring"] for body in living for item in items_of(body)]
    now = clock["frozen_time"]
    return min((step(now, rhythm, _INTERVALS) for rhythm in rhythms), default=step(now, _NO_SUBSCRIPTION, _INTERVALS))


def finish_advance(account: Account, clock: Json) -> None:
    """Everything that falls due on the way, then the new time."""
    target = clock["status_details"]["advancing"]["target_frozen_time"]
    catch_up(account, clock["id"], target)
    account.change(clock, status="ready", frozen_time=target, status_details={})
    account.emit("test_helpers.test_clock.ready", clock)


def fail_advance(account: Account, clock: Json) -> None:
    account.change(clock, status="internal_failure", status_details={})
    account.emit("test_helpers.test_clock.internal_failure", clock)


def delete(ask: Ask) -> Json:
    """With its customers and their subscriptions."""
    account, clock = ask.account, retrieve(ask)
    for subscription in account.store.all("subscription", test_clock=clock["id"]):
        if subscription["status"] not in ENDED:
            end(account, subscription)
    for customer in account.store.all("customer", test_clock=clock["id"]):
        account.store.drop(customer)
    account.store.drop(clock)
    gone: Json = {"id": clock["id"], "object": KIND, "deleted": True}
    account.emit("test_helpers.test_clock.deleted", {**clock, "deleted": True})
    return gone


_PATH = "test_helpers/test_clocks"
ROUTES = [
    Route("POST", _PATH, create, {"frozen_time*": integer, "name": text}),
    Route("GET", _PATH, clocks, PAGING),
    Route("GET", _PATH + "/{id}", retrieve),
    Route("DELETE", _PATH + "/{id}", delete),
    Route("POST", _PATH + "/{id}/advance", advance, {"frozen_time*": integer}),
]
