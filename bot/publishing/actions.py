"""What can be pressed about publishing videos. `video_post_id` is one video on its way to some networks, and
`publication_id` its way to one of them."""

from enum import StrEnum

from bot.actions import Action, action
from core import ids
from core.when.choices import Quick


@action("pb.new")
class PublishVideo(Action):
    """Begin with a video."""

    video_id: ids.OwnVideoId


@action("pb.with")
class PublishWithWords(Action):
    """Begin with a draft, whose text becomes the caption of a video that is chosen next."""

    post_id: ids.PostId


@action("pb.draft")
class PublishDraft(Action):
    """Another page of the videos that a draft's words could go with."""

    post_id: ids.PostId
    page: int


@action("pb.pv")
class PublishVideoWithDraft(Action):
    post_id: ids.PostId
    video_id: ids.OwnVideoId


@action("pb.vids")
class ChooseVideo(Action):
    """A page of videos to begin with."""

    page: int


@action("pb.list")
class ListVideoPosts(Action):
    page: int


@action("pb")
class ShowVideoPost(Action):
    """Whatever there is to say of it now: the choices of a draft, or how far it is."""

    video_post_id: ids.VideoPostId


@action("pb.acc")
class ChooseAccounts(Action):
    video_post_id: ids.VideoPostId


@action("pb.use")
class UseAccount(Action):
    """`chosen` is the state to reach."""

    video_post_id: ids.VideoPostId
    connection_id: ids.ConnectionId
    chosen: bool


class ByHandNetwork(StrEnum):
    """A network in one letter: a button has no room for more."""

    TIKTOK = "t"
    INSTAGRAM = "i"
    YOUTUBE = "y"


@action("pb.hand")
class UseByHand(Action):
    """`chosen` is the state to reach."""

    video_post_id: ids.VideoPostId
    network: ByHandNetwork
    chosen: bool


@action("pb.of")
class ShowPublication(Action):
    """The words and options for one network."""

    publication_id: ids.PublicationId


@action("pb.say")
class AskCaption(Action):
    publication_id: ids.PublicationId


@action("pb.title")
class AskTitle(Action):
    publication_id: ids.PublicationId


@action("pb.tags")
class AskHashtags(Action):
    publication_id: ids.PublicationId


@action("pb.from")
class ChooseCaptionDraft(Action):
    """A page of drafts to take the words from."""

    publication_id: ids.PublicationId
    page: int


@action("pb.take")
class TakeDraft(Action):
    publication_id: ids.PublicationId
    post_id: ids.PostId


@action("pb.fit")
class MendWords(Action):
    """Cut the words to what the network takes."""

    publication_id: ids.PublicationId


@action("pb.same")
class CopyWords(Action):
    """Let the other networks have the same words."""

    publication_id: ids.PublicationId


@action("pb.cov")
class ChooseCover(Action):
    """Look at a moment of the video, in milliseconds; None: at the present one."""

    publication_id: ids.PublicationId
    at_ms: int | None


@action("pb.cov2")
class UseCover(Action):
    """`at_ms` None: the network's own choice."""

    publication_id: ids.PublicationId
    at_ms: int | None


@action("pb.see")
class ChoosePrivacy(Action):
    publication_id: ids.PublicationId


@action("pb.see2")
class UsePrivacy(Action):
    """In the network's own word; checked against what it offers."""

    publication_id: ids.PublicationId
    option: str


class Switch(StrEnum):
    """What can be on or off."""

    COMMENTS = "c"
    DUET = "d"
    STITCH = "s"
    AI_MADE = "a"
    OWN_BRAND = "o"
    PAID_PARTNERSHIP = "p"
    FEED = "f"
    SUBSCRIBERS = "n"
    KIDS = "k"
    INBOX = "i"


@action("pb.sw")
class Turn(Action):
    """`on` is the state to reach."""

    publication_id: ids.PublicationId
    switch: Switch
    on: bool


@action("pb.cant")
class ExplainOff(Action):
    """Why a switch or an option can't be had."""

    publication_id: ids.PublicationId
    switch: Switch


@action("pb.ad")
class ShowDisclosure(Action):
    """TikTok's disclosure of commercial content, switched on."""

    publication_id: ids.PublicationId


@action("pb.ad0")
class EndDisclosure(Action):
    """Switched off again: neither is disclosed."""

    publication_id: ids.PublicationId


@action("pb.ad1")
class DiscloseThese(Action):
    """Back to the options, with what is chosen there."""

    publication_id: ids.PublicationId


@action("pb.page")
class OpenPage(Action):
    """A link to the page in the browser, with all of TikTok's options at one glance."""

    publication_id: ids.PublicationId


@action("pb.look")
class Preview(Action):
    """The last look: everything as it will appear, and what is agreed to by going on."""

    video_post_id: ids.VideoPostId


@action("pb.film")
class WatchVideo(Action):
    video_post_id: ids.VideoPostId


@action("pb.now")
class PublishNow(Action):
    """Below the last look, whose text is agreed to by it."""

    video_post_id: ids.VideoPostId


@action("pb.miss")
class PublishMissed(Action):
    """What missed its time, now."""

    video_post_id: ids.VideoPostId


@action("pb.agree")
class AgreeAndChooseTime(Action):
    """Below the last look, whose text is agreed to by it."""

    video_post_id: ids.VideoPostId


@action("pb.when")
class ChooseTime(Action):
    video_post_id: ids.VideoPostId


@action("pb.in")
class PublishIn(Action):
    """Minutes from the press on."""

    video_post_id: ids.VideoPostId
    minutes: int


@action("pb.q")
class PublishQuick(Action):
    video_post_id: ids.VideoPostId
    choice: Quick


@action("pb.at")
class PublishAt(Action):
    """`at` in Unix seconds."""

    video_post_id: ids.VideoPostId
    at: int


@action("pb.mo")
class PickDay(Action):
    """`month` None: this one."""

    video_post_id: ids.VideoPostId
    month: int | None


@action("pb.d")
class PickHour(Action):
    video_post_id: ids.VideoPostId
    day: int


@action("pb.h")
class PickMinute(Action):
    video_post_id: ids.VideoPostId
    day: int
    hour: int


@action("pb.type")
class TypeTime(Action):
    video_post_id: ids.VideoPostId


@action("pb.stop")
class StopPublishing(Action):
    """What isn't out yet."""

    video_post_id: ids.VideoPostId


@action("pb.again")
class RetryFailed(Action):
    video_post_id: ids.VideoPostId


@action("pb.there")
class ItIsThere(Action):
    publication_id: ids.PublicationId


@action("pb.send2")
class SendAgain(Action):
    publication_id: ids.PublicationId


@action("pb.look2")
class AskAgain(Action):
    """Ask the network whether it is there, and send nothing."""

    publication_id: ids.PublicationId


@action("pb.done")
class MarkPosted(Action):
    """By hand: it is published."""

    publication_id: ids.PublicationId


@action("pb.later")
class Snooze(Action):
    publication_id: ids.PublicationId
    minutes: int


@action("pb.skip")
class Skip(Action):
    publication_id: ids.PublicationId


@action("pb.get")
class DownloadVideo(Action):
    """A link to a file that is too big for the chat."""

    publication_id: ids.PublicationId


@action("pb.del")
class DeleteVideoPost(Action):
    video_post_id: ids.VideoPostId


@action("pb.rep")
class ShowReport(Action):
    pass


@action("pb.rep2")
class ChooseReport(Action):
    """Whether the weekly report is sent; `wanted` is the state to reach."""

    wanted: bool
