"""What was acknowledged survives a kill -9 of the sandbox."""

from pathlib import Path

import pytest

from tests.sandbox_server import sandbox_process
from web.sandbox import SANDBOX_TOKEN
from web.sandbox.client import SandboxClient

pytestmark = pytest.mark.process


async def test_everything_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    async with sandbox_process(tmp_path) as process, SandboxClient(f"http://127.0.0.1:{process.port}") as client:
        person = await client.me()
        await person.send_text("/start")
        (upload,) = await person.upload(("notes.txt", b"kept"))
        sent = await client.bot_call(SANDBOX_TOKEN, "sendMessage", chat_id=person.id, text="before")
        channel = await person.make_chat("channel", "News")
        await person.add_bot(channel["id"])
        commands = [{"command": "new", "description": "Write"}]
        await client.bot_call(SANDBOX_TOKEN, "setMyCommands", commands=commands)

        await process.kill()
        await process.start()

        again = await client.me()
        assert again.id == person.id
        assert [message.text for message in await again.history()] == ["/start", "", "before"]
        assert await client.download(upload.body["file_urls"]["document"]) == b"kept"
        updates = (await client.bot_call(SANDBOX_TOKEN, "getUpdates"))["result"]
        assert [next(iter(update.keys() - {"update_id"})) for update in updates] == [
            "message", "message", "my_chat_member",
        ]  # fmt: skip
        assert await again.commands() == commands
        after = await client.bot_call(SANDBOX_TOKEN, "sendMessage", chat_id=person.id, text="after")
        assert after["result"]["message_id"] == sent["result"]["message_id"] + 1
        post = await client.bot_call(SANDBOX_TOKEN, "sendMessage", chat_id=channel["id"], text="post")
        assert post["ok"]


async def test_confirmed_updates_stay_confirmed_and_numbers_go_on(tmp_path: Path) -> None:
    async with sandbox_process(tmp_path) as process, SandboxClient(f"http://127.0.0.1:{process.port}") as client:
        person = await client.me()
        await person.send_text("one")
        first = (await client.bot_call(SANDBOX_TOKEN, "getUpdates"))["result"][0]["update_id"]
        await client.bot_call(SANDBOX_TOKEN, "getUpdates", offset=first + 1)
        await process.kill()
        await process.start()
        await person.send_text("two")
        updates = (await client.bot_call(SANDBOX_TOKEN, "getUpdates"))["result"]
        assert [(update["update_id"], update["message"]["text"]) for update in updates] == [(first + 1, "two")]
