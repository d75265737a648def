"""Events on their way: signed, again until taken, and as badly behaved as a test asks for."""

import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox_server import RunningSandbox, running_sandbox, sandbox_process
from tests.web.sandbox_stripe.conftest import Receiver, client_for
from tests.web.sandbox_stripe.stories import every, payer, plans, raw, subscribe
from web.sandbox.client import SandboxClient
from web.sandbox.stripe import SANDBOX_WEBHOOK_SECRET
from web.sandbox.stripe.webhooks import signature

CREATED = "customer.created"


async def control(sandbox: RunningSandbox, **values: Any) -> None:
    await sandbox.client.request("POST", "/control/stripe/webhooks", json=values)


def test_signatures_are_what_the_sdk_expects() -> None:
    payload = json.dumps({"id": "evt_1", "object": "event"})
    header = signature(payload.encode(), "whsec_a", 1_700_000_000)
    assert stripe.WebhookSignature.verify_header(payload, header, "whsec_a", tolerance=0)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(payload, header, "whsec_b", tolerance=0)


async def test_an_endpoint_that_fails_gets_it_again(client: stripe.StripeClient, receiver: Receiver) -> None:
    receiver.refuse = 2
    customer = await client.v1.customers.create_async({"name": "a"})
    events = await receiver.got(CREATED)
    assert [event["data"]["object"]["id"] for event in events] == [customer.id]
    assert receiver.refuse == 0


async def test_events_say_what_changed_and_which_call_did_it(client: stripe.StripeClient, receiver: Receiver) -> None:
    customer = await client.v1.customers.create_async({"name": "a"})
    await client.v1.customers.update_async(customer.id, {"name": "b"}, {"idempotency_key": "k"})
    events = await receiver.got("customer.updated")
    event = next(event for event in events if event["type"] == "customer.updated")
    assert event["data"]["previous_attributes"] == {"name": "a"}
    assert (event["livemode"], event["request"]["idempotency_key"]) == (False, "k")
    same = await client.v1.events.retrieve_async(event["id"])
    assert same.type == "customer.updated"


async def test_a_dropped_event_is_in_the_list_and_can_be_sent_again(
    sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    await control(sandbox, drop=1)
    await client.v1.customers.create_async({"name": "lost"})
    await client.v1.customers.create_async({"name": "kept"})
    events = await receiver.got(CREATED)
    assert [event["data"]["object"]["name"] for event in events] == ["kept"]
    listed = await client.v1.events.list_async({"type": CREATED})
    assert [event.data.object["name"] for event in listed.data] == ["kept", "lost"]
    await sandbox.client.request("POST", "/control/stripe/webhooks/resend", json={"event": listed.data[1].id})
    await receiver.until(lambda came: came.count(CREATED) == 2)


async def test_an_event_can_come_twice(
    sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    await control(sandbox, duplicate=1)
    await client.v1.customers.create_async({"name": "a"})
    events = await receiver.until(lambda came: came.count(CREATED) == 2)
    assert events[0]["id"] == events[1]["id"]


async def test_events_can_come_the_wrong_way_round(
    sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    await control(sandbox, hold=True)
    for name in "abc":
        await client.v1.customers.create_async({"name": name})
    assert receiver.events == []
    await sandbox.client.request("POST", "/control/stripe/webhooks/release", json={"backwards": True})
    events = await receiver.until(lambda came: came.count(CREATED) == 3)
    assert [event["data"]["object"]["name"] for event in events] == ["c", "b", "a"]


async def test_an_event_can_be_late(sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver) -> None:
    await control(sandbox, delay=1, delay_s=1.0)
    for name in ("late", "prompt"):
        await client.v1.customers.create_async({"name": name})
    events = await receiver.until(lambda came: came.count(CREATED) == 2)
    assert [event["data"]["object"]["name"] for event in events] == ["prompt", "late"]


async def test_an_endpoint_gets_only_what_it_asked_for_and_keeps_its_secret(
    sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    await sandbox.client.request("POST", "/control/stripe/webhook", json={"url": "http://127.0.0.1:1/nobody"})
    made = await client.v1.webhook_endpoints.create_async(
        {"url": receiver.url, "enabled_events": ["product.created"], "api_version": "2026-10-28.endive"}
    )
    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    receiver.secret = made.secret
    await client.v1.customers.create_async({"name": "a"})
    await client.v1.products.create_async({"name": "Pro"})
    await receiver.got("product.created")
    assert set(receiver.types()) == {"product.created"}
    assert "secret" not in await client.v1.webhook_endpoints.retrieve_async(made.id)
    changed = await client.v1.webhook_endpoints.update_async(made.id, {"disabled": True})
    assert changed.status == "disabled"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.webhook_endpoints.create_async(
            {"url": receiver.url, "enabled_events": ["*"], "api_version": "2024-06-20"}
        )


async def test_what_waits_and_what_is_kept_survives_a_kill(tmp_path: Path) -> None:
    async with sandbox_process(tmp_path) as process, SandboxClient(f"http://127.0.0.1:{process.port}") as tests:
        sandbox = RunningSandbox(tests.base_url, tests)
        await tests.request("POST", "/control/stripe/webhook", json={"url": "http://127.0.0.1:1/"})
        async with client_for(sandbox) as client:
            prices, customer = await plans(client), await payer(client)
            subscription = await subscribe(client, customer, prices.pro)
            first = await client.v1.customers.create_async({"name": "a"}, {"idempotency_key": "k"})
        await process.kill()
        await process.start()
        async with client_for(sandbox) as client:
            assert (await client.v1.subscriptions.retrieve_async(subscription.id)).status == "active"
            again = await client.v1.customers.create_async({"name": "a"}, {"idempotency_key": "k"})
            assert again.id == first.id
        waiting = (await tests.request("GET", "/control/stripe/webhooks"))["waiting"]
        told = {event["id"] for event in await every(sandbox, "events")}
        assert {one["event"] for one in waiting} == told


async def test_a_reset_forgets_everything_but_the_own_endpoint(
    sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    await client.v1.customers.create_async({"name": "a"}, {"idempotency_key": "k"})
    await receiver.got(CREATED)
    await sandbox.client.reset()
    assert await every(sandbox, "customers") == []
    await client.v1.customers.create_async({"name": "b"}, {"idempotency_key": "k"})
    await receiver.until(lambda came: came.count(CREATED) == 2)


async def test_a_sandbox_can_be_told_its_endpoint_at_the_start(receiver: Receiver) -> None:
    async with running_sandbox(stripe_webhook_url=receiver.url) as sandbox:
        _, found, _ = await raw(sandbox, "GET", "webhook_endpoints")
        assert [endpoint["url"] for endpoint in found["data"]] == [receiver.url]
        async with client_for(sandbox) as client:
            await client.v1.customers.create_async({"name": "a"})
        await receiver.got(CREATED)
    assert receiver.secret == SANDBOX_WEBHOOK_SECRET
