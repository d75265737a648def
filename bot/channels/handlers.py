"""The list of connected chats, and what can be done with each."""

from telegram.error import BadRequest, Forbidden, NetworkError

from bot.channels import screens
from bot.channels.actions import (
    CancelAndDisconnect,
    CheckAgain,
    DeleteTest,
    Disconnect,
    MakeDefault,
    Reconnect,
    SendMissed,
    SendTest,
    ShowChannel,
    ShowChannels,
    SkipMissed,
)
from bot.channels.checking import verified_chat
from bot.channels.connecting import show_channels
from bot.context import Context
from bot.router import Router
from bot.screens import Toast
from core import ids
from core.channels import service as channels
from core.channels.leaving import cancel_and_disconnect
from core.channels.models import Channel, ChannelState
from core.channels.queries import channel_of
from core.channels.standing import follow_migration, keep_verified, note_trouble
from core.errors import Conflict, NotAllowed, ProviderError
from core.posts.missed import send_all_missed, skip_all_missed

TEST_AGAIN_S = 5
"""A second press so soon is the same press."""


def register(router: Router) -> None:
    router.command("channels", on_channels, menu="Where posts can go: channels and groups")
    router.press(ShowChannels, on_show_channels)
    router.press(ShowChannel, on_show_channel)
    router.press(SendTest, on_send_test)
    router.press(DeleteTest, on_delete_test)
    router.press(CheckAgain, on_check_again)
    router.press(MakeDefault, on_make_default)
    router.press(SendMissed, on_send_missed)
    router.press(SkipMissed, on_skip_missed)
    router.press(Disconnect, on_disconnect)
    router.press(CancelAndDisconnect, on_cancel_and_disconnect)
    router.press(Reconnect, on_reconnect)


async def on_channels(context: Context) -> None:
    await show_channels(context, page=1)


async def on_show_channels(context: Context, press: ShowChannels) -> None:
    await show_channels(context, page=press.page)


async def on_show_channel(context: Context, press: ShowChannel) -> None:
    await context.show(screens.channel(await _channel(context, press.channel_id), context.texts))


async def on_send_test(context: Context, press: SendTest) -> None:
    """A message that says what it is; it can be deleted from here."""
    channel = await _channel(context, press.channel_id)
    first = await context.deps.redis.set(f"channels:test:{channel.id}", 1, nx=True, ex=TEST_AGAIN_S)
    if not first:
        await context.toast(context.texts("The test has just been sent."))
        return
    channel = await _check(context, channel)
    try:
        sent = await context.bot.send_message(channel.chat_id, screens.test_text(context.texts).unescape())
    except (BadRequest, Forbidden) as error:
        raise Conflict("channels.test_refused", detail=error.message) from error
    except NetworkError as error:
        raise ProviderError("channels.test_unsure", provider="telegram", retryable=True) from error
    await context.toast(context.texts("Sent. Have a look there."))
    await context.show(screens.channel(channel, context.texts, test_id=sent.message_id))


async def on_delete_test(context: Context, press: DeleteTest) -> None:
    """One that is gone already is as good as deleted."""
    channel = await _channel(context, press.channel_id)
    try:
        await context.bot.delete_message(channel.chat_id, press.message_id)
    except (BadRequest, Forbidden) as error:
        if "not found" not in error.message.lower():
            raise Conflict("channels.test_not_deleted", detail=error.message) from error
    await context.toast(context.texts("The test is deleted."))
    await context.show(screens.channel(channel, context.texts))


async def on_check_again(context: Context, press: CheckAgain) -> None:
    channel = await _channel(context, press.channel_id)
    checked = await _check(context, channel)
    await context.toast(context.texts("All is well: posts can go there."))
    await context.show(screens.channel(checked, context.texts))


async def on_make_default(context: Context, press: MakeDefault) -> None:
    async with context.deps.tx() as tx:
        channel = await channels.choose_default(
            tx, owner_id=context.actor.id, channel_id=press.channel_id, wanted=press.wanted
        )
    await context.toast(Toast(screens.default_toast(channel, context.texts).unescape()))
    await context.show(screens.channel(channel, context.texts))


async def on_send_missed(context: Context, press: SendMissed) -> None:
    async with context.deps.tx() as tx:
        sent = await send_all_missed(tx, owner_id=context.actor.id, channel_id=press.channel_id)
    t = context.texts
    await context.toast(t("Going out now.") if sent else t("Nothing waits for that any more."))
    await context.show(screens.missed_settled(t("They go out now.")))


async def on_skip_missed(context: Context, press: SkipMissed) -> None:
    async with context.deps.tx() as tx:
        skipped = await skip_all_missed(tx, owner_id=context.actor.id, channel_id=press.channel_id)
    t = context.texts
    await context.toast(t("Skipped.") if skipped else t("Nothing waits for that any more."))
    await context.show(screens.missed_settled(t("Skipped. You find them under My posts.")))


async def on_disconnect(context: Context, press: Disconnect) -> None:
    """While posts wait for the chat, it is asked what becomes of them."""
    try:
        async with context.deps.tx() as tx:
            channel = await channels.disconnect_channel(tx, owner_id=context.actor.id, channel_id=press.channel_id)
    except channels.PostsWaiting as waiting:
        channel = await _channel(context, press.channel_id)
        await context.show(screens.posts_waiting(channel, int(waiting.params["posts"]), context.texts))
        return
    await context.show(screens.disconnected(channel, context.texts))


async def on_cancel_and_disconnect(context: Context, press: CancelAndDisconnect) -> None:
    async with context.deps.tx() as tx:
        channel, posts = await cancel_and_disconnect(tx, owner_id=context.actor.id, channel_id=press.channel_id)
    await context.show(screens.disconnected(channel, context.texts, cancelled=posts))


async def on_reconnect(context: Context, press: Reconnect) -> None:
    """Back, if there is room, and as it is there now."""
    async with context.deps.tx() as tx:
        channel = await channels.reconnect_channel(tx, owner_id=context.actor.id, channel_id=press.channel_id)
    channel = await _check(context, channel)
    await context.toast(context.texts("Connected again."))
    await context.show(screens.channel(channel, context.texts))


async def _check(context: Context, channel: Channel) -> Channel:
    """Ask Telegram whether posts can go there, and keep what it says. Raises what `verified_chat` does."""
    try:
        seen = await verified_chat(context.bot, channel.chat_id, user_id=context.actor.telegram_id)
    except NotAllowed as refused:
        state = ChannelState(refused.params["state"])
        async with context.deps.tx() as tx:
            noted = await note_trouble(tx, owner_id=context.actor.id, channel_id=channel.id, state=state)
        await context.show(screens.channel(noted or channel, context.texts))
        raise
    async with context.deps.tx() as tx:
        if seen.chat_id != channel.chat_id:
            await follow_migration(tx, from_id=channel.chat_id, to_id=seen.chat_id)
        return await keep_verified(tx, owner_id=context.actor.id, seen=seen)


async def _channel(context: Context, channel_id: ids.ChannelId) -> Channel:
    async with context.deps.read() as session:
        return await channel_of(session, owner_id=context.actor.id, channel_id=channel_id)
