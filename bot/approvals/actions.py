"""What can be pressed about approvals: by the owner of a post, and by those who are asked."""

from bot.actions import Action, action
from core import ids
from core.approvals.models import Verdict


@action("ap")
class ShowApproval(Action):
    """Whom to ask, or how it stands."""

    post_id: ids.PostId


@action("ap.p")
class ToggleSeat(Action):
    approval_id: ids.ApprovalId
    approver_id: ids.ApproverId


@action("ap.n")
class ChooseNeeded(Action):
    approval_id: ids.ApprovalId
    needed: int


@action("ap.g")
class ChooseGroup(Action):
    """`channel_id` None: each in private."""

    approval_id: ids.ApprovalId
    channel_id: ids.ChannelId | None


@action("ap.go")
class AskThem(Action):
    approval_id: ids.ApprovalId


@action("ap.re")
class RemindThem(Action):
    approval_id: ids.ApprovalId


@action("ap.an")
class ChooseAnew(Action):
    """Ask no more, and choose again whom to ask."""

    approval_id: ids.ApprovalId


@action("ap.x")
class StopAsking(Action):
    approval_id: ids.ApprovalId


@action("ap.now")
class SendWithout(Action):
    """Send it now, whoever has agreed."""

    approval_id: ids.ApprovalId


@action("ap.tr")
class ShowTrail(Action):
    """Who said what, when."""

    approval_id: ids.ApprovalId


@action("ap.say")
class Say(Action):
    """By those who are asked. `revision`: of the post, as the message shows it."""

    approval_id: ids.ApprovalId
    revision: int
    verdict: Verdict


@action("ap.all")
class ShowWhole(Action):
    """The post as it would go out, below the request."""

    approval_id: ids.ApprovalId


@action("ap.see")
class SeeRequest(Action):
    """The request once more, for somebody who is asked in private."""

    approval_id: ids.ApprovalId


@action("ap.who")
class ShowPeople(Action):
    """Who may be asked. `post_id`: the post that this was opened from, if any."""

    post_id: ids.PostId | None = None


@action("ap.inv")
class MakeInvite(Action):
    """A fresh link that names people."""


@action("ap.end")
class EndInvite(Action):
    pass


@action("ap.rm")
class RemovePerson(Action):
    approver_id: ids.ApproverId


@action("ap.un")
class RestorePerson(Action):
    approver_id: ids.ApproverId


@action("ap.mem")
class NameMembers(Action):
    """Let the members of a brand be asked."""

    brand_id: ids.BrandId


@action("ap.yes")
class AcceptInvite(Action):
    secret: str


@action("ap.no")
class DeclineInvite(Action):
    pass
