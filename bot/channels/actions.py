"""What can be pressed about connected chats."""

from bot.actions import Action, action
from core import ids


@action("ch.list")
class ShowChannels(Action):
    page: int


@action("ch")
class ShowChannel(Action):
    channel_id: ids.ChannelId


@action("ch.new")
class ConnectChat(Action):
    """Ask which chat to connect: a channel, or (`group`) a group."""

    group: bool


@action("ch.test")
class SendTest(Action):
    channel_id: ids.ChannelId


@action("ch.untest")
class DeleteTest(Action):
    channel_id: ids.ChannelId
    message_id: int


@action("ch.look")
class CheckAgain(Action):
    """Ask Telegram anew whether posts can go there."""

    channel_id: ids.ChannelId


@action("ch.std")
class MakeDefault(Action):
    channel_id: ids.ChannelId
    wanted: bool


@action("ch.late")
class SendMissed(Action):
    """Send now what missed its time while nothing could be posted."""

    channel_id: ids.ChannelId


@action("ch.skip")
class SkipMissed(Action):
    channel_id: ids.ChannelId


@action("ch.off")
class Disconnect(Action):
    channel_id: ids.ChannelId


@action("ch.off.all")
class CancelAndDisconnect(Action):
    """With what is still to go out there."""

    channel_id: ids.ChannelId


@action("ch.on")
class Reconnect(Action):
    channel_id: ids.ChannelId


@action("ch.ft")
class ShowFooter(Action):
    """What stands under each post in a chat."""

    channel_id: ids.ChannelId


@action("ch.ft.ask")
class AskFooter(Action):
    channel_id: ids.ChannelId


@action("ch.ft.x")
class RemoveFooter(Action):
    channel_id: ids.ChannelId
