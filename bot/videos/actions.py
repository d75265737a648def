"""What can be pressed about users' own videos. A video and the upload that brought it have one id."""

from bot.actions import Action, action
from core import ids


@action("ov.list")
class ListVideos(Action):
    page: int


@action("ov")
class ShowOwnVideo(Action):
    video_id: ids.OwnVideoId


@action("ov.add")
class AddVideo(Action):
    """How one gets here."""


@action("ov.page")
class OpenUploadPage(Action):
    """A new link."""


@action("ov.page1")
class ShowUploadPage(Action):
    """The link of an upload that is under way."""

    upload_id: ids.UploadId


@action("ov.take")
class TakeVideo(Action):
    """Keep the video that a source came with."""

    source_id: ids.SourceId


@action("ov.stop")
class StopVideo(Action):
    """Whatever brings it here."""

    video_id: ids.OwnVideoId


@action("ov.again")
class CheckAgain(Action):
    video_id: ids.OwnVideoId


@action("ov.name")
class AskVideoName(Action):
    video_id: ids.OwnVideoId


@action("ov.del")
class DeleteVideo(Action):
    """`sure`: although something is still to be published of it."""

    video_id: ids.OwnVideoId
    sure: bool


@action("ov.undel")
class UndeleteVideo(Action):
    video_id: ids.OwnVideoId
