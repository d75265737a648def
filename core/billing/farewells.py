"""Ending what deleted people would go on paying for. The database notes it (models.Farewell), the rails end it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from core.billing.models import Farewell, Rail
from core.billing.policy import Policy
from core.billing.telling import tell_admins
from core.errors import AppError
from core.tx import Tx
from core.work.service import error_row

LEASE: Final = timedelta(minutes=2)
"""Longer than a call to a rail takes."""
TRIED_AGAIN: Final = timedelta(minutes=1)
TRIED_AGAIN_MOST: Final = timedelta(hours=6)
TOLD_AT: Final = 8
"""After so many attempts, some two hours, admins are told; it is tried on."""


async def claim_farewell(tx: Tx, *, rails: Collection[Rail]) -> Farewell | None:
    """Take the next that is due at a rail that can be asked; nobody else gets it for a while. None when none is due."""
    due = (
        select(Farewell)
        .where(Farewell.next_at <= tx.now, Farewell.rail.in_(rails))
        .order_by(Farewell.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    farewell = await tx.session.scalar(due)
    if farewell is not None:
        farewell.attempts += 1
        farewell.next_at = tx.now + LEASE
        await tx.session.flush()
    return farewell


async def close_farewell(tx: Tx, farewell: Farewell) -> None:
    """It has ended there: nothing is left of them here."""
    there = await tx.session.get(Farewell, farewell.id)
    if there is not None:
        await tx.session.delete(there)


async def put_back_farewell(tx: Tx, policy: Policy, farewell: Farewell, error: AppError) -> None:
    """To be tried again, after ever longer pauses."""
    there = await tx.session.get(Farewell, farewell.id, with_for_update=True)
    if there is None:
        return
    there.problem = error_row(error)
    there.next_at = tx.now + min(TRIED_AGAIN_MOST, TRIED_AGAIN * 2 ** min(there.attempts - 1, 12))
    if there.attempts == TOLD_AT:
        data = {"rail": there.rail, "remote_id": there.remote_id, "code": error.error_code}
        await tell_admins(tx, policy, notice="billing.not_ended", data=data, dedupe_key=f"farewell:{there.id}")
