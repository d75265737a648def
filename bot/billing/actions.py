"""What can be pressed about plans."""

from uuid import UUID

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


@action("bi.up")
class ShowBigger(Action):
    """The next bigger plan, with the ways to pay it."""


@action("bi.try")
class StartTrial(Action):
    pass


@action("bi.card")
class PayByCard(Action):
    """A page on which the plan can be paid."""

    plan_key: str


@action("bi.card.to")
class ChangeByCard(Action):
    """What changing to a plan would cost whoever pays by card."""

    plan_key: str


@action("bi.card.go")
class ConfirmChange(Action):
    """Change to it. `asked_at`: the moment of the quote, in seconds."""

    plan_key: str
    asked_at: int


@action("bi.card.stay")
class KeepPlan(Action):
    """No change when the period ends, after all."""


@action("bi.star")
class PayWithStars(Action):
    """An invoice in Telegram Stars."""

    plan_key: str


@action("bi.pay")
class ShowBilling(Action):
    """How the plan is paid, what was paid, and how to change that."""


@action("bi.card.fix")
class FixCard(Action):
    """A page on which another card can be given."""


@action("bi.card.all")
class ManageCard(Action):
    """The page of whoever takes the card: card, invoices, another plan, the end."""


@action("bi.star.end")
class StopStars(Action):
    """Have the subscription renewed no more: `sure` after a second look."""

    sure: bool


@action("bi.star.on")
class ResumeStars(Action):
    """Have it renewed after all."""


@action("bi.card.end")
class StopCard(Action):
    """As StopStars, for who pays by card."""

    sure: bool


@action("bi.card.on")
class ResumeCard(Action):
    pass


@action("bi.try.end")
class StopTrial(Action):
    """Give the rest of the trial up: `sure` after a second look."""

    sure: bool


@action("bi.ask")
class AskSupport(Action):
    """The next message goes to whoever runs the bot."""


@action("bi.adm.re")
class AnswerPayer(Action):
    """For admins: the next message goes to this user."""

    telegram_id: int


@action("bi.adm")
class ShowPayer(Action):
    """For admins: a user's plan, payments and trail."""

    telegram_id: int


@action("bi.adm.tr")
class ShowTrail(Action):
    """The same, at another page of the trail."""

    telegram_id: int
    page: int


@action("bi.adm.rf")
class RefundPayment(Action):
    """For admins: give a payment back: `sure` after a second look."""

    payment_id: UUID
    sure: bool
