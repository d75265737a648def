"""A text that grows in the chat: streamed, or edited now and then, and never in the way of the finished one."""

from dataclasses import dataclass, field

import pytest

from jobs.preview import Preview
from jobs.runtime import Bench
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

DRAFT = 7


@dataclass
class Screen:
    """A preview with a clock that is moved by hand."""

    bench: Bench
    chat_id: int
    streams: bool = True
    now: float = 100.0
    edits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.preview = Preview(
            self.bench.sender, self.chat_id, DRAFT, self.edit, streams=self.streams, clock=lambda: self.now
        )

    async def edit(self, text: str) -> None:
        self.edits.append(text)

    async def show(self, text: str, *, after_s: float = 0.0) -> None:
        self.now += after_s
        await self.preview.show(text)


async def streamed(sandbox: RunningSandbox, person: Person) -> list[str]:
    calls = await sandbox.client.calls(method="sendMessageDraft")
    return [call["params"]["text"] for call in calls if call["params"]["chat_id"] == str(person.id)]


async def test_it_is_streamed_and_not_too_often(bench: Bench, sandbox: RunningSandbox, person: Person) -> None:
    screen = Screen(bench, person.id)
    await screen.show("  ")
    await screen.show("Bread")
    await screen.show("Bread that", after_s=0.3)
    await screen.show("Bread that pays", after_s=0.4)
    assert await streamed(sandbox, person) == ["Bread", "Bread that pays"]
    assert screen.edits == []


async def test_when_telegram_wants_to_be_left_alone_it_is(
    bench: Bench, sandbox: RunningSandbox, person: Person
) -> None:
    await sandbox.client.add_fault("rate_limit", "sendMessageDraft", chat_id=person.id, retry_after=4)
    screen = Screen(bench, person.id)
    await screen.show("One")
    await screen.show("One two", after_s=3.9)
    await screen.show("One two three", after_s=0.2)
    assert await streamed(sandbox, person) == ["One", "One two three"]
    assert screen.edits == []


async def test_where_streams_are_refused_the_message_is_edited_now_and_then(
    bench: Bench, sandbox: RunningSandbox, person: Person
) -> None:
    await sandbox.client.add_fault("error", "sendMessageDraft", chat_id=person.id, error_code=404, times=9)
    screen = Screen(bench, person.id)
    await screen.show("One")
    for words in ("One two", "One two three"):
        await screen.show(words, after_s=2.0)
    await screen.show("One two three four", after_s=1.0)
    await screen.show("All", after_s=2.0)
    assert screen.edits == ["One two three", "All"]
    assert len(await streamed(sandbox, person)) == 1


@pytest.mark.parametrize(("chat_id", "streams"), [(-100_123, True), (123, False)])
async def test_in_groups_and_in_place_it_is_edited_and_what_is_quick_is_not(
    bench: Bench, sandbox: RunningSandbox, chat_id: int, streams: bool
) -> None:
    screen = Screen(bench, chat_id, streams=streams)
    await screen.show("Quick", after_s=2.9)
    await screen.show("Slow", after_s=0.2)
    assert screen.edits == ["Slow"]
    assert not [
        call
        for call in await sandbox.client.calls(method="sendMessageDraft")
        if call["params"]["chat_id"] == str(chat_id)
    ]
