"""Stars that came in, or went back, without our hearing of it: Telegram is asked for its list, beside the scheduler's
loop. Taking in what is known already changes nothing, so several may ask."""

from typing import Final

import structlog
from redis.exceptions import RedisError

from core.accounts.service import UserNotFound, user_by_telegram_id
from core.billing.policy import policy_of
from core.billing.star_gaps import YOUNG, missed_movements, take_missed_payment, take_missed_refund
from core.db import TelegramId
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.telegram.client import bot_token
from core.telegram.stars import PAGE, Movement, Stars, open_stars

log = structlog.get_logger()

ASK_EVERY_S: Final = 600.0


async def close_star_gaps(deps: Deps) -> float:
    """Look through what has moved since the last time. Returns the seconds until the next look."""
    if "stars" not in deps.settings.billing_rails:
        return ASK_EVERY_S
    try:
        async with open_stars(deps.settings) as stars:
            missed = await take_in_missed(deps, stars)
    except ProviderError as error:
        log.warning("stars.gaps_not_closed", code=error.error_code)
        return ASK_EVERY_S
    if missed:
        log.warning("stars.gaps_closed", movements=missed)
    return ASK_EVERY_S


async def take_in_missed(deps: Deps, stars: Stars) -> int:
    """Take in what nobody told us of. Returns how much that was. Raises ProviderError.

    How far the list was read is kept in Redis; without that it is read from its beginning. A page of what was read is
    always read again, and what is young isn't read yet: of that Telegram tells by itself.
    """
    read, missed = max(0, await _read(deps) - PAGE), 0
    async for page in stars.movements(skip=read):
        settled = [each for each in page if each.at <= deps.clock.now() - YOUNG]
        async with deps.read() as session:
            found = await missed_movements(session, settled)
        for movement in found:
            missed += await _take_in(deps, stars, movement)
        read += len(settled)
        if len(settled) < len(page):
            break
    await _note_read(deps, read)
    return missed


async def _take_in(deps: Deps, stars: Stars, movement: Movement) -> bool:
    """False when nobody here is meant, or it can't be done: then it is told in the log at each look."""
    telegram_id = TelegramId(movement.telegram_id or 0)
    try:
        async with deps.tx() as tx:
            user = await user_by_telegram_id(tx.session, telegram_id)
            if user is None:
                raise UserNotFound(telegram_user_id=telegram_id)
            if movement.came_in:
                bought = await take_missed_payment(tx, movement, owner_id=user.id)
                ended, is_second = bought.ended, bought.is_second
            else:
                ended, is_second = await take_missed_refund(tx, policy_of(deps.settings), movement), False
        await stars.settle(telegram_id, movement.charge_id, ended=ended, is_second=is_second)
    except AppError as error:
        log.warning("stars.not_taken_in", charge_id=movement.charge_id, code=error.error_code)
        return False
    return True


async def _read(deps: Deps) -> int:
    try:
        return int(await deps.redis.get(_key(deps)) or 0)
    except RedisError:
        return 0


async def _note_read(deps: Deps, read: int) -> None:
    try:
        await deps.redis.set(_key(deps), read)
    except RedisError:
        log.warning("stars.look_not_noted")


def _key(deps: Deps) -> str:
    """Each bot has a list of its own."""
    return f"stars:read:{bot_token(deps.settings).partition(':')[0]}"
