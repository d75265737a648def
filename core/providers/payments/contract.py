"""What is asked of whoever takes cards, and what they tell: our own words, so that nobody else knows the vendor's."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, Protocol

from core.errors import ProviderError

PROVIDER: Final = "stripe"

SubscriptionState = Literal[
    "incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused"
]
PortalFlow = Literal["payment_method_update", "subscription_cancel", "subscription_update"]


class PaymentErrorCode(StrEnum):
    """Codes of ProviderError. Those that may pass are retryable."""

    UNAVAILABLE = "payments.unavailable"
    RATE_LIMITED = "payments.rate_limited"
    BUSY = "payments.busy"
    KEY_REFUSED = "payments.key_refused"
    DECLINED = "payments.declined"
    NOT_THERE = "payments.not_there"
    BAD_REQUEST = "payments.bad_request"


RETRYABLE: Final = frozenset({PaymentErrorCode.UNAVAILABLE, PaymentErrorCode.RATE_LIMITED, PaymentErrorCode.BUSY})


def payment_error(code: PaymentErrorCode, **params: Any) -> ProviderError:
    return ProviderError(code, provider=PROVIDER, retryable=code in RETRYABLE, **params)


@dataclass(frozen=True, slots=True)
class SeenPrice:
    """`plan_key` is what our own catalogue wrote on it. Cents of `currency`, which is in capitals."""

    id: str
    cents: int | None
    currency: str
    plan_key: str | None


@dataclass(frozen=True, slots=True)
class ComingPrice:
    """What a subscription changes to, and when."""

    price: SeenPrice
    at: datetime


@dataclass(frozen=True, slots=True)
class SeenSubscription:
    """A subscription as it is at this moment. `owner` is what we wrote on it when it was bought."""

    id: str
    customer_id: str
    owner: str | None
    state: SubscriptionState
    item_id: str
    price: SeenPrice
    period_start: datetime
    period_end: datetime
    created_at: datetime
    cancel_at: datetime | None
    ended_at: datetime | None
    schedule_id: str | None
    coming: ComingPrice | None


@dataclass(frozen=True, slots=True)
class SeenInvoice:
    """A bill for a subscription. `payment_ids` are what its payments are called in charges, refunds and disputes."""

    id: str
    subscription_id: str | None
    status: str
    price_id: str | None
    paid_cents: int
    currency: str
    created_at: datetime
    paid_at: datetime | None
    failing_since: datetime | None
    """When the first attempt failed of what is still due."""
    pay_url: str | None
    payment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenRefund:
    """Money that is on its way back."""

    id: str
    payment_id: str
    cents: int
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SeenDispute:
    """The bank takes a payment back. `lost` None: it isn't decided."""

    id: str
    payment_id: str
    cents: int
    currency: str
    created_at: datetime
    lost: bool | None


@dataclass(frozen=True, slots=True)
class SeenCustomer:
    """All that there is of one customer, the oldest first. `owner` is what we wrote on it; `gone`: it was deleted."""

    id: str
    owner: str | None
    gone: bool
    subscriptions: Sequence[SeenSubscription]
    invoices: Sequence[SeenInvoice]
    refunds: Sequence[SeenRefund]
    disputes: Sequence[SeenDispute]


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """That something happened. `subject` is the customer (`cus_...`), or the payment behind whom it is found."""

    id: str
    type: str
    livemode: bool
    created_at: datetime
    subject: str | None


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """What a checkout page is to sell. Equal `key`s within a day are the same page."""

    customer_id: str
    owner: str
    plan_key: str
    price_id: str
    success_url: str
    cancel_url: str
    key: str


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SeenCheckout:
    """`paid` is None while money that takes its time is under way."""

    id: str
    status: Literal["open", "complete", "expired"]
    paid: bool | None
    url: str | None
    customer_id: str | None
    subscription_id: str | None


@dataclass(frozen=True, slots=True)
class ChangeQuote:
    """What changing to another price costs now: cents of `currency`, less than nothing when money is left over.
    `asked_at` goes into the change itself, so that it costs what was shown."""

    cents: int
    currency: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """`pay_url`: it happens once this is paid."""

    pay_url: str | None = None


