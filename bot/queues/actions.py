"""What can be pressed about queues. `channel_id` None: the private chat's."""

from enum import StrEnum

from bot.actions import Action, action
from core import ids
from core.queues.moving import Move


class Preset(StrEnum):
    """Slots that many want."""

    WORKDAYS_AT_9 = "w9"
    WORKDAYS_AT_18 = "w18"
    DAILY_AT_12 = "d12"
    WEEKEND_AT_11 = "e11"


@action("q.all")
class ShowQueues(Action):
    page: int


@action("q")
class ShowQueue(Action):
    channel_id: ids.ChannelId | None
    page: int


@action("q.p")
class SelectQueued(Action):
    """The queue with what can be done with one of its posts."""

    post_id: ids.PostId


@action("q.mv")
class MoveQueued(Action):
    """`seen_at` in Unix seconds: the slot in which the post was seen, so that a second press moves nothing."""

    post_id: ids.PostId
    move: Move
    seen_at: int


@action("q.rm")
class RemoveQueued(Action):
    post_id: ids.PostId


@action("q.hold")
class PauseQueue(Action):
    """`wanted` False: go on."""

    channel_id: ids.ChannelId | None
    wanted: bool


@action("q.add")
class AddToQueue(Action):
    post_id: ids.PostId


@action("q.any")
class AddAnyway(Action):
    """In spite of what speaks against it."""

    post_id: ids.PostId


@action("q.new")
class SetUpQueue(Action):
    """The slots of the place that a post goes to; then back to the post."""

    post_id: ids.PostId


@action("q.sl")
class ShowSlots(Action):
    channel_id: ids.ChannelId | None


@action("q.t")
class ShowTime(Action):
    """One time of day: on which weekdays."""

    channel_id: ids.ChannelId | None
    minute: int


@action("q.set")
class SetSlot(Action):
    channel_id: ids.ChannelId | None
    weekday: int
    minute: int
    wanted: bool


@action("q.del")
class RemoveTime(Action):
    channel_id: ids.ChannelId | None
    minute: int


@action("q.pre")
class AddPreset(Action):
    channel_id: ids.ChannelId | None
    preset: Preset


@action("q.say")
class TypeSlots(Action):
    channel_id: ids.ChannelId | None


@action("q.qt")
class ShowQuiet(Action):
    channel_id: ids.ChannelId | None


@action("q.qts")
class SetQuiet(Action):
    """Minutes after midnight; None: no quiet hours."""

    channel_id: ids.ChannelId | None
    begins: int | None
    ends: int | None


@action("q.qsay")
class TypeQuiet(Action):
    channel_id: ids.ChannelId | None
