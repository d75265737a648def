"""What can be pressed about times: choosing one for a post, and the calendar."""

from bot.actions import Action, action
from core import ids


@action("wh")
class ChooseTime(Action):
    """Show the times that a post may go out at."""

    post_id: ids.PostId


@action("now")
class PostNow(Action):
    post_id: ids.PostId


@action("unsch")
class CancelSchedule(Action):
    post_id: ids.PostId


@action("cal")
class ShowCalendar(Action):
    page: int
