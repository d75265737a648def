"""Telegram's flood limits, and the highest rates seen."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.client import Person
from web.sandbox.errors import ApiError
from web.sandbox.limits import Rates, SendLimits
from web.sandbox.model import Json

PRIVATE, GROUP = (4242, 7), (0, -1007)


class Ticks:
    """A clock of seconds."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def limits(ticks: Ticks) -> SendLimits:
    return SendLimits(ticks)


def refused(limits: SendLimits, key: tuple[int, int], *, count: int = 1) -> int:
    """The seconds to wait; 0 when it went through."""
    try:
        limits.admit_send(4242, key, count=count)
    except ApiError as refusal:
        return refusal.parameters["retry_after"]
    return 0


def test_a_private_chat_takes_a_burst_of_three_then_one_a_second(limits: SendLimits, ticks: Ticks) -> None:
    assert [refused(limits, PRIVATE) for _ in range(4)] == [0, 0, 0, 1]
    ticks.at += 1.0
    assert [refused(limits, PRIVATE) for _ in range(2)] == [0, 1]


def test_a_group_takes_twenty_in_any_minute(limits: SendLimits, ticks: Ticks) -> None:
    for _ in range(20):
        assert refused(limits, GROUP) == 0
        ticks.at += 1.0
    assert refused(limits, GROUP) == 40
    ticks.at += 40.0
    assert refused(limits, GROUP) == 0
    assert limits.max_group_minute == 20


def test_thirty_a_second_over_all(limits: SendLimits, ticks: Ticks) -> None:
    assert [refused(limits, (4242, chat)) for chat in range(1, 32)] == [0] * 30 + [1]
    ticks.at += 0.5
    assert refused(limits, (4242, 99)) == 1
    ticks.at += 0.51
    assert refused(limits, (4242, 99)) == 0
    assert limits.max_per_second == 30
    assert limits.refused == 2


def test_an_album_counts_each_of_its_messages(limits: SendLimits) -> None:
    assert refused(limits, GROUP, count=10) == 0
    assert refused(limits, GROUP, count=10) == 0
    assert refused(limits, GROUP) > 0


def test_edits_have_a_wider_limit_of_their_own(limits: SendLimits) -> None:
    for _ in range(15):
        limits.admit_edit(PRIVATE)
    assert [refused(limits, PRIVATE) for _ in range(3)] == [0, 0, 0]
    with pytest.raises(ApiError, match="retry after 1"):
        limits.admit_edit(PRIVATE)


def test_without_limits_nothing_is_refused_but_all_is_measured(limits: SendLimits) -> None:
    limits.rates = Rates(enabled=False)
    assert [refused(limits, PRIVATE) for _ in range(50)] == [0] * 50
    assert (limits.max_per_second, limits.max_private_second) == (50, 50)


@pytest.fixture
async def strict() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(limits=True) as running:
        yield running


async def test_the_429_says_when_to_come_back(strict: RunningSandbox) -> None:
    person: Person = await strict.client.me()
    await person.send_text("/start")

    async def send() -> Json:
        answer: Json = await strict.client.bot_call(strict.token, "sendMessage", chat_id=person.id, text="x")
        return answer

    answers = await asyncio.gather(*[send() for _ in range(5)])
    refusals = [answer for answer in answers if not answer["ok"]]
    assert refusals[0] == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert (await strict.client.stats())["refused_429"] == len(refusals) >= 1


async def test_what_was_refused_with_429_says_by_which_limit_or_that_it_was_a_fault(strict: RunningSandbox) -> None:
    person: Person = await strict.client.me()
    await person.send_text("/start")
    await strict.client.set_limits(private_burst=1, private_per_s=0.01)
    for _ in range(2):
        await strict.client.bot_call(strict.token, "sendMessage", chat_id=person.id, text="x")
    await strict.client.set_limits(overall_per_s=1, private_burst=99)
    group = await person.make_chat("group", "Bakers")
    await person.add_bot(int(group["id"]))
    await strict.client.bot_call(strict.token, "sendMessage", chat_id=group["id"], text="x")
    await strict.client.add_fault("rate_limit", "sendMessage", times=1, retry_after=1)
    await strict.client.bot_call(strict.token, "sendMessage", chat_id=group["id"], text="x")
    sent = await strict.client.calls("sendMessage")
    assert [call["limit"] for call in sent if call["answered"] == 429] == ["private", "overall", "fault"]
