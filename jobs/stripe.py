"""Stripe's events looked into: whose they are, what Stripe says of that customer now, and what follows from it.

Messages that never came are found by asking Stripe for its events, beside the scheduler's loop.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from redis.exceptions import RedisError

from core import ids
from core.billing.checkout import close_other_pages, forget_customer
from core.billing.policy import Policy, policy_of
from core.billing.queries import plans
from core.billing.stripe_customers import Look, Undo, price_list, stripe_owner, take_in_customer
from core.billing.stripe_events import (
    CATCH_UP,
    Claimed,
    ask_for_look,
    claim_events,
    close_events,
    forget_stripe_events,
    note_stripe_events,
    pass_events_on,
    push_due_events,
    put_back_events,
)
from core.billing.stripe_models import EventStatus
from core.billing.telling import tell_admins
from core.deps import Deps
from core.errors import AppError, NotFound, ProviderError
from core.providers.payments.contract import PaymentErrorCode, Payments, SeenCustomer, SeenEvent, SeenPrice
from core.tx import Tx
from jobs.runtime import Bench, crash_of, plain_job

log = structlog.get_logger()

PUSH_EVERY_S: Final = 5.0
RESYNC_EVERY_S: Final = 600.0
FORGET_EVERY_S: Final = 3600.0
OVERLAP: Final = timedelta(minutes=30)
"""How far back before the last look the next one begins: events may be listed late."""
FIRST_LOOK_BACK: Final = timedelta(days=3)
"""As long as Stripe repeats what nobody took."""
LOOKED_KEY: Final = "stripe:looked_at"
PAGE: Final = 100


class NobodyKnown(NotFound):
    """No user of ours is behind it (yet)."""

    code = "billing.unknown_customer"


@plain_job(CATCH_UP)
async def catch_up(bench: Bench, subject: str) -> None:
    """Look into all that waits of a subject. What can't be done now is tried again later."""
    await look_into(bench.deps, subject)


async def look_into(deps: Deps, subject: str) -> None:
    """The same without a worker."""
    if deps.payments is None:
        return
    async with deps.tx() as tx:
        claimed = await claim_events(tx, subject)
    if claimed is None:
        return
    with structlog.contextvars.bound_contextvars(subject=subject, events=len(claimed.event_ids)):
        try:
            await _look(deps, deps.payments, claimed)
        except NobodyKnown as error:
            await _put_back(deps, claimed, EventStatus.PARKED, error)
        except AppError as error:
            await _put_back(deps, claimed, EventStatus.WAITING, error)
        except Exception as error:
            await _put_back(deps, claimed, EventStatus.WAITING, crash_of(error))


async def _look(deps: Deps, payments: Payments, claimed: Claimed) -> None:
    if not claimed.subject.startswith("cus_"):
        customer_id = await payments.customer_behind(claimed.subject)
        if customer_id is None:
            raise NobodyKnown
        async with deps.tx() as tx:
            await pass_events_on(tx, claimed, customer_id=customer_id)
        return
    seen, owner_id, undone = await _take_in(deps, payments, claimed)
    for undo in undone:
        await _undo(payments, undo)
    if owner_id is not None:
        await close_other_pages(deps, owner_id=owner_id)
        if seen.gone:
            await forget_customer(deps, owner_id=owner_id, customer_id=seen.id)
    async with deps.tx() as tx:
        await close_events(tx, claimed)
    log.info("stripe.taken_in", undone=len(undone))


async def _take_in(
    deps: Deps, payments: Payments, claimed: Claimed
) -> tuple[SeenCustomer, ids.UserId | None, Sequence[Undo]]:
    """The owner is None of somebody deleted whom nobody here is behind: that won't change any more. Of others that
    raises NobodyKnown."""
    asked_at = deps.clock.now()
    seen = await _seen(payments, claimed.subject)
    prices = await _prices(payments, seen)
    async with deps.tx() as tx:
        owner_id = await stripe_owner(tx.session, seen)
        if owner_id is None and not seen.gone:
            raise NobodyKnown
        if owner_id is None:
            return seen, None, ()
        look = Look(seen, prices, asked_at, claimed.key)
        offered = price_list(await plans(tx.session), deps.settings)
        undone = await take_in_customer(tx, policy_of(deps.settings), offered, look, owner_id=owner_id)
    return seen, owner_id, undone


async def _seen(payments: Payments, customer_id: str) -> SeenCustomer:
    try:
        return await payments.customer(customer_id)
    except ProviderError as error:
        if error.error_code == PaymentErrorCode.NOT_THERE:
            raise NobodyKnown from error
        raise


