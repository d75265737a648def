"""The pages that show mails: nothing in a mail can act, and nothing but mails is shown."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.home import MAIL_FOLDER, private_folder
from core.providers.email_folder import FolderMailer
from tests.core.providers.test_mailers_contract import MAIL
from web.sandbox.app import build_app

Client = TestClient[web.Request, web.Application]
EVIL = replace(
    MAIL,
    subject="<script>alert(1)</script>",
    text="</pre><script>alert(2)</script>",
    html="<script>alert(3)</script><p>Hello</p>",
    message_id="<evil@example.com>",
    at=MAIL.at + timedelta(hours=1),
)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    folder = private_folder(tmp_path, MAIL_FOLDER)
    async with TestClient(TestServer(build_app(mail_folder=folder))) as opened:
        yield opened


async def test_mails_are_listed_the_newest_first(client: Client, tmp_path: Path) -> None:
    assert "No mails yet" in await (await client.get("/mail")).text()
    names = [await FolderMailer(tmp_path).send(mail) for mail in (MAIL, EVIL)]
    page = await (await client.get("/mail")).text()
    assert page.index(names[1]) < page.index(names[0])
    assert "to ann@example.com" in page


async def test_a_mail_is_shown_as_html_text_and_source(client: Client, tmp_path: Path) -> None:
    name = await FolderMailer(tmp_path).send(MAIL)
    page = await (await client.get(f"/mail/{name}")).text()
    assert f'src="/mail/{name}/html" sandbox="' in page
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page
    assert "Привет" in await (await client.get(f"/mail/{name}?view=text")).text()
    assert (
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
        in await (await client.get(f"/mail/{name}?view=source")).text()
    )
    source = await client.get(f"/mail/{name}/source")
    assert source.headers["Content-Type"].startswith("message/rfc822")
    assert await source.read() == (tmp_path / MAIL_FOLDER / name).read_bytes()


async def test_nothing_in_a_mail_can_act(client: Client, tmp_path: Path) -> None:
    name = await FolderMailer(tmp_path).send(EVIL)
    for where in ("/mail", f"/mail/{name}", f"/mail/{name}?view=text", f"/mail/{name}?view=source"):
        answer = await client.get(where)
        assert "<script>alert" not in await answer.text(), where
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    framed = await client.get(f"/mail/{name}/html")
    policy = framed.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


async def test_only_mails_of_the_folder_are_shown(client: Client, tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_text("Subject: no\n\nno")
    (tmp_path / MAIL_FOLDER / "notes.txt").write_text("no")
    for name in ("..%2fsecret.eml", "secret.eml", "notes.txt", "%2e%2e%2fsecret.eml", "x%00.eml", "gone.eml"):
        for rest in ("", "/html", "/source"):
            assert (await client.get(f"/mail/{name}{rest}")).status == 404, name


async def test_a_file_that_is_no_mail_breaks_nothing(client: Client, tmp_path: Path) -> None:
    (tmp_path / MAIL_FOLDER / "broken.eml").write_bytes(b"\xff\xfe\x00 nothing\r\n of a mail")
    assert (await client.get("/mail")).status == 200
    assert (await client.get("/mail/broken.eml")).status == 200
