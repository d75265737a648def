"""Sending what may be taken back in the middle: a file on its way to Telegram takes a while."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from core.db import DATABASE_TROUBLE
from core.deliveries.models import Delivery, DeliveryKind
from core.deliveries.withdrawing import is_withdrawn
from core.deps import Deps
from core.podcasts.showing import EPISODE

log = structlog.get_logger()

LOOK_EVERY_S = 0.5


async def unless_withdrawn(deps: Deps, delivery: Delivery, sending: Coroutine[Any, Any, None]) -> None:
    """Send it; broken off within LOOK_EVERY_S once its owner doesn't want it any more."""
    if delivery.kind != DeliveryKind.NOTICE or delivery.content["notice"] != EPISODE:
        await sending
        return
    task = asyncio.create_task(sending)
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_EVERY_S))[0]:
            if await _is_withdrawn(deps, delivery):
                log.info("deliveries.withdrawn", delivery_id=str(delivery.id))
                break
        else:
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _is_withdrawn(deps: Deps, delivery: Delivery) -> bool:
    """A database that is away for a moment stops nothing."""
    try:
        async with deps.read() as session:
            return await is_withdrawn(session, delivery.id)
    except DATABASE_TROUBLE:
        return False
