"""One at a time: of those who want the same, one asks the network, and the others wait for what it brings.

Redis only saves calls. Without it everybody asks for themselves.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TypeVar

import redis.asyncio
import structlog
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import DiscoveryErrorCode

log = structlog.get_logger()

Found = TypeVar("Found")

LOCK_S = 8.0
"""After that, a holder that died is no more in the way."""
RENEW_EVERY_S = 2.0
LOOK_EVERY_S = 0.1
FAILED_FOR_S = 120
"""How long a failure is noted: longer than anybody waits."""


async def asked_once(
    deps: Deps,
    name: str,
    *,
    known: Callable[[], Awaitable[Found | None]],
    ask: Callable[[], Awaitable[Found]],
    wait_s: float,
) -> Found:
    """What is `known`, or what comes of asking: once for all who want `name` at the moment, even when it fails.

    Raises what `ask` raises, and ProviderError "discovery.timeout" when somebody else is at it for over `wait_s`.
    """
    since, found = deps.clock.now(), await known()
    if found is not None:
        return found
    async with alone(deps.redis, name, wait_s=wait_s):
        found = await known()
        if found is not None:
            return found
        failure = await _failure_since(deps.redis, name, since)
        if failure is not None:
            raise failure
        try:
            return await ask()
        except ProviderError as error:
            await _note_failure(deps.redis, name, error, at=deps.clock.now())
            raise


@asynccontextmanager
async def alone(store: redis.asyncio.Redis, name: str, *, wait_s: float) -> AsyncIterator[None]:
    """Hold the place of `name` while the block runs; it is kept for as long as this process lives.

    Raises ProviderError "discovery.timeout" when somebody else holds it for longer than `wait_s`.
    """
    lock = store.lock(f"viral:lock:{name}", timeout=LOCK_S, sleep=LOOK_EVERY_S, blocking_timeout=wait_s)
    try:
        held = await lock.acquire()
    except RedisError as error:
        log.warning("viral.redis_away", error=type(error).__name__)
        yield
        return
    if not held:
        raise ProviderError(DiscoveryErrorCode.TIMEOUT, provider="postaify", retryable=True)
    keeper = asyncio.create_task(_keep(lock))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(RedisError):  # it was lost, or Redis is away
            await lock.release()


async def _keep(lock: Lock) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY_S)
        try:
            await lock.reacquire()
        except LockError:
            return
        except RedisError:
            continue


async def _note_failure(store: redis.asyncio.Redis, name: str, error: ProviderError, *, at: datetime) -> None:
    """Let those who wait for `name` know, so that they aren't sent into the same failure, one after the other."""
    noted = {
        "code": error.error_code,
        "provider": error.provider,
        "retryable": error.retryable,
        "at": at.isoformat(),
    }
    with suppress(RedisError):
        await store.set(_failure_key(name), json.dumps(noted), ex=FAILED_FOR_S)


async def _failure_since(store: redis.asyncio.Redis, name: str, since: datetime) -> ProviderError | None:
    """What went wrong with `name` since somebody began to wait for it."""
    try:
        stored = await store.get(_failure_key(name))
    except RedisError:
        return None
    if stored is None:
        return None
    noted = json.loads(stored)
    if datetime.fromisoformat(noted["at"]) < since:
        return None
    return ProviderError(noted["code"], provider=noted["provider"], retryable=noted["retryable"])


def _failure_key(name: str) -> str:
    return f"viral:failed:{name}"
