"""Every way to call a method gives the same, and the answer has the documented envelope."""

import json

import aiohttp
import pytest

from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person
from web.sandbox.model import Json

KEYBOARD = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}


@pytest.mark.parametrize("way", ["query", "urlencoded", "json", "json with text values", "multipart", "mixed"])
async def test_all_ways_to_call_are_the_same(sandbox: RunningSandbox, person: Person, way: str) -> None:
    url = f"{sandbox.base_url}/bot{sandbox.token}/SendMessage"
    plain = {"chat_id": str(person.id), "text": "hé & <b>", "reply_markup": json.dumps(KEYBOARD)}
    session = sandbox.client.session
    requests = {
        "query": lambda: session.get(url, params=plain),
        "urlencoded": lambda: session.post(url, data=plain),
        "json": lambda: session.post(url, json={**plain, "chat_id": person.id, "reply_markup": KEYBOARD}),
        "json with text values": lambda: session.post(url, json=plain),
        "multipart": lambda: session.post(url, data=aiohttp.FormData(plain, default_to_multipart=True)),
        "mixed": lambda: session.post(url, params={"chat_id": plain.pop("chat_id")}, data=plain),
    }  # fmt: skip
    async with requests[way]() as response:
        body: Json = await response.json()
    assert response.content_type == "application/json"
    assert body["ok"] is True
    assert body["result"]["text"] == "hé & <b>"
    assert body["result"]["reply_markup"] == KEYBOARD


async def test_a_file_can_come_under_its_name_or_attached(sandbox: RunningSandbox, person: Person) -> None:
    url = f"{sandbox.base_url}/bot{sandbox.token}/sendDocument"
    for field, extra in (("document", {}), ("any", {"document": "attach://any"})):
        form = aiohttp.FormData({"chat_id": str(person.id), **extra})
        form.add_field(field, b"hello", filename="a.txt", content_type="text/plain")
        async with sandbox.client.session.post(url, data=form) as response:
            assert (await response.json())["result"]["document"]["file_name"] == "a.txt"


async def test_a_photo_by_address_is_read_from_this_machine_only(
    sandbox: RunningSandbox, person: Person, picture: bytes
) -> None:
    (sent,) = await person.upload(("a.png", picture))
    own = sandbox.base_url + sent.body["file_urls"]["photo"] + "?.jpg"
    answer = await sandbox.client.bot_call(sandbox.token, "sendPhoto", chat_id=person.id, photo=own)
    assert answer["result"]["photo"][-1]["width"] == 1280


async def test_what_cannot_be_read_is_refused(sandbox: RunningSandbox) -> None:
    url = f"{sandbox.base_url}/bot{sandbox.token}/getMe"
    async with sandbox.client.session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as response:
        assert (response.status, (await response.json())["ok"]) == (400, False)
    async with sandbox.client.session.get(f"{sandbox.base_url}/bot{sandbox.token}") as response:
        assert (response.status, (await response.json())["description"]) == (404, "Not Found")
    async with sandbox.client.session.get(f"{sandbox.base_url}/file/bot{sandbox.token}/photos/no.jpg") as response:
        assert response.status == 404


async def test_files_are_served_in_ranges(sandbox: RunningSandbox, person: Person) -> None:
    (sent,) = await person.upload(("a.txt", b"0123456789"))
    url = sandbox.base_url + sent.body["file_urls"]["document"]
    async with sandbox.client.session.get(url, headers={"Range": "bytes=2-4"}) as response:
        assert (response.status, await response.read()) == (206, b"234")
