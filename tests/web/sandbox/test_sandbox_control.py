"""Faults on demand, recorded calls, more bots, a fresh start."""

import asyncio
import time

import aiohttp
import pytest

from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person, SandboxRefusal
from web.sandbox.model import Json


async def send(sandbox: RunningSandbox, person: Person, text: str = "x") -> Json:
    answer: Json = await sandbox.client.bot_call(sandbox.token, "sendMessage", chat_id=person.id, text=text)
    return answer


async def test_an_error_strikes_only_as_often_as_asked(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.add_fault("error", "sendMessage", times=2, error_code=502, description="Bad Gateway")
    answers = [await send(sandbox, person) for _ in range(3)]
    assert [answer.get("error_code") for answer in answers] == [502, 502, None]
    assert len(await person.history()) == 2


async def test_a_dropped_answer_was_carried_out(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.add_fault("drop_answer", "sendMessage")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(sandbox, person, "arrived")
    assert (await person.history())[-1].text == "arrived"
    call = (await sandbox.client.calls("sendMessage"))[-1]
    assert (call["accepted"], call["answered"]) == (True, 0)


async def test_a_rate_limit_says_when_to_come_back(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.add_fault("rate_limit", retry_after=7)
    answer = await send(sandbox, person)
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 7})


async def test_a_delay_comes_after_the_work(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.add_fault("delay", "sendMessage", delay_s=0.5)
    started = time.monotonic()
    sending = asyncio.create_task(send(sandbox, person, "early"))
    await person.wait_for_message("early")
    assert not sending.done()
    assert (await sending)["ok"]
    assert time.monotonic() - started >= 0.5


async def test_a_hanging_call_is_not_carried_out(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.add_fault("hang", "sendMessage", delay_s=0.2)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(sandbox, person, "never")
    assert (await person.history())[-1].text == "/start"


async def test_faults_can_wait_for_a_chat_and_some_calls(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.add_fault("error", "sendMessage", chat_id=person.id, after=1)
    await sandbox.client.add_fault("error", "sendMessage", chat_id=12345)
    assert [(await send(sandbox, person))["ok"] for _ in range(3)] == [True, False, True]
    await sandbox.client.clear_faults()
    assert (await sandbox.client.request("GET", "/control/faults"))["faults"] == []
    with pytest.raises(SandboxRefusal):
        await sandbox.client.add_fault("explode")


async def test_calls_are_recorded_with_what_came_of_them(sandbox: RunningSandbox, person: Person) -> None:
    await send(sandbox, person, "")
    await send(sandbox, person, "good")
    bad, good = await sandbox.client.calls("sendmessage", chat_id=person.id)
    assert (bad["answered"], bad["accepted"]) == (400, False)
    assert (good["answered"], good["accepted"], good["params"]["text"]) == (200, True, "good")
    assert good["result"] == {"message_id": (await person.history())[-1].id}
    assert await sandbox.client.calls(since=good["n"]) == []
    assert (await sandbox.client.stats())["sends"] == 1


async def test_two_bots_have_chats_of_their_own(sandbox: RunningSandbox, person: Person) -> None:
    other = "77:OTHER-bot-of-the-sandbox-for-tests-only"
    await sandbox.client.add_bot(other, username="other_bot", first_name="Other")
    refused = await sandbox.client.bot_call(other, "sendMessage", chat_id=person.id, text="x")
    assert refused["description"] == "Forbidden: bot can't initiate conversation with a user"
    await sandbox.client.request(
        "POST", f"/client/chats/{person.id}/messages", json={"user_id": person.id, "text": "hi", "bot_id": 77}
    )
    assert (await sandbox.client.bot_call(other, "getUpdates"))["result"][0]["message"]["text"] == "hi"
    assert [message.text for message in await person.history()] == ["/start"]


async def test_latency_is_added_to_every_call(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.set_latency(200)
    started = time.monotonic()
    await send(sandbox, person)
    assert time.monotonic() - started >= 0.2


async def test_a_reset_forgets_all_but_the_bot(sandbox: RunningSandbox, person: Person) -> None:
    await sandbox.client.reset()
    fresh = await sandbox.client.me()
    assert await fresh.history() == []
    assert (await sandbox.client.bot_call(sandbox.token, "getMe"))["ok"]
