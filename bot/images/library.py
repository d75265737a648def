"""What becomes of a picture: onto a draft, into a file, away; and the list of all."""

from dataclasses import replace

from telegram.error import BadRequest

from bot.context import Context
from bot.images import status_screens as screens
from bot.images.actions import (
    AttachImage,
    ChoosePost,
    DeleteImage,
    ListImages,
    PostFromImage,
    RestoreImage,
    SaveImageFile,
    ShowImage,
)
from bot.posts.drafts import send_card
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.db import Page
from core.errors import Conflict
from core.images import service
from core.images.models import Image
from core.images.queries import image_of, ready_images
from core.images.showing import result_data
from core.posts.details import takes_media
from core.posts.models import PostStatus
from core.posts.queries import PostFilter, posts
from core.storage import StoredFileNotFound
from core.telegram.content import Content, Media, MediaKind, TextFormat

PAGE_SIZE = 6
FILE_NAME = "image"


def register(router: Router) -> None:
    router.press(ChoosePost, on_choose_post)
    router.press(AttachImage, on_attach)
    router.press(PostFromImage, on_new_post)
    router.press(SaveImageFile, on_file)
    router.press(DeleteImage, on_delete)
    router.press(RestoreImage, on_restore)
    router.press(ListImages, on_list)
    router.press(ShowImage, on_show)


async def on_choose_post(context: Context, press: ChoosePost) -> None:
    """Below the picture, which stays; a page in place of the last one."""
    image = await _image(context, press.image_id)
    async with context.deps.read() as session:
        drafts = await posts(
            session,
            owner_id=context.actor.id,
            page=Page(press.page, PAGE_SIZE),
            chosen=PostFilter(status=PostStatus.DRAFT),
        )
    fitting = replace(drafts, items=[post for post in drafts.items if takes_media(post)])
    await _beside(context, screens.choose_post(image.id, fitting, context.texts))


async def on_attach(context: Context, press: AttachImage) -> None:
    """The draft's card comes below, with its picture."""
    async with context.deps.tx() as tx:
        post = await service.attach_image(tx, owner_id=context.actor.id, image_id=press.image_id, post_id=press.post_id)
    await context.toast(context.texts("It goes with the draft now."))
    await send_card(context, post)


async def on_new_post(context: Context, press: PostFromImage) -> None:
    async with context.deps.tx() as tx:
        post = await service.post_of_image(
            tx, owner_id=context.actor.id, image_id=press.image_id, language=context.actor.language
        )
    await send_card(context, post)


async def on_file(context: Context, press: SaveImageFile) -> None:
    """As it was made: Telegram shrinks photos, and no files."""
    image = await _image(context, press.image_id)
    key = service.medium_of(image).storage_key or ""
    ending = key.rpartition(".")[2]
    file = Media(kind=MediaKind.DOCUMENT, storage_key=key, filename=f"{FILE_NAME}.{ending}")
    text = str(screens.as_file(context.texts))
    await _send(context, Content(text=text, format=TextFormat.HTML, media=(file,)))


async def on_delete(context: Context, press: DeleteImage) -> None:
    """At once, with a way back. Pressed again, it says the same."""
    async with context.deps.tx() as tx:
        image = await service.delete_image(tx, owner_id=context.actor.id, image_id=press.image_id)
    await _beside(context, screens.deleted(image, context.texts))


async def on_restore(context: Context, press: RestoreImage) -> None:
    async with context.deps.tx() as tx:
        await service.restore_image(tx, owner_id=context.actor.id, image_id=press.image_id)
    await context.toast(context.texts("It is back."))
    await on_list(context, ListImages(1))


async def on_list(context: Context, press: ListImages) -> None:
    async with context.deps.read() as session:
        found = await ready_images(session, owner_id=context.actor.id, page=Page(press.page, PAGE_SIZE))
    await _beside(context, screens.listed(found, context.texts))


async def on_show(context: Context, press: ShowImage) -> None:
    image = await _image(context, press.image_id)
    service.medium_of(image)
    async with context.deps.read() as session:
        data = await result_data(session, image, language=context.actor.language)
    await _send(context, screens.result(data, context.texts).to_content())


async def _send(context: Context, content: Content) -> None:
    try:
        await context.send_content(content)
    except StoredFileNotFound as exc:
        raise Conflict("images.file_gone") from exc
    except BadRequest as exc:
        raise Conflict("images.not_taken", detail=exc.message) from exc


async def _beside(context: Context, screen: Screen) -> None:
    """In place of what was pressed, unless that is a picture: that stays."""
    pressed = context.pressed
    if pressed is not None and (pressed.photo or pressed.document):
        await context.send(screen)
    else:
        await context.show(screen)


async def _image(context: Context, image_id: ids.ImageId) -> Image:
    async with context.deps.read() as session:
        return await image_of(session, owner_id=context.actor.id, image_id=image_id)
