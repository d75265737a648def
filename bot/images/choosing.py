"""What a picture is to be: the card with choices, from /image or from a draft."""

import asyncio
from dataclasses import replace
from uuid import UUID

from telegram import Message

from bot.actions import actions_under
from bot.context import Context
from bot.images import screens
from bot.images.actions import (
    AskPrompt,
    ChooseColor,
    ChoosePassage,
    ImageForPost,
    NewImage,
    SetImageOption,
    SetPassage,
    ShowImageOptions,
    SignCard,
)
from bot.images.making import make_in_new_message
from bot.posts.drafts import nod
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.billing.queries import Feature, entitlement_of
from core.db import Page, TelegramId
from core.errors import InvalidInput
from core.images import service
from core.images.looks import NO_BRAND, BrandLook, brand_look, look_of
from core.images.models import Image, ImageStatus
from core.images.options import ImageOptions
from core.images.passages import passages
from core.images.queries import image_of, ready_images
from core.images.showing import image_data
from core.languages import detect
from core.pictures.quote import fits
from core.posts.queries import post_of, post_on_card
from core.providers.images import ImageEngine, ImageErrorCode
from core.providers.offline.typesetter import SIZES

NEW_PROMPT, WORDS_PROMPT = "images.new", "images.words"


def register(router: Router) -> None:
    router.command("image", on_image)
    router.press(NewImage, on_new)
    router.press(ImageForPost, on_post)
    router.press(ShowImageOptions, on_options)
    router.press(SetImageOption, on_set)
    router.press(SignCard, on_sign)
    router.press(ChooseColor, on_color)
    router.press(AskPrompt, on_ask)
    router.press(ChoosePassage, on_passages)
    router.press(SetPassage, on_passage)
    router.prompt(NEW_PROMPT, on_words_for_new, about="a new image")
    router.prompt(WORDS_PROMPT, on_other_words, about="other words for the image")
    router.reply(on_reply)


async def on_image(context: Context) -> None:
    """Of the words behind the command, or of the message that it replies to."""
    replied = context.message.reply_to_message if context.message is not None else None
    if context.arguments:
        await _open(context, context.arguments)
    elif replied is not None:
        await _open_from(context, replied)
    else:
        await _start(context)


async def on_new(context: Context, press: NewImage) -> None:
    await _start(context)


async def _start(context: Context) -> None:
    deps = context.deps
    async with deps.read() as session:
        entitlement = await entitlement_of(
            session, owner_id=context.actor.id, feature=Feature.IMAGES, now=deps.clock.now()
        )
        there = await ready_images(session, owner_id=context.actor.id, page=Page(1, 1))
    await context.ask(NEW_PROMPT)
    has_images = there.total > 0
    await context.send(screens.start(list(deps.image_makers), entitlement, context.texts, has_images=has_images))


async def _open_from(context: Context, replied: Message) -> None:
    """A draft's card means the draft."""
    async with context.deps.read() as session:
        shown_in = TelegramId(replied.message_id)
        post = await post_on_card(session, owner_id=context.actor.id, chat_id=context.chat_id, message_id=shown_in)
    if post is not None:
        await on_post(context, ImageForPost(post.id))
    else:
        await _open(context, replied.text or replied.caption or "")


async def on_words_for_new(context: Context, prompt: Prompt) -> bool:
    """Anything but words is no answer."""
    if not context.text.strip():
        return False
    try:
        await _open(context, context.text)
    except InvalidInput:
        await context.ask(prompt.name)
        raise
    return True


async def _open(context: Context, material: str) -> None:
    service.checked_prompt(material)
    language = (await asyncio.to_thread(detect, material, expected=context.actor.language)).code
    await _opened(context, material, language)


