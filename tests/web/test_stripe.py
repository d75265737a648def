"""Stripe's webhooks: what is Stripe's stands in the ledger once, whatever else comes is refused and leaves nothing."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import stripe
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import select

from core.billing.stripe_events import CATCH_UP
from core.billing.stripe_models import EventStatus, StripeEvent
from core.clock import FixedClock
from core.deps import Deps
from core.providers.payments.account import StripeAccount
from core.providers.payments.signatures import SignatureRefused, check_signature
from core.settings import SANDBOX_STRIPE_WEBHOOK_SECRET, STRIPE_WEBHOOK_PATH
from tests.recording_queue import RecordingQueue
from web.app import build_app

Hook = TestClient[web.Request, web.Application]


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    thing = {"id": "sub_1", "object": "subscription", "customer": "cus_1"}
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": "customer.subscription.updated",
        "created": 1_790_000_000,
        "livemode": False,
        "data": {"object": thing},
        **changes,
    }


@pytest.fixture
def taking(deps: Deps) -> Deps:
    """Somebody takes cards, who isn't asked anything here."""
    return replace(deps, payments=StripeAccount(deps.http, key=SecretStr("sk_test_nobody")))


@pytest.fixture
async def hook(taking: Deps) -> AsyncIterator[Hook]:
    async with TestClient(TestServer(build_app(taking))) as client:
        yield client


async def tell(
    hook: Hook,
    body: str,
    clock: FixedClock,
    *,
    secret: str = SANDBOX_STRIPE_WEBHOOK_SECRET,
    age_s: int = 0,
    sent: bytes | None = None,
) -> int:
    """Sign `body` and send it, or `sent` in its place."""
    header = stripe.WebhookSignature.generate_signature_header(body, secret, int(clock.now().timestamp()) - age_s)
    answer = await hook.post(
        STRIPE_WEBHOOK_PATH,
        data=io.BytesIO(body.encode() if sent is None else sent),
        headers={"Stripe-Signature": header},
    )
    return answer.status


async def ledger(deps: Deps) -> list[StripeEvent]:
    async with deps.read() as session:
        return list(await session.scalars(select(StripeEvent).order_by(StripeEvent.id)))


async def test_an_event_stands_in_the_ledger_once_and_is_looked_into(
    hook: Hook, deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    for _ in range(3):
        assert await tell(hook, json.dumps(event()), clock) == 200
    (noted,) = await ledger(deps)
    assert (noted.id, noted.subject, noted.status, noted.source) == ("evt_1", "cus_1", EventStatus.WAITING, "webhook")
    assert queue.pushed(CATCH_UP) == [("cus_1",)]


@pytest.mark.parametrize(
    ("thing", "subject"),
    [
        ({"id": "cus_2", "object": "customer"}, "cus_2"),
        ({"id": "ch_1", "object": "charge", "customer": {"id": "cus_3", "object": "customer"}}, "cus_3"),
        ({"id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1"}, "pi_1"),
        ({"id": "re_1", "object": "refund", "charge": "ch_1", "payment_intent": None}, "ch_1"),
    ],
)
async def test_what_an_event_is_about_is_a_customer_or_a_payment(
    hook: Hook, deps: Deps, clock: FixedClock, thing: dict[str, Any], subject: str
) -> None:
    assert await tell(hook, json.dumps(event(data={"object": thing})), clock) == 200
    assert [noted.subject for noted in await ledger(deps)] == [subject]


@pytest.mark.parametrize(
    "told",
    [
        event(type="invoice.will_be_due"),
        event(type="account.updated", data={"object": {"id": "acct_1", "object": "account"}}),
        event(data={"object": {"id": "sub_1", "object": "subscription"}}),
        {
            "id": "evt_test_65",
            "object": "v2.core.event",
            "type": "v1.billing.meter.error_report_triggered",
            "created": "2026-11-21T20:00:00.000Z",
            "livemode": False,
            "related_object": {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_1"},
        },
    ],
)
async def test_what_changes_nothing_is_written_down_and_ignored(
    hook: Hook, deps: Deps, clock: FixedClock, queue: RecordingQueue, told: dict[str, Any]
) -> None:
    assert await tell(hook, json.dumps(told), clock) == 200
    assert [noted.status for noted in await ledger(deps)] == [EventStatus.IGNORED]
    assert queue.pushed(CATCH_UP) == []


BODY = json.dumps(event())


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"secret": "whsec_somebody_elses"}, id="forged"),
        pytest.param({"age_s": 301}, id="stale"),
        pytest.param({"sent": BODY[:-1].encode()}, id="truncated"),
        pytest.param({"sent": BODY.replace("cus_1", "cus_2").encode()}, id="changed"),
        pytest.param({"sent": b""}, id="empty"),
    ],
)
async def test_what_nobody_signed_like_this_is_refused(
    hook: Hook, deps: Deps, clock: FixedClock, bad: dict[str, Any]
) -> None:
    assert await tell(hook, BODY, clock, **bad) == 400
    assert await ledger(deps) == []


