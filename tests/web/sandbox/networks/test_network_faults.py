"""The sandbox's networks misbehave as they are told, and what is recorded of calls opens nothing."""

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from tests.patience import until
from tests.sandbox_server import running_sandbox
from tests.web.sandbox.networks.side import MIB, PUBLIC, VERIFIER, Side, code_of

INIT = "POST /v2/post/publish/video/init/"
CREATOR_INFO = "post/publish/creator_info/query/"


async def test_a_call_is_refused_as_often_as_told(side: Side) -> None:
    token = await side.access()
    await side.control("faults", kind="error", times=2, after=1)
    answers = [await side.call(token, CREATOR_INFO) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 500, 500, 200]
    assert code_of(answers[1]) == "internal_error"


async def test_a_refusal_can_have_any_code_of_the_network(side: Side) -> None:
    token = await side.access()
    await side.control("faults", kind="error", call=INIT, error_code=403, code="spam_risk", description="Not today")
    assert (await side.call(token, CREATOR_INFO)).status_code == 200
    refused = await side.init(token, 100)
    assert (refused.status_code, code_of(refused)) == (403, "spam_risk")
    assert refused.json()["error"]["message"] == "Not today"
    await side.control("faults", kind="error", call="POST /v2/oauth/token/", error_code=400, code="invalid_grant")
    assert (await side.token(code="any")).json()["error"] == "invalid_grant"


async def test_too_many_calls_say_when_to_come_again(side: Side) -> None:
    await side.control("faults", kind="rate_limit", retry_after=7)
    answer = await side.call("any", CREATOR_INFO)
    assert (answer.status_code, code_of(answer), answer.headers["Retry-After"]) == (429, "rate_limit_exceeded", "7")


async def test_an_answer_is_lost_and_the_work_is_done(side: Side) -> None:
    tokens = await side.connected()
    await side.control("faults", kind="drop_answer", call="POST /v2/oauth/token/")
    with pytest.raises(httpx.TransportError):
        await side.refreshed(tokens["refresh_token"])
    assert (await side.refreshed(tokens["refresh_token"])).status_code == 400, "it was rotated all the same"
    lost = [call for call in await side.calls() if call.get("fault") == "drop_answer"]
    assert [call["answered"] for call in lost] == [0]


async def test_a_hanging_call_does_nothing(side: Side) -> None:
    tokens = await side.connected()
    await side.control("faults", kind="hang", delay_s=0.05, call="POST /v2/oauth/token/")
    with pytest.raises(httpx.TransportError):
        await side.refreshed(tokens["refresh_token"])
    assert (await side.refreshed(tokens["refresh_token"])).status_code == 200


async def test_a_slow_call_is_answered_in_the_end(side: Side) -> None:
    token = await side.access()
    await side.control("faults", kind="delay", delay_s=0.05)
    assert (await side.call(token, CREATOR_INFO)).status_code == 200


async def test_an_upload_that_breaks_counts_whole_chunks_only(side: Side) -> None:
    await side.control("rules", inspects=False)
    token, data = await side.access(), b"y" * (10 * MIB)
    begun = await side.begun(token, len(data), chunk_size=5 * MIB, total_chunk_count=2)
    url, total = begun["upload_url"], len(data)
    await side.put(url, data[: 5 * MIB], first=0, total=total)
    await side.control("faults", kind="cut", at_bytes=MIB, call="PUT /video/")
    with pytest.raises(httpx.TransportError):
        await side.put(url, data[5 * MIB :], first=5 * MIB, total=total)
    assert (await side.status(token, begun["publish_id"]))["uploaded_bytes"] == 5 * MIB
    assert (await side.put(url, data[5 * MIB :], first=5 * MIB, total=total)).status_code == 201
    assert [call["bytes"] for call in await side.calls() if call["call"] == "PUT /video/"] == [5 * MIB, MIB, 5 * MIB]


async def test_a_client_that_goes_away_in_the_middle_has_sent_nothing(side: Side) -> None:
    token = await side.access()
    begun = await side.begun(token, 1000)

    async def half() -> object:
        yield b"z" * 500
        raise ConnectionAbortedError

    headers = {"Content-Type": "video/mp4", "Content-Range": "bytes 0-999/1000", "Content-Length": "1000"}
    with pytest.raises(ConnectionAbortedError):
        await side.http.put(begun["upload_url"], content=half(), headers=headers)  # type: ignore[arg-type]

    async def noticed() -> bool:
        return any(call.get("bytes") == 500 for call in await side.calls())

    await until(noticed)
    assert (await side.status(token, begun["publish_id"]))["uploaded_bytes"] == 0
    assert (await side.put(begun["upload_url"], b"z" * 1000, first=0, total=1000)).status_code == 201


async def test_an_upload_goes_on_in_the_next_sandbox(tmp_path: Path) -> None:
    data = bytes(range(256)) * (10 * MIB // 256)
    async with running_sandbox(tmp_path) as first, httpx.AsyncClient(base_url=first.base_url) as http:
        side = Side(http)
        await side.control("rules", inspects=False, processing_s=0)
        token = await side.access()
        begun = await side.begun(token, len(data), chunk_size=5 * MIB, total_chunk_count=2)
        await side.put(begun["upload_url"], data[: 5 * MIB], first=0, total=len(data))
    async with running_sandbox(tmp_path) as second, httpx.AsyncClient(base_url=second.base_url) as http:
        side = Side(http)
        assert (await side.status(token, begun["publish_id"]))["uploaded_bytes"] == 5 * MIB
        url = begun["upload_url"].replace(first.base_url, second.base_url)
        assert (await side.put(url, data[5 * MIB :], first=5 * MIB, total=len(data))).status_code == 201
        shown = (await side.now())["videos"]
        assert [one["facts"]["sha256"] for one in shown] == [hashlib.sha256(data).hexdigest()]
    assert [path.name for path in (tmp_path / "networks").iterdir()] == []


async def test_faults_are_taken_back(side: Side) -> None:
    await side.control("faults", kind="error", times=9)
    await side.http.delete("/control/networks/tiktok/faults")
    assert (await side.call(await side.access(), CREATOR_INFO)).status_code == 200


async def test_calls_are_recorded_without_what_opens_anything(side: Side) -> None:
    code = await side.code()
    tokens = (await side.token(code=code)).json()
    begun = await side.begun(tokens["access_token"], 100, post={**PUBLIC, "title": "Hello"})
    await side.put(begun["upload_url"], b"x" * 100, first=0, total=100)
    await side.refreshed(tokens["refresh_token"])
    calls = await side.calls()
    assert [(call["call"], call["answered"]) for call in calls] == [
        ("POST /v2/oauth/token/", 200),
        (INIT, 200),
        ("PUT /video/", 201),
        ("POST /v2/oauth/token/", 200),
    ]
    assert calls[1]["username"] == "ann"
    assert calls[1]["body"]["post_info"]["title"] == "Hello"
    assert calls[2]["bytes"] == 100
    assert calls[2]["publish_id"] == begun["publish_id"]
    told, upload_token = json.dumps(calls), httpx.URL(begun["upload_url"]).params["upload_token"]
    secrets = (code, tokens["access_token"], tokens["refresh_token"], upload_token, VERIFIER, "sandbox-postaify-secret")
    assert [secret for secret in secrets if secret in told] == []
    last = calls[-2]["n"]
    newer = await side.http.get(f"/control/networks/tiktok/calls?since={last}")
    assert [call["n"] for call in newer.json()["calls"]] == [last + 1]
