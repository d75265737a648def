"""What follows from another plan, feature by feature."""

from core.billing.turning import FIT
from core.digests.fitting import fit_to_plan
from core.errors import AppError
from core.tx import Tx
from core.work.service import ClaimedWork
from jobs.runtime import Run, job


async def given_up(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """Nothing has changed, so there is nothing to tell; the next change of plan looks again."""


@job(FIT, on_failure=given_up)
async def fit(run: Run) -> None:
    """Bring what its owner has running within what their plan has room for."""
    async with run.finishing() as tx:
        await fit_to_plan(tx, owner_id=run.work.owner_id)
