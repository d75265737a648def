"""The mailer that needs no account: mails become .eml files in a folder, which the sandbox shows."""

import asyncio
import errno
from pathlib import Path
from typing import Final

from core.home import MAIL_FOLDER, private_folder, write_private
from core.providers.email import EmailErrorCode, Mail, email_error, message_of

ENDING: Final = ".eml"
NOBODY: Final = "nobody.test"
"""A domain without mailboxes, to see what happens then."""


class FolderMailer:
    """Writes each mail as a file whose name begins with its time. The same mail again is the same file."""

    engine = "folder"

    def __init__(self, home: Path) -> None:
        self._home = home

    async def send(self, mail: Mail) -> str:
        if mail.to.endswith(f"@{NOBODY}"):
            detail = "550 5.1.1 The mailbox doesn't exist"
            raise email_error(EmailErrorCode.ADDRESS_REFUSED, provider=self.engine, detail=detail)
        return await asyncio.to_thread(self._write, mail)

    async def check(self, sender: str) -> str:
        return f"files in {private_folder(self._home, MAIL_FOLDER)}; nothing is sent"

    def _write(self, mail: Mail) -> str:
        name = f"{mail.at:%Y%m%dT%H%M%S}-{mail.message_id.strip('<>').partition('@')[0]}{ENDING}"
        try:
            write_private(private_folder(self._home, MAIL_FOLDER) / name, message_of(mail).as_bytes().decode("ascii"))
        except OSError as exc:
            detail = errno.errorcode.get(exc.errno or 0, "")
            raise email_error(EmailErrorCode.UNAVAILABLE, provider=self.engine, detail=detail) from exc
        return name
