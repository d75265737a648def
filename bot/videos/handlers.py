"""/videos: the list, one of them, and the ways by which a video gets here."""

from telegram import Message
from telegram.error import BadRequest

from bot.context import Context
from bot.prompts import Prompt
from bot.received import medium_of
from bot.router import Router
from bot.screens import Screen
from bot.videos import screens
from bot.videos.actions import (
    AddVideo,
    AskVideoName,
    CheckAgain,
    DeleteVideo,
    ListVideos,
    OpenUploadPage,
    ShowOwnVideo,
    ShowUploadPage,
    StopVideo,
    TakeVideo,
    UndeleteVideo,
)
from core import ids
from core.db import Page
from core.errors import InvalidInput
from core.posts.writing import Place
from core.publishing.queries import is_video_in_use
from core.sources.service import source_of
from core.storage import StoredFileNotFound
from core.telegram.content import Media
from core.telegram.files import TOO_BIG
from core.videos import service, uploads
from core.videos.links import build_upload_links
from core.videos.models import OwnVideo
from core.videos.queries import own_video, own_videos
from core.videos.taking import video_among

VIDEO_PROMPT = "videos.video"
NAME_PROMPT = "videos.name"
PAGE_SIZE = 6


def register(router: Router) -> None:
    router.command("videos", on_videos)
    router.press(ListVideos, on_list)
    router.press(ShowOwnVideo, on_show)
    router.press(AddVideo, on_add)
    router.prompt(VIDEO_PROMPT, on_video, about="adding a video")
    router.press(TakeVideo, on_take)
    router.press(OpenUploadPage, on_open_page)
    router.press(ShowUploadPage, on_show_page)
    router.press(StopVideo, on_stop)
    router.press(CheckAgain, on_check_again)
    router.press(AskVideoName, on_ask_name)
    router.prompt(NAME_PROMPT, on_name, about="renaming a video")
    router.press(DeleteVideo, on_delete)
    router.press(UndeleteVideo, on_undelete)


async def on_videos(context: Context) -> None:
    await context.send(await _shelf(context, 1))


async def on_list(context: Context, press: ListVideos) -> None:
    await context.show(await _shelf(context, press.page))


async def _shelf(context: Context, page: int) -> Screen:
    async with context.deps.read() as session:
        found = await own_videos(session, owner_id=context.actor.id, page=Page(page, PAGE_SIZE))
    return screens.shelf(found, context.texts)


async def on_show(context: Context, press: ShowOwnVideo) -> None:
    await context.show(await _one(context, await _video(context, press.video_id)))


async def _one(context: Context, video: OwnVideo) -> Screen:
    """With its picture, if that can be had."""
    picture = None
    if video.thumbnail_key is not None:
        try:
            picture = b"".join([piece async for piece in context.deps.storage.read(video.thumbnail_key)])
        except StoredFileNotFound:
            picture = None
    now = context.deps.clock.now()
    return screens.one(video, context.texts, time_zone=context.actor.time_zone, now=now, picture=picture)


async def on_add(context: Context, press: AddVideo) -> None:
    await context.ask(VIDEO_PROMPT)
    await context.show(screens.add_video(context.texts))


async def on_video(context: Context, prompt: Prompt) -> bool:
    """Anything but a video is no answer, and goes the way of all messages."""
    message = context.message
    medium = video_among([medium_of(message)]) if message is not None else None
    if medium is None or context.album is not None:
        return False
    await _take(context, medium, reply_to=message)
    return True


async def on_take(context: Context, press: TakeVideo) -> None:
    async with context.deps.read() as session:
        source = await source_of(session, owner_id=context.actor.id, source_id=press.source_id)
    medium = video_among([Media.model_validate(each) for each in source.media])
    if medium is None:
        raise InvalidInput("videos.not_a_video")
    await _take(context, medium, reply_to=None)


