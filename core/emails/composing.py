"""From a row to a mail: its words, its headers, and the links in it."""

from dataclasses import dataclass
from typing import Final

from core.emails.kinds import CATEGORIES, OPTIONAL, EmailData, Verify, checked_data
from core.emails.links import EmailLinks, build_email_links
from core.emails.rendering import Reader, Ways, render
from core.emails.service import Outgoing
from core.providers.email import Mail, bare
from core.providers.email_engines import SENDER_OF_NOBODY
from core.settings import Settings

AUTOMATIC: Final = {"Auto-Submitted": "auto-generated"}
"""So that nobody's absence is answered. https://www.rfc-editor.org/rfc/rfc3834#section-5"""
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
"""What a mail program posts by itself. https://www.rfc-editor.org/rfc/rfc8058#section-3.1"""


@dataclass(frozen=True, slots=True)
class Composer:
    """`chat_url`: where the bot is, if that is known."""

    links: EmailLinks
    sender: str
    reply_to: str | None
    chat_url: str | None

    def mail(self, outgoing: Outgoing) -> Mail:
        """The same for the same row."""
        data = checked_data(outgoing.kind, outgoing.data)
        ways = self._ways(outgoing, data)
        letter = render(outgoing.kind, data, Reader(outgoing.language, outgoing.time_zone), ways)
        domain = bare(self.sender).rpartition("@")[2]
        return Mail(
            sender=self.sender,
            to=outgoing.address,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            message_id=f"<{outgoing.id}@{domain}>",
            at=outgoing.created_at,
            reply_to=self.reply_to,
            headers=AUTOMATIC | _list_headers(ways.unsubscribe),
        )

    def _ways(self, outgoing: Outgoing, data: EmailData) -> Ways:
        links, owner_id, category = self.links, outgoing.owner_id, CATEGORIES[outgoing.kind]
        return Ways(
            chat=self.chat_url,
            verify=links.verification(owner_id=owner_id, link_id=data.link_id) if isinstance(data, Verify) else None,
            unsubscribe=links.unsubscribing(owner_id=owner_id, category=category) if category in OPTIONAL else None,
        )


def build_composer(settings: Settings, *, chat_url: str | None) -> Composer:
    return Composer(
        links=build_email_links(settings),
        sender=settings.email_from or SENDER_OF_NOBODY,
        reply_to=settings.email_reply_to,
        chat_url=chat_url,
    )


def _list_headers(unsubscribe: str | None) -> dict[str, str]:
    if unsubscribe is None:
        return {}
    return {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": ONE_CLICK}
