"""Which mailer the settings ask for."""

from typing import Final

import httpx

from core.providers.email import Mailer
from core.providers.email_folder import FolderMailer
from core.providers.email_resend import Resend
from core.providers.email_smtp import SmtpMailer
from core.settings import Environment, Settings
from core.smtp_server import SmtpServer

SENDER_OF_NOBODY: Final = "Postaify <postaify@localhost>"
"""On a machine that sends nothing."""


def build_mailer(settings: Settings, http: httpx.AsyncClient) -> Mailer | None:
    """Resend, an SMTP server, or files in the home; None in production without either: then nobody is offered mail."""
    if settings.resend_api_key is not None:
        return Resend(http, base_url=settings.resend_api_url, key=settings.resend_api_key)
    if settings.smtp_url is not None:
        return SmtpMailer(SmtpServer.at(settings.smtp_url.get_secret_value()))
    if settings.environment is Environment.PRODUCTION:
        return None
    return FolderMailer(settings.home)
