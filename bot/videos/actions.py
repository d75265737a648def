"""What can be pressed about users' own videos. A video and the upload that brought it have one id."""

from bot.actions import Action, action
from core import ids


@action("vi.list")
class ListVideos(Action):
    page: int


@action("vi")
class ShowOwnVideo(Action):
    video_id: ids.OwnVideoId


@action("vi.add")
class AddVideo(Action):
    """How one gets here."""


@action("vi.page")
class OpenUploadPage(Action):
    """A new link."""


@action("vi.page1")
class ShowUploadPage(Action):
    """The link of an upload that is under way."""

    upload_id: ids.UploadId


@action("vi.take")
class TakeVideo(Action):
    """Keep the video that a source came with."""

    source_id: ids.SourceId


@action("vi.stop")
class StopVideo(Action):
    """Whatever brings it here."""

    video_id: ids.OwnVideoId


@action("vi.again")
class CheckAgain(Action):
    video_id: ids.OwnVideoId


@action("vi.name")
class AskVideoName(Action):
    video_id: ids.OwnVideoId


@action("vi.del")
class DeleteVideo(Action):
    """`sure`: although something is still to be published of it."""

    video_id: ids.OwnVideoId
    sure: bool


@action("vi.undel")
class UndeleteVideo(Action):
    video_id: ids.OwnVideoId
