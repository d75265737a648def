"""What can be pressed about channels that are looked at."""

from bot.actions import Action, action
from core import ids
from core.providers.discovery import Network


@action("an.list")
class ListChannels(Action):
    """Those that were looked at."""

    page: int


@action("an.ask")
class AskChannel(Action):
    """The next message names one; `compare_with` is what it will be put beside."""

    compare_with: ids.AnalysisId | None


@action("an.on")
class AnalyzeOn(Action):
    """Of a handle that was named alone."""

    analysis_id: ids.AnalysisId
    network: Network


@action("an.stop")
class StopAnalysis(Action):
    analysis_id: ids.AnalysisId


@action("an.again")
class AnalyzeAgain(Action):
    analysis_id: ids.AnalysisId


@action("an.show")
class ShowReport(Action):
    analysis_id: ids.AnalysisId


@action("an.outl")
class ShowOutliers(Action):
    analysis_id: ids.AnalysisId


@action("an.video")
class ShowOutlierVideo(Action):
    analysis_id: ids.AnalysisId
    video_id: ids.VideoId


@action("an.time")
class ShowTimes(Action):
    analysis_id: ids.AnalysisId


@action("an.form")
class ShowFormats(Action):
    analysis_id: ids.AnalysisId


@action("an.hist")
class ShowHistory(Action):
    analysis_id: ids.AnalysisId


@action("an.how")
class ExplainReport(Action):
    analysis_id: ids.AnalysisId


@action("an.cmp")
class ChooseOther(Action):
    """With whom it is to be compared."""

    analysis_id: ids.AnalysisId
    page: int


@action("an.pair")
class Compare(Action):
    analysis_id: ids.AnalysisId
    other_id: ids.AnalysisId


@action("an.del")
class DeleteChannel(Action):
    analysis_id: ids.AnalysisId


@action("an.undo")
class RestoreChannel(Action):
    analysis_id: ids.AnalysisId
