"""Webhook endpoints, and events on their way to them: signed, several at once, again and again until taken."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.stripe import API_VERSION, SANDBOX_WEBHOOK_SECRET
from web.sandbox.stripe.account import Account
from web.sandbox.stripe.errors import invalid
from web.sandbox.stripe.forms import (
    PAGING,
    Params,
    address,
    flag,
    listed,
    merged_metadata,
    metadata,
    one_of,
    span,
    text,
)
from web.sandbox.stripe.routing import Ask, Route
from web.sandbox.stripe.showing import page
from web.sandbox.stripe.store import new_id

ANSWER_TIMEOUT_S = 20.0
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0
LAST_TRY_AFTER_S = 3 * 86_400.0
"""As in live mode. Stripe's own sandboxes give up after three tries in a few hours."""
AT_ONCE = 16
TYPES_ASKED_FOR = 20
OWN_ENDPOINT = "we_sandboxdefault"
PENDING = "stripe_delivery"


def signature(payload: bytes, secret: str, moment: int) -> str:
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


def new_endpoint(account: Account, url: str, events: list[str], *, secret: str = "", **more: object) -> Json:
    return account.make(
        {
            "id": new_id("we"),
            "object": "webhook_endpoint",
            "api_version": API_VERSION,
            "application": None,
            "created": account.now(),
            "description": None,
            "enabled_events": events,
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": url,
            "_secret": secret or new_id("whsec", 32),
            **more,
        }
    )


def set_own_endpoint(account: Account, url: str) -> Json:
    """The endpoint that is there from the start, with the well-known secret."""
    endpoint = account.store.find(OWN_ENDPOINT)
    if endpoint is None:
        return new_endpoint(account, url, ["*"], secret=SANDBOX_WEBHOOK_SECRET, id=OWN_ENDPOINT)
    return account.change(endpoint, url=url, status="enabled")


def create(ask: Ask) -> Json:
    """The one answer that shows the secret."""
    given = ask.params
    endpoint = new_endpoint(
        ask.account,
        given["url"],
        given["enabled_events"],
        description=given.get("description"),
        metadata=merged_metadata({}, given.get("metadata") or {}),
    )
    return {**endpoint, "secret": endpoint["_secret"]}


def endpoint(ask: Ask) -> Json:
    return ask.account.store.get("webhook_endpoint", ask.id)


def endpoints(ask: Ask) -> Json:
    return page(ask.account.store.all("webhook_endpoint"), ask.params, "/v1/webhook_endpoints")


def update(ask: Ask) -> Json:
    found, changes = endpoint(ask), dict(ask.params)
    if "metadata" in changes:
        changes["metadata"] = merged_metadata(found["metadata"], changes["metadata"])
    if "disabled" in changes:
        changes["status"] = "disabled" if changes.pop("disabled") else "enabled"
    if changes.get("enabled_events") == []:
        raise invalid("You must pass at least one event", param="enabled_events")
    return ask.account.change(found, **changes)


def delete(ask: Ask) -> Json:
    found = endpoint(ask)
    ask.account.store.drop(found)
    return {"id": found["id"], "object": "webhook_endpoint", "deleted": True}


def event(ask: Ask) -> Json:
    return ask.account.store.get("event", ask.id)


def events(ask: Ask) -> Json:
    if len(ask.params.get("types", [])) > TYPES_ASKED_FOR:
        raise invalid(f"You may ask for up to {TYPES_ASKED_FOR} types.", param="types")
    types = ask.params.get("types") or ([ask.params["type"]] if "type" in ask.params else [])
    found = (body for body in ask.account.store.all("event") if not types or _matches(body["type"], types))
    return page(found, ask.params, "/v1/events")


def _matches(type_: str, wanted: list[str]) -> bool:
    return any(type_ == want or (want.endswith("*") and type_.startswith(want[:-1])) for want in wanted)


@dataclass(slots=True)
class Delivery:
    """An event on its way to an endpoint."""

    event_id: str
    endpoint_id: str
    failures: int = 0
    not_before: float = 0.0
    since: float = field(default_factory=time.monotonic)

    @property
    def key(self) -> str:
        return f"{self.event_id}:{self.endpoint_id}"


@dataclass
class Mischief:
    """What a test wants of the next events: dropped, sent twice, late, or the wrong way round."""

    drop: int = 0
    duplicate: int = 0
    delay: int = 0
    delay_s: float = 0.0
    hold: bool = False


