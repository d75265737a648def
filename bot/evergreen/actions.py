"""What can be pressed about evergreen posts. `channel_id` None: the private chat's pool."""

from bot.actions import Action, action
from core import ids


@action("ev")
class ShowEvergreen(Action):
    """One post: how often it goes out, how long it rests. One that isn't in the pool is put there."""

    post_id: ids.PostId


@action("ev.pool")
class ShowPool(Action):
    channel_id: ids.ChannelId | None
    page: int


@action("ev.set")
class ChangeEvergreen(Action):
    """`repeats_max` None: no end."""

    post_id: ids.PostId
    cool_down_days: int
    repeats_max: int | None


@action("ev.rm")
class RemoveEvergreen(Action):
    post_id: ids.PostId