async def _prices(payments: Payments, seen: SeenCustomer) -> dict[str, SeenPrice]:
    """Of everything that was ever billed: mostly what the subscriptions show already."""
    known = {subscription.price.id: subscription.price for subscription in seen.subscriptions}
    for price_id in {bill.price_id for bill in seen.invoices if bill.price_id and bill.payment_ids} - known.keys():
        known[price_id] = await payments.price(price_id)
    return known


async def _undo(payments: Payments, undo: Undo) -> None:
    """The money first: a subscription that is over isn't looked at again."""
    for payment_id in undo.payment_ids:
        await payments.refund(payment_id, key=f"second:{payment_id}")
    await payments.cancel_at_once(undo.subscription_id)
    log.info("stripe.undone", subscription_id=undo.subscription_id, payments=len(undo.payment_ids))


async def _put_back(deps: Deps, claimed: Claimed, status: EventStatus, error: AppError) -> None:
    async with deps.tx() as tx:
        given_up = await put_back_events(tx, claimed, status=status, error=error)
        if given_up:
            await _tell_given_up(tx, policy_of(deps.settings), claimed, error, events=given_up)
    say = log.warning if status is EventStatus.WAITING or given_up else log.info
    say("stripe.put_back", status=status, code=error.error_code, given_up=given_up)


async def _tell_given_up(tx: Tx, policy: Policy, claimed: Claimed, error: AppError, *, events: int) -> None:
    """Once a day of a subject: its events came within some hours, and are given up so."""
    await tell_admins(
        tx,
        policy,
        notice="billing.given_up",
        data={
            "subject": claimed.subject,
            "events": events,
            "code": error.error_code,
            "known": not isinstance(error, NobodyKnown),
        },
        dedupe_key=f"given_up:{claimed.subject}:{tx.now:%Y-%m-%d}",
    )


async def tend_stripe(deps: Deps) -> float:
    """Have looked into what is due. Several may run. Returns the seconds until the next look."""
    if deps.payments is not None:
        async with deps.tx() as tx:
            await push_due_events(tx)
    return PUSH_EVERY_S


async def close_gaps(deps: Deps) -> float:
    """Ask Stripe what happened since the last time, and have looked into what nobody told us."""
    if deps.payments is not None and not deps.settings.stripe_in_sandbox:
        await _close_gaps(deps, deps.payments)
    return RESYNC_EVERY_S


async def _close_gaps(deps: Deps, payments: Payments) -> None:
    now = deps.clock.now()
    try:
        missed = await missed_events(deps, payments, since=await _looked_at(deps, now) - OVERLAP)
    except ProviderError as error:
        log.warning("stripe.gaps_not_closed", code=error.error_code)
        return
    if missed:
        log.warning("stripe.gaps_closed", events=missed)
    try:
        await deps.redis.set(LOOKED_KEY, now.isoformat())
    except RedisError:
        log.warning("stripe.look_not_noted")


async def missed_events(deps: Deps, payments: Payments, *, since: datetime) -> int:
    """Write down what happened since then and isn't known. Returns how many that were."""
    missed, page = 0, []
    async for event in payments.events(since=since):
        page.append(event)
        if len(page) == PAGE:
            missed, page = missed + await _noted(deps, page), []
    return missed + await _noted(deps, page)


async def resync(deps: Deps) -> int:
    """Have every customer looked into who has or had a subscription, whatever was told of them. Returns how many."""
    if deps.payments is None:
        return 0
    found, why = 0, f"resync:{ids.new()}"
    async for customer_id in deps.payments.customers():
        async with deps.tx() as tx:
            await ask_for_look(tx, customer_id, why=why)
        found += 1
    return found


async def forget_stripe(deps: Deps) -> float:
    """Remove what is old and over."""
    async with deps.tx() as tx:
        forgotten = await forget_stripe_events(tx)
    if forgotten:
        log.info("stripe.forgotten", events=forgotten)
    return FORGET_EVERY_S


async def _noted(deps: Deps, events: Sequence[SeenEvent]) -> int:
    async with deps.tx() as tx:
        return await note_stripe_events(tx, events, source="resync")


async def _looked_at(deps: Deps, now: datetime) -> datetime:
    try:
        noted = await deps.redis.get(LOOKED_KEY)
    except RedisError:
        noted = None
    if noted is None:
        return now - FIRST_LOOK_BACK
    return datetime.fromisoformat(noted.decode() if isinstance(noted, bytes) else noted)
