"""What happens before a handler: who is this, and are they too fast."""

from time import monotonic

import redis.asyncio
import structlog
from telegram import User as TelegramUser

from bot.context import Actor
from bot.texts import supported_language
from core.accounts import service as accounts
from core.db import TelegramId
from core.deps import Deps
from core.errors import LimitReached
from core.limits import ACTIONS, RateLimit, Tally

log = structlog.get_logger()

REMEMBER_S = 30.0
"""How long a user is taken as last seen, before the database is asked again."""
REMEMBER_MOST = 10_000


class Actors:
    """The users behind updates. A few are remembered, so that a busy chat doesn't ask the database each time."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._remembered: dict[int, tuple[float, Actor]] = {}

    async def actor_of(self, user: TelegramUser) -> Actor:
        """The actor of a Telegram user, made at first contact."""
        remembered = self._remembered.get(user.id)
        if remembered is not None and monotonic() - remembered[0] < REMEMBER_S:
            return remembered[1]
        actor = await self._look_up(user)
        self._remember(user.id, actor)
        return actor

    def forget(self, telegram_id: int) -> None:
        """Ask the database the next time: a setting has changed."""
        self._remembered.pop(telegram_id, None)

    def _remember(self, telegram_id: int, actor: Actor) -> None:
        if len(self._remembered) >= REMEMBER_MOST:
            self._remembered.clear()
        self._remembered[telegram_id] = (monotonic(), actor)

    async def _look_up(self, user: TelegramUser) -> Actor:
        async with self._deps.tx() as tx:
            found = await accounts.welcome_user(
                tx,
                telegram_user_id=TelegramId(user.id),
                first_name=user.first_name,
                username=user.username,
                language=supported_language(user.language_code) if user.language_code else None,
            )
        return Actor(
            id=found.id,
            telegram_id=found.telegram_user_id,
            first_name=found.first_name,
            language=found.language,
            language_chosen=found.language_chosen,
            time_zone=found.time_zone,
            is_admin=found.is_admin or found.telegram_user_id in self._deps.settings.admin_ids,
        )


class ActionCounter:
    """Counts what users do against 500 an hour, shared by all processes.

    Counted here at once and added up in Redis every second, so that an action costs no round trip; somebody who sends
    from many processes at the same time may go over by what they do in that second.
    """

    def __init__(self, store: redis.asyncio.Redis, *, limit: RateLimit = ACTIONS) -> None:
        self._limit = limit
        self._tally = Tally(store, limit)
        self._told: set[str] = set()

    def admit(self, actor: Actor) -> bool:
        """Count an action. False above the limit: then say nothing, or a flood would be answered by one.

        Raises LimitReached for the first one above, so that this is told once a window.
        """
        who = str(actor.telegram_id)
        count, left_s = self._tally.hit(who)
        if count <= self._limit.most:
            self._told.discard(who)
            return True
        if who in self._told:
            return False
        self._told.add(who)
        raise LimitReached("rate_limited", feature=self._limit.name, limit=self._limit.most, retry_after_s=left_s)
