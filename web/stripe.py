"""Stripe's webhooks: known to be Stripe's, written down once, answered at once. A job looks into what they're about."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from core.billing.checkout import CardsNotTaken
from core.billing.stripe_events import note_stripe_events
from core.deps import Deps
from core.errors import InvalidInput
from core.providers.payments.contract import SeenEvent
from core.providers.payments.opening import webhook_secrets
from core.providers.payments.reading import event_of
from core.providers.payments.signatures import check_signature
from core.settings import STRIPE_WEBHOOK_PATH
from web.context import DEPS

log = structlog.get_logger()

routes = web.RouteTableDef()
BODY_LIMIT_BYTES: Final = 1024 * 1024
BATCH: Final = 500
SIGNATURE: Final = "Stripe-Signature"


class Intake:
    """Writes down what comes in at the same moment in one transaction: a commit costs more than a row."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._coming: list[tuple[SeenEvent, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, event: SeenEvent) -> None:
        """Returns when it stands there. Raises what keeps it from that."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._coming.append((event, noted))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await noted

    async def _write(self) -> None:
        while self._coming:
            batch, self._coming = self._coming[:BATCH], self._coming[BATCH:]
            try:
                async with self._deps.tx() as tx:
                    await note_stripe_events(tx, [event for event, _ in batch], source="webhook")
                    tx.on_commit.append(partial(_tell, batch))
            except Exception as error:
                _tell(batch, error)


def _tell(batch: Sequence[tuple[SeenEvent, asyncio.Future[None]]], problem: Exception | None = None) -> None:
    """Whoever waits; some may have gone, or know already."""
    for _, noted in batch:
        if noted.done():
            continue
        if problem is None:
            noted.set_result(None)
        else:
            noted.set_exception(problem)


INTAKE = web.AppKey("stripe_intake", Intake)


class WebhookRefused(InvalidInput):
    """Not something that Stripe tells us. `reason`: too_big, malformed, wrong_mode."""

    code = "payments.webhook_refused"


@routes.post(STRIPE_WEBHOOK_PATH)
async def receive(request: web.Request) -> web.Response:
    """200 once it stands in the ledger, however often it comes. What isn't Stripe's gets 400 and leaves nothing."""
    deps = request.app[DEPS]
    if deps.payments is None:
        raise CardsNotTaken
    body = await _body(request)
    secrets = webhook_secrets(deps.settings)
    try:
        check_signature(body, request.headers.get(SIGNATURE, ""), secrets=secrets, now=deps.clock.now())
        event = _event(body)
        if event.livemode is not deps.payments.livemode:
            raise WebhookRefused(reason="wrong_mode")
    except InvalidInput as refusal:
        log.warning("stripe.webhook_refused", reason=refusal.params.get("reason"), bytes=len(body))
        raise
    await request.app[INTAKE].note(event)
    return web.json_response({"received": True})


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as exc:
        raise WebhookRefused(reason="too_big", limit_bytes=BODY_LIMIT_BYTES) from exc


def _event(body: bytes) -> SeenEvent:
    try:
        return event_of(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as exc:
        raise WebhookRefused(reason="malformed") from exc
