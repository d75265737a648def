"""Users: made at first contact, changed by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.models import User
from core.db import ReadSession, TelegramId
from core.errors import InvalidInput, NotFound
from core.posts.platforms import Platform
from core.tx import Tx

DEFAULT_PLATFORMS = (Platform.TELEGRAM,)


class UserNotFound(NotFound):
    code = "accounts.user_not_found"


async def welcome_user(
    tx: Tx, *, telegram_user_id: TelegramId, first_name: str, username: str | None, language: str
) -> User:
    """The user behind a Telegram account, made if new. Somebody who blocked the bot and is back is reachable again."""
    known = {"first_name": first_name, "username": username, "blocked_at": None}
    user = await tx.session.scalar(
        insert(User)
        .values(
            id=ids.new(),
            telegram_user_id=telegram_user_id,
            language=language,
            platforms=[str(platform) for platform in DEFAULT_PLATFORMS],
            writing_options={},
            is_admin=False,
            created_at=tx.now,
            **known,
        )
        .on_conflict_do_update(index_elements=["telegram_user_id"], set_=known)
        .returning(User)
        .execution_options(populate_existing=True)
    )
    if user is None:
        raise UserNotFound(telegram_user_id=telegram_user_id)
    return user


async def user_by_telegram_id(session: ReadSession, telegram_user_id: TelegramId) -> User | None:
    return await session.scalar(select(User).where(User.telegram_user_id == telegram_user_id))


async def user_of(session: ReadSession, user_id: ids.UserId) -> User:
    """Raises UserNotFound."""
    user = await session.get(User, user_id)
    if user is None:
        raise UserNotFound(user_id=str(user_id))
    return user


async def choose_language(tx: Tx, *, user_id: ids.UserId, language: str) -> None:
    await _change(tx, user_id, language=language)


async def choose_time_zone(tx: Tx, *, user_id: ids.UserId, time_zone: str) -> None:
    """Raises InvalidInput for a name that isn't in the IANA database."""
    if time_zone not in available_timezones():
        raise InvalidInput("accounts.unknown_time_zone", name=time_zone)
    await _change(tx, user_id, time_zone=time_zone)


async def choose_platforms(tx: Tx, *, user_id: ids.UserId, platforms: Sequence[Platform]) -> None:
    """What new posts are written for unless said otherwise. Raises InvalidInput when none is left."""
    if not platforms:
        raise InvalidInput("accounts.no_platform")
    await _change(tx, user_id, platforms=[str(platform) for platform in platforms])


async def remember_writing_options(tx: Tx, *, user_id: ids.UserId, options: Mapping[str, Any]) -> None:
    """The last choices on the options card, preset on the next one."""
    await _change(tx, user_id, writing_options=dict(options))


async def mark_blocked(tx: Tx, *, telegram_user_id: TelegramId, blocked: bool) -> None:
    """Note that the user has blocked the bot, or unblocked it."""
    await tx.session.execute(
        update(User)
        .where(User.telegram_user_id == telegram_user_id, User.blocked_at.is_not(None) != blocked)
        .values(blocked_at=tx.now if blocked else None)
    )


async def _change(tx: Tx, user_id: ids.UserId, **values: Any) -> None:
    await tx.session.execute(update(User).where(User.id == user_id).values(**values))
