"""What came of it: stopping, trying again what failed, what isn't known, and what its owner publishes."""

from contextlib import suppress
from datetime import timedelta

from telegram.error import BadRequest

from bot.context import Context
from bot.podcasts.status_screens import file_name
from bot.publishing.actions import (
    AskAgain,
    DownloadVideo,
    ItIsThere,
    MarkPosted,
    RetryFailed,
    SendAgain,
    Skip,
    Snooze,
    StopPublishing,
)
from bot.publishing.agreeing import unless_unagreed
from bot.publishing.drafting import text_pressed
from bot.publishing.labels import network_label
from bot.publishing.looking import view_of
from bot.publishing.result_screens import download
from bot.router import Router
from bot.screens import Toast
from core.publishing import service
from core.videos.queries import own_video

LINK_LIFE = timedelta(hours=1)


def register(router: Router) -> None:
    router.press(StopPublishing, on_stop)
    router.press(RetryFailed, on_retry)
    router.press(ItIsThere, on_there)
    router.press(SendAgain, on_send_again)
    router.press(AskAgain, on_ask_again)
    router.press(MarkPosted, on_posted)
    router.press(Snooze, on_snooze)
    router.press(Skip, on_skip)
    router.press(DownloadVideo, on_download)


async def on_stop(context: Context, press: StopPublishing) -> None:
    """What can't be taken back any more is named."""
    async with context.deps.tx() as tx:
        done = await service.cancel(tx, owner_id=context.actor.id, video_post_id=press.video_post_id)
    t = context.texts
    if not done.late:
        await context.toast(t("Cancelled."))
        return
    networks = ", ".join(network_label(name) for name in done.late)
    said = t("Cancelled, but for {networks}: there it can't be stopped any more.", networks=networks)
    await context.toast(Toast(said.unescape(), alert=True))


async def on_retry(context: Context, press: RetryFailed) -> None:
    """Only what failed."""
    async with unless_unagreed(context, press.video_post_id), context.deps.tx() as tx:
        await service.retry_failed(
            tx,
            owner_id=context.actor.id,
            video_post_id=press.video_post_id,
            message_id=text_pressed(context),
        )
    await context.toast(context.texts("Trying again."))


async def on_there(context: Context, press: ItIsThere) -> None:
    async with context.deps.tx() as tx:
        await service.confirm_there(tx, owner_id=context.actor.id, publication_id=press.publication_id)
    await context.toast(context.texts("Good: it counts as published."))


async def on_send_again(context: Context, press: SendAgain) -> None:
    """The network is asked first: what it knows isn't sent twice."""
    async with context.deps.tx() as tx:
        await service.send_again(tx, owner_id=context.actor.id, publication_id=press.publication_id)
    await context.toast(context.texts("I look there once more, and send it if it isn't there."))


async def on_ask_again(context: Context, press: AskAgain) -> None:
    async with context.deps.tx() as tx:
        await service.look_again(tx, owner_id=context.actor.id, publication_id=press.publication_id)
    await context.toast(context.texts("I look there once more, and send nothing."))


async def on_posted(context: Context, press: MarkPosted) -> None:
    async with context.deps.tx() as tx:
        await service.mark_posted(tx, owner_id=context.actor.id, publication_id=press.publication_id)
    await context.toast(context.texts("Noted as published."))
    await _settle_file(context)


async def on_snooze(context: Context, press: Snooze) -> None:
    until = context.deps.clock.now() + timedelta(minutes=press.minutes)
    async with context.deps.tx() as tx:
        await service.snooze(tx, owner_id=context.actor.id, publication_id=press.publication_id, until=until)
    t = context.texts
    await context.toast(t.plural("I remind you in {n} minute.", "I remind you in {n} minutes.", press.minutes))
    await _settle_file(context)


async def on_skip(context: Context, press: Skip) -> None:
    async with context.deps.tx() as tx:
        await service.skip(tx, owner_id=context.actor.id, publication_id=press.publication_id)
    await context.toast(context.texts("Skipped."))
    await _settle_file(context)


async def _settle_file(context: Context) -> None:
    """The file that came with the question stays, without the question; a status message follows by itself."""
    if context.pressed is not None and context.pressed.video is not None:
        with suppress(BadRequest):
            await context.bot.edit_message_reply_markup(context.chat_id, context.pressed.message_id)


async def on_download(context: Context, press: DownloadVideo) -> None:
    """A link that anybody can open for an hour."""
    view = await view_of(context, press.publication_id)
    async with context.deps.read() as session:
        video = await own_video(session, video_id=view.video_id, owner_id=context.actor.id)
    ending = video.storage_key.rpartition(".")[2]
    name = f"{file_name(video.name)}.{ending}"
    url = await context.deps.storage.url(video.storage_key, expires_in=LINK_LIFE, filename=name)
    await context.send(download(url, context.texts))
