"""Money that arrived, went back, or is disputed. The rails tell; what to do about it is decided here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import user_of
from core.billing.events import lock_owner, note_event
from core.billing.mails import mail_receipt
from core.billing.models import Payment, Rail, Subscription, TrialStatus
from core.billing.policy import Loss, Policy
from core.billing.queries import subscription_of
from core.billing.standing import is_in_force
from core.billing.subscriptions import revoke
from core.billing.telling import tell_admins
from core.billing.trials import end_trial
from core.db import Json, ReadSession
from core.errors import NotFound
from core.tx import Tx


class PaymentNotFound(NotFound):
    code = "billing.payment_not_found"


async def record_payment(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    rail: Rail,
    charge_id: str,
    amount: int,
    currency: str,
    source: str,
    remote_id: str | None = None,
    plan_key: str | None = None,
    paid_at: datetime | None = None,
    period_end: datetime | None = None,
) -> bool:
    """Write a payment down, once for each `charge_id`; it converts a running trial. False when it stands there.

    `amount` is in the currency's smallest unit (whole Stars for XTR); `remote_id` is the subscription it pays for,
    `paid_at` None: now; with `period_end`, until when it pays, there is a receipt. Whether a plan is in force is told
    by `take_in`, not by this.
    """
    await lock_owner(tx, owner_id)
    payment = insert(Payment).values(
        id=ids.new(),
        owner_id=owner_id,
        rail=rail,
        charge_id=charge_id,
        remote_id=remote_id,
        plan_key=plan_key,
        amount=amount,
        currency=currency.upper(),
        refunded=0,
        paid_at=paid_at or tx.now,
    )
    added: Payment | None = await tx.session.scalar(
        payment.on_conflict_do_nothing(index_elements=["rail", "charge_id"]).returning(Payment)
    )
    if added is None:
        return False
    key = f"payment:{rail}:{charge_id}"
    await note_event(
        tx,
        owner_id=owner_id,
        kind="payment.received",
        source=source,
        key=key,
        data={"rail": rail, "charge_id": charge_id, "amount": amount, "currency": currency.upper(), "plan": plan_key},
    )
    await _lift_revocation(tx, owner_id, rail, remote_id, paid_at or tx.now)
    await end_trial(tx, owner_id=owner_id, status=TrialStatus.CONVERTED, source=source, key=key)
    if period_end is not None:
        await mail_receipt(tx, added, period_end=period_end)
    return True


async def record_refund(
    tx: Tx, policy: Policy, *, rail: Rail, charge_id: str, refunded: int, source: str
) -> Subscription | None:
    """Note that so much of a payment went back in all; a repetition or a smaller sum changes nothing. Admins are told.

    Returns the subscription that this ended, if the policy ends plans on refunds and the whole payment went back: the
    caller ends it at the rail. Raises PaymentNotFound for a payment that isn't known (yet).
    """
    payment = await _locked(tx, rail, charge_id)
    if refunded <= payment.refunded:
        return None
    payment.refunded, payment.refunded_at = refunded, tx.now
    whole = refunded >= payment.amount
    key = f"refund:{rail}:{charge_id}:{refunded}"
    return await _lost(tx, policy, payment, loss=Loss.REFUND, ends=whole, source=source, key=key, amount=refunded)


async def record_dispute(tx: Tx, policy: Policy, *, rail: Rail, charge_id: str, source: str) -> Subscription | None:
    """Note that the payer's bank wants a payment back; once. As `record_refund` otherwise."""
    payment = await _locked(tx, rail, charge_id)
    if payment.disputed_at is not None:
        return None
    payment.disputed_at = tx.now
    key = f"dispute:{rail}:{charge_id}"
    return await _lost(tx, policy, payment, loss=Loss.DISPUTE, ends=True, source=source, key=key, amount=payment.amount)


async def payment_of(session: ReadSession, *, rail: Rail, charge_id: str) -> Payment:
    """For those who run the bot: whosever it is. Raises PaymentNotFound."""
    payment = await session.scalar(select(Payment).where(Payment.rail == rail, Payment.charge_id == charge_id))
    if payment is None:
        raise PaymentNotFound(rail=rail, charge_id=charge_id)
    return payment


async def payment_by_id(session: ReadSession, payment_id: UUID) -> Payment:
    """For those who run the bot. Raises PaymentNotFound."""
    payment = await session.get(Payment, payment_id)
    if payment is None:
        raise PaymentNotFound(payment_id=str(payment_id))
    return payment


async def payments_of(session: ReadSession, *, owner_id: ids.UserId, limit: int = 5) -> list[Payment]:
    """A user's payments, the newest first."""
    found = select(Payment).where(Payment.owner_id == owner_id).order_by(Payment.paid_at.desc(), Payment.id.desc())
    return list(await session.scalars(found.limit(limit)))


async def _locked(tx: Tx, rail: Rail, charge_id: str) -> Payment:
    """Raises PaymentNotFound."""
    payment = await payment_of(tx.session, rail=rail, charge_id=charge_id)
    if payment.owner_id is not None:
        await lock_owner(tx, payment.owner_id)
    await tx.session.refresh(payment, with_for_update=True)
    return payment


async def _lost(
    tx: Tx, policy: Policy, payment: Payment, *, loss: Loss, ends: bool, source: str, key: str, amount: int
) -> Subscription | None:
    await tx.session.flush()
    data: Json = {
        "rail": payment.rail,
        "charge_id": payment.charge_id,
        "amount": amount,
        "currency": payment.currency,
        "plan": payment.plan_key,
    }
    owner_id = payment.owner_id
    ended = None
    if owner_id is not None:
        data["telegram_id"] = (await user_of(tx.session, owner_id)).telegram_user_id
        kind = f"payment.{'refunded' if loss is Loss.REFUND else 'disputed'}"
        await note_event(tx, owner_id=owner_id, kind=kind, source=source, key=key, data=data)
        if ends and loss in policy.ends_on:
            ended = await _end_paid_by(tx, payment, owner_id, loss=loss, source=source, key=key)
    notice = f"billing.{loss}"
    await tell_admins(tx, policy, notice=notice, data={**data, "ended": ended is not None}, dedupe_key=key)
    return ended


async def _end_paid_by(
    tx: Tx, payment: Payment, owner_id: ids.UserId, *, loss: Loss, source: str, key: str
) -> Subscription | None:
    """End what the payment was for, if that is still in force and nothing has been paid for it since."""
    row = await subscription_of(tx.session, owner_id=owner_id)
    paid_for = row is not None and (row.rail, row.remote_id) == (payment.rail, payment.remote_id)
    if row is None or not paid_for or not is_in_force(row, now=tx.now):
        return None
    later = await tx.session.scalar(
        select(Payment.id)
        .where(
            Payment.owner_id == owner_id,
            Payment.rail == payment.rail,
            Payment.remote_id == payment.remote_id,
            Payment.paid_at > payment.paid_at,
            Payment.refunded < Payment.amount,
        )
        .limit(1)
    )
    if later is not None and loss is Loss.REFUND:
        return None
    await revoke(tx, row, source=source, key=key, why=loss)
    return row


async def _lift_revocation(tx: Tx, owner_id: ids.UserId, rail: Rail, remote_id: str | None, paid_at: datetime) -> None:
    """What is paid anew counts again."""
    await tx.session.execute(
        update(Subscription)
        .where(
            Subscription.owner_id == owner_id,
            Subscription.rail == rail,
            Subscription.remote_id == remote_id,
            Subscription.revoked_at < paid_at,
        )
        .values(revoked_at=None)
    )
