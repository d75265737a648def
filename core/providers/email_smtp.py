"""Any SMTP server, one connection a mail."""

import asyncio
import ssl
from typing import Final

import aiosmtplib

from core.errors import ProviderError
from core.http import tls
from core.providers.email import EmailErrorCode, Mail, bare, email_error, message_of
from core.smtp_server import Encryption, SmtpServer

TIMEOUT_S: Final = 30.0
AUTHENTICATION: Final = frozenset({432, 530, 534, 535, 538})
"""https://www.rfc-editor.org/rfc/rfc4954#section-6"""
POLICY: Final = "5.7."
"""Enhanced codes of refusals that are about the sender or the mail. https://www.rfc-editor.org/rfc/rfc3463#section-3.8"""


class SmtpMailer:
    """Hands mail in at a server. It has no keys: a mail that is sent again may arrive twice, with one Message-ID."""

    engine = "smtp"

    def __init__(
        self, server: SmtpServer, *, trust: ssl.SSLContext | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._server = server
        self._trust = trust
        self._timeout_s = timeout_s

    async def send(self, mail: Mail) -> str:
        client = self._client()
        handing_over = False
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._enter(client)
                await client.mail(bare(mail.sender))
                await client.rcpt(bare(mail.to))
                handing_over = True
                _, said = await client.data(message_of(mail).as_bytes())
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as exc:
            raise self._meaning(exc, handing_over=handing_over) from exc
        finally:
            client.close()
        return " ".join(said.split())[:200]

    async def check(self, sender: str) -> str:
        """Connects, logs in, and hands nothing in. What the server thinks of the sender is seen with the first mail."""
        client = self._client()
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._enter(client)
                await client.quit()
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as exc:
            raise self._meaning(exc, handing_over=False) from exc
        finally:
            client.close()
        return f"SMTP at {self._server.host}:{self._server.port}, from {sender}"

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.encryption is Encryption.IMPLICIT,
            start_tls=server.encryption is Encryption.STARTTLS,
            tls_context=(self._trust or tls()) if server.encryption is not Encryption.NONE else None,
            timeout=self._timeout_s,
        )

    async def _enter(self, client: aiosmtplib.SMTP) -> None:
        await client.connect()
        if self._server.username is not None and self._server.password is not None:
            await client.login(self._server.username, self._server.password.get_secret_value())

    def _meaning(self, exc: Exception, *, handing_over: bool) -> ProviderError:
        detail = ""
        if isinstance(exc, aiosmtplib.SMTPResponseException):
            detail = f"{exc.code} {exc.message}"
        code = _code_of(exc, handing_over=handing_over)
        return email_error(code, provider=self.engine, detail=detail or type(exc).__name__)


def _code_of(exc: Exception, *, handing_over: bool) -> EmailErrorCode:
    """A 4xx may pass, a 5xx doesn't. Once the mail is being handed over, no answer can mean anything."""
    if isinstance(exc, aiosmtplib.SMTPResponseException) and exc.code > 0:
        if exc.code < 500:
            return EmailErrorCode.UNAVAILABLE
        if isinstance(exc, aiosmtplib.SMTPAuthenticationError) or exc.code in AUTHENTICATION:
            return EmailErrorCode.KEY_REFUSED
        about_address = isinstance(exc, aiosmtplib.SMTPRecipientRefused) and not exc.message.startswith(POLICY)
        return EmailErrorCode.ADDRESS_REFUSED if about_address else EmailErrorCode.REFUSED
    return EmailErrorCode.UNKNOWN if handing_over else EmailErrorCode.UNAVAILABLE
