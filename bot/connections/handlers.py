"""Seeing what is connected, and connecting, testing and disconnecting accounts."""

from typing import Any

from markupsafe import Markup

from bot.connections import screens
from bot.connections.actions import (
    AskDisconnecting,
    CheckConnection,
    ConnectAccount,
    DisconnectAccount,
    ShowConnection,
    ShowConnections,
)
from bot.connections.labels import network_label
from bot.context import Context
from bot.router import Router
from bot.screens import Toast
from bot.texts import Texts
from core import ids
from core.connections import service
from core.connections.consents import request_consent
from core.connections.disconnecting import disconnect
from core.connections.links import build_consent_links
from core.connections.models import Connection
from core.connections.queries import connection_of, connections_of
from core.errors import Conflict, ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import NetworkErrorCode
from core.publishing.waiting import publications_waiting


def register(router: Router) -> None:
    router.press(ShowConnections, on_list)
    router.press(ShowConnection, on_show)
    router.press(ConnectAccount, on_connect)
    router.press(CheckConnection, on_test)
    router.press(AskDisconnecting, on_ask_disconnecting)
    router.press(DisconnectAccount, on_disconnect)
    router.error("connections.not_set_up", _not_set_up)


async def on_list(context: Context, press: ShowConnections) -> None:
    async with context.deps.read() as session:
        found = await connections_of(session, owner_id=context.actor.id)
    await context.show(screens.connections(found, list(context.deps.consents), context.texts))


async def on_show(context: Context, press: ShowConnection) -> None:
    await _show(context, await _own(context, press.connection_id))


async def on_connect(context: Context, press: ConnectAccount) -> None:
    if press.network not in context.deps.consents:
        raise Conflict("connections.not_set_up", network=press.network)
    owner_id = context.actor.id
    async with context.deps.tx() as tx:
        consent_id = await request_consent(tx, owner_id=owner_id, network=press.network)
    url = build_consent_links(context.deps.settings).start(owner_id=owner_id, consent_id=consent_id)
    await context.show(screens.link(press.network, url, context.texts))


async def on_test(context: Context, press: CheckConnection) -> None:
    """A lost one is shown as such; what may pass is told over the chat."""
    try:
        tested = await service.check_connection(
            context.deps, connection_id=press.connection_id, owner_id=context.actor.id
        )
    except ProviderError as error:
        if error.error_code != NetworkErrorCode.RECONNECT:
            raise
        await _show(context, await _own(context, press.connection_id))
        return
    await context.toast(Toast(context.texts("It works.")))
    await _show(context, tested, tested=True)


async def on_ask_disconnecting(context: Context, press: AskDisconnecting) -> None:
    shown = await _own(context, press.connection_id)
    async with context.deps.read() as session:
        waiting = await publications_waiting(session, owner_id=context.actor.id, connection_id=shown.id)
    now, zone = context.deps.clock.now(), context.actor.time_zone
    await context.show(screens.ask_disconnecting(shown, waiting, zone, context.texts, now=now))


async def on_disconnect(context: Context, press: DisconnectAccount) -> None:
    network = Network((await _own(context, press.connection_id)).network)
    revocation = await disconnect(context.deps, connection_id=press.connection_id, owner_id=context.actor.id)
    await context.show(screens.disconnected(network, revocation, context.texts))


async def _own(context: Context, connection_id: ids.ConnectionId) -> Connection:
    async with context.deps.read() as session:
        return await connection_of(session, owner_id=context.actor.id, connection_id=connection_id)


async def _show(context: Context, shown: Connection, *, tested: bool = False) -> None:
    now, zone = context.deps.clock.now(), context.actor.time_zone
    await context.show(screens.connection(shown, zone, context.texts, now=now, tested=tested))


def _not_set_up(t: Texts, params: dict[str, Any]) -> Markup:
    network = network_label(params["network"])
    return t("{network} can't be connected here: whoever runs me hasn't set it up.", network=network)
