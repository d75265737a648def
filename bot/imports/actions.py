"""What can be pressed about files of posts."""

from bot.actions import Action, action
from core import ids


@action("im")
class ShowImport(Action):
    """How to send many posts at once."""


@action("im.tpl")
class SendTemplate(Action):
    """A file to fill in."""


@action("im.read")
class ReadFile(Action):
    """Go on with the last file that was sent."""


@action("im.p")
class ShowPreview(Action):
    import_id: ids.ImportId
    page: int


@action("im.now")
class StopLooking(Action):
    """Show the preview without having looked at all media."""

    import_id: ids.ImportId


@action("im.ok")
class ImportPosts(Action):
    import_id: ids.ImportId


@action("im.undo")
class CancelImported(Action):
    """Take all posts of an import back."""

    import_id: ids.ImportId


@action("im.back")
class RestoreImported(Action):
    """Take that back."""

    import_id: ids.ImportId


@action("im.txt")
class UseAsText(Action):
    """The file is a text to write from, no list of posts."""


@action("ex")
class ExportSchedule(Action):
    """All that is planned, as files."""
