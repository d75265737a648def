"""What can be pressed about plans."""

from bot.actions import Action, action


@action("bi.plan")
class ShowPlan(Action):
    """The user's own plan."""


@action("bi.use")
class ShowUsage(Action):
    pass


@action("bi.all")
class ShowPlans(Action):
    """All plans, one a page; page 0 is the user's own."""

    page: int
