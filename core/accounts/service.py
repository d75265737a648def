"""Users: made at first contact, changed by themselves."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.models import LatePolicy, User
from core.db import ReadSession, TelegramId, any_of
from core.errors import InvalidInput, NotFound
from core.posts.platforms import Platform
from core.translations import DEFAULT_LANGUAGE
from core.tx import Tx
from core.when.zones import is_zone

DEFAULT_PLATFORMS = (Platform.TELEGRAM,)


class UserNotFound(NotFound):
    code = "accounts.user_not_found"


async def welcome_user(
    tx: Tx, *, telegram_user_id: TelegramId, first_name: str, username: str | None, language: str | None
) -> User:
    """The user behind a Telegram account, made if new. Somebody who blocked the bot and is back is reachable again.

    `language` is what their Telegram speaks, None when it doesn't say; it counts until they choose one.
    """
    known = {"first_name": first_name, "username": username, "blocked_at": None}
    follows = {} if language is None else {"language": case((User.language_chosen, User.language), else_=language)}
    user = await tx.session.scalar(
        insert(User)
        .values(
            id=ids.new(),
            telegram_user_id=telegram_user_id,
            language=language or DEFAULT_LANGUAGE,
            platforms=[str(platform) for platform in DEFAULT_PLATFORMS],
            writing_options={},
            is_admin=False,
            created_at=tx.now,
            **known,
        )
        .on_conflict_do_update(index_elements=["telegram_user_id"], set_=known | follows)
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


async def users_of(session: ReadSession, user_ids: Collection[ids.UserId]) -> dict[ids.UserId, User]:
    """Many users; those who are gone are left out."""
    found = await session.scalars(select(User).where(User.id == any_of(user_ids)))
    return {user.id: user for user in found}


async def telegram_ids(session: ReadSession, user_ids: Collection[ids.UserId]) -> dict[ids.UserId, TelegramId]:
    """The private chats of many users."""
    rows = await session.execute(select(User.id, User.telegram_user_id).where(User.id.in_(user_ids)))
    return dict(rows.all())


def _reachable(after: ids.UserId | None) -> tuple[ColumnElement[bool], ...]:
    here = (User.blocked_at.is_(None),)
    return here if after is None else (*here, User.id > after)


async def reachable_users(
    session: ReadSession, *, after: ids.UserId | None, limit: int
) -> Sequence[tuple[ids.UserId, TelegramId]]:
    """People who haven't blocked the bot, with their private chats, in the order of their ids behind `after`."""
    page = select(User.id, User.telegram_user_id).where(*_reachable(after)).order_by(User.id).limit(limit)
    return [(user_id, chat_id) for user_id, chat_id in await session.execute(page)]


async def count_reachable(session: ReadSession, *, after: ids.UserId | None = None) -> int:
    """How many of them there are."""
    return await session.scalar(select(func.count()).select_from(User).where(*_reachable(after))) or 0


async def admins(session: ReadSession, admin_ids: Collection[int]) -> list[tuple[ids.UserId, TelegramId, str]]:
    """Whom to tell what only admins can mend, with their private chats and languages: those named in the settings
    (`admin_ids`, of Telegram) as far as they have ever pressed Start, and those promoted here."""
    found = await session.execute(
        select(User.id, User.telegram_user_id, User.language).where(
            or_(User.is_admin, User.telegram_user_id.in_(admin_ids)), User.blocked_at.is_(None)
        )
    )
    return [(user_id, chat_id, language) for user_id, chat_id, language in found]


async def choose_language(tx: Tx, *, user_id: ids.UserId, language: str, offered: Collection[str]) -> User:
    """Speak it, whatever their Telegram speaks. Raises InvalidInput for a language that isn't offered (any more)."""
    if language not in offered:
        raise InvalidInput("accounts.unknown_language", language=language)
    return await _change(tx, user_id, language=language, language_chosen=True)


async def follow_language(tx: Tx, *, user_id: ids.UserId, language: str) -> User:
    """Speak what their Telegram speaks, now and when that changes."""
    return await _change(tx, user_id, language=language, language_chosen=False)


async def choose_time_zone(tx: Tx, *, user_id: ids.UserId, time_zone: str) -> User:
    """Raises InvalidInput for a name that isn't in the IANA database."""
    if not is_zone(time_zone):
        raise InvalidInput("accounts.unknown_time_zone", name=time_zone)
    return await _change(tx, user_id, time_zone=time_zone)


async def use_platform(tx: Tx, *, user_id: ids.UserId, platform: Platform, wanted: bool) -> User:
    """Write new posts for a platform, or don't, unless said otherwise on the card. From now on the next card begins
    with these platforms, whatever the last one had.

    Raises InvalidInput when none would be left.
    """
    user = await tx.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    chosen = {*user.platforms, platform} if wanted else {*user.platforms} - {platform}
    if not chosen:
        raise InvalidInput("accounts.no_platform")
    last = {name: choice for name, choice in user.writing_options.items() if name != "platforms"}
    return await _change(
        tx, user_id, platforms=[str(each) for each in Platform if each in chosen], writing_options=last
    )


async def choose_pictures(tx: Tx, *, user_id: ids.UserId, dark: bool) -> None:
    """How the pictures in the chat are drawn from now on."""
    await _change(tx, user_id, dark_pictures=dark)


async def choose_late_policy(tx: Tx, *, user_id: ids.UserId, policy: LatePolicy) -> User:
    """What becomes of posts whose time passes while the service is down, from the next time on."""
    return await _change(tx, user_id, late_policy=policy)


def users_with_policy(*policies: LatePolicy) -> Select[ids.UserId]:
    """Whoever wants that of late posts, to be asked for in another query."""
    return select(User.id).where(User.late_policy.in_(policies))


async def late_policies(session: ReadSession, user_ids: Collection[ids.UserId]) -> dict[ids.UserId, LatePolicy]:
    """What each of these users wants of late posts."""
    rows = await session.execute(select(User.id, User.late_policy).where(User.id.in_(user_ids)))
    return {user_id: LatePolicy(policy) for user_id, policy in rows}


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


async def _change(tx: Tx, user_id: ids.UserId, **values: Any) -> User:
    """Raises UserNotFound."""
    changed = await tx.session.scalar(
        update(User)
        .where(User.id == user_id)
        .values(**values)
        .returning(User)
        .execution_options(populate_existing=True)
    )
    if changed is None:
        raise UserNotFound(user_id=str(user_id))
    return changed
