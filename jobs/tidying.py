"""Removing what podcasts and voiceovers leave behind. Beside the scheduler's loop, like all maintenance."""

import structlog

from core.deps import Deps
from core.podcasts import tidying
from core.voiceovers import tidying as voiceover_tidying
from jobs.sweeping import sweep

log = structlog.get_logger()

SWEEP_EVERY_S = 20 * 3600
SWEPT = "podcasts:swept"
VOICEOVERS_SWEPT = "voiceovers:swept"


async def tidy_podcasts(deps: Deps) -> int:
    """Rows whose time has come, with their files; once a day files that no row names. Gives how many files went.

    May be killed at any moment and run side by side: what is left is found the next time. Raises ProviderError when the
    storage is away.
    """
    async with deps.tx() as tx:
        keys = await tidying.remove_deleted_podcasts(tx)
        forgotten = await tidying.forget_old_recordings(tx)
    for key in keys:
        await deps.storage.delete(key)
    swept = 0
    if await deps.redis.set(SWEPT, 1, nx=True, ex=SWEEP_EVERY_S):
        swept = await sweep(deps, tidying.KINDS, tidying.unnamed, grace=tidying.GRACE)
    if keys or forgotten or swept:
        log.info("podcasts.tidied", files=len(keys), recordings=forgotten, unnamed=swept)
    return len(keys) + swept


async def tidy_voiceovers(deps: Deps) -> int:
    """Rows whose time has come, with their files; once a day files that no row names. Gives how many files went.

    May be killed at any moment and run side by side. Raises ProviderError when the storage is away.
    """
    async with deps.tx() as tx:
        keys = await voiceover_tidying.remove_old_voiceovers(tx)
    for key in keys:
        await deps.storage.delete(key)
    swept = 0
    if await deps.redis.set(VOICEOVERS_SWEPT, 1, nx=True, ex=SWEEP_EVERY_S):
        kinds, unnamed = voiceover_tidying.KINDS, voiceover_tidying.unnamed
        swept = await sweep(deps, kinds, unnamed, grace=voiceover_tidying.GRACE)
    return len(keys) + swept
