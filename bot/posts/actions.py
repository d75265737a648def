"""What can be pressed about drafts and posts."""

from bot.actions import Action, action
from core import ids


@action("po.card")
class ShowCard(Action):
    """Turn the pressed message into the draft card of this post."""

    post_id: ids.PostId


@action("po.list")
class ShowPosts(Action):
    """The history. `status` and `platform` empty: all."""

    page: int
    status: str | None
    platform: str | None
