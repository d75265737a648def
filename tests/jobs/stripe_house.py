"""Our house beside the sandbox's Stripe: people who pay, and what becomes of what Stripe tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.billing.checkout import start_checkout
from core.billing.models import Payment, Subscription
from core.billing.queries import in_force_of, subscription_of
from core.billing.stripe_events import CATCH_UP, unfinished_events
from core.billing.stripe_models import StripeEvent
from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.deps import Deps
from core.providers.payments.contract import Payments
from jobs.stripe import look_into, missed_events
from tests.recording_queue import RecordingQueue
from tests.stripe_sandbox import GOOD_CARD, StripeSandbox


@dataclass(slots=True)
class StripeHouse:
    deps: Deps
    clock: FixedClock
    queue: RecordingQueue
    began: datetime
    _stripe: StripeSandbox | None = None

    async def buy(self, owner: User, plan_key: str = "pro", *, card: str = GOOD_CARD) -> None:
        """Open a checkout page and fill it in. Nothing has been told yet."""
        await self.stripe.pay(await start_checkout(self.deps, owner_id=owner.id, plan_key=plan_key), card)

    async def settle(self) -> None:
        """Hear of everything that happened, and look into it until there is nothing left to do at once."""
        self.clock.at = self.stripe.now()
        await missed_events(self.deps, self.payments, since=self.began)
        await self.work()

    async def work(self) -> None:
        """Do what is queued, and what that queues."""
        while self.queue.pushes:
            subjects = [str(args[0]) for args in self.queue.pushed(CATCH_UP)]
            self.queue.clear()
            for subject in subjects:
                await look_into(self.deps, subject)

    async def pass_time(self, by: timedelta) -> None:
        await self.stripe.advance(by)
        self.clock.at = self.stripe.now()

    @property
    def stripe(self) -> StripeSandbox:
        assert self._stripe is not None, "nobody plays Stripe here"
        return self._stripe

    @property
    def payments(self) -> Payments:
        assert self.deps.payments is not None
        return self.deps.payments

    async def row(self, owner: User) -> Subscription | None:
        async with self.deps.read() as session:
            return await subscription_of(session, owner_id=owner.id)

    async def plan(self, owner: User) -> str:
        async with self.deps.read() as session:
            return (await in_force_of(session, owner_id=owner.id, now=self.clock.now())).plan_key

    async def paid(self, owner: User) -> Sequence[Payment]:
        async with self.deps.read() as session:
            found = select(Payment).where(Payment.owner_id == owner.id).order_by(Payment.paid_at, Payment.id)
            return (await session.scalars(found)).all()

    async def told(self, owner_id: ids.UserId) -> list[str]:
        """The names of the notices that somebody gets."""
        async with self.deps.read() as session:
            found = await session.scalars(select(Delivery).where(Delivery.owner_id == owner_id).order_by(Delivery.id))
            return [delivery.content["notice"] for delivery in found]

    async def events(self) -> Sequence[StripeEvent]:
        async with self.deps.read() as session:
            return (await session.scalars(select(StripeEvent).order_by(StripeEvent.created_at))).all()

    async def unfinished(self) -> int:
        async with self.deps.read() as session:
            return await unfinished_events(session)


def house_with(deps: Deps, clock: FixedClock, queue: RecordingQueue, stripe: StripeSandbox) -> StripeHouse:
    """`deps` with the sandbox's Stripe behind it, at its time."""
    clock.at = stripe.now()
    settings = deps.settings.model_copy(update={"telegram_api_url": stripe.sandbox.base_url, "admin_ids": [1]})
    taking = replace(deps, settings=settings, payments=stripe.account)
    return StripeHouse(taking, clock, queue, clock.at - timedelta(seconds=1), stripe)
