"""An address from the chat to its first mail: typed, verified in a browser, told of a post, unsubscribed."""

from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.deps import open_deps
from core.home import MAIL_FOLDER
from core.settings import Settings
from tests.flows.house import House
from tests.flows.steps import card_of
from tests.patience import until
from web.app import build_app
from web.sandbox.client import Person

pytestmark = pytest.mark.process
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Client]:
    """Somebody's, at the web service of the house."""
    environment: dict[str, Any] = dict(house.environment)
    async with (
        open_deps(Settings.load(_env_file=None, **environment)) as deps,
        TestClient(TestServer(build_app(deps))) as client,
    ):
        yield client


def mails_to(house: House, address: str) -> list[EmailMessage]:
    """The oldest first."""
    files = sorted((house.home / MAIL_FOLDER).glob("*.eml"))
    messages = [message_from_bytes(path.read_bytes(), EmailMessage, policy=default) for path in files]
    return [message for message in messages if message["To"] == address]


async def mail_with(house: House, address: str, subject: str) -> EmailMessage:
    def arrived() -> list[EmailMessage]:
        return [mail for mail in mails_to(house, address) if subject in mail["Subject"]]

    await until(arrived)
    return arrived()[0]


def link_in(text: str) -> str:
    """The way of the first link to our pages."""
    return text[text.index("/email/") :].split()[0]


async def test_from_an_address_to_a_mail_and_back(house: House, browser: Client, person: Person) -> None:
    address = f"ann{person.id}@example.com"
    await person.send_text("/settings")
    settings = await person.wait_for_message("✉️ E-mail: none")
    await person.press(settings, "✉️ E-mail")
    await person.press(await person.wait_until_edited(settings, "You haven't given me an address"), "✏️ Give an address")
    await person.wait_until_edited(settings, "Which address?")
    sent = await person.send_text(address)
    state = await person.wait_for_message("I've sent a link", after=sent.id)

    body = (await mail_with(house, address, "Confirm")).get_body(("plain",))
    assert body is not None
    way = link_in(body.get_content())
    assert (await browser.get(way)).status == 200
    assert "confirmed" in await (await browser.post(way)).text()
    told = await person.wait_for_message(f"{address} is confirmed", after=state.id)
    await person.press(told, "✉️ Choose what about")
    switches = await person.wait_until_edited(told, "Receipts always come")
    await person.press(switches, "Published posts")

    card = await card_of(person)
    await person.press(card, "Use as it is")
    draft = await person.wait_until_edited(card, "characters")
    await person.press(draft, "Post now")
    mail = await mail_with(house, address, "Published: Publishing every day is hard.")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    unsubscribed = await browser.post(link_in(mail["List-Unsubscribe"].rstrip(">")), data=mail["List-Unsubscribe-Post"])
    assert unsubscribed.status == 200
    [row] = await house.rows("SELECT wants_posts, wants_plan FROM email_addresses WHERE address = $1", address)
    assert tuple(row) == (False, True)
