"""What can be pressed about versions, threads and the first comment of a post."""

from bot.actions import Action, action
from core import ids
from core.posts.platforms import Platform
from core.when.choices import Quick


@action("pv")
class ShowVersions(Action):
    """All versions of a post together."""

    post_id: ids.PostId


@action("pv.new")
class MakeVersion(Action):
    """`platform` None: for all platforms that have none yet."""

    post_id: ids.PostId
    platform: Platform | None


@action("pv.t")
class ChooseTimeForAll(Action):
    post_id: ids.PostId


@action("pv.q")
class ScheduleAll(Action):
    post_id: ids.PostId
    choice: Quick


@action("pt")
class ShowThread(Action):
    """One part of a post as a thread, from 1."""

    post_id: ids.PostId
    part: int


@action("pc")
class ShowFirstComment(Action):
    post_id: ids.PostId


@action("pc.ask")
class AskFirstComment(Action):
    post_id: ids.PostId


@action("pc.rm")
class RemoveFirstComment(Action):
    post_id: ids.PostId
