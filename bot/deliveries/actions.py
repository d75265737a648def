"""What can be pressed about times: choosing one for a post, and the calendar.

Days stand in buttons as ordinals, months as months since the year 0: both are short.
"""

from enum import StrEnum

from bot.actions import Action, action
from core import ids
from core.posts.models import Layout
from core.when.choices import Quick


@action("wh")
class ChooseTime(Action):
    """Show the times that a post may go out at."""

    post_id: ids.PostId


class Back(StrEnum):
    """Where a choice was opened from, and goes back to."""

    CARD = "c"
    TIME = "t"


@action("wh.to")
class ChooseTarget(Action):
    """Show the chats that the post may go to."""

    post_id: ids.PostId
    back: Back
    page: int


@action("wh.set")
class SetTarget(Action):
    """`channel_id` None: to the user."""

    post_id: ids.PostId
    channel_id: ids.ChannelId | None
    back: Back


@action("wh.in")
class ScheduleIn(Action):
    """Minutes from the press on."""

    post_id: ids.PostId
    minutes: int


@action("wh.q")
class ScheduleQuick(Action):
    post_id: ids.PostId
    choice: Quick


@action("wh.at")
class ScheduleAt(Action):
    """`at` in Unix seconds."""

    post_id: ids.PostId
    at: int


@action("wh.mo")
class PickDay(Action):
    """`month` None: this one."""

    post_id: ids.PostId
    month: int | None


@action("wh.d")
class PickHour(Action):
    post_id: ids.PostId
    day: int


@action("wh.h")
class PickMinute(Action):
    post_id: ids.PostId
    day: int
    hour: int


@action("wh.say")
class TypeTime(Action):
    post_id: ids.PostId


@action("wh.no")
class CantChoose(Action):
    """A cell that can't be chosen. `empty` when nothing is planned there, else it has passed or is too far ahead."""

    empty: bool


@action("now")
class PostNow(Action):
    post_id: ids.PostId


@action("ck.go")
class SendAnyway(Action):
    """In spite of what the look before has found. `at` in Unix seconds; None: now."""

    post_id: ids.PostId
    at: int | None


@action("ck.lay")
class ChooseLayout(Action):
    """How it goes out while it is too long, and then what was asked for: to send it at `at`."""

    post_id: ids.PostId
    at: int | None
    layout: Layout


@action("ck.me")
class SendToMe(Action):
    """To its owner's own chat, at `at`."""

    post_id: ids.PostId
    at: int | None


@action("ck.see")
class ShowOther(Action):
    """A post that another one gets in the way of, below the question."""

    post_id: ids.PostId


@action("ms")
class ShowMissed(Action):
    """What missed its time and waits for a word."""

    page: int


@action("ms.go")
class SendMissedPost(Action):
    post_id: ids.PostId
    page: int


@action("ms.no")
class SkipMissedPost(Action):
    post_id: ids.PostId
    page: int


@action("ms.at")
class ChooseTimeOfMissed(Action):
    post_id: ids.PostId


@action("ms.all")
class SendAllMissed(Action):
    pass


@action("ms.none")
class SkipAllMissed(Action):
    pass


@action("there")
class ConfirmThere(Action):
    """The owner has looked, and an unconfirmed post is there."""

    post_id: ids.PostId


@action("unsch")
class CancelSchedule(Action):
    post_id: ids.PostId


@action("resch")
class Reschedule(Action):
    """Take a cancellation back."""

    post_id: ids.PostId


@action("cal")
class ShowCalendar(Action):
    """The coming posts as a list."""

    page: int


@action("cal.mo")
class ShowMonth(Action):
    """The coming posts in a month's grid. `month` None: this one."""

    month: int | None


@action("cal.day")
class ShowDay(Action):
    day: int
    page: int


@action("cal.lit")
class UseDark(Action):
    """Draw pictures dark or light from now on. Back to the month; without one, to the list."""

    dark: bool
    month: int | None
    page: int


@action("cal.e")
class ShowEntry(Action):
    """One post of the calendar."""

    post_id: ids.PostId


@action("cal.dup")
class DuplicatePost(Action):
    post_id: ids.PostId


@action("wh.card")
class OpenCard(Action):
    """The draft card as a new message: the pressed one has something of its own to say."""

    post_id: ids.PostId
