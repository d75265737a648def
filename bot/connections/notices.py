"""What is said about connected accounts without being asked. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from bot.connections.actions import ConnectAccount, ShowConnection, ShowConnections
from bot.connections.labels import caption_line, handle_words, network_label, when_label
from bot.connections.screens import yours_to_take_back
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.providers.discovery import Network

Data = Mapping[str, Any]


def connected(data: Data, t: Texts) -> Screen:
    account = _account(data)
    text = t("✅ <b>{account}</b> is connected. I can publish your videos there.", account=account)
    if data["again"]:
        text = t("✅ <b>{account}</b> is connected again. What is planned for it goes on.", account=account)
    connection_id = ids.ConnectionId(UUID(data["connection_id"]))
    return Screen(text, [[Button(t("🧪 Look at it"), ShowConnection(connection_id))]])


def ending(data: Data, t: Texts, now: datetime) -> Screen:
    """Days before only a new consent helps."""
    network = network_label(data["network"])
    when = when_label(datetime.fromisoformat(data["ends_at"]), data["zone"], t, now=now)
    text = lines(
        [
            t("⏳ <b>The connection to {account} ends on {when}.</b>", account=_account(data), when=when),
            t("{network} wants you to allow it anew from time to time. It takes a minute.", network=network),
            *_affected(data, t, now),
        ]
    )
    return Screen(text, [_again(data, t)])


def lost(data: Data, t: Texts, now: datetime) -> Screen:
    """Nothing goes out by it before a new consent."""
    why = (
        t("The permission has run out.")
        if data["expired"]
        else t("{network} says that the permission was taken back.", network=network_label(data["network"]))
    )
    text = lines(
        [
            t("⚠️ <b>I can't publish on {account} any more.</b>", account=_account(data)),
            why,
            *_affected(data, t, now),
        ]
    )
    return Screen(text, [_again(data, t)])


def not_revoked(data: Data, t: Texts) -> Screen:
    """It was disconnected days ago, and the network has never answered."""
    network = Network(data["network"])
    text = lines(
        [
            t("🔌 <b>I couldn't give back my permission for {account}.</b>", account=_account(data)),
            t("{network} hasn't answered for days. The keys are deleted here.", network=network_label(network)),
            yours_to_take_back(network, t),
        ]
    )
    return Screen(text, [[Button(t("🔗 Where you publish"), ShowConnections())]])


def _affected(data: Data, t: Texts, now: datetime) -> Iterator[Markup]:
    total, posts = data["waiting"], data["posts"]
    if not total:
        yield t("Nothing is planned for it right now.")
        return
    yield Markup()
    yield t.plural("<b>{n} planned video waits for it:</b>", "<b>{n} planned videos wait for it:</b>", total)
    for each in posts:
        due_at = datetime.fromisoformat(each["due_at"]) if each["due_at"] else None
        yield caption_line(each["caption"], due_at, data["zone"], t, now=now)
    if total > len(posts):
        yield t.plural("and {n} more", "and {n} more", total - len(posts))


def _again(data: Data, t: Texts) -> list[Button]:
    network = Network(data["network"])
    label = t("🔁 Connect {network} again", network=network_label(network))
    return [Button(label, ConnectAccount(network)), Button(t("🔗 Where you publish"), ShowConnections())]


def _account(data: Data) -> Markup:
    return Markup("{} {}").format(network_label(data["network"]), handle_words(data["username"]))


RENDERERS: Final[Mapping[str, Callable[[Data, Texts, datetime], Screen]]] = {
    "connections.connected": lambda data, t, _: connected(data, t),
    "connections.ending": ending,
    "connections.lost": lost,
    "connections.not_revoked": lambda data, t, _: not_revoked(data, t),
}