class Webhooks:
    """Delivers for all endpoints. Redeliveries follow after 1, 2, 4, ... at most 60 seconds, for three days."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.mischief = Mischief()
        self.attempts: list[Json] = []
        self._waiting: dict[str, Delivery] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        for _, row in account.world.storage.documents(PENDING):
            delivery = Delivery(row["event"], row["endpoint"])
            self._waiting[delivery.key] = delivery
        account.on_event = self._on_event

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="webhooks of the sandbox's Stripe")

    async def stop(self) -> None:
        tasks = [*self._sending.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def clear(self) -> None:
        self.mischief = Mischief()
        self._waiting.clear()
        self.attempts.clear()

    def waiting(self) -> list[Delivery]:
        return list(self._waiting.values())

    def _on_event(self, event: Json) -> None:
        wanted = [
            body
            for body in self._account.store.all("webhook_endpoint", status="enabled")
            if "*" in body["enabled_events"] or event["type"] in body["enabled_events"]
        ]
        self._account.change(event, pending_webhooks=len(wanted))
        if wanted and self.mischief.drop > 0:
            self.mischief.drop -= 1
            return
        for endpoint in wanted:
            self._plan(Delivery(event["id"], endpoint["id"]))

    def _plan(self, delivery: Delivery) -> None:
        if self.mischief.delay > 0:
            self.mischief.delay -= 1
            delivery.not_before = time.monotonic() + self.mischief.delay_s
        self._waiting[delivery.key] = delivery
        row: Json = {"event": delivery.event_id, "endpoint": delivery.endpoint_id}
        self._account.world.storage.put(PENDING, delivery.key, row)
        self._news.set()

    def resend(self, event_id: str) -> None:
        """Once more to every endpoint, as from Stripe's dashboard."""
        event = self._account.store.get("event", event_id)
        for endpoint in self._account.store.all("webhook_endpoint", status="enabled"):
            self._plan(Delivery(event["id"], endpoint["id"]))

    def release(self, *, backwards: bool) -> None:
        """Let go what was held: in its order, or the wrong way round."""
        self.mischief.hold = False
        if backwards:
            self._waiting = dict(reversed(self._waiting.items()))
        self._news.set()

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._news.clear()
                wait_s = self._send_ready(session)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._news.wait()

    def _send_ready(self, session: aiohttp.ClientSession) -> float | None:
        """Start what may go out now; how long until the next one may, None when none waits."""
        now = time.monotonic()
        waits = []
        for delivery in self.waiting():
            if self.mischief.hold or len(self._sending) >= AT_ONCE:
                break
            if delivery.key in self._sending:
                continue
            if delivery.not_before > now:
                waits.append(delivery.not_before - now)
                continue
            self._sending[delivery.key] = asyncio.create_task(self._send(session, delivery))
        return min(waits, default=None)

    async def _send(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        event = self._account.store.find(delivery.event_id)
        endpoint = self._account.store.find(delivery.endpoint_id)
        try:
            if event is None or endpoint is None:
                self._done(delivery)
                return
            status = await self._post(session, event, endpoint)
            if status // 100 == 2 and self.mischief.duplicate > 0:
                self.mischief.duplicate -= 1
                await self._post(session, event, endpoint)
        finally:
            self._sending.pop(delivery.key, None)
            self._news.set()
        self._answered(delivery, event, status)
        self._account.world.storage.commit()

    async def _post(self, session: aiohttp.ClientSession, event: Json, endpoint: Json) -> int:
        """The status that came back; 0 when none did."""
        shown = {name: value for name, value in event.items() if not name.startswith("_")}
        payload = json.dumps(shown, indent=2, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, endpoint["_secret"], int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        status = 0
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            url = endpoint["url"]
            async with session.post(url, data=payload, headers=headers, allow_redirects=False) as response:
                await response.read()
                status = response.status
        self.attempts.append({"event": event["id"], "type": event["type"], "url": endpoint["url"], "status": status})
        del self.attempts[:-10_000]
        return status

    def _answered(self, delivery: Delivery, event: Json, status: int) -> None:
        if status // 100 == 2:
            self._account.change(event, pending_webhooks=max(event["pending_webhooks"] - 1, 0))
            self._done(delivery)
            return
        now = time.monotonic()
        if now - delivery.since > LAST_TRY_AFTER_S:
            self._done(delivery)
            return
        delivery.not_before = now + min(FIRST_DELAY_S * 2**delivery.failures, LONGEST_DELAY_S)
        delivery.failures += 1

    def _done(self, delivery: Delivery) -> None:
        self._waiting.pop(delivery.key, None)
        self._account.world.storage.drop(PENDING, delivery.key)


WEBHOOKS: web.AppKey[Webhooks] = web.AppKey("stripe_webhooks", Webhooks)

_FIELDS: Params = {"description": text, "enabled_events": listed(text), "metadata": metadata, "url": address}
ROUTES = [
    Route(
        "POST",
        "webhook_endpoints",
        create,
        {**_FIELDS, "api_version": one_of(API_VERSION), "enabled_events*": listed(text), "url*": address},
    ),
    Route("GET", "webhook_endpoints", endpoints, PAGING),
    Route("GET", "webhook_endpoints/{id}", endpoint),
    Route("POST", "webhook_endpoints/{id}", update, {**_FIELDS, "disabled": flag}),
    Route("DELETE", "webhook_endpoints/{id}", delete),
    Route("GET", "events", events, {**PAGING, "created": span, "type": text, "types": listed(text)}),
    Route("GET", "events/{id}", event),
]
