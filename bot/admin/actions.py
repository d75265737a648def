"""What admins can press."""

from bot.actions import Action, action
from core import ids


@action("ad")
class ShowAdmin(Action):
    """The first screen."""


@action("ad.credits")
class ShowCredits(Action):
    """What finding videos has cost, by day."""


@action("ad.b.new")
class WriteBroadcast(Action):
    """Ask for the message."""


@action("ad.b.drop")
class DropBroadcast(Action):
    """Not this message, after all."""

    broadcast_id: ids.BroadcastId


@action("ad.b.go")
class SendBroadcast(Action):
    broadcast_id: ids.BroadcastId


@action("ad.b.see")
class PreviewBroadcast(Action):
    """In this chat, as it would go out."""

    broadcast_id: ids.BroadcastId


@action("ad.b.wait")
class PauseBroadcast(Action):
    broadcast_id: ids.BroadcastId


@action("ad.b.on")
class ResumeBroadcast(Action):
    broadcast_id: ids.BroadcastId


@action("ad.b.end")
class CancelBroadcast(Action):
    """For good: `sure` after a second look."""

    broadcast_id: ids.BroadcastId
    sure: bool


@action("ad.b")
class ShowBroadcast(Action):
    """How far it is now."""

    broadcast_id: ids.BroadcastId
