"""Ending what deleted users would go on paying for, beside the scheduler's loop. Several may run: each is leased.

No transaction is open while a rail is asked; asking twice does no harm.
"""

from typing import Final

import structlog

from core.billing.farewells import claim_farewell, close_farewell, put_back_farewell
from core.billing.models import Farewell, Rail
from core.billing.policy import policy_of
from core.deps import Deps
from core.errors import AppError
from core.telegram.stars import open_stars
from jobs.runtime import crash_of

log = structlog.get_logger()

LOOK_EVERY_S: Final = 15.0


async def say_farewells(deps: Deps) -> float:
    """Do what is due. Returns the seconds until the next look."""
    rails = [Rail.STARS, *([Rail.STRIPE] if deps.payments is not None else [])]
    while True:
        async with deps.tx() as tx:
            farewell = await claim_farewell(tx, rails=rails)
        if farewell is None:
            return LOOK_EVERY_S
        await _say(deps, farewell)


async def _say(deps: Deps, farewell: Farewell) -> None:
    try:
        await _end(deps, farewell)
    except AppError as error:
        await _put_back(deps, farewell, error)
    except Exception as error:
        await _put_back(deps, farewell, crash_of(error))
    else:
        async with deps.tx() as tx:
            await close_farewell(tx, farewell)
        log.info("billing.ended_for_good", rail=farewell.rail)


async def _end(deps: Deps, farewell: Farewell) -> None:
    if farewell.rail == Rail.STARS:
        async with open_stars(deps.settings) as stars:
            await stars.end_renewal(farewell.telegram_user_id, farewell.remote_id)
    elif deps.payments is not None:
        await deps.payments.delete_customer(farewell.remote_id)


async def _put_back(deps: Deps, farewell: Farewell, error: AppError) -> None:
    log.warning("billing.not_ended", rail=farewell.rail, code=error.error_code, attempts=farewell.attempts)
    async with deps.tx() as tx:
        await put_back_farewell(tx, policy_of(deps.settings), farewell, error)
