"""What can be pressed about what goes viral. `lookup_id` is the way back: None from the saved videos."""

from bot.actions import Action, action
from core import ids
from core.providers.discovery import Network, Period


@action("vi.card")
class ShowViral(Action):
    """What /viral does."""


@action("vi.net")
class SetNetwork(Action):
    network: Network


@action("vi.per")
class SetPeriod(Action):
    period: Period


@action("vi.regs")
class ChooseRegion(Action):
    """The list of countries."""


@action("vi.reg")
class SetRegion(Action):
    region: str | None


@action("vi.key")
class AskKeyword(Action):
    """The next message is the keyword."""


@action("vi.nokey")
class ClearKeyword(Action):
    """Whatever trends."""


@action("vi.go")
class LookUp(Action):
    """Search with the choices on the card."""


@action("vi.stop")
class StopLookup(Action):
    lookup_id: ids.LookupId


@action("vi.again")
class LookUpAgain(Action):
    lookup_id: ids.LookupId


@action("vi.page")
class ShowResults(Action):
    lookup_id: ids.LookupId
    page: int


@action("vi.item")
class ShowVideo(Action):
    video_id: ids.VideoId
    lookup_id: ids.LookupId | None


@action("vi.how")
class ExplainNumbers(Action):
    video_id: ids.VideoId
    lookup_id: ids.LookupId | None


@action("vi.why")
class ExplainVideo(Action):
    video_id: ids.VideoId
    lookup_id: ids.LookupId | None


@action("vi.save")
class SaveVideo(Action):
    video_id: ids.VideoId
    lookup_id: ids.LookupId | None


@action("vi.chan")
class AnalyzeCreator(Action):
    """How the video's channel does; bot/analyses tells."""

    creator_id: ids.CreatorId


@action("dw.show")
class ShowWatch(Action):
    """Outlier alerts of the video's creator; bot/digests tells."""

    creator_id: ids.CreatorId


@action("vi.mine")
class StartVersion(Action):
    video_id: ids.VideoId


@action("vi.src")
class WriteVersion(Action):
    video_id: ids.VideoId
    source_id: ids.SourceId


@action("vs.page")
class ListSaved(Action):
    """`found`: those with the words of the last search."""

    page: int
    network: Network | None = None
    found: bool = False


@action("vs.find")
class SearchSaved(Action):
    """The next message is what to look for."""


@action("vs.csv")
class ExportSaved(Action):
    """All of them as a file."""


@action("vs.show")
class ShowSaved(Action):
    saved_id: ids.SavedVideoId


@action("vs.note")
class AskNote(Action):
    saved_id: ids.SavedVideoId


@action("vs.nonote")
class ClearNote(Action):
    saved_id: ids.SavedVideoId


@action("vs.del")
class ForgetSaved(Action):
    saved_id: ids.SavedVideoId


@action("vs.back")
class RestoreSaved(Action):
    saved_id: ids.SavedVideoId
