import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.llm import ChatClient
from core.providers.prompts import Prompt
from core.providers.wire import Answer
from tests.core.providers.fake_model_server import (
    KEY,
    FakeModelServer,
    Fault,
    endless,
    page,
    refused,
    silent,
    streamed,
    whole,
)
from tests.patience import PATIENCE_S

MakeClient = Callable[..., ChatClient]

PROMPT = Prompt(
    ({"role": "system", "content": "Write."}, {"role": "user", "content": "Bread."}),
    "draft",
    {
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    },
    max_tokens=500,
)


async def ask(client: ChatClient, *, within_s: float = PATIENCE_S) -> Answer:
    return await client.complete(PROMPT, deadline_at=time.monotonic() + within_s)


async def failure(client: ChatClient, *, within_s: float = PATIENCE_S) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await ask(client, within_s=within_s)
    assert KEY not in f"{raised.value!r} {raised.value} {raised.value.params}"
    return raised.value


async def test_a_stream_gives_text_model_tokens_and_cost(make_client: MakeClient) -> None:
    answer = await ask(make_client())
    assert answer.text.startswith('{"text": "Bread rises')
    assert answer.complete
    assert (answer.usage.model, answer.usage.prompt_tokens, answer.usage.completion_tokens) == ("first-served", 100, 20)
    assert answer.usage.cost_usd == 0.001


@pytest.mark.parametrize(
    "answering",
    [streamed(done=False), streamed(usage=False), streamed(finish=None), whole()],
    ids=["no [DONE]", "no usage", "no finish reason", "not streamed"],
)
async def test_the_loose_ends_of_compatible_servers_are_taken(
    make_client: MakeClient, model_server: FakeModelServer, answering: Fault
) -> None:
    model_server.faults.append(answering)
    answer = await ask(make_client())
    assert answer.text.endswith('0."}') or answer.text.endswith('1."}')
    assert answer.complete
    assert len(model_server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (refused(400, "prompt is too long"), "text.bad_request", False),
        (refused(401), "text.key_refused", False),
        (refused(402, "Insufficient credits"), "text.no_credit", False),
        (refused(403, "flagged", reasons=["violence"]), "text.refused", False),
        (refused(403, "forbidden"), "text.key_refused", False),
        (refused(404, "no such model"), "text.bad_request", False),
        (refused(413), "text.bad_request", False),
        (page("<html>Bad gateway</html>", status=404), "text.bad_request", False),
        (page('{"detail": "Not Found"}', content_type="application/json"), "text.unavailable", True),
        (page('{"error": "model not loaded"}', status=400, content_type="application/json"), "text.bad_request", False),
    ],
)
async def test_a_refusal_has_its_code_and_is_not_repeated(
    make_client: MakeClient, model_server: FakeModelServer, fault: Fault, code: str, retryable: bool
) -> None:
    model_server.faults.extend([fault] * 3)
    error = await failure(make_client())
    assert (error.error_code, error.retryable) == (code, retryable)
    assert len(model_server.faults) == (0 if retryable else 2)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refused(408), "text.timeout"),
        (refused(429), "text.rate_limited"),
        (refused(500), "text.unavailable"),
        (refused(502), "text.unavailable"),
        (refused(524), "text.timeout"),
        (refused(529), "text.unavailable"),
        (streamed(cut_after=1), "text.unavailable"),
        (streamed(error_after={"code": 502, "message": "upstream died"}), "text.unavailable"),
        (
            streamed(error_after={"code": "x", "message": "", "metadata": {"error_type": "rate_limit_exceeded"}}),
            "text.rate_limited",
        ),
        (streamed(finish="error"), "text.unavailable"),
        (whole(error={"code": 503, "message": "no provider"}), "text.unavailable"),
        (whole(choices=False), "text.unusable_answer"),
        (streamed(""), "text.unusable_answer"),
        (page("<html>Sign in to the hotel's network</html>"), "text.unusable_answer"),
    ],
)
async def test_what_may_pass_is_tried_again_up_to_three_times(
    make_client: MakeClient, model_server: FakeModelServer, fault: Fault, code: str
) -> None:
    model_server.faults.extend([fault, fault])
    assert (await ask(make_client())).complete
    model_server.faults.extend([fault] * 4)
    error = await failure(make_client())
    assert (error.error_code, error.retryable) == (code, True)
    assert len(model_server.faults) == 1
    model_server.faults.clear()


@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_waited_out(make_client: MakeClient, model_server: FakeModelServer, as_date: bool) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    model_server.faults.append(refused(429, headers={"Retry-After": date if as_date else "1"}))
    started = time.monotonic()
    await ask(make_client())
    assert time.monotonic() - started >= 0.9


