"""What happens before a handler: who is this, and are they too fast."""

from time import monotonic

import structlog
from telegram import User as TelegramUser

from bot.context import Actor
from bot.texts import supported_language
from core.accounts import service as accounts
from core.db import TelegramId
from core.deps import Deps
from core.errors import LimitReached
from core.limits import ACTIONS, hit

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
                language=supported_language(user.language_code),
            )
        return Actor(
            id=found.id,
            telegram_id=found.telegram_user_id,
            first_name=found.first_name,
            language=found.language,
            time_zone=found.time_zone,
            is_admin=found.is_admin or found.telegram_user_id in self._deps.settings.admin_ids,
        )


async def admit(deps: Deps, actor: Actor) -> bool:
    """Count an action. False above 500 an hour: then say nothing, or a flood would be answered by one.

    Raises LimitReached for the first one above, so that this is told once an hour.
    """
    try:
        await hit(deps.redis, ACTIONS, str(actor.telegram_id))
    except LimitReached as error:
        if error.params["hits"] == ACTIONS.most + 1:
            raise
        return False
    return True
