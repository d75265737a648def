"""Connected accounts: each network with its state, one account, the link, and the question before the end."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from markupsafe import Markup

from bot.channels.actions import ShowChannels
from bot.connections.actions import (
    AskDisconnecting,
    CheckConnection,
    ConnectAccount,
    DisconnectAccount,
    ShowConnection,
    ShowConnections,
)
from bot.connections.labels import account_label, account_words, caption_line, network_label, state_icon, when_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.connections.consents import LIFE
from core.connections.disconnecting import Revocation
from core.connections.models import Connection
from core.connections.queries import consent_ends_at, warned_from, works
from core.providers.discovery import Network
from core.publishing.waiting import WaitingPublication

SHOWN = 5
"""Publications that the question before disconnecting names."""


def connections(found: Sequence[Connection], offered: Collection[Network], t: Texts) -> Screen:
    """Each network with its accounts and their states. `offered`: which ones can be connected here."""
    text = lines([t("🔗 <b>Where you publish</b>"), "", *_states(found, offered, t)])
    accounts = [
        [Button(f"{state_icon(each)} {network_label(each.network)} {account_label(each)}", ShowConnection(each.id))]
        for each in found
    ]
    names = {each.network for each in found}
    more = [[Button(_connect_label(network, network in names, t), ConnectAccount(network))] for network in offered]
    return Screen(text, [*accounts, *more, [Button(t("📣 Channels and groups"), ShowChannels(1))]])


def _states(found: Sequence[Connection], offered: Collection[Network], t: Texts) -> Iterator[Markup]:
    for network in Network:
        mine = [each for each in found if each.network == network]
        if not mine:
            yield _not_connected(network, network in offered, t)
        for each in mine:
            yield _state(each, t)
    if not found and offered:
        yield Markup()
        yield t("Connect an account, and I can publish your videos there. It takes a minute, in your browser.")


def _not_connected(network: Network, offered: bool, t: Texts) -> Markup:
    if offered:
        return t("▫️ {network}: not connected", network=network_label(network))
    return t("▫️ {network}: can't be connected here, whoever runs me hasn't set it up", network=network_label(network))


def _state(connection: Connection, t: Texts) -> Markup:
    name, account = network_label(connection.network), account_words(connection)
    if works(connection):
        return t("✅ {network}: {account}", network=name, account=account)
    return t("⚠️ {network}: {account}, connect it again", network=name, account=account)


def _connect_label(network: Network, another: bool, t: Texts) -> Markup:
    if another:
        return t("➕ Another {network} account", network=network_label(network))
    return t("➕ Connect {network}", network=network_label(network))


def connection(shown: Connection, zone: str | None, t: Texts, *, now: datetime, tested: bool = False) -> Screen:
    """One account. `tested`: the network has just answered for it."""
    network = Network(shown.network)
    heading = Markup("<b>{}</b> {}").format(network_label(network), account_words(shown))
    text = lines([heading, *_facts(shown, zone, t, now, tested=tested)])
    again = Button(t("🔁 Connect again"), ConnectAccount(network))
    first = [Button(t("🧪 Test"), CheckConnection(shown.id)), again] if works(shown) else [again]
    return Screen(
        text,
        [first, [Button(t("🔌 Disconnect"), AskDisconnecting(shown.id)), Button(t("‹ Back"), ShowConnections())]],
    )


def _facts(shown: Connection, zone: str | None, t: Texts, now: datetime, *, tested: bool) -> Iterator[Markup]:
    if not works(shown):
        yield t("⚠️ It doesn't work any more: the permission has ended, or was taken back at the network.")
        yield t("What you have planned for it waits. <b>Connect again</b> mends it.")
        return
    yield t("✅ Tested just now: it works.") if tested else t("✅ Connected, as far as I know.")
    yield t("Since {when}", when=when_label(shown.connected_at, zone, t, now=now))
    ends_at, near_from = consent_ends_at(shown), warned_from(shown)
    if ends_at is not None and near_from is not None and near_from <= now:
        yield t("⏳ It ends on {when}. Connect again before that.", when=when_label(ends_at, zone, t, now=now))


def link(network: Network, url: str, t: Texts) -> Screen:
    """The way to the network's page."""
    name = network_label(network)
    text = lines(
        [
            t("🔗 <b>Connect {network}</b>", network=name),
            "",
            t("The button opens a page in your browser. There, {network} asks what I may do.", network=name),
            t("Leave everything ticked, or I can't publish. Your password stays with {network}.", network=name),
            "",
            t.plural(
                "The link is yours alone, works once, and for {n} minute.",
                "The link is yours alone, works once, and for {n} minutes.",
                int(LIFE.total_seconds()) // 60,
            ),
        ]
    )
    return Screen(
        text,
        [
            [Button(t("Open the page"), url=url)],
            [Button(t("🔁 New link"), ConnectAccount(network)), Button(t("‹ Back"), ShowConnections())],
        ],
    )


def ask_disconnecting(
    shown: Connection, waiting: Sequence[WaitingPublication], zone: str | None, t: Texts, *, now: datetime
) -> Screen:
    """With what would be without an account."""
    name, account = network_label(shown.network), account_words(shown)
    text = lines(
        [
            t("🔌 <b>Disconnect {network} {account}?</b>", network=name, account=account),
            "",
            t("I give the permission back at {network}, and forget the keys to the account.", network=name),
            *_waiting_lines(waiting, zone, t, now),
        ]
    )
    return Screen(
        text,
        [[Button(t("🔌 Disconnect"), DisconnectAccount(shown.id)), Button(t("‹ Keep it"), ShowConnection(shown.id))]],
    )


def _waiting_lines(
    waiting: Sequence[WaitingPublication], zone: str | None, t: Texts, now: datetime
) -> Iterator[Markup]:
    if not waiting:
        yield t("Nothing is planned for it.")
        return
    yield Markup()
    yield t.plural(
        "⚠️ <b>{n} planned video won't go out there:</b>",
        "⚠️ <b>{n} planned videos won't go out there:</b>",
        len(waiting),
    )
    for each in waiting[:SHOWN]:
        yield caption_line(each.caption, each.due_at, zone, t, now=now)
    if len(waiting) > SHOWN:
        yield t.plural("and {n} more", "and {n} more", len(waiting) - SHOWN)


def disconnected(network: Network, revocation: Revocation, t: Texts) -> Screen:
    name = network_label(network)
    text = [t("🔌 {network} is disconnected. I can't publish there any more.", network=name)]
    if revocation is Revocation.LATER:
        later = t("{network} doesn't answer right now: I take the permission back as soon as it does.", network=name)
        text += [Markup(), later]
    elif revocation is Revocation.BY_OWNER:
        text += [Markup(), yours_to_take_back(network, t)]
    return Screen(lines(text), [[Button(t("‹ Where you publish"), ShowConnections())]])


def yours_to_take_back(network: Network, t: Texts) -> Markup:
    """Where somebody ends a permission by themselves."""
    where = _where(network, t)
    return t("The permission at {network} is yours to take back. {where}", network=network_label(network), where=where)


def _where(network: Network, t: Texts) -> Markup:
    return {
        Network.TIKTOK: t("In TikTok: Settings, Security and permissions, Apps and services permissions."),
        Network.INSTAGRAM: t("In Instagram: Settings, Website permissions, Apps and websites."),
        Network.YOUTUBE: t("At myaccount.google.com/connections."),
    }[network]
