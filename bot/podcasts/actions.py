"""What can be pressed about podcasts. `version` is the script's: a button made for an earlier one changes nothing."""

from enum import StrEnum

from bot.actions import Action, action
from core import ids
from core.podcasts.models import PodcastStatus
from core.podcasts.options import Length
from core.podcasts.script import Format, Speaker
from core.providers.speech import Engine


@action("pd.new")
class NewPodcast(Action):
    source_id: ids.SourceId


@action("pd.start")
class StartPodcast(Action):
    """What /podcast does."""


@action("pd.opt")
class ShowPodcastOptions(Action):
    podcast_id: ids.PodcastId


@action("pd.len")
class SetLength(Action):
    podcast_id: ids.PodcastId
    length: Length


@action("pd.fmt")
class SetFormat(Action):
    podcast_id: ids.PodcastId
    format: Format


@action("pd.voices")
class ChooseVoice(Action):
    podcast_id: ids.PodcastId
    role: Speaker
    page: int


@action("pd.voice")
class SetVoice(Action):
    """`place` in the provider's list of voices for the language; `name_hash` makes sure that it is still the same."""

    podcast_id: ids.PodcastId
    role: Speaker
    place: int
    name_hash: str


@action("pd.hear")
class HearVoice(Action):
    podcast_id: ids.PodcastId
    place: int
    name_hash: str


@action("pd.prov")
class ChooseProvider(Action):
    podcast_id: ids.PodcastId


@action("pd.setprov")
class SetProvider(Action):
    podcast_id: ids.PodcastId
    provider: Engine


@action("pd.lang")
class ChoosePodcastLanguage(Action):
    podcast_id: ids.PodcastId


@action("pd.setlang")
class SetPodcastLanguage(Action):
    podcast_id: ids.PodcastId
    language: str | None


@action("pd.focus")
class AskFocus(Action):
    podcast_id: ids.PodcastId


@action("pd.nofocus")
class ClearFocus(Action):
    podcast_id: ids.PodcastId


@action("pd.srcs")
class ChooseSources(Action):
    podcast_id: ids.PodcastId
    page: int


@action("pd.src")
class ToggleSource(Action):
    podcast_id: ids.PodcastId
    source_id: ids.SourceId
    page: int


@action("pd.write")
class WriteScript(Action):
    podcast_id: ids.PodcastId


@action("pd.audio")
class StraightToAudio(Action):
    podcast_id: ids.PodcastId


@action("pd.stop")
class StopPodcast(Action):
    podcast_id: ids.PodcastId


@action("pd.retry")
class RetryPodcast(Action):
    podcast_id: ids.PodcastId


@action("pd.script")
class ShowScript(Action):
    podcast_id: ids.PodcastId
    page: int


@action("pd.lines")
class ChooseLine(Action):
    podcast_id: ids.PodcastId
    page: int
    version: int


@action("pd.line")
class ShowLine(Action):
    podcast_id: ids.PodcastId
    number: int
    version: int


@action("pd.say")
class AskLine(Action):
    podcast_id: ids.PodcastId
    number: int
    version: int


@action("pd.wish")
class AskLineWish(Action):
    podcast_id: ids.PodcastId
    number: int
    version: int


@action("pd.drop")
class DropLine(Action):
    podcast_id: ids.PodcastId
    number: int
    version: int


@action("pd.give")
class GiveLine(Action):
    podcast_id: ids.PodcastId
    number: int
    version: int


@action("pd.redo")
class RedoSection(Action):
    podcast_id: ids.PodcastId
    section: int
    version: int


@action("pd.anew")
class WriteSectionAnew(Action):
    """Without being told what should be different."""

    podcast_id: ids.PodcastId
    section: int
    version: int


@action("pd.cut")
class DropSection(Action):
    podcast_id: ids.PodcastId
    section: int
    version: int


@action("pd.swap")
class SwapVoices(Action):
    podcast_id: ids.PodcastId
    page: int
    version: int


@action("pd.make")
class MakeAudio(Action):
    podcast_id: ids.PodcastId


class Shelf(StrEnum):
    """Which podcasts a list shows."""

    ALL = "all"
    READY = "ready"
    SCRIPTS = "scripts"
    WORKING = "working"
    FAILED = "failed"

    @property
    def statuses(self) -> tuple[PodcastStatus, ...]:
        return {
            Shelf.ALL: (),
            Shelf.READY: (PodcastStatus.READY,),
            Shelf.SCRIPTS: (PodcastStatus.SCRIPT_READY,),
            Shelf.WORKING: (PodcastStatus.SCRIPTING, PodcastStatus.RENDERING),
            Shelf.FAILED: (PodcastStatus.FAILED, PodcastStatus.CANCELLED),
        }[self]


@action("pd.list")
class ListPodcasts(Action):
    shelf: Shelf
    page: int


@action("pd.show")
class ShowPodcast(Action):
    podcast_id: ids.PodcastId


@action("pd.send")
class SendEpisode(Action):
    podcast_id: ids.PodcastId


@action("pd.text")
class SendTranscript(Action):
    podcast_id: ids.PodcastId


@action("pd.link")
class ShowDownload(Action):
    podcast_id: ids.PodcastId


@action("pd.name")
class AskTitle(Action):
    podcast_id: ids.PodcastId


@action("pd.del")
class DeletePodcast(Action):
    podcast_id: ids.PodcastId


@action("pd.undel")
class UndeletePodcast(Action):
    podcast_id: ids.PodcastId


@action("pd.feed")
class ShowFeed(Action):
    """The private feed's address."""


@action("pd.askrot")
class AskRotateFeed(Action):
    """Before the address is changed."""


@action("pd.rot")
class RotateFeed(Action):
    """Another address; the old one leads nowhere from then on."""


@action("pd.answer")
class HearAnswer(Action):
    question_id: ids.QuestionId


@action("pd.brs")
class ChoosePodcastBrand(Action):
    podcast_id: ids.PodcastId


@action("pd.br")
class SetPodcastBrand(Action):
    """`brand_id` None: in nobody's voice."""

    podcast_id: ids.PodcastId
    brand_id: ids.BrandId | None
