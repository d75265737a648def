"""What the business asks of Stripe, asked of the sandbox's by the unmodified SDK."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import stripe
from pydantic import SecretStr

from core import ids
from core.clock import SystemClock
from core.errors import ProviderError
from core.providers.payments import catalogue
from core.providers.payments.account import StripeAccount
from core.providers.payments.contract import CheckoutOrder, PaymentErrorCode, SeenSubscription, Sellable
from core.providers.payments.signatures import SignatureRefused, check_signature
from tests.stripe_sandbox import (
    DECLINED_CARD,
    GOOD_CARD,
    PLANS,
    StripeSandbox,
    checkout_id_in,
    stripe_sandbox,
)

SECRET = SecretStr("whsec_one")


@pytest.fixture(scope="module")
async def there() -> AsyncIterator[StripeSandbox]:
    async with stripe_sandbox() as running:
        yield running


async def order(there: StripeSandbox, plan_key: str = "pro") -> CheckoutOrder:
    owner = str(ids.new())
    price = await there.account.price_for(plan_key)
    assert price is not None
    return CheckoutOrder(
        customer_id=await there.account.customer_for(owner=owner, name="Ann"),
        owner=owner,
        plan_key=plan_key,
        price_id=price.id,
        success_url="http://127.0.0.1:1/done?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="http://127.0.0.1:1/left",
        key=f"checkout:{ids.new()}",
    )


async def subscribed(there: StripeSandbox, plan_key: str = "pro") -> SeenSubscription:
    wanted = await order(there, plan_key)
    page = await there.account.open_checkout(wanted)
    await there.pay(page.url)
    return await only(there, wanted.customer_id)


async def only(there: StripeSandbox, customer_id: str) -> SeenSubscription:
    (found,) = (await there.account.customer(customer_id)).subscriptions
    return found


async def price_id(there: StripeSandbox, plan_key: str) -> str:
    price = await there.account.price_for(plan_key)
    assert price is not None
    return price.id


def test_the_version_of_endpoints_is_the_sdks() -> None:
    assert stripe.api_version == catalogue.API_VERSION
    assert len(catalogue.EVENTS) <= 20


async def test_an_owner_has_one_customer_however_often_it_is_asked_for(there: StripeSandbox) -> None:
    owner = str(ids.new())
    first = await there.account.customer_for(owner=owner, name="Ann")
    assert await there.account.customer_for(owner=owner, name="Ann, renamed") == first
    assert await there.account.customer_for(owner=str(ids.new()), name="Ann") != first
    assert (await there.account.customer(first)).owner == owner


async def test_a_checkout_that_is_paid_is_a_subscription_with_our_marks_on_it(there: StripeSandbox) -> None:
    wanted = await order(there)
    page = await there.account.open_checkout(wanted)
    assert (await there.account.checkout(page.id)).paid is False
    answer = await there.pay(page.url)
    assert answer.headers["location"].endswith(f"session_id={page.id}")
    seen = await there.account.customer(wanted.customer_id)
    (subscription,), (bill,) = seen.subscriptions, seen.invoices
    assert (subscription.state, subscription.owner, subscription.price.plan_key) == ("active", wanted.owner, "pro")
    assert subscription.period_end - subscription.period_start >= timedelta(days=28)
    assert (bill.paid_cents, bill.currency, bill.subscription_id) == (1900, "USD", subscription.id)
    assert bill.price_id == wanted.price_id
    assert len(bill.payment_ids) == 1
    checkout = await there.account.checkout(page.id)
    assert (checkout.status, checkout.paid, checkout.subscription_id) == ("complete", True, subscription.id)
    assert await there.account.customer_behind(bill.payment_ids[0]) == wanted.customer_id


async def test_a_card_that_is_declined_pays_nothing(there: StripeSandbox) -> None:
    wanted = await order(there)
    page = await there.account.open_checkout(wanted)
    assert (await there.pay(page.url, DECLINED_CARD)).status_code == 402
    assert (await there.account.checkout(page.id)).paid is False
    assert all(bill.paid_cents == 0 for bill in (await there.account.customer(wanted.customer_id)).invoices)
    assert (await there.pay(page.url, GOOD_CARD)).status_code == 303


async def test_the_same_order_is_the_same_page(there: StripeSandbox) -> None:
    wanted = await order(there)
    assert await there.account.open_checkout(wanted) == await there.account.open_checkout(wanted)


async def test_a_closed_checkout_takes_no_money(there: StripeSandbox) -> None:
    page = await there.account.open_checkout(await order(there))
    await there.account.close_checkout(page.id)
    await there.account.close_checkout(page.id)
    assert (await there.account.checkout(page.id)).status == "expired"
    assert (await there.pay(page.url)).status_code == 410


async def test_an_upgrade_costs_what_was_quoted(there: StripeSandbox) -> None:
    before = await subscribed(there, "starter")
    pro = await price_id(there, "pro")
    quote = await there.account.quote_change(before, price_id=pro)
    assert 0 < quote.cents <= 1000
    changed = await there.account.change_now(before, price_id=pro, asked_at=quote.asked_at, key=f"change:{before.id}")
    assert changed.pay_url is None
    after = await there.account.customer(before.customer_id)
    assert after.subscriptions[0].price.plan_key == "pro"
    assert after.invoices[-1].paid_cents == quote.cents
    assert after.invoices[-1].price_id == pro


async def test_a_downgrade_comes_with_the_next_period(there: StripeSandbox) -> None:
    before = await subscribed(there, "pro")
    starter = await price_id(there, "starter")
    for _ in range(2):
        now = await only(there, before.customer_id)
        await there.account.change_later(now, price_id=starter, owner=str(before.owner), plan_key="starter")
    planned = await only(there, before.customer_id)
    assert planned.price.plan_key == "pro"
    assert planned.coming is not None
    assert (planned.coming.price.plan_key, planned.coming.at) == ("starter", before.period_end)
    await there.account.forget_change(planned)
    kept = await only(there, before.customer_id)
    assert (kept.coming, kept.schedule_id) == (None, None)


async def test_cancelling_is_for_the_periods_end_and_can_be_taken_back(there: StripeSandbox) -> None:
    before = await subscribed(there)
    await there.account.cancel_at_period_end(before)
    cancelled = await only(there, before.customer_id)
    assert (cancelled.state, cancelled.cancel_at) == ("active", before.period_end)
    await there.account.resume(cancelled)
    assert (await only(there, before.customer_id)).cancel_at is None
    for _ in range(2):
        await there.account.cancel_at_once(before.id)
    assert (await only(there, before.customer_id)).state == "canceled"


async def test_a_planned_downgrade_gives_way_to_cancelling(there: StripeSandbox) -> None:
    before = await subscribed(there, "pro")
    starter = await price_id(there, "starter")
    await there.account.change_later(before, price_id=starter, owner=str(before.owner), plan_key="starter")
    await there.account.cancel_at_period_end(await only(there, before.customer_id))
    after = await only(there, before.customer_id)
    assert (after.coming, after.cancel_at) == (None, before.period_end)


async def test_a_payment_goes_back_once(there: StripeSandbox) -> None:
    subscription = await subscribed(there)
    ((payment_id,),) = [bill.payment_ids for bill in (await there.account.customer(subscription.customer_id)).invoices]
    await there.account.refund(payment_id, key="one")
    await there.account.refund(payment_id, key="another")
    refunds = (await there.account.customer(subscription.customer_id)).refunds
    assert [(refund.payment_id, refund.cents, refund.currency) for refund in refunds] == [(payment_id, 1900, "USD")]


async def test_the_portal_is_the_customers(there: StripeSandbox) -> None:
    subscription = await subscribed(there)
    url = await there.account.open_portal(subscription.customer_id, return_url="http://127.0.0.1:1/left")
    assert (await there.http.get(url)).status_code == 200


async def test_the_portal_offers_our_plans_alone_and_is_set_up_once(there: StripeSandbox) -> None:
    """Other products of the same account aren't for those who pay for a plan."""
    subscription = await subscribed(there, "starter")
    theirs = await there.call("POST", "products", {"name": "Somebody's mugs"})
    mug = {"product": theirs["id"], "currency": "usd", "unit_amount": "100", "recurring[interval]": "month"}
    await there.call("POST", "prices", mug)
    prices = [await price_id(there, plan.plan_key) for plan in PLANS]
    assert (await there.account.sync_portal(prices[:2])).did == "created"
    changed = await there.account.sync_portal(prices)
    assert changed.did == "changed"
    assert (await there.account.sync_portal(prices[::-1])).did == "kept"
    url = await there.account.open_portal(
        subscription.customer_id,
        return_url="http://127.0.0.1:1/left",
        flow="subscription_update",
        about=subscription.id,
    )
    page = (await there.http.get(url, follow_redirects=True)).text
    assert [f"Postaify {name}" in page for name in ("Pro", "Business")] == [True, True]
    assert "mugs" not in page
    await there.call("POST", f"billing_portal/configurations/{changed.id}", {"active": "false"})
    assert await there.account.sync_portal(prices) == changed
    assert (await there.account.sync_portal([])).did == "changed"
    home = await there.account.open_portal(subscription.customer_id, return_url="http://127.0.0.1:1/left")
    shown = (await there.http.get(home)).text
    assert ("Cancel plan" in shown, "/plan/" in shown) == (True, False)
    await there.account.sync_portal(prices)