def test_bytes_that_no_text_has_sign_nothing(clock: FixedClock) -> None:
    """As aiohttp gives them on from headers."""
    header = f"t={int(clock.now().timestamp())},v1=\udcff"
    with pytest.raises(SignatureRefused):
        check_signature(b"{}", header, secrets=[SecretStr("whsec_x")], now=clock.now())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="no json"),
        pytest.param("[1]", id="a list"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('"evt_1"', id="a word"),
        pytest.param(json.dumps(event(object="account")), id="no event"),
        pytest.param(json.dumps(event(id=7)), id="a number for an id"),
        pytest.param(json.dumps(event(id="e" * 300)), id="a long id"),
        pytest.param(json.dumps(event(created="today")), id="no time"),
        pytest.param(json.dumps(event(created=10**30)), id="a time beyond time"),
        pytest.param(json.dumps(event(livemode=None)), id="no mode"),
        pytest.param(json.dumps(event(data={"object": "sub_1"})), id="no object"),
        pytest.param(json.dumps(event(object="v2.core.event")), id="a thin one without a time"),
        pytest.param(json.dumps(event(object="v2.core.event", created="2026-11-21T20:00")), id="a time of nowhere"),
        pytest.param(json.dumps(event(livemode=True)), id="real money with a test key"),
    ],
)
async def test_what_is_signed_and_isnt_an_event_of_ours_is_refused(
    hook: Hook, deps: Deps, clock: FixedClock, body: str
) -> None:
    assert await tell(hook, body, clock) == 400
    assert await ledger(deps) == []


async def test_over_a_megabyte_is_refused(hook: Hook, deps: Deps, clock: FixedClock) -> None:
    body = json.dumps(event(padding="x" * (1024 * 1024)))
    assert await tell(hook, body, clock) == 400
    assert await ledger(deps) == []


@pytest.mark.parametrize("header", [None, "", "t=1", "v1=00", "nonsense", "t=1,v1=", "t=99999999999999,v1=00"])
async def test_a_header_that_is_no_signature_is_refused(hook: Hook, deps: Deps, header: str | None) -> None:
    headers = {} if header is None else {"Stripe-Signature": header}
    assert (await hook.post(STRIPE_WEBHOOK_PATH, data=BODY, headers=headers)).status == 400
    assert await ledger(deps) == []


async def test_each_of_several_secrets_is_good_while_one_is_replaced(deps: Deps, clock: FixedClock) -> None:
    secrets = [SecretStr("whsec_new"), SecretStr("whsec_old")]
    settings = deps.settings.model_copy(update={"stripe_webhook_secrets": secrets})
    account = StripeAccount(deps.http, key=SecretStr("sk_test_nobody"))
    taking = replace(deps, settings=settings, payments=account)
    async with TestClient(TestServer(build_app(taking))) as hook:
        assert await tell(hook, json.dumps(event(1)), clock, secret="whsec_new") == 200
        assert await tell(hook, json.dumps(event(2)), clock, secret="whsec_old") == 200
        assert await tell(hook, json.dumps(event(3)), clock) == 400
    assert [noted.id for noted in await ledger(deps)] == ["evt_1", "evt_2"]


async def test_where_nobody_takes_cards_there_is_no_webhook(deps: Deps, clock: FixedClock) -> None:
    async with TestClient(TestServer(build_app(replace(deps, payments=None)))) as hook:
        assert await tell(hook, BODY, clock) == 404
    assert await ledger(deps) == []


async def test_the_same_event_at_once_is_one_row(concurrent_deps: Deps, clock: FixedClock) -> None:
    account = StripeAccount(concurrent_deps.http, key=SecretStr("sk_test_nobody"))
    async with TestClient(TestServer(build_app(replace(concurrent_deps, payments=account)))) as hook:
        told = await asyncio.gather(*(tell(hook, BODY, clock) for _ in range(8)))
    assert told == [200] * 8
    assert len(await ledger(concurrent_deps)) == 1


async def test_a_lost_push_costs_no_event(hook: Hook, deps: Deps, clock: FixedClock, queue: RecordingQueue) -> None:
    queue.away = True
    assert await tell(hook, BODY, clock) == 200
    assert [noted.status for noted in await ledger(deps)] == [EventStatus.WAITING]


async def test_many_events_from_one_address_arent_too_many(hook: Hook, deps: Deps, clock: FixedClock) -> None:
    told = [await tell(hook, json.dumps(event(number)), clock) for number in range(120)]
    assert set(told) == {200}
