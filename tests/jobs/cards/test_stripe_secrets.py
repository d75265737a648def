"""Keys and card numbers stay out of logs, errors and rows, whatever goes wrong."""

import json
import logging
from dataclasses import replace

import httpx
import pytest
import structlog
from pydantic import SecretStr

from core.billing.stripe_events import note_stripe_event
from core.deps import Deps
from core.errors import ProviderError
from core.providers.payments.account import StripeAccount
from core.providers.payments.contract import SeenEvent
from jobs.stripe import look_into
from tests.recording_queue import RecordingQueue

KEY = "sk_test_never_to_be_seen_anywhere"


def refusing(status: int) -> httpx.AsyncClient:
    """A Stripe that repeats the key in its refusals."""

    def answer(request: httpx.Request) -> httpx.Response:
        said = {
            "type": "invalid_request_error",
            "code": "odd",
            "message": f"Refused: {request.headers['authorization']}",
        }
        return httpx.Response(status, json={"error": said}, headers={"stripe-should-retry": "false"})

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 429, 500])
async def test_no_refusal_shows_the_key(
    deps: Deps, queue: RecordingQueue, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    async with refusing(status) as http:
        account = StripeAccount(http, key=SecretStr(KEY))
        with pytest.raises(ProviderError) as caught:
            await account.customer("cus_1")
        assert KEY not in f"{caught.value!r} {caught.value.params}"
        taking = replace(deps, payments=account)
        async with deps.tx() as tx:
            event = SeenEvent("evt_1", "invoice.paid", False, tx.now, "cus_1")
            await note_stripe_event(tx, event, source="webhook")
        with structlog.testing.capture_logs() as logged:
            await look_into(taking, "cus_1")
    output = capsys.readouterr()
    assert logged
    for told in (json.dumps(logged, default=str), caplog.text, output.out, output.err):
        assert KEY not in told
