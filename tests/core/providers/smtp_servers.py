"""A real SMTP server (aiosmtpd) on this machine, with each way of encryption, that refuses what it is told to."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.smtp_server import Encryption

USER, PASSWORD = "ann@mail.example.com", "p@ss:w/rd"


@dataclass(slots=True)
class SmtpTestServer:
    """Also aiosmtpd's handler. `refuse_rcpt`, `refuse_data`: what is answered instead of 250."""

    encryption: Encryption
    trust: ssl.SSLContext
    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse_rcpt: str | None = None
    refuse_data: str | None = None
    hang_up_after_data: bool = False

    def url(self, *, user: str | None = "ann%40mail.example.com:p%40ss%3Aw%2Frd") -> str:
        scheme = "smtps" if self.encryption is Encryption.IMPLICIT else "smtp"
        query = "?tls=none" if self.encryption is Encryption.NONE else ""
        return f"{scheme}://{f'{user}@' if user else ''}127.0.0.1:{self.port}{query}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_rcpt:
            return self.refuse_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        if self.refuse_data:
            return self.refuse_data
        self.encrypted.append(session.ssl is not None or self.encryption is Encryption.IMPLICIT)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.taken.append(message_from_bytes(envelope.original_content or b"", EmailMessage, policy=default))
        if self.hang_up_after_data:
            _hang_up(server)
        return f"250 2.0.0 taken as {len(self.taken)}"


def _hang_up(connection: SMTP) -> None:
    if isinstance(connection.transport, asyncio.Transport):
        connection.transport.abort()


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def smtp_server(encryption: Encryption, folder: Path) -> AsyncIterator[SmtpTestServer]:
    """Wants a login, and where it can TLS before that."""
    context, trust = _certified(folder)
    handler = SmtpTestServer(encryption, trust)
    options: dict[str, Any] = {"authenticator": _authenticate, "auth_required": encryption is not Encryption.NONE}
    if encryption is Encryption.STARTTLS:
        options |= {"tls_context": context, "require_starttls": True}
    elif encryption is Encryption.IMPLICIT:
        options |= {"auth_require_tls": False}
    loop = asyncio.get_running_loop()
    connections: list[SMTP] = []

    def connected() -> SMTP:
        with warnings.catch_warnings(action="ignore"):  # of AUTH without TLS: it doesn't see the TLS around it
            connections.append(SMTP(handler, loop=loop, hostname="mail.example.com", **options))
        return connections[-1]

    server = await loop.create_server(
        connected,
        "127.0.0.1",
        0,
        ssl=context if encryption is Encryption.IMPLICIT else None,
    )
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        for connection in connections:
            _hang_up(connection)
        server.close()
        await server.wait_closed()


def _certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For the server, and for who trusts it: a certificate of its own for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path)
    trust = ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())
    return serving, trust