async def test_a_retry_after_beyond_the_deadline_fails_at_once_and_says_when(
    make_client: MakeClient, model_server: FakeModelServer
) -> None:
    model_server.faults.append(refused(429, headers={"Retry-After": "120"}))
    async with asyncio.timeout(PATIENCE_S):
        error = await failure(make_client())
    assert error.retry_after_s == 120


@pytest.mark.parametrize("fault", [silent(), streamed(cut_after=1, then_hang=True)], ids=["silent", "stalled"])
async def test_a_server_that_hangs_is_given_up_at_the_deadline(
    make_client: MakeClient, model_server: FakeModelServer, fault: Fault
) -> None:
    model_server.faults.append(fault)
    async with asyncio.timeout(PATIENCE_S):
        error = await failure(make_client(), within_s=0.4)
    assert error.error_code == "text.timeout"
    await asyncio.wait_for(model_server.left.wait(), PATIENCE_S)


async def test_an_endless_answer_is_cut_off(make_client: MakeClient, model_server: FakeModelServer) -> None:
    model_server.faults.append(endless())
    error = await failure(make_client())
    assert (error.error_code, error.params["reason"], error.retryable) == ("text.unusable_answer", "too_big", False)


async def test_closing_the_stream_closes_the_connection(make_client: MakeClient, model_server: FakeModelServer) -> None:
    model_server.faults.append(streamed("x" * 4_000, cut_after=90, then_hang=True))
    async with aclosing(make_client().stream(PROMPT, deadline_at=time.monotonic() + PATIENCE_S)) as events:
        await anext(events)
    await asyncio.wait_for(model_server.left.wait(), PATIENCE_S)


async def test_a_moderated_answer_is_a_refusal(make_client: MakeClient, model_server: FakeModelServer) -> None:
    model_server.faults.append(streamed(finish="content_filter"))
    assert (await failure(make_client())).error_code == "text.refused"


async def test_an_answer_at_the_length_limit_says_it_is_incomplete(
    make_client: MakeClient, model_server: FakeModelServer
) -> None:
    model_server.faults.append(streamed('{"text": "Half a', finish="length"))
    answer = await ask(make_client())
    assert (answer.text, answer.complete) == ('{"text": "Half a', False)


async def test_a_parameter_that_the_server_refuses_by_name_is_left_out_from_then_on(
    make_client: MakeClient, model_server: FakeModelServer
) -> None:
    model_server.faults.append(refused(400, "Unsupported parameter: 'max_tokens' with this model."))
    client = make_client()
    await ask(client)
    await ask(client)
    assert ["max_tokens" in body for body in model_server.requests] == [True, False, False]


async def test_elsewhere_the_next_model_stands_in(make_client: MakeClient, model_server: FakeModelServer) -> None:
    model_server.faults.append(refused(404, "model not found"))
    answer = await ask(make_client("first", "second"))
    assert answer.usage.model == "second-served"
    assert [body["model"] for body in model_server.requests] == ["first", "second"]
    assert all("models" not in body and "provider" not in body for body in model_server.requests)


async def test_a_refused_key_is_the_same_for_every_model(
    make_client: MakeClient, model_server: FakeModelServer
) -> None:
    assert (await failure(make_client("first", "second", key="wrong"))).error_code == "text.key_refused"
    assert model_server.requests == []


async def test_openrouter_gets_its_fallbacks_and_must_honour_the_schema(
    make_client: MakeClient, model_server: FakeModelServer
) -> None:
    await ask(make_client("first", "second", openrouter=True))
    (body,) = model_server.requests
    assert body["models"] == ["first", "second"]
    assert body["provider"] == {"require_parameters": True}
    assert body["response_format"]["json_schema"]["strict"] is True


async def test_openrouter_without_a_provider_that_honours_all_is_asked_more_loosely(
    make_client: MakeClient, model_server: FakeModelServer
) -> None:
    model_server.faults.append(refused(404, "No endpoints found that can handle the requested parameters."))
    await ask(make_client(openrouter=True))
    assert ["provider" in body for body in model_server.requests] == [True, False]


async def test_nobody_listening_is_unavailable(http: httpx.AsyncClient) -> None:
    client = ChatClient(http, base_url="http://127.0.0.1:9/v1", models=("m",), key=SecretStr(KEY), pause_s=0.01)
    error = await failure(client)
    assert (error.error_code, error.retryable, error.provider) == ("text.unavailable", True, "127.0.0.1")


async def test_a_message_that_repeats_the_key_is_scrubbed(
    make_client: MakeClient, model_server: FakeModelServer
) -> None:
    model_server.faults.append(refused(400, f"bad header Bearer {KEY}"))
    assert (await failure(make_client())).params["message"] == "bad header Bearer ***"
