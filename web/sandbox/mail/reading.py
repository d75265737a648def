"""Files of mails: which are there, and what stands in one. Nothing in them is trusted."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"[0-9A-Za-z@._-]{1,200}\.eml", re.ASCII)
LISTED: Final = 200
SHOWN_HEADERS: Final = ("From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One file. `html` is None where the mail has none."""

    name: str
    raw: bytes
    subject: str
    to: str
    sent_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None

    @property
    def source(self) -> str:
        return self.raw.decode("utf-8", "replace")


def mails_in(folder: Path) -> list[StoredMail]:
    """The newest first, at most 200."""
    names = (path.name for path in folder.glob("*.eml") if NAME.fullmatch(path.name))
    found = (mail_named(folder, name) for name in sorted(names, reverse=True)[:LISTED])
    return [mail for mail in found if mail is not None]


def mail_named(folder: Path, name: str) -> StoredMail | None:
    """None for what isn't there, or couldn't be a mail's name."""
    if not NAME.fullmatch(name):
        return None
    try:
        raw = (folder / name).read_bytes()
    except OSError:
        return None
    message = message_from_bytes(raw, EmailMessage, policy=default)
    date = message["Date"]
    return StoredMail(
        name=name,
        raw=raw,
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        sent_at=getattr(date, "datetime", None),
        headers=tuple((header, str(message[header])) for header in SHOWN_HEADERS if message[header]),
        text=_body(message, "plain") or "",
        html=_body(message, "html"),
    )


def _body(message: EmailMessage, subtype: str) -> str | None:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part is not None else None
