"""What Telegram tells on its own about chats: the bot's standing there, an admin's, a new title, a group that moved."""

from telegram import ChatMemberAdministrator, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.checking import KINDS, state_for
from core.accounts.service import user_by_telegram_id
from core.brands.hearing import hear_post
from core.channels.models import ChannelKind
from core.channels.standing import (
    follow_migration,
    note_bot_standing,
    note_title,
    note_user_standing,
)
from core.db import TelegramId
from core.deps import Deps
from core.tx import Tx


async def note_chat_news(deps: Deps, update: Update) -> bool:
    """Keep what an update tells of a channel or group. False when it is no such news."""
    message = update.message or update.channel_post
    if update.my_chat_member is not None and _kind(update.my_chat_member) is not None:
        async with deps.tx() as tx:
            await _note_bot(tx, update.my_chat_member)
    elif update.chat_member is not None:
        async with deps.tx() as tx:
            await _note_user(tx, update.chat_member)
    elif message is not None and _is_news(message):
        async with deps.tx() as tx:
            await _note_message(tx, message)
    elif update.channel_post is not None:
        await _hear(deps, update.channel_post)
    else:
        return False
    return True


async def _hear(deps: Deps, post: Message) -> None:
    """Somebody else has posted in a channel: a voice can be learned from it."""
    async with deps.tx() as tx:
        await hear_post(
            tx,
            chat_id=TelegramId(post.chat.id),
            message_id=TelegramId(post.message_id),
            text=post.text or post.caption or "",
            posted_at=post.date,
        )


def _kind(change: ChatMemberUpdated) -> ChannelKind | None:
    return KINDS.get(ChatType(change.chat.type))


async def _note_bot(tx: Tx, change: ChatMemberUpdated) -> None:
    kind, chat_id = _kind(change), TelegramId(change.chat.id)
    if kind is not None:
        await note_title(tx, chat_id=chat_id, title=change.chat.title or "", username=change.chat.username)
        await note_bot_standing(tx, chat_id=chat_id, state=state_for(kind, change.new_chat_member))


async def _note_user(tx: Tx, change: ChatMemberUpdated) -> None:
    user = await user_by_telegram_id(tx.session, TelegramId(change.new_chat_member.user.id))
    if user is None:
        return
    member = change.new_chat_member
    may = member.status == ChatMemberStatus.OWNER
    if isinstance(member, ChatMemberAdministrator):
        may = change.chat.type != ChatType.CHANNEL or bool(member.can_post_messages)
    await note_user_standing(tx, chat_id=TelegramId(change.chat.id), owner_id=user.id, may_post=may)


def _is_news(message: Message) -> bool:
    return message.migrate_to_chat_id is not None or message.new_chat_title is not None


async def _note_message(tx: Tx, message: Message) -> None:
    chat_id = TelegramId(message.chat.id)
    if message.migrate_to_chat_id is not None:
        await follow_migration(tx, from_id=chat_id, to_id=TelegramId(message.migrate_to_chat_id))
    elif message.new_chat_title is not None:
        await note_title(tx, chat_id=chat_id, title=message.new_chat_title, username=message.chat.username)
