"""Mails about plans and money, for those who have given an address. The chat says the same: see telling.py."""

from datetime import datetime, timedelta
from typing import Final

from core import ids
from core.billing.models import Payment, Subscription, Trial
from core.billing.queries import plan_by_key
from core.emails.kinds import EmailKind
from core.emails.service import queue_email
from core.tx import Tx

RECEIPT_WITHIN: Final = timedelta(days=3)
"""What is found out later than that, from a rail that was away for long, isn't news."""


async def mail_trial_started(tx: Tx, trial: Trial, owner_id: ids.UserId) -> None:
    data = {"plan": trial.plan_key, "ends_at": trial.ends_at.isoformat()}
    await queue_email(
        tx, owner_id=owner_id, kind=EmailKind.TRIAL_STARTED, data=data, dedupe_key=f"trial:{trial.id}:started"
    )


async def mail_trial_ending(tx: Tx, trial: Trial, owner_id: ids.UserId, *, step: str) -> None:
    plan = await plan_by_key(tx.session, trial.plan_key)
    await queue_email(
        tx,
        owner_id=owner_id,
        kind=EmailKind.TRIAL_ENDING,
        data={
            "plan": plan.key,
            "ends_at": trial.ends_at.isoformat(),
            "amount": plan.price_cents,
            "currency": plan.currency,
        },
        dedupe_key=f"trial:{trial.id}:{step}",
    )


async def mail_trial_ended(tx: Tx, trial: Trial, owner_id: ids.UserId) -> None:
    data = {"plan": trial.plan_key, "ended_at": trial.ends_at.isoformat()}
    await queue_email(tx, owner_id=owner_id, kind=EmailKind.TRIAL_ENDED, data=data, dedupe_key=f"trial:{trial.id}:over")


async def mail_payment_failed(tx: Tx, row: Subscription, *, until: datetime, dedupe_key: str) -> None:
    plan = await plan_by_key(tx.session, row.plan_key)
    await queue_email(
        tx,
        owner_id=row.owner_id,
        kind=EmailKind.PAYMENT_FAILED,
        data={
            "plan": plan.key,
            "amount": plan.price_cents,
            "currency": plan.currency,
            "grace_until": until.isoformat(),
        },
        dedupe_key=dedupe_key,
    )


async def mail_receipt(tx: Tx, payment: Payment, *, period_end: datetime) -> None:
    """Of a payment for a plan that has just arrived."""
    if payment.owner_id is None or payment.plan_key is None or payment.paid_at < tx.now - RECEIPT_WITHIN:
        return
    await queue_email(
        tx,
        owner_id=payment.owner_id,
        kind=EmailKind.RECEIPT,
        data={
            "plan": payment.plan_key,
            "amount": payment.amount,
            "currency": payment.currency,
            "paid_at": payment.paid_at.isoformat(),
            "period_end": period_end.isoformat(),
            "reference": payment.charge_id,
        },
        dedupe_key=f"receipt:{payment.rail}:{payment.charge_id}",
    )
