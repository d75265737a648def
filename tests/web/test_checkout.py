"""Where Stripe's pages lead back to."""

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from core.billing.checkout import DONE_PATH, LEFT_PATH, Outcome, start_checkout
from core.clock import FixedClock
from core.deps import Deps
from tests.factories import make_user
from tests.jobs.stripe_house import house_with
from tests.recording_queue import RecordingQueue
from tests.stripe_sandbox import checkout_id_in, stripe_sandbox
from web.app import build_app
from web.checkout import PAGES


async def test_the_page_says_what_came_of_it_and_leads_back(
    deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    async with stripe_sandbox() as stripe:
        house = house_with(deps, clock, queue, stripe)
        async with house.deps.tx() as tx:
            ann = await make_user(tx)
        url = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
        back = f'href="{stripe.sandbox.base_url}"'
        async with TestClient(TestServer(build_app(house.deps))) as browser:
            done = f"{DONE_PATH}?session_id={checkout_id_in(url)}"
            answer = await browser.get(done)
            shown = await answer.text()
            assert "Nothing was paid" in shown
            assert url in shown
            assert back in shown
            await stripe.pay(url)
            answer = await browser.get(done)
            assert "being confirmed" in await answer.text()
            assert answer.headers["Refresh"] == "2"
            await house.settle()
            answer = await browser.get(done)
            shown = await answer.text()
            assert "You have Pro" in shown
            assert back in shown
            assert "Refresh" not in answer.headers


@pytest.mark.parametrize("session_id", ["", "cs_nothing", "<script>", "x" * 5000])
async def test_a_page_that_isnt_ours_leads_nowhere(deps: Deps, session_id: str) -> None:
    async with stripe_sandbox() as stripe:
        taking = replace(deps, payments=stripe.account)
        async with TestClient(TestServer(build_app(taking))) as browser:
            answer = await browser.get(DONE_PATH, params={"session_id": session_id})
            assert answer.status == 404
            assert "<script>" not in await answer.text()
            assert (await browser.get(LEFT_PATH)).status == 200


def test_every_outcome_has_a_page() -> None:
    assert set(PAGES) == set(Outcome)
