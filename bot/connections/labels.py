"""Connected accounts in a few words."""

from datetime import datetime

from markupsafe import Markup

from bot.screens import clipped
from bot.texts import Texts
from bot.viral.labels import NETWORKS
from core.connections.models import Connection
from core.connections.queries import works
from core.providers.discovery import Network
from core.when.formats import format_local

CAPTION_CHARACTERS = 40


def network_label(network: str) -> str:
    return NETWORKS[Network(network)]


def account_label(connection: Connection) -> str:
    """On a button: "@ann", or the name where there is no handle."""
    return f"@{connection.username}" if connection.username else connection.name


def account_words(connection: Connection) -> Markup:
    """Likewise, inside of a message."""
    return handle_words(connection.username) or Markup.escape(connection.name)


def handle_words(username: str) -> Markup:
    """Set apart: Telegram would make a link of it, to whoever has that name there."""
    return Markup("<code>@{}</code>").format(username) if username else Markup()


def state_icon(connection: Connection) -> str:
    return "✅" if works(connection) else "⚠️"


def when_label(at: datetime, zone: str | None, t: Texts, *, now: datetime) -> Markup:
    """A moment by the user's clock; by UTC for somebody who hasn't told theirs."""
    if zone is None:
        return t("{when} (UTC)", when=format_local(at, "UTC", t.language, now=now))
    return Markup.escape(format_local(at, zone, t.language, now=now))


def caption_line(caption: str, due_at: datetime | None, zone: str | None, t: Texts, *, now: datetime) -> Markup:
    """A planned video: when, and how its caption begins."""
    words = clipped(caption, CAPTION_CHARACTERS) or t("without a caption")
    if due_at is None:
        return t("• {words}", words=words)
    return t("• {when}: {words}", when=when_label(due_at, zone, t, now=now), words=words)
