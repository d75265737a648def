"""What can be pressed about connected accounts."""

from bot.actions import Action, action
from core import ids
from core.providers.discovery import Network


@action("cn.list")
class ShowConnections(Action):
    pass


@action("cn")
class ShowConnection(Action):
    connection_id: ids.ConnectionId


@action("cn.new")
class ConnectAccount(Action):
    """A new one-time link; an earlier one is of no use any more."""

    network: Network


@action("cn.test")
class CheckConnection(Action):
    connection_id: ids.ConnectionId


@action("cn.del")
class AskDisconnecting(Action):
    connection_id: ids.ConnectionId


@action("cn.del2")
class DisconnectAccount(Action):
    connection_id: ids.ConnectionId