async def on_post(context: Context, press: ImageForPost) -> None:
    """Below the draft, which stays."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    await _opened(context, f"{post.title}\n{post.text}".strip(), post.language, post_id=post.id)


async def _opened(context: Context, material: str, language: str, *, post_id: ids.PostId | None = None) -> None:
    async with context.deps.tx() as tx:
        image = await service.open_image(
            tx,
            owner_id=context.actor.id,
            material=material,
            language=language,
            engines=list(context.deps.image_makers),
            post_id=post_id,
        )
    await context.send(await card_of(context, image))


async def on_options(context: Context, press: ShowImageOptions) -> None:
    """Of a picture that is made, below it: its next one is chosen for."""
    async with context.deps.tx() as tx:
        image = await service.reopen_image(tx, owner_id=context.actor.id, image_id=press.image_id)
    await _show(context, image, instead=image.id == press.image_id)


async def on_set(context: Context, press: SetImageOption) -> None:
    image = await _image(context, press.image_id)
    options = ImageOptions.from_json(service.options_of(image).to_json() | {str(press.choice): press.value})
    if options.engine not in context.deps.image_makers:
        raise InvalidInput(ImageErrorCode.NOT_THERE)
    await _change(context, image, options)


async def on_sign(context: Context, press: SignCard) -> None:
    image = await _image(context, press.image_id)
    await _change(context, image, replace(service.options_of(image), signed=press.on))


async def _change(context: Context, image: Image, options: ImageOptions) -> None:
    async with context.deps.tx() as tx:
        changed = await service.change_options(tx, owner_id=context.actor.id, image_id=image.id, options=options)
    await _show(context, changed, instead=changed.id == image.id)


async def on_color(context: Context, press: ChooseColor) -> None:
    image = await _image(context, press.image_id)
    await context.show(screens.colors(_data(context, image), await _beside(context, image), context.texts))


async def on_ask(context: Context, press: AskPrompt) -> None:
    """The next message has the words."""
    image = await _image(context, press.image_id)
    message_id = context.place.message_id if image.status != ImageStatus.READY else None
    await context.ask(WORDS_PROMPT, image_id=str(image.id), message_id=message_id)
    await context.send(screens.ask_words(_data(context, image), context.texts))


async def on_other_words(context: Context, prompt: Prompt) -> bool:
    """Anything but words is no answer."""
    if not context.text.strip():
        return False
    try:
        await _say(context, ids.ImageId(UUID(prompt.data["image_id"])), prompt.data["message_id"])
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    return True


async def on_reply(context: Context, replied: Message) -> bool:
    """A reply to a picture or its card has other words for it."""
    found = (getattr(action, "image_id", None) for action in actions_under(replied))
    image_id = next((each for each in found if each is not None), None)
    if image_id is None:
        return False
    await _say(context, image_id, replied.message_id)
    return True


async def _say(context: Context, image_id: ids.ImageId, message_id: int | None) -> None:
    """Of what is made, another one is made at once; else the card shows the words, and waits."""
    prompt = service.checked_prompt(context.text)
    image = await _image(context, image_id)
    if image.status == ImageStatus.READY:
        await make_in_new_message(context, image.id, prompt=prompt)
        return
    async with context.deps.tx() as tx:
        changed = await service.change_prompt(tx, owner_id=context.actor.id, image_id=image.id, prompt=prompt)
    card = await card_of(context, changed)
    if message_id is None:
        await context.send(card)
    else:
        await context.change(message_id, card)
        await nod(context)


async def on_passages(context: Context, press: ChoosePassage) -> None:
    image = await _image(context, press.image_id)
    found = await asyncio.to_thread(passages, image.material, image.language)
    if not found:
        raise InvalidInput("images.no_passages")
    await context.show(screens.passages(_data(context, image), found, context.texts))


async def on_passage(context: Context, press: SetPassage) -> None:
    image = await _image(context, press.image_id)
    found = await asyncio.to_thread(passages, image.material, image.language)
    if not 0 <= press.number < len(found):
        raise InvalidInput("images.no_passages")
    async with context.deps.tx() as tx:
        changed = await service.change_prompt(
            tx, owner_id=context.actor.id, image_id=image.id, prompt=found[press.number]
        )
    await _show(context, changed, instead=changed.id == image.id)


async def _show(context: Context, image: Image, *, instead: bool) -> None:
    """In place of what was pressed, unless that is a picture."""
    card = await card_of(context, image)
    if instead:
        await context.show(card)
    else:
        await context.send(card)


async def card_of(context: Context, image: Image) -> Screen:
    """The card with choices."""
    return screens.choosing(_data(context, image), await _beside(context, image), context.texts)


async def _beside(context: Context, image: Image) -> screens.Card:
    deps, typeset = context.deps, service.options_of(image).engine is ImageEngine.TYPESET
    async with deps.read() as session:
        now = deps.clock.now()
        entitlement = await entitlement_of(session, owner_id=context.actor.id, feature=Feature.IMAGES, now=now)
        brand = await brand_look(session, image) if typeset else NO_BRAND
    other, too_long = await _read(context, image, brand) if typeset else (False, False)
    return screens.Card(
        engines=list(deps.image_makers),
        entitlement=entitlement,
        brand_name=brand.name,
        brand_has_colors=bool(brand.colors),
        passages=other,
        too_long=too_long,
    )


async def _read(context: Context, image: Image, brand: BrandLook) -> tuple[bool, bool]:
    """Whether there are other sentences, and whether the words have no room."""
    options = service.options_of(image)
    look = await look_of(options, brand, context.deps.storage)
    size = SIZES[options.aspect]

    def read() -> tuple[bool, bool]:
        found = passages(image.material, image.language)
        return any(each != image.prompt for each in found), not fits(image.prompt, look, size)

    return await asyncio.to_thread(read)


def _data(context: Context, image: Image) -> dict[str, object]:
    return image_data(image, language=context.actor.language)


async def _image(context: Context, image_id: ids.ImageId) -> Image:
    async with context.deps.read() as session:
        return await image_of(session, owner_id=context.actor.id, image_id=image_id)
