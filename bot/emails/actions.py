"""What can be pressed about mail."""

from bot.actions import Action, action
from core.emails.kinds import Category


@action("em.show")
class ShowEmail(Action):
    pass


@action("em.ask")
class AskAddress(Action):
    """Type the first address, or another one."""


@action("em.again")
class SendLinkAgain(Action):
    pass


@action("em.keep")
class KeepPresent(Action):
    """Give up the change to an address that waits for its link."""


@action("em.del")
class AskRemoval(Action):
    pass


@action("em.del2")
class RemoveAddress(Action):
    pass


@action("em.want")
class ChooseMail(Action):
    """`wanted` is the state to reach, so that a second press changes nothing."""

    category: Category
    wanted: bool
