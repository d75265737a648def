"""When time alone has something to do with a subscription, and how a payment that is due is told of."""

from datetime import datetime, timedelta

from core.billing.mails import mail_payment_failed
from core.billing.models import Subscription, SubscriptionStatus
from core.billing.standing import GRACE, lasts_until
from core.billing.telling import tell
from core.tx import Tx

DUNNING_DAYS = (0, 3, 6)
"""Days after the first failed payment on which it is told of. On day 7 the plan ends."""


def next_step_at(row: Subscription, *, now: datetime) -> datetime | None:
    """When time changes something next, or somebody is to be told."""
    if row.status == SubscriptionStatus.EXPIRED:
        return None
    steps = [lasts_until(row)]
    if row.status == SubscriptionStatus.PAST_DUE:
        steps += [_dunning_at(row, day) for day in DUNNING_DAYS]
    if row.pending_from is not None:
        steps.append(row.pending_from)
    return min((at for at in steps if at > now), default=lasts_until(row))


def dunning_day(row: Subscription, *, now: datetime) -> int | None:
    """The last of the days on which a due payment is told of; None when none has come, or no payment is due."""
    if row.status != SubscriptionStatus.PAST_DUE:
        return None
    return max((day for day in DUNNING_DAYS if _dunning_at(row, day) <= now), default=None)


async def tell_past_due(tx: Tx, row: Subscription, *, day: int) -> None:
    """Say that a payment is due, once for each day of each grace."""
    until = lasts_until(row)
    key = f"past_due:{row.id}:{until.isoformat()}:{day}"
    await tell(
        tx,
        owner_id=row.owner_id,
        notice="billing.past_due",
        subject_id=row.id,
        data={"plan": row.plan_key, "rail": row.rail, "until": until.isoformat(), "day": day},
        dedupe_key=key,
    )
    await mail_payment_failed(tx, row, until=until, dedupe_key=key)


def _dunning_at(row: Subscription, day: int) -> datetime:
    return lasts_until(row) - GRACE + timedelta(days=day)
