"""How Resend and SMTP servers fail, and what is made of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from core.errors import ProviderError
from core.providers.email import EmailErrorCode
from core.providers.email_resend import QUOTA_PAUSE_S, Resend
from core.providers.email_smtp import SmtpMailer
from core.smtp_server import Encryption, SmtpServer
from tests.core.providers import fake_resend_server
from tests.core.providers.fake_resend_server import KEY, FakeResendServer
from tests.core.providers.smtp_servers import PASSWORD, USER, SmtpTestServer, smtp_server
from tests.core.providers.test_mailers_contract import MAIL
from tests.sandbox_server import free_port


@pytest.fixture
async def server() -> AsyncIterator[FakeResendServer]:
    async with fake_resend_server.running() as running:
        yield running


@pytest.fixture
def resend(server: FakeResendServer, http: httpx.AsyncClient) -> Resend:
    return Resend(http, base_url=server.url, key=SecretStr(KEY), timeout_s=20)


async def failure_of(mailer: Resend | SmtpMailer, **changed: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await mailer.send(replace(MAIL, **changed))
    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert PASSWORD not in f"{caught.value!r} {caught.value.__cause__!r}"
    return caught.value


@pytest.mark.parametrize(
    ("status", "name", "code", "retryable"),
    [
        (401, "missing_api_key", EmailErrorCode.KEY_REFUSED, False),
        (401, "restricted_api_key", EmailErrorCode.KEY_REFUSED, False),
        (403, "invalid_api_key", EmailErrorCode.KEY_REFUSED, False),
        (403, "validation_error", EmailErrorCode.KEY_REFUSED, False),
        (422, "validation_error", EmailErrorCode.REFUSED, False),
        (400, "invalid_idempotency_key", EmailErrorCode.REFUSED, False),
        (409, "invalid_idempotent_request", EmailErrorCode.REFUSED, False),
        (409, "concurrent_idempotent_requests", EmailErrorCode.UNKNOWN, True),
        (429, "rate_limit_exceeded", EmailErrorCode.RATE_LIMITED, True),
        (500, "application_error", EmailErrorCode.UNKNOWN, True),
        (502, "", EmailErrorCode.UNKNOWN, True),
        (503, "", EmailErrorCode.UNAVAILABLE, True),
    ],
)
async def test_resends_refusals(
    resend: Resend, server: FakeResendServer, status: int, name: str, code: EmailErrorCode, retryable: bool
) -> None:
    server.fail(status, name)
    error = await failure_of(resend)
    assert (error.error_code, error.retryable) == (code, retryable)


async def test_resend_says_when_to_come_again(resend: Resend, server: FakeResendServer) -> None:
    server.fail(429, "rate_limit_exceeded", retry_after="7")
    assert (await failure_of(resend)).retry_after_s == 7
    server.fail(429, "daily_quota_exceeded", retry_after="7")
    assert (await failure_of(resend)).retry_after_s == QUOTA_PAUSE_S


async def test_resend_without_an_answer_may_have_sent_it_and_sends_it_once(
    server: FakeResendServer, http: httpx.AsyncClient
) -> None:
    server.silent = True
    error = await failure_of(Resend(http, base_url=server.url, key=SecretStr(KEY), timeout_s=0.3))
    assert (error.error_code, error.retryable) == (EmailErrorCode.UNKNOWN, True)
    server.silent = False
    assert await Resend(http, base_url=server.url, key=SecretStr(KEY)).send(MAIL) == "id-1"
    assert len(server.sent) == 1


async def test_resend_that_cant_be_reached_surely_sent_nothing(http: httpx.AsyncClient) -> None:
    error = await failure_of(Resend(http, base_url=f"http://127.0.0.1:{free_port()}", key=SecretStr(KEY)))
    assert (error.error_code, error.retryable) == (EmailErrorCode.UNAVAILABLE, True)


async def test_resend_knows_whose_fault_it_is(resend: Resend, server: FakeResendServer) -> None:
    wrong_to = await failure_of(resend, to="no-address")
    assert wrong_to.error_code == EmailErrorCode.ADDRESS_REFUSED
    wrong_from = await failure_of(resend, sender="post@elsewhere.example.com")
    assert wrong_from.error_code == EmailErrorCode.KEY_REFUSED
    assert wrong_from.params["detail"] == "The domain is not verified."


def to_smtp(server: SmtpTestServer, **changed: Any) -> SmtpMailer:
    there = SmtpServer("127.0.0.1", server.port, server.encryption, USER, SecretStr(PASSWORD))
    return SmtpMailer(replace(there, **changed), trust=server.trust, timeout_s=20)


@pytest.fixture
async def smtp(tmp_path: Path) -> AsyncIterator[SmtpTestServer]:
    async with smtp_server(Encryption.STARTTLS, tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("550 5.1.1 No such user", EmailErrorCode.ADDRESS_REFUSED),
        ("553 Mailbox name not allowed", EmailErrorCode.ADDRESS_REFUSED),
        ("550 5.7.1 Your network is on a list", EmailErrorCode.REFUSED),
        ("450 4.2.0 Greylisted, come again", EmailErrorCode.UNAVAILABLE),
        ("452 4.2.2 Mailbox full", EmailErrorCode.UNAVAILABLE),
    ],
)
async def test_what_smtp_servers_say_of_an_address(smtp: SmtpTestServer, answer: str, code: EmailErrorCode) -> None:
    smtp.refuse_rcpt = answer
    error = await failure_of(to_smtp(smtp))
    assert error.error_code == code
    assert error.params["detail"] == answer
    assert smtp.taken == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [("554 5.6.0 Not like this", EmailErrorCode.REFUSED), ("451 4.3.0 Disk full", EmailErrorCode.UNAVAILABLE)],
)
async def test_what_smtp_servers_say_of_a_mail(smtp: SmtpTestServer, answer: str, code: EmailErrorCode) -> None:
    smtp.refuse_data = answer
    assert (await failure_of(to_smtp(smtp))).error_code == code


async def test_a_server_that_hangs_up_behind_the_mail_may_have_taken_it(smtp: SmtpTestServer) -> None:
    smtp.hang_up_after_data = True
    assert (await failure_of(to_smtp(smtp))).error_code == EmailErrorCode.UNKNOWN
    assert len(smtp.taken) == 1


async def test_a_wrong_password_is_told_as_such(smtp: SmtpTestServer) -> None:
    error = await failure_of(to_smtp(smtp, password=SecretStr("wrong")))
    assert (error.error_code, error.retryable) == (EmailErrorCode.KEY_REFUSED, False)


async def test_who_isnt_certified_gets_nothing(smtp: SmtpTestServer) -> None:
    there = SmtpServer("127.0.0.1", smtp.port, Encryption.STARTTLS, USER, SecretStr(PASSWORD))
    assert (await failure_of(SmtpMailer(there))).error_code == EmailErrorCode.UNAVAILABLE
    assert smtp.taken == []


async def test_starttls_is_insisted_on(tmp_path: Path) -> None:
    async with smtp_server(Encryption.NONE, tmp_path) as plain:
        error = await failure_of(to_smtp(plain, encryption=Encryption.STARTTLS, username=None, password=None))
        assert error.error_code == EmailErrorCode.UNAVAILABLE
        assert plain.taken == []


async def test_nobody_there(smtp: SmtpTestServer) -> None:
    assert (await failure_of(to_smtp(smtp, port=free_port()))).error_code == EmailErrorCode.UNAVAILABLE


async def test_a_check_finds_a_wrong_password(smtp: SmtpTestServer) -> None:
    with pytest.raises(ProviderError) as caught:
        await to_smtp(smtp, password=SecretStr("wrong")).check(MAIL.sender)
    assert caught.value.error_code == EmailErrorCode.KEY_REFUSED


async def test_a_check_finds_a_wrong_key_and_a_domain_that_isn_t_verified(
    server: FakeResendServer, resend: Resend, http: httpx.AsyncClient
) -> None:
    with pytest.raises(ProviderError):
        await Resend(http, base_url=server.url, key=SecretStr("re_other")).check(MAIL.sender)
    server.domain_status = "pending"
    with pytest.raises(ProviderError) as caught:
        await resend.check(MAIL.sender)
    assert "isn't verified" in caught.value.params["detail"]
    server.fail(401, "restricted_api_key")
    assert "may only send" in await resend.check(MAIL.sender)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("smtp://u:p%40%3A@h", ("h", 587, Encryption.STARTTLS, "u", "p@:")),
        ("smtps://h", ("h", 465, Encryption.IMPLICIT, None, None)),
        ("smtps://u:p@h:2465/", ("h", 2465, Encryption.IMPLICIT, "u", "p")),
        ("smtp://localhost:1025?tls=none", ("localhost", 1025, Encryption.NONE, None, None)),
        ("smtp://[::1]?tls=none", ("::1", 25, Encryption.NONE, None, None)),
    ],
)
def test_addresses_of_smtp_servers(url: str, read: tuple[object, ...]) -> None:
    server = SmtpServer.at(url)
    password = server.password.get_secret_value() if server.password else None
    assert (server.host, server.port, server.encryption, server.username, password) == read


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://h",
        "smtp://",
        "smtp://u:hunter2@h:many",
        "smtp://hunter2@h",
        "smtp://h?tls=maybe",
        "smtps://h?tls=none",
        "smtp://h/box",
        "smtp://h?x",
    ],
)
def test_addresses_that_are_none_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        SmtpServer.at(url)
    assert "hunter2" not in str(caught.value)
