"""Where mail is handed in, read off an address. The address says how the way there is encrypted.

`smtps://` is TLS from the start (465), `smtp://` goes over to TLS before anything is said (STARTTLS, 587), and only
`smtp://...?tls=none` stays as it is. Names and passwords are percent-encoded.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr


class Encryption(StrEnum):
    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


PORTS: Final = {Encryption.IMPLICIT: 465, Encryption.STARTTLS: 587, Encryption.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    encryption: Encryption
    username: str | None
    password: SecretStr | None

    @classmethod
    def at(cls, url: str) -> "SmtpServer":
        """Read the form above. Raises ValueError, whose sentence never holds the password."""
        try:
            parts = urlsplit(url)
            port, query = parts.port, dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        except ValueError:
            raise ValueError("should look like smtp://user:password@host:587") from None
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.fragment:
            raise ValueError("should look like smtp://user:password@host:587, or smtps:// for port 465")
        if query not in ({}, {"tls": "none"}) or (query and parts.scheme == "smtps"):
            raise ValueError("knows no option but ?tls=none, and that only behind smtp://")
        if (parts.username is None) != (parts.password is None):
            raise ValueError("has a user without a password, or a password without a user")
        encryption = Encryption.NONE if query else Encryption.IMPLICIT
        if parts.scheme == "smtp" and not query:
            encryption = Encryption.STARTTLS
        return cls(
            host=parts.hostname,
            port=port or PORTS[encryption],
            encryption=encryption,
            username=unquote(parts.username) if parts.username is not None else None,
            password=SecretStr(unquote(parts.password)) if parts.password is not None else None,
        )