@dataclass(frozen=True, slots=True)
class Sellable:
    """A plan as the catalogue should have it."""

    plan_key: str
    name: str
    cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """What became of one thing. `did` is "kept", "created" or "changed"."""

    thing: str
    id: str
    did: Literal["kept", "created", "changed"]
    note: str = ""


class Payments(Protocol):
    """One account at Stripe. Every call raises ProviderError with a PaymentErrorCode; none of them takes a transaction.

    What creates something takes a key or finds what is there, so that saying it again after a crash makes no second.
    """

    livemode: bool
    """Whether it is real money."""

    async def customer_for(self, *, owner: str, name: str, email: str | None = None) -> str:
        """The customer of an owner: the one that is there, else a new one; never one that was deleted."""
        ...

    async def has_customer(self, customer_id: str) -> bool:
        """Whether the account has them. Who was deleted there is only told of."""
        ...

    async def delete_customer(self, customer_id: str) -> None:
        """For good: what they subscribe to ends at once. Who isn't there (any more) is as good."""
        ...

    async def customer(self, customer_id: str) -> SeenCustomer:
        """Everything about a customer, read just now. NOT_THERE for one that never was."""
        ...

    async def customer_behind(self, payment_id: str) -> str | None:
        """Whose payment it is (`ch_...` or `pi_...`)."""
        ...

    def customers(self) -> AsyncIterator[str]:
        """All customers that have or had a subscription."""
        ...

    def events(self, *, since: datetime) -> AsyncIterator[SeenEvent]:
        """What happened, the newest first. Stripe keeps it for 30 days."""
        ...

    async def price_for(self, plan_key: str) -> SeenPrice | None:
        """What the catalogue sells a plan for."""
        ...

    async def price(self, price_id: str) -> SeenPrice: ...

    async def open_checkout(self, order: CheckoutOrder) -> CheckoutPage: ...

    async def checkout(self, checkout_id: str) -> SeenCheckout: ...

    async def close_checkout(self, checkout_id: str) -> None:
        """Nobody can pay there any more. One that is closed or paid already stays what it is."""
        ...

    async def open_portal(
        self, customer_id: str, *, return_url: str, flow: PortalFlow | None = None, about: str | None = None
    ) -> str:
        """The address of the page where card, bills and subscription are looked after; with `flow` one thing of it,
        for the subscription that it is `about`."""
        ...

    async def quote_change(self, subscription: SeenSubscription, *, price_id: str) -> ChangeQuote: ...

    async def change_now(
        self, subscription: SeenSubscription, *, price_id: str, asked_at: datetime, key: str
    ) -> Changed:
        """At once, for the difference; a change that isn't paid doesn't happen."""
        ...

    async def change_later(self, subscription: SeenSubscription, *, price_id: str, owner: str, plan_key: str) -> None:
        """From the end of the period that is paid."""
        ...

    async def forget_change(self, subscription: SeenSubscription) -> None:
        """Take a later change back."""
        ...

    async def cancel_at_period_end(self, subscription: SeenSubscription) -> None: ...

    async def resume(self, subscription: SeenSubscription) -> None:
        """Take the cancelling back, before the end."""
        ...

    async def cancel_at_once(self, subscription_id: str) -> None: ...

    async def refund(self, payment_id: str, *, key: str) -> None:
        """All of what is left of a payment. One that went back already is left alone."""
        ...

    async def sync_catalogue(self, plans: Sequence[Sellable]) -> Sequence[CatalogueLine]:
        """Products and prices for these, and for no others: what is there already is kept."""
        ...

    async def sync_portal(self, price_ids: Sequence[str]) -> CatalogueLine:
        """What may be done on the portal's page: another card, the bills, cancelling, and changing to these prices."""
        ...

    async def sync_webhook(self, url: str) -> tuple[CatalogueLine, str | None]:
        """An endpoint that tells `url` of what matters, and its secret when it is new: nobody is told it twice."""
        ...

    async def account_facts(self) -> Mapping[str, str]:
        """What is there under our names: "prices" and the addresses of "webhooks", each as a list with commas."""
        ...
