"""Sending mail: what a mail is, who may take it on (`Mailer`), and how that can go wrong.

Words and addresses come from core/emails; the engines are Resend, any SMTP server, and a folder.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from functools import cached_property
from typing import Final, Protocol

from core.errors import ProviderError

NOT_IN_HEADERS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
"""What ends a line somewhere, and with it a header."""
HEADER_CHARACTERS: Final = 998
"""https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1"""
SENTENCE_CHARACTERS: Final = 200
"""Of a mail server's own words about a refusal."""


class EmailErrorCode(StrEnum):
    ADDRESS_REFUSED = "email.address_refused"
    """There is no such mailbox, or it takes no mail: for good."""
    REFUSED = "email.refused"
    """The mail as such, or its sender: for good, and no fault of the address."""
    KEY_REFUSED = "email.key_refused"
    RATE_LIMITED = "email.rate_limited"
    UNAVAILABLE = "email.unavailable"
    """It surely wasn't taken on, and may be later."""
    UNKNOWN = "email.unknown_outcome"
    """It may have been taken on: the answer didn't come."""


@dataclass(frozen=True)
class Mail:
    """One mail to one address. `sender` and `reply_to` may have a name: `Postaify <post@example.com>`.

    Raises ValueError for a line break in what becomes a header.
    """

    sender: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    """With its angle brackets; the same at each attempt."""
    at: datetime
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        single = (self.sender, self.to, self.subject, self.message_id, self.reply_to or "")
        for value in (*single, *self.headers, *self.headers.values()):
            if NOT_IN_HEADERS.search(value) or len(value) > HEADER_CHARACTERS:
                raise ValueError("this can't be a header")

    @cached_property
    def key(self) -> str:
        """The same for the same mail, another one for any other: at most 256 characters."""
        said = [self.sender, self.to, self.subject, self.text, self.html, self.reply_to, dict(self.headers)]
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return f"{self.message_id.strip('<>')}/{digest}"[:256]


class Mailer(Protocol):
    """Takes mail on, one at a time. Whether it arrives is another matter: nobody says so at once."""

    engine: str

    async def send(self, mail: Mail) -> str:
        """Give the mail service's id for it. Sending the same mail again is safe where the service knows keys.

        Raises ProviderError with an EmailErrorCode; `detail` holds the service's own words, if any.
        """
        ...

    async def check(self, sender: str) -> str:
        """Ask whether mail from `sender` would be taken on, and send none. Gives what a person wants to know of it.

        Raises ProviderError.
        """
        ...


def email_error(
    code: EmailErrorCode, *, provider: str, detail: str = "", retry_after_s: float | None = None
) -> ProviderError:
    """What may pass is retryable, and so is what nobody knows: two mails are better than none."""
    passing = {EmailErrorCode.RATE_LIMITED, EmailErrorCode.UNAVAILABLE, EmailErrorCode.UNKNOWN}
    words = " ".join(detail.split())[:SENTENCE_CHARACTERS]
    return ProviderError(
        code,
        provider=provider,
        retryable=code in passing,
        retry_after_s=retry_after_s,
        **({"detail": words} if words else {}),
    )


def message_of(mail: Mail) -> EmailMessage:
    """As it travels: text and HTML as alternatives, lines short enough for any server."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail.sender)
    message["To"] = _address(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    if mail.reply_to:
        message["Reply-To"] = _address(mail.reply_to)
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def _address(text: str) -> Address:
    """Built of its parts, so that nothing in a name can become an address."""
    name, spec = parseaddr(text)
    return Address(display_name=name, addr_spec=spec)


def bare(address: str) -> str:
    """Without its name."""
    return parseaddr(address)[1]
