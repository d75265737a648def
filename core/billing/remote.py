"""A subscription as its rail tells of it, in words that are the same for all rails."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core import ids
from core.billing.models import Rail

RemoteStatus = Literal["incomplete", "trialing", "active", "past_due", "unpaid", "cancelled", "expired"]
"""`incomplete`: the first payment isn't through. `unpaid`: all attempts failed. `cancelled`: not renewed any more;
over from `ended_at`, else from `cancel_at` or the period's end. `expired`: over, or it never began."""


@dataclass(frozen=True, slots=True)
class RemoteSubscription:
    """One moment of a subscription. `seen_at` is when the rail was asked (before the call, not after it)."""

    rail: Rail
    id: str
    customer_id: str | None
    owner_id: ids.UserId | None
    """None when the rail doesn't say whose it is: then it is looked up by what is known of it."""
    status: RemoteStatus
    plan_key: str | None
    """None for a price that isn't ours."""
    period_start: datetime
    period_end: datetime
    cancel_at: datetime | None = None
    """When it ends, if it isn't renewed. One that is `active` and has this is cancelled."""
    ended_at: datetime | None = None
    grace_from: datetime | None = None
    """When the payment that is due first failed."""
    pending_plan_key: str | None = None
    pending_from: datetime | None = None
    seen_at: datetime | None = None
    """None: now."""
    supersedes: str | None = None
    """Another subscription of the user's at this rail, whose place it takes although that one is paid."""
