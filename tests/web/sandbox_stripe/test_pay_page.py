"""What a person's card does on the page that takes it."""

import re

import pytest
import stripe
from aiohttp import ClientSession

from tests.sandbox_server import RunningSandbox
from tests.web.sandbox_stripe.conftest import Page, Receiver, pay, submit
from tests.web.sandbox_stripe.stories import CANCEL_URL, checkout, every, paid_checkout, plans

SUCCEEDS = ("4242424242424242", "5555 5555 5555 4444", "4000056655665556")
ALERT = re.compile(r'<p class="alert" role="alert"[^>]*>(.*?)</p>')


def alert(page: Page) -> str:
    found = ALERT.search(page.text)
    return found[1].replace("&#39;", "'") if found else ""


@pytest.mark.parametrize("number", SUCCEEDS)
async def test_good_cards_pay(client: stripe.StripeClient, browser: ClientSession, number: str) -> None:
    session = await checkout(client, (await plans(client)).pro)
    page = await pay(browser, session.url, number)
    assert page.status == 303
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


@pytest.mark.parametrize(
    ("number", "more", "said"),
    [
        ("4000000000000002", {}, "Your card was declined."),
        ("4000000000009995", {}, "Your card has insufficient funds."),
        ("4000000000000069", {}, "Your card has expired."),
        ("4000000000000127", {}, "Your card's security code is incorrect."),
        ("4000000000000341", {}, "Your card was declined."),
        ("4242424242424241", {}, "Your card number is incorrect."),
        ("4242", {}, "Your card number is incorrect."),
        ("6011000990139424", {}, "Your request was in test mode, but used a non test card."),
        ("4242424242424242", {"expiry": "12/24"}, "Your card has expired."),
        ("4242424242424242", {"expiry": "soon"}, "Your card's expiration year is invalid."),
        ("4242424242424242", {"cvc": "12"}, "Your card's security code is invalid."),
    ],
)
async def test_other_cards_are_declined_and_the_link_stays_good(
    sandbox: RunningSandbox,
    client: stripe.StripeClient,
    browser: ClientSession,
    number: str,
    more: dict[str, str],
    said: str,
) -> None:
    session = await checkout(client, (await plans(client)).pro)
    page = await pay(browser, session.url, number, **more)
    assert said in alert(page)
    session = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert await every(sandbox, "subscriptions?status=all") == []
    assert (await pay(browser, session.url)).status == 303


async def test_secure_cards_ask_and_may_fail(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    session = await checkout(client, (await plans(client)).pro)
    page = await pay(browser, session.url, "4000002500003155")
    assert page.location == f"/stripe/pay/{session.id}/3ds"
    asked = sandbox.base_url + page.location
    failed = await submit(browser, asked, answer="fail")
    async with browser.get(sandbox.base_url + failed.location) as response:
        assert "3-D Secure check was not completed" in await response.text()
    await pay(browser, session.url, "4000002500003155")
    done = await submit(browser, asked, answer="complete")
    assert done.location.startswith("http://127.0.0.1:1/done?id=cs_test_")
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "complete"


async def test_a_secure_card_can_be_declined_behind_the_check(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    session = await checkout(client, (await plans(client)).pro)
    page = await pay(browser, session.url, "4000008260003178")
    answered = await submit(browser, sandbox.base_url + page.location, answer="complete")
    assert alert(answered) == "Your card has insufficient funds."


async def test_pressing_twice_pays_once(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    session = await checkout(client, (await plans(client)).pro)
    first, second = await pay(browser, session.url), await pay(browser, session.url)
    assert first.location == second.location or "paid already" in second.text
    assert len(await every(sandbox, "charges")) == 1
    assert len(await every(sandbox, "subscriptions")) == 1


async def test_a_trial_saves_the_card_and_takes_nothing(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    prices = await plans(client)
    session = await paid_checkout(client, browser, prices.pro, subscription_data={"trial_period_days": 7})
    assert session.payment_status == "no_payment_required"
    subscription = await client.v1.subscriptions.retrieve_async(str(session.subscription))
    assert (subscription.status, bool(subscription.default_payment_method)) == ("trialing", True)
    assert await every(sandbox, "charges") == []


async def test_a_trial_may_go_without_a_card(client: stripe.StripeClient, browser: ClientSession) -> None:
    prices = await plans(client)
    session = await checkout(
        client, prices.pro, payment_method_collection="if_required", subscription_data={"trial_period_days": 7}
    )
    assert session.url is not None
    page = await submit(browser, session.url, without_card="1", email="ada@example.com")
    assert page.status == 303
    priced = await checkout(client, prices.pro, payment_method_collection="if_required")
    assert priced.url is not None
    assert alert(await submit(browser, priced.url, without_card="1"))


async def test_the_page_says_what_is_bought_and_that_it_is_a_sandbox(
    client: stripe.StripeClient, browser: ClientSession
) -> None:
    session = await checkout(client, (await plans(client)).pro, customer_email="ada@example.com")
    async with browser.get(str(session.url)) as response:
        text = await response.text()
    for words in ("Sandbox: no money moves", "Pro", "$19.00", "per month", "ada@example.com", f'href="{CANCEL_URL}"'):
        assert words in text


async def test_what_is_typed_is_shown_as_text(client: stripe.StripeClient, browser: ClientSession) -> None:
    session = await checkout(client, (await plans(client)).pro)
    page = await pay(browser, session.url, "4000000000000002", name='"><script>alert(1)</script>')
    assert "<script>" not in page.text


async def test_a_disputed_card_pays_first(
    client: stripe.StripeClient, browser: ClientSession, receiver: Receiver
) -> None:
    session = await checkout(client, (await plans(client)).pro)
    assert (await pay(browser, session.url, "4000000000000259")).status == 303
    await receiver.got("checkout.session.completed", "charge.dispute.created")
