"""What can be pressed about sources."""

from enum import StrEnum

from bot.actions import Action, action
from core import ids


class Shelf(StrEnum):
    """Which of them the list shows."""

    ALL = "all"
    TEXTS = "text"
    LINKS = "link"
    FILES = "file"
    RECORDINGS = "rec"


@action("so.card")
class ShowSource(Action):
    """Turn the pressed message into the source's card."""

    source_id: ids.SourceId


@action("so.open")
class OpenSource(Action):
    """The same from the list, with the way back and what can be done with it there."""

    source_id: ids.SourceId


@action("so.read")
class ReadWords(Action):
    """Have its words got out of what it came with."""

    source_id: ids.SourceId


@action("so.stop")
class StopReading(Action):
    source_id: ids.SourceId


@action("so.type")
class TypeWords(Action):
    """The next message is what is said in it."""

    source_id: ids.SourceId


@action("so.page")
class OpenSourcePage(Action):
    """A page in the browser for a file that is too large for the chat: a new one, or that of a source."""

    source_id: ids.SourceId | None


@action("so.page1")
class ShowSourcePage(Action):
    """The link of an upload that is under way."""

    upload_id: ids.UploadId


@action("so.stop1")
class StopUpload(Action):
    """Close the link; what came is forgotten."""

    upload_id: ids.UploadId


@action("so.list")
class ListSources(Action):
    """`found`: those with the words of the last search. `picking`: several are chosen to be used together."""

    page: int
    shelf: Shelf
    found: bool
    picking: bool


@action("so.find")
class SearchSources(Action):
    """The next message is what to look for."""


@action("so.name")
class AskSourceTitle(Action):
    source_id: ids.SourceId


@action("so.del")
class DeleteSource(Action):
    """`sure`: although something was made of it."""

    source_id: ids.SourceId
    sure: bool


@action("so.undel")
class UndeleteSource(Action):
    source_id: ids.SourceId


@action("so.pick")
class PickSource(Action):
    """Take it among those to be used together, or out again."""

    source_id: ids.SourceId
    page: int
    shelf: Shelf
    found: bool


@action("so.together")
class WriteFromPicked(Action):
    """Posts from all that were picked."""


@action("so.talk")
class TalkAboutPicked(Action):
    """A podcast from all that were picked."""