async def _take(context: Context, medium: Media, *, reply_to: Message | None) -> None:
    """What Telegram gives is fetched by a job; its progress stands in a message of its own."""
    try:
        file = await context.bot.get_file(medium.file_id or "")
    except BadRequest as error:
        if TOO_BIG not in error.message.lower():
            raise InvalidInput("telegram.file_gone") from error
        await context.send(screens.too_big_for_chat(context.texts))
        return
    size_bytes = file.file_size or 0
    if size_bytes > service.MESSAGE_LIMIT_BYTES:
        raise InvalidInput("telegram.file_too_big", limit_bytes=service.MESSAGE_LIMIT_BYTES)
    name = service.clean_name(medium.filename)
    begun = screens.checking({"video_id": str(ids.new()), "name": name, "step": "queued", "percent": 0}, context.texts)
    message_id = await context.send(Screen(begun.text), reply_to=reply_to.message_id if reply_to is not None else None)
    async with context.deps.tx() as tx:
        await service.take_message(
            tx,
            owner_id=context.actor.id,
            file_id=medium.file_id or "",
            name=name,
            size_bytes=size_bytes,
            place=Place(context.chat_id, message_id, context.actor.language),
        )


async def on_open_page(context: Context, press: OpenUploadPage) -> None:
    await context.stop_asking()
    async with context.deps.tx() as tx:
        upload = await uploads.open_upload(tx, owner_id=context.actor.id, place=context.place)
    await _show_page(context, upload.id)


async def on_show_page(context: Context, press: ShowUploadPage) -> None:
    async with context.deps.tx() as tx:
        await uploads.open_upload_of(tx, owner_id=context.actor.id, upload_id=press.upload_id)
    await _show_page(context, press.upload_id)


async def _show_page(context: Context, upload_id: ids.UploadId) -> None:
    link = build_upload_links(context.deps.settings).page(owner_id=context.actor.id, upload_id=upload_id)
    await context.show(screens.upload_page(upload_id, link, context.texts))


async def on_stop(context: Context, press: StopVideo) -> None:
    """Whether it is still on its way or being looked at. Pressed again, it says so."""
    owner_id = context.actor.id
    async with context.deps.tx() as tx:
        stopped = await service.cancel_check(tx, owner_id=owner_id, video_id=press.video_id, place=context.place)
        if not stopped:
            try:
                stopped = await uploads.cancel_upload(tx, owner_id=owner_id, upload_id=ids.UploadId(press.video_id))
            except uploads.UploadNotFound:
                stopped = False
    if not stopped:
        await context.toast(context.texts("There is nothing to cancel any more."))


async def on_check_again(context: Context, press: CheckAgain) -> None:
    async with context.deps.tx() as tx:
        await service.check_again(tx, owner_id=context.actor.id, video_id=press.video_id, place=context.place)


async def on_ask_name(context: Context, press: AskVideoName) -> None:
    video = await _video(context, press.video_id)
    await context.ask(NAME_PROMPT, video_id=ids.short(video.id))
    await context.send(screens.ask_name(video, context.texts))


async def on_name(context: Context, prompt: Prompt) -> None:
    video_id = ids.OwnVideoId(ids.parse_short(prompt.data["video_id"]))
    try:
        async with context.deps.tx() as tx:
            video = await service.rename_video(tx, owner_id=context.actor.id, video_id=video_id, name=context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(screens.renamed(video, context.texts))


async def on_delete(context: Context, press: DeleteVideo) -> None:
    """At once, with a way back; asked before only when something needs it. Pressed again, it says the same."""
    owner_id = context.actor.id
    if not press.sure:
        async with context.deps.read() as session:
            in_use = await is_video_in_use(session, owner_id=owner_id, video_id=press.video_id)
        if in_use:
            await context.show(screens.ask_delete(await _video(context, press.video_id), context.texts))
            return
    async with context.deps.tx() as tx:
        video = await service.delete_video(tx, owner_id=owner_id, video_id=press.video_id)
    await context.show(screens.deleted(video, context.texts, days=service.UNDO_WITHIN))


async def on_undelete(context: Context, press: UndeleteVideo) -> None:
    async with context.deps.tx() as tx:
        video = await service.undelete_video(tx, owner_id=context.actor.id, video_id=press.video_id)
    await context.toast(context.texts("It is back."))
    await context.show(await _one(context, video))


async def _video(context: Context, video_id: ids.OwnVideoId) -> OwnVideo:
    async with context.deps.read() as session:
        return await own_video(session, video_id=video_id, owner_id=context.actor.id)
