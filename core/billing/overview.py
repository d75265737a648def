"""What somebody has, and what they may still buy: one look for the screens about plans."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import ids
from core.billing.models import Plan, Rail, Subscription, SubscriptionStatus, Trial, TrialStatus
from core.billing.queries import plans, standing_rows
from core.billing.standing import in_force, is_in_force, lasts_until
from core.billing.trials import TRIAL_PLAN
from core.db import ReadSession


@dataclass(frozen=True, slots=True)
class Overview:
    plan: Plan
    """The one in force."""
    subscription: Subscription | None
    """What is paid for it; None for Free and on trial."""
    trial: Trial | None
    """The one that runs, when nothing is paid."""
    trial_offered: bool
    plans: Sequence[Plan]
    """All of them, the cheapest first."""
    rails: Collection[Rail]
    """By which ways this user may pay: whoever pays by one isn't offered the other."""

    @property
    def bigger(self) -> Plan | None:
        """The next plan that can be bought; on trial also the plan that is tried."""
        least = self.plan.rank if self.trial is not None else self.plan.rank + 1
        return next((plan for plan in self.plans if plan.rank >= least and plan.for_sale and plan.price_cents), None)

    @property
    def is_due(self) -> bool:
        """Whether a payment failed."""
        return self.subscription is not None and self.subscription.status == SubscriptionStatus.PAST_DUE

    @property
    def ends_at(self) -> datetime | None:
        """When the plan ends, as things stand; None while it is renewed, and for Free."""
        if self.trial is not None:
            return self.trial.ends_at
        row = self.subscription
        if row is None or row.status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING):
            return None
        return lasts_until(row)


async def overview_of(
    session: ReadSession, *, owner_id: ids.UserId, rails: Collection[Rail], now: datetime
) -> Overview:
    """`rails`: by which ways people can pay here."""
    row, trial = await standing_rows(session, owner_id=owner_id)
    force = in_force(row, trial, now=now)
    known = await plans(session)
    paid = row if row is not None and is_in_force(row, now=now) else None
    runs = paid is None and trial is not None and trial.status == TrialStatus.ACTIVE and now < trial.ends_at
    return Overview(
        plan=next(plan for plan in known if plan.key == force.plan_key),
        subscription=paid,
        trial=trial if runs else None,
        trial_offered=paid is None and trial is None and any(plan.key == TRIAL_PLAN for plan in known),
        plans=known,
        rails=[rail for rail in rails if paid is None or rail == paid.rail],
    )
