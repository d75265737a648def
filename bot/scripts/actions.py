"""What can be pressed about scripts."""

from bot.actions import Action, action
from core import ids
from core.scripts.models import ScriptKind


@action("sc.card")
class StartScript(Action):
    """What /script does."""


@action("sc.list")
class ListScripts(Action):
    """`found`: those with the words of the last search."""

    page: int
    kind: ScriptKind | None
    found: bool


@action("sc.find")
class SearchScripts(Action):
    """The next message is what to look for."""


@action("sc.show")
class ShowScript(Action):
    script_id: ids.ScriptId


@action("sc.go")
class AnalyseScript(Action):
    script_id: ids.ScriptId


@action("sc.stop")
class StopScript(Action):
    script_id: ids.ScriptId


@action("sc.text")
class SendScriptText(Action):
    script_id: ids.ScriptId


@action("sc.new")
class ShowRewrite(Action):
    script_id: ids.ScriptId


@action("sc.keep")
class KeepRewrite(Action):
    script_id: ids.ScriptId


@action("sc.post")
class PostsFromScript(Action):
    """Its words become a source for posts."""

    script_id: ids.ScriptId


@action("sc.del")
class DeleteScript(Action):
    script_id: ids.ScriptId


@action("sc.undel")
class RestoreScript(Action):
    script_id: ids.ScriptId


@action("sc.video")
class OpenVideoScript(Action):
    """What is said in a video."""

    video_id: ids.VideoId


@action("sc.like")
class ShowWay(Action):
    """How a creator's videos are made, and writing one like that."""

    creator_id: ids.CreatorId


@action("sc.ask")
class AskTopic(Action):
    """The next message is what a script in a creator's way is to be about."""

    creator_id: ids.CreatorId
