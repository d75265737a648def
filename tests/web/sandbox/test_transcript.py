"""The chat in the terminal."""

import io
from typing import Any

from rich.console import Console

from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.client import Person, SeenMessage
from web.sandbox.transcript import COLUMNS_MOST, Transcript, bubble, formatted


def printed(message: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=80, record=True)
    console.print(bubble(SeenMessage({"message_id": 1, "outgoing": False, "deleted": False, **message})))
    return console.export_text()


def test_formats_stand_where_utf16_puts_them() -> None:
    text = formatted("🎉🎉 bold and code", [{"type": "bold", "offset": 5, "length": 4}])
    assert [(span.start, span.end, span.style) for span in text.spans] == [(3, 7, "bold")]


def test_a_long_text_loses_its_middle_and_markup_stays_text() -> None:
    shown = printed({"text": "\n".join(f"[bold]line[/] {number}" for number in range(50))})
    assert "[bold]line[/] 0 " in shown
    assert "[bold]line[/] 49 " in shown
    assert "… 38 more lines …" in shown
    assert len(shown.splitlines()) == 15


def test_buttons_stand_in_their_rows() -> None:
    rows = [[{"text": "Yes"}, {"text": "No"}], [{"text": "Later"}]]
    lines = printed({"text": "Well?", "reply_markup": {"inline_keyboard": rows}}).splitlines()
    assert [" ".join(line.split()) for line in lines[-2:]] == ["Yes No", "Later"]


async def test_what_happens_is_printed_as_it_happens() -> None:
    async with running_sandbox() as sandbox:
        person = await sandbox.client.new_person("Ann")
        console = Console(file=io.StringIO(), width=200, force_terminal=True)
        async with Transcript(console, person) as shown:
            shown.scene("The beginning")
            await _talk(sandbox, person, shown)
        said = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO from above
    for words in ("The beginning", "Hi there", "writing…", "Well begun", "First", "Second", "changed", "taken away"):
        assert words in said
    assert said.count("Second") == 1, "an edit that changes nothing in sight is not shown"
    assert max(len(line) for line in said.splitlines() if "Hi there" in line) < COLUMNS_MOST + 40


async def _talk(sandbox: RunningSandbox, person: Person, shown: Transcript) -> None:
    async def call(method: str, **params: Any) -> Any:
        return (await sandbox.client.bot_call(sandbox.token, method, chat_id=person.id, **params))["result"]

    await person.send_text("Hi there")
    await call("sendMessageDraft", draft_id=1, text="Well begun")
    sent = await call("sendMessage", text="First")
    await call("editMessageText", message_id=sent["message_id"], text="Second")
    await call("setMessageReaction", message_id=sent["message_id"], reaction=[{"type": "emoji", "emoji": "👌"}])
    gone = await call("sendMessage", text="Gone")
    await call("deleteMessage", message_id=gone["message_id"])
    last = await person.send_text("The end")
    await shown.shows(last)
