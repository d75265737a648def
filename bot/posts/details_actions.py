"""What can be pressed about what goes with a post."""

from bot.actions import Action, action
from core import ids
from core.posts.details import Detail
from core.posts.models import Layout


@action("pd")
class ShowDetails(Action):
    """Turn the pressed message into the screen of what goes with a post."""

    post_id: ids.PostId


@action("pd.t")
class SwitchDetail(Action):
    post_id: ids.PostId
    detail: Detail
    on: bool


@action("pd.l")
class SetLayout(Action):
    post_id: ids.PostId
    layout: Layout


@action("pd.b")
class AskButtons(Action):
    """Ask for the buttons' texts and links."""

    post_id: ids.PostId


@action("pd.bx")
class RemoveButtons(Action):
    post_id: ids.PostId


@action("pd.m")
class AskMedia(Action):
    """Ask for media, to go after those it has or in their place."""

    post_id: ids.PostId
    replace: bool


@action("pd.mx")
class RemoveMedia(Action):
    post_id: ids.PostId


@action("pd.v")
class PreviewPost(Action):
    """Send the post to its owner as it would go out."""

    post_id: ids.PostId
