"""Payments with Stars that nobody told us of, found in Telegram's own list. What is known isn't taken in again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from core import ids
from core.billing.models import Payment, Rail
from core.billing.payments import PaymentNotFound, record_refund
from core.billing.policy import Policy
from core.billing.stars import PLAN_PAYLOAD, STARS, Bought, StarPayment, take_payment
from core.db import ReadSession
from core.telegram.stars import Movement
from core.tx import Tx

SOURCE: Final = "resync"
YOUNG: Final = timedelta(minutes=10)
"""Of these Telegram tells by itself."""


async def missed_movements(session: ReadSession, page: Sequence[Movement]) -> list[Movement]:
    """Those that would change something here: payments for plans that aren't known, refunds that aren't noted."""
    told = [each for each in page if each.telegram_id is not None]
    rows = await session.execute(
        select(Payment.charge_id, Payment.refunded).where(
            Payment.rail == Rail.STARS, Payment.charge_id.in_([each.charge_id for each in told])
        )
    )
    refunded = dict(rows.all())
    return [each for each in told if _is_news(each, refunded)]


def _is_news(movement: Movement, refunded: Mapping[str, int]) -> bool:
    """`refunded`: how much went back of each payment that is known."""
    for_a_plan = (movement.payload or "").startswith(PLAN_PAYLOAD)
    if movement.came_in:
        return for_a_plan and movement.charge_id not in refunded
    return refunded.get(movement.charge_id, 0 if for_a_plan else movement.amount) < movement.amount


async def take_missed_payment(tx: Tx, movement: Movement, *, owner_id: ids.UserId) -> Bought:
    """As if Telegram had told of it. Whether it renews something isn't said there, and follows from what is known."""
    payment = StarPayment(
        charge_id=movement.charge_id,
        payload=movement.payload or "",
        amount=movement.amount,
        currency=STARS,
        paid_at=movement.at,
        expires_at=movement.at + movement.period if movement.period is not None else None,
        is_renewal=None,
    )
    return await take_payment(tx, owner_id=owner_id, payment=payment, source=SOURCE)


async def take_missed_refund(tx: Tx, policy: Policy, movement: Movement) -> str | None:
    """Returns the charge of the subscription that this ended, if any: Telegram has to be told not to renew it."""
    try:
        ended = await record_refund(
            tx, policy, rail=Rail.STARS, charge_id=movement.charge_id, refunded=movement.amount, source=SOURCE
        )
    except PaymentNotFound:
        return None
    return ended.remote_id if ended is not None else None