async def test_what_happened_can_be_asked_for_later(there: StripeSandbox) -> None:
    began = SystemClock().now() - timedelta(seconds=1)
    subscription = await subscribed(there)
    told = [event async for event in there.account.events(since=began) if event.subject == subscription.customer_id]
    assert {"checkout.session.completed", "customer.subscription.created", "invoice.paid"} <= {e.type for e in told}
    assert not any(event.livemode for event in told)
    assert subscription.customer_id in [customer_id async for customer_id in there.account.customers()]


async def test_the_catalogue_is_made_once_and_a_new_price_takes_the_name(there: StripeSandbox) -> None:
    before = await price_id(there, "business")
    assert {line.did for line in await there.account.sync_catalogue(PLANS)} == {"kept"}
    dearer = replace(PLANS[2], cents=12_900)
    assert [line.did for line in await there.account.sync_catalogue([dearer])] == ["kept", "changed"]
    price = await there.account.price_for("business")
    assert price is not None
    assert (price.cents, price.plan_key) == (12_900, "business")
    assert (await there.account.price(before)).plan_key == "business"
    assert {line.did for line in await there.account.sync_catalogue([dearer])} == {"kept"}
    await there.account.sync_catalogue([PLANS[2]])


async def test_a_product_that_is_new_is_made(there: StripeSandbox) -> None:
    extra = [Sellable(f"extra{ids.new().hex[:6]}", "Extra", 500, "USD")]
    assert [line.did for line in await there.account.sync_catalogue(extra)] == ["created", "created"]


