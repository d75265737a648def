"""What a subscription or trial is good for at a moment. Pure: rows and the time in, answers out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from core.billing.models import Rail, Subscription, SubscriptionStatus, Trial, TrialStatus
from core.billing.remote import RemoteSubscription

FREE = "free"
GRACE = timedelta(days=7)
RENEWAL_SLACK = {Rail.STRIPE: timedelta(days=3), Rail.STARS: timedelta(hours=6)}
"""How long after the period's end a plan stays although nothing was heard of its renewal: messages may be late.
Stripe retries a webhook for up to three days."""
PAID = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a row of `subscriptions` should hold by what the rail says."""

    status: SubscriptionStatus
    plan_key: str
    period_start: datetime
    period_end: datetime
    cancel_at: datetime | None = None
    grace_until: datetime | None = None
    ended_at: datetime | None = None
    pending_plan_key: str | None = None
    pending_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """The plan that counts at a moment, and the period in which its use is counted."""

    plan_key: str
    period_start: datetime
    period_end: datetime


def standing_of(seen: RemoteSubscription, before: Subscription | None, *, now: datetime) -> Standing | None:
    """The row that should be there. None when the rail's word changes nothing: nothing was ever paid, or the price
    isn't ours and no earlier plan is known. `before`: the row of the same subscription, if there is one."""
    plan_key = seen.plan_key or (before.plan_key if before else None)
    if plan_key is None or seen.status == "incomplete" or (before is None and seen.status == "expired"):
        return None
    grace_until = _grace_until(seen, before, now)
    ended_at = _ended_at(seen, before, grace_until, now)
    if ended_at is not None:
        return Standing(SubscriptionStatus.EXPIRED, plan_key, seen.period_start, seen.period_end, ended_at=ended_at)
    status = SubscriptionStatus(seen.status)
    cancel_at = seen.cancel_at or (seen.period_end if status is SubscriptionStatus.CANCELLED else None)
    if cancel_at is not None and status in PAID:
        status = SubscriptionStatus.CANCELLED
    return Standing(
        status,
        plan_key,
        seen.period_start,
        seen.period_end,
        cancel_at=cancel_at,
        grace_until=grace_until,
        pending_plan_key=seen.pending_plan_key,
        pending_from=seen.pending_from if seen.pending_plan_key else None,
    )


def lasts_until(subscription: Subscription) -> datetime:
    """The moment at which a subscription ends unless something is heard of it."""
    match SubscriptionStatus(subscription.status):
        case SubscriptionStatus.EXPIRED:
            return subscription.ended_at or subscription.period_end
        case SubscriptionStatus.CANCELLED:
            return subscription.cancel_at or subscription.period_end
        case SubscriptionStatus.PAST_DUE:
            return subscription.grace_until or subscription.period_end
        case SubscriptionStatus.ACTIVE | SubscriptionStatus.TRIALING:
            return subscription.period_end + RENEWAL_SLACK[Rail(subscription.rail)]


def is_in_force(subscription: Subscription, *, now: datetime) -> bool:
    return subscription.status != SubscriptionStatus.EXPIRED and now < lasts_until(subscription)


def is_paying(subscription: Subscription | None, *, now: datetime) -> bool:
    """Whether it is in force and will be renewed by itself."""
    return subscription is not None and subscription.status in PAID and is_in_force(subscription, now=now)


def rank(subscription: Subscription | None, *, now: datetime) -> int:
    """Which of two subscriptions of one user counts: one that is paid, before one that is about to end, before none."""
    if subscription is None or not is_in_force(subscription, now=now):
        return 0
    return 2 if subscription.status in PAID else 1


def in_force(subscription: Subscription | None, trial: Trial | None, *, now: datetime) -> InForce:
    """What a user pays for; else their trial; else Free, counted by the calendar month."""
    if subscription is not None and is_in_force(subscription, now=now):
        start, end = _period_at(subscription, now)
        return InForce(_plan_key_at(subscription, now), start, end)
    if trial is not None and trial.status == TrialStatus.ACTIVE and now < trial.ends_at:
        return InForce(trial.plan_key, trial.started_at, trial.ends_at)
    return InForce(FREE, *calendar_month(now))


def calendar_month(now: datetime) -> tuple[datetime, datetime]:
    """The period of the Free plan: the calendar month in UTC, from its start to the next one's."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, start + relativedelta(months=1)


def _plan_key_at(subscription: Subscription, now: datetime) -> str:
    planned, since = subscription.pending_plan_key, subscription.pending_from
    return planned if planned is not None and since is not None and since <= now else subscription.plan_key


def _period_at(subscription: Subscription, now: datetime) -> tuple[datetime, datetime]:
    """The period as the rail tells it; after its end, before the renewal is heard of, the one that follows."""
    start, end = subscription.period_start, subscription.period_end
    if now < end:
        return start, end
    return end, end + (timedelta(days=30) if subscription.rail == Rail.STARS else relativedelta(months=1))


def _grace_until(seen: RemoteSubscription, before: Subscription | None, now: datetime) -> datetime | None:
    if seen.status != "past_due":
        return None
    if seen.grace_from is not None:
        return seen.grace_from + GRACE
    known = before.grace_until if before is not None else None
    return known or now + GRACE


def _ended_at(
    seen: RemoteSubscription, before: Subscription | None, grace_until: datetime | None, now: datetime
) -> datetime | None:
    """When it ended, if it did. An end that the rail tells counts at once, whatever clock the rail goes by."""
    known = before.ended_at if before is not None else None
    if seen.status in {"unpaid", "expired"} or (seen.status == "cancelled" and seen.ended_at is not None):
        return min(known or now, seen.ended_at or now)
    ends_at = grace_until
    if seen.status != "past_due":
        ends_at = seen.cancel_at or (seen.period_end if seen.status == "cancelled" else None)
    return ends_at if ends_at is not None and ends_at <= now else None
