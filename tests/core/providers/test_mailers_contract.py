"""What every mailer promises, asked of all three: a folder, a real SMTP server, and a strict stand-in for Resend."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from core.errors import ProviderError
from core.home import MAIL_FOLDER
from core.providers.email import EmailErrorCode, Mail, Mailer
from core.providers.email_folder import FolderMailer
from core.providers.email_resend import Resend
from core.providers.email_smtp import SmtpMailer
from core.smtp_server import Encryption, SmtpServer
from tests.core.providers import fake_resend_server
from tests.core.providers.fake_resend_server import DOMAIN, KEY
from tests.core.providers.smtp_servers import smtp_server

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LINK = "https://p.example.com/email/unsubscribe/token"
MAIL = Mail(
    sender=f"Postaify Ü <post@{DOMAIN}>",
    to="ann@example.com",
    subject="Заголовок – with dashes & a very long tail that has to be folded somewhere, " + "again and " * 4,
    text="Line one\n.\nLine three is " + "long " * 300 + "\nПривет\n",
    html="<p>Привет &amp; hello</p>\n.\n<p>" + "long " * 300 + "</p>",
    message_id=f"<0193-abc@{DOMAIN}>",
    at=AT,
    reply_to="Help <help@example.com>",
    headers={
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{LINK}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)


@dataclass(frozen=True)
class Arrived:
    """A mail as its reader's program would have it."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    reply_to: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Subject:
    mailer: Mailer
    arrived: Callable[[], list[Arrived]]
    refuse_address: Callable[[], str]
    """Lets the next address be refused for good; gives the address to use."""


def of_message(message: EmailMessage) -> Arrived:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return Arrived(
        sender=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=text.get_content(),
        html=html.get_content(),
        reply_to=str(message["Reply-To"]),
        headers={name: str(message[name]) for name in (*MAIL.headers, "Message-ID")},
    )


@pytest.fixture(params=["folder", "resend", "smtp starttls", "smtp implicit", "smtp none"])
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    name = str(request.param)
    if name == "folder":
        yield in_folder(tmp_path)
    elif name == "resend":
        async with fake_resend_server.running() as server, httpx.AsyncClient() as http:

            def refuse() -> str:
                return "no-address"

            mailer = Resend(http, base_url=server.url, key=SecretStr(KEY))
            yield Subject(mailer, lambda: [of_body(body) for body in server.sent.values()], refuse)
    else:
        async with smtp_server(Encryption(name.partition(" ")[2]), tmp_path) as smtp:

            def refuse() -> str:
                smtp.refuse_rcpt = "550 5.1.1 No such user here"
                return "nobody@example.com"

            user = None if smtp.encryption is Encryption.NONE else "ann%40mail.example.com:p%40ss%3Aw%2Frd"
            mailer_there = SmtpMailer(SmtpServer.at(smtp.url(user=user)), trust=smtp.trust)
            yield Subject(mailer_there, lambda: [of_message(message) for message in smtp.taken], refuse)
            assert all(smtp.encrypted) is (smtp.encryption is not Encryption.NONE) or not smtp.encrypted


def in_folder(home: Path) -> Subject:
    def arrived() -> list[Arrived]:
        files = sorted((home / MAIL_FOLDER).glob("*.eml"))
        return [of_message(message_from_bytes(path.read_bytes(), EmailMessage, policy=default)) for path in files]

    return Subject(FolderMailer(home), arrived, lambda: "ann@nobody.test")


def of_body(body: dict[str, object]) -> Arrived:
    headers, to = body["headers"], body["to"]
    assert isinstance(headers, dict)
    assert isinstance(to, list)
    return Arrived(
        sender=str(body["from"]),
        to=str(to[0]),
        subject=str(body["subject"]),
        text=str(body["text"]),
        html=str(body["html"]),
        reply_to=str(body["reply_to"]),
        headers=headers,
    )


async def test_what_is_sent_is_what_arrives(subject: Subject) -> None:
    assert await subject.mailer.send(MAIL)
    [arrived] = subject.arrived()
    assert (arrived.sender, arrived.to, arrived.reply_to) == (MAIL.sender, MAIL.to, MAIL.reply_to)
    assert arrived.subject == MAIL.subject.strip() or arrived.subject == MAIL.subject
    assert arrived.text.replace("\r\n", "\n").rstrip() == MAIL.text.rstrip()
    assert arrived.html.replace("\r\n", "\n").rstrip() == MAIL.html.rstrip()
    assert arrived.headers == {**MAIL.headers, "Message-ID": MAIL.message_id}


async def test_an_address_that_is_refused_for_good_is_told_apart(subject: Subject) -> None:
    with pytest.raises(ProviderError) as caught:
        await subject.mailer.send(replace(MAIL, to=subject.refuse_address()))
    assert caught.value.error_code == EmailErrorCode.ADDRESS_REFUSED
    assert not caught.value.retryable
    assert caught.value.params["detail"]
    assert subject.arrived() == []


async def test_the_same_mail_again_is_the_same_where_the_service_can_tell(subject: Subject) -> None:
    first, again = await subject.mailer.send(MAIL), await subject.mailer.send(MAIL)
    if subject.mailer.engine == "smtp":
        assert len({arrived.headers["Message-ID"] for arrived in subject.arrived()}) == 1
    else:
        assert first == again
        assert len(subject.arrived()) == 1


async def test_a_check_says_where_mail_goes_and_sends_none(subject: Subject) -> None:
    assert await subject.mailer.check(MAIL.sender)
    assert subject.arrived() == []


@pytest.mark.parametrize("name", ["sender", "to", "subject", "message_id", "reply_to"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x00", "\x0b", "\x85", "\u2028"])
def test_nothing_can_add_a_header(name: str, end: str) -> None:
    changed: dict[str, Any] = {name: f"ann@example.com{end}Bcc: eve@example.com"}
    with pytest.raises(ValueError, match="header"):
        replace(MAIL, **changed)
    with pytest.raises(ValueError, match="header"):
        replace(MAIL, headers={"List-Unsubscribe": f"<a>{end}Bcc: eve@example.com"})
    with pytest.raises(ValueError, match="header"):
        replace(MAIL, headers={f"X{end}Bcc": "eve@example.com"})
