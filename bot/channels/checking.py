"""May posts go to a chat: asked of Telegram, for the user and for the bot."""

from telegram import Bot, ChatFullInfo, ChatMember, ChatMemberAdministrator, ChatMemberRestricted
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden

from core.channels.models import ChannelKind, ChannelState
from core.channels.service import SeenChat
from core.db import TelegramId
from core.errors import InvalidInput, NotAllowed

KINDS = {
    ChatType.CHANNEL: ChannelKind.CHANNEL,
    ChatType.SUPERGROUP: ChannelKind.SUPERGROUP,
    ChatType.GROUP: ChannelKind.GROUP,
}
ABSENT = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.BANNED})


async def verified_chat(bot: Bot, chat_id: int, *, user_id: int) -> SeenChat:
    """The chat, when both the user and the bot may post there.

    Raises NotAllowed that says what is missing, with `state` among its params, and InvalidInput for a chat that is
    neither a channel nor a group.
    """
    try:
        chat = await bot.get_chat(chat_id)
    except ChatMigrated as moved:
        return await verified_chat(bot, moved.new_chat_id, user_id=user_id)
    except Forbidden as error:
        raise NotAllowed("channels.bot_not_in", state=str(ChannelState.REMOVED)) from error
    except BadRequest as error:
        raise NotAllowed("channels.not_seen", state=str(ChannelState.GONE)) from error
    kind = KINDS.get(ChatType(chat.type))
    if kind is None:
        raise InvalidInput("channels.neither_channel_nor_group")
    _check_bot(kind, await _member(bot, chat, bot.id), chat)
    _check_user(kind, await _member(bot, chat, user_id))
    return SeenChat(TelegramId(chat.id), kind, chat.title or "", chat.username)


async def _member(bot: Bot, chat: ChatFullInfo, user_id: int) -> ChatMember:
    try:
        return await bot.get_chat_member(chat.id, user_id)
    except (BadRequest, Forbidden) as error:
        raise NotAllowed("channels.bot_not_in", state=str(ChannelState.REMOVED)) from error


def _check_bot(kind: ChannelKind, member: ChatMember, chat: ChatFullInfo) -> None:
    state = state_for(kind, member)
    if state is ChannelState.REMOVED:
        raise NotAllowed("channels.bot_not_in", state=str(state))
    muted = chat.permissions is not None and not chat.permissions.can_send_messages
    if state is ChannelState.NO_RIGHTS or (member.status == ChatMemberStatus.MEMBER and muted):
        code = "channels.bot_cant_post" if kind is ChannelKind.CHANNEL else "channels.bot_cant_write"
        raise NotAllowed(code, state=str(ChannelState.NO_RIGHTS))


def _check_user(kind: ChannelKind, member: ChatMember) -> None:
    if member.status == ChatMemberStatus.OWNER:
        return
    if not isinstance(member, ChatMemberAdministrator):
        raise NotAllowed("channels.you_not_admin", state=str(ChannelState.NOT_ADMIN))
    if kind is ChannelKind.CHANNEL and not member.can_post_messages:
        raise NotAllowed("channels.you_cant_post", state=str(ChannelState.NOT_ADMIN))


def state_for(kind: ChannelKind, member: ChatMember) -> ChannelState:
    """What the bot's own standing in a chat means for posts. An admin of a group may write, whatever others may."""
    if member.status in ABSENT or (isinstance(member, ChatMemberRestricted) and not member.is_member):
        return ChannelState.REMOVED
    if kind is ChannelKind.CHANNEL:
        posts = isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
        return ChannelState.READY if posts else ChannelState.NO_RIGHTS
    muted = isinstance(member, ChatMemberRestricted) and not member.can_send_messages
    return ChannelState.NO_RIGHTS if muted else ChannelState.READY