async def test_the_webhook_is_made_once_and_tells_its_secret_once(there: StripeSandbox) -> None:
    url = f"http://127.0.0.1:9/{ids.new()}"
    line, secret = await there.account.sync_webhook(url)
    assert line.did == "created"
    assert (secret or "").startswith("whsec_")
    line, secret = await there.account.sync_webhook(url)
    assert (line.did, secret) == ("kept", None)
    assert url in (await there.account.account_facts())["webhooks"]


@pytest.mark.parametrize(
    ("key", "code", "retryable"),
    [
        ("sk_test_somebody_elses", PaymentErrorCode.KEY_REFUSED, False),
        (None, PaymentErrorCode.NOT_THERE, False),
    ],
)
async def test_failures_are_told_in_our_words(
    there: StripeSandbox, key: str | None, code: PaymentErrorCode, retryable: bool
) -> None:
    account = StripeAccount(there.http, key=SecretStr(key), base_url=there.api) if key else there.account
    with pytest.raises(ProviderError) as caught:
        await account.price("price_nothing")
    assert (caught.value.error_code, caught.value.retryable) == (code, retryable)
    assert key is None or key not in str(caught.value)


async def test_nobody_there_may_pass(http: httpx.AsyncClient) -> None:
    account = StripeAccount(http, key=SecretStr("sk_test_nothing"), base_url="http://127.0.0.1:9")
    with pytest.raises(ProviderError) as caught:
        await account.price("price_nothing")
    assert (caught.value.error_code, caught.value.retryable) == (PaymentErrorCode.UNAVAILABLE, True)


def test_stripes_own_signatures_are_taken_and_no_others() -> None:
    now = SystemClock().now()
    body = b'{"id": "evt_1", "name": "\xc3\xbc"}'
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), SECRET.get_secret_value())
    check_signature(body, header, secrets=[SecretStr("whsec_old"), SECRET], now=now)
    check_signature(body, f"{header},v1=00,v0=00", secrets=[SECRET], now=now)
    for wrong, given, reason in [
        (body[:-1], header, "forged"),
        (body, header[:-1], "forged"),
        (body, header.replace("v1", "v0"), "malformed"),
        (body, "", "malformed"),
        (body, header.replace("t=", "t=x"), "malformed"),
        (body, f"t=1,{header}", "malformed"),
        (body, f"{header},v1={'0' * 2000}", "malformed"),
    ]:
        with pytest.raises(SignatureRefused) as caught:
            check_signature(wrong, given, secrets=[SECRET], now=now)
        assert caught.value.params == {"reason": reason}
    with pytest.raises(SignatureRefused):
        check_signature(body, header, secrets=[], now=now)


@pytest.mark.parametrize(("age_s", "taken"), [(299, True), (302, False), (-3600, True)])
def test_a_signature_is_good_for_five_minutes(age_s: int, taken: bool) -> None:
    now = SystemClock().now()
    signed_at = int(now.timestamp()) - age_s
    header = stripe.WebhookSignature.generate_signature_header("{}", SECRET.get_secret_value(), signed_at)
    if taken:
        check_signature(b"{}", header, secrets=[SECRET], now=now)
        return
    with pytest.raises(SignatureRefused):
        check_signature(b"{}", header, secrets=[SECRET], now=now)


def test_a_page_names_its_checkout() -> None:
    assert checkout_id_in("http://127.0.0.1:1/stripe/pay/cs_test_abc?x") == "cs_test_abc"
