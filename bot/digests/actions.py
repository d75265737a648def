"""What can be pressed about digests, their issues, and watched creators."""

from bot.actions import Action, action
from core import ids
from core.digests.models import Frequency
from core.providers.discovery import Network


@action("dg.list")
class ListDigests(Action):
    """What /digest does."""


@action("dg.new")
class MakeDigest(Action):
    """The next message are its keywords."""


@action("dg.show")
class ShowDigest(Action):
    digest_id: ids.DigestId


@action("dg.keys")
class AskKeywords(Action):
    digest_id: ids.DigestId


@action("dg.net")
class UseNetwork(Action):
    digest_id: ids.DigestId
    network: Network
    wanted: bool


@action("dg.freq")
class SetFrequency(Action):
    digest_id: ids.DigestId
    frequency: Frequency


@action("dg.day")
class SetWeekday(Action):
    digest_id: ids.DigestId
    weekday: int


@action("dg.hours")
class ChooseHour(Action):
    digest_id: ids.DigestId


@action("dg.hour")
class SetHour(Action):
    digest_id: ids.DigestId
    hour: int


@action("dg.regs")
class ChooseRegion(Action):
    digest_id: ids.DigestId


@action("dg.reg")
class SetRegion(Action):
    digest_id: ids.DigestId
    region: str | None


@action("dg.none")
class SayNothingNew(Action):
    """Whether to be told when there is nothing new."""

    digest_id: ids.DigestId
    wanted: bool


@action("dg.alerts")
class ChooseAlerts(Action):
    digest_id: ids.DigestId


@action("dg.alert")
class SetAlerts(Action):
    """`times` None: no alerts."""

    digest_id: ids.DigestId
    times: int | None


@action("dg.prev")
class PreviewDigest(Action):
    digest_id: ids.DigestId


@action("dg.pause")
class PauseDigest(Action):
    digest_id: ids.DigestId
    wanted: bool


@action("dg.del")
class DeleteDigest(Action):
    digest_id: ids.DigestId


@action("dg.undo")
class RestoreDigest(Action):
    digest_id: ids.DigestId


@action("dg.unsub")
class Unsubscribe(Action):
    """As DeleteDigest, from an issue, which stays."""

    digest_id: ids.DigestId


@action("dg.mute")
class StopAlerts(Action):
    """As SetAlerts with None, from an alert, which stays."""

    digest_id: ids.DigestId


@action("dg.quiet")
class ShowQuiet(Action):
    """The quiet hours of all digests and alerts."""


@action("dg.hush")
class SetQuiet(Action):
    begins: int | None
    ends: int | None


@action("dg.qtype")
class TypeQuiet(Action):
    """The next message are quiet hours."""


@action("di.page")
class ShowIssue(Action):
    issue_id: ids.IssueId
    page: int


@action("di.item")
class ShowItem(Action):
    issue_id: ids.IssueId
    number: int


@action("di.save")
class SaveItem(Action):
    issue_id: ids.IssueId
    number: int


@action("di.why")
class ExplainItem(Action):
    issue_id: ids.IssueId
    number: int


@action("di.how")
class ExplainNumbers(Action):
    issue_id: ids.IssueId
    number: int


@action("di.got")
class ExplainChoice(Action):
    """Why it is in the digest."""

    issue_id: ids.IssueId
    number: int


@action("di.vote")
class VoteOnItem(Action):
    issue_id: ids.IssueId
    number: int
    liked: bool


@action("dw.list")
class ListWatches(Action):
    page: int


@action("dw.set")
class WatchCreator(Action):
    creator_id: ids.CreatorId
    times: int


@action("dw.stop")
class Unwatch(Action):
    creator_id: ids.CreatorId


@action("dw.wait")
class LetWait(Action):
    """Be told of this creator no more for now: room for another one."""

    creator_id: ids.CreatorId


@action("dw.most")
class SetAlertsADay(Action):
    most: int
