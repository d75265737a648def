"""The sandbox's Stripe account: its objects, its clocks, and the events that every change makes."""

import copy
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from web.sandbox.faults import Faults
from web.sandbox.model import Json
from web.sandbox.state import World
from web.sandbox.stripe import API_VERSION
from web.sandbox.stripe.idempotency import Answers
from web.sandbox.stripe.store import Store, new_id

DAY_S = 86_400
HOUR_S = 3_600
KEPT_CALLS = 10_000
KEPT_EVENTS = 20_000
"""Stripe keeps events for 30 days; the sandbox, as many."""


@dataclass
class Rules:
    """What one sets in Stripe's dashboard; `POST /control/stripe/rules` changes it here."""

    retry_after_days: tuple[int, ...] = (3, 2, 2)
    """How long after each failed payment of an invoice the next one is tried; the sum is seven days."""
    when_unpaid: str = "cancel"
    """What becomes of a subscription after the last try: cancel, unpaid or past_due (nothing)."""


class Account:
    """Changes go through `make` and `change`, which write, and tell by events."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Store(world.storage)
        self.rules = Rules()
        self.declines: deque[str] = deque()
        """What a test wants of the next charges: how they are declined, in their order."""
        self.faults = Faults()
        self.answers = Answers(world.storage)
        self.calls: deque[Json] = deque(maxlen=KEPT_CALLS)
        self._numbered = 0
        self.on_event: Callable[[Json], None] = lambda event: None
        self.on_advance: Callable[[Json], None] = lambda clock: None
        self.request: Json = {"id": None, "idempotency_key": None}
        """Of the API call that is being answered; events name it."""
        self.origin = "http://127.0.0.1:8081"
        """Where the pages are, as the last caller addressed the sandbox."""
        self._passing: dict[str, int] = {}

    def now(self, about: Json | None = None) -> int:
        """Unix time for an object: its customer's test clock's, or the sandbox's."""
        clock_id = self.clock_of(about)
        if clock_id in self._passing:
            return self._passing[clock_id]
        clock = self.store.find(clock_id)
        return int(clock["frozen_time"]) if clock else int(self.world.now())

    def clock_of(self, about: Json | None) -> str:
        """The id of an object's test clock; empty for the sandbox's own time."""
        if about is None:
            return ""
        if "test_clock" in about:
            return str(about["test_clock"] or "")
        customer = self.store.find(about.get("customer") or about.get("_customer"))
        return str((customer or {}).get("test_clock") or "")

    def pass_time(self, clock_id: str, moment: int | None) -> None:
        """While what fell due is carried out, it is the moment at which it did; None ends that."""
        if moment is None:
            self._passing.pop(clock_id, None)
        else:
            self._passing[clock_id] = moment

    def make(self, body: Json, event: str | None = None) -> Json:
        """Keep a new object; `event` says it to webhooks."""
        self.store.add(body)
        if event:
            self.emit(event, body)
        return body

    def change(self, body: Json, event: str | None = None, **values: Any) -> Json:
        """Set fields. The event names what they were; there is none when nothing changed."""
        before = {name: copy.deepcopy(body.get(name)) for name in values if body.get(name) != values[name]}
        body.update(values)
        shown = {name: value for name, value in before.items() if not name.startswith("_")}
        self.store.save(body)
        if event and shown:
            self.emit(event, body, previous=shown)
        return body

    def emit(self, type_: str, body: Json, *, previous: Json | None = None) -> Json:
        data: Json = {"object": bare(body)}
        if previous is not None:
            data["previous_attributes"] = bare(previous)
        event: Json = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(body),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": dict(self.request),
            "type": type_,
        }
        self.store.add(event)
        self.store.prune("event", KEPT_EVENTS)
        self.on_event(event)
        return event

    def record(self, **call: object) -> Json:
        """A call as it came in; `answered` is filled in later."""
        self._numbered += 1
        recorded: Json = {"n": self._numbered, "at": self.world.now(), "answered": 0, **call}
        self.calls.append(recorded)
        return recorded

    def reset(self) -> None:
        """Forget everything. The world's storage is cleared by who calls this."""
        self.store.clear()
        self.rules = Rules()
        self.declines.clear()
        self.faults.clear()
        self.answers.clear()
        self.calls.clear()
        self._numbered = 0
        self._passing.clear()


def bare(value: Any) -> Any:
    """A copy without the sandbox's own fields."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if not str(name).startswith("_")}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


ACCOUNT: web.AppKey[Account] = web.AppKey("stripe", Account)
