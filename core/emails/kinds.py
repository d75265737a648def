"""What mails there are, what each is about, and which of them can be unsubscribed from. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, HttpUrl


class Category(StrEnum):
    SECURITY = "security"
    RECEIPTS = "receipts"
    PLAN = "plan"
    POSTS = "posts"


OPTIONAL: Final = (Category.PLAN, Category.POSTS)
"""Those that a user can switch off; the others concern money that was paid and the address itself."""


class EmailKind(StrEnum):
    VERIFY = "verify"
    TRIAL_STARTED = "trial_started"
    TRIAL_ENDING = "trial_ending"
    TRIAL_ENDED = "trial_ended"
    PAYMENT_FAILED = "payment_failed"
    RECEIPT = "receipt"
    POST_PUBLISHED = "post_published"


CATEGORIES: Final[Mapping[EmailKind, Category]] = {
    EmailKind.VERIFY: Category.SECURITY,
    EmailKind.TRIAL_STARTED: Category.PLAN,
    EmailKind.TRIAL_ENDING: Category.PLAN,
    EmailKind.TRIAL_ENDED: Category.PLAN,
    EmailKind.PAYMENT_FAILED: Category.PLAN,
    EmailKind.RECEIPT: Category.RECEIPTS,
    EmailKind.POST_PUBLISHED: Category.POSTS,
}


class EmailData(BaseModel):
    """What a mail says beside its words. Instants are aware; amounts are in the currency's smallest unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Verify(EmailData):
    link_id: UUID
    expires_at: datetime


class TrialStarted(EmailData):
    plan: str
    """The plan's key, here as in the others."""
    ends_at: datetime


class TrialEnding(EmailData):
    plan: str
    ends_at: datetime
    amount: int
    """What the plan costs a month, should it be kept."""
    currency: str


class TrialEnded(EmailData):
    plan: str
    ended_at: datetime


class PaymentFailed(EmailData):
    plan: str
    amount: int
    currency: str
    grace_until: datetime
    """Until then the plan stays as it is."""
    fix_url: HttpUrl | None = None
    """Where another card can be given; without one, the chat is where to go."""


class Receipt(EmailData):
    plan: str
    amount: int
    currency: str
    """ISO 4217, or XTR for Telegram Stars."""
    paid_at: datetime
    period_end: datetime
    reference: str
    """Of the payment, as its rail names it."""
    invoice_url: HttpUrl | None = None


class PostPublished(EmailData):
    excerpt: str
    target: str | None = None
    """The title of the chat; None for the owner's own."""
    published_at: datetime
    url: HttpUrl | None = None
    """Of the message, where it has an address."""


DATA: Final[Mapping[EmailKind, type[EmailData]]] = {
    EmailKind.VERIFY: Verify,
    EmailKind.TRIAL_STARTED: TrialStarted,
    EmailKind.TRIAL_ENDING: TrialEnding,
    EmailKind.TRIAL_ENDED: TrialEnded,
    EmailKind.PAYMENT_FAILED: PaymentFailed,
    EmailKind.RECEIPT: Receipt,
    EmailKind.POST_PUBLISHED: PostPublished,
}


def checked_data(kind: EmailKind, data: Mapping[str, Any]) -> EmailData:
    """What the kind needs, no less and no more. Raises ValueError."""
    return DATA[kind].model_validate(data)
