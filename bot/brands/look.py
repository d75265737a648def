"""A brand's colours and logo, with a card that shows them."""

import asyncio
from uuid import UUID

from telegram import Message

from bot.brands import look_screens as screens
from bot.brands.look_actions import AskColors, AskLogo, ClearColors, ClearLogo, ShowLook
from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.brands import look
from core.brands.members import check_role
from core.brands.queries import Access, access_of
from core.errors import InvalidInput
from core.images.looks import brand_look_of, look_of
from core.images.options import ImageOptions
from core.pictures.quote import draw_quote
from core.storage.keys import new_key

COLORS_PROMPT, LOGO_PROMPT = "brands.colors", "brands.logo"
SAMPLE = (1080, 1080)


def register(router: Router) -> None:
    router.press(ShowLook, on_show)
    router.press(AskColors, on_ask_colors)
    router.press(ClearColors, on_clear_colors)
    router.press(AskLogo, on_ask_logo)
    router.press(ClearLogo, on_clear_logo)
    router.prompt(COLORS_PROMPT, on_colors, about="a brand's colours")
    router.prompt(LOGO_PROMPT, on_logo, about="a brand's logo")


async def on_show(context: Context, press: ShowLook) -> None:
    async with context.deps.read() as session:
        access = await access_of(session, user_id=context.actor.id, brand_id=press.brand_id)
    await context.show(await _screen(context, access))


async def on_ask_colors(context: Context, press: AskColors) -> None:
    await _check(context, press.brand_id)
    await context.ask(COLORS_PROMPT, brand_id=str(press.brand_id))
    await context.send(screens.ask_colors(context.texts))


async def on_colors(context: Context, prompt: Prompt) -> bool:
    """Anything but words is no answer."""
    if not context.text.strip():
        return False
    try:
        colors = look.colors_in(context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(await _recolored(context, ids.BrandId(UUID(prompt.data["brand_id"])), colors))
    return True


async def on_clear_colors(context: Context, press: ClearColors) -> None:
    await context.show(await _recolored(context, press.brand_id, []))


async def _recolored(context: Context, brand_id: ids.BrandId, colors: list[str]) -> Screen:
    async with context.deps.tx() as tx:
        access = await look.set_colors(tx, user_id=context.actor.id, brand_id=brand_id, colors=colors)
    return await _screen(context, access)


async def on_ask_logo(context: Context, press: AskLogo) -> None:
    await _check(context, press.brand_id)
    await context.ask(LOGO_PROMPT, brand_id=str(press.brand_id))
    await context.send(screens.ask_logo(context.texts))


async def on_logo(context: Context, prompt: Prompt) -> bool:
    """A photo, or a picture sent as a file. Words are no answer."""
    message = context.message
    if message is None or not (message.photo or message.document):
        return False
    brand_id = ids.BrandId(UUID(prompt.data["brand_id"]))
    access = await _check(context, brand_id)
    try:
        png = await asyncio.to_thread(look.logo_png, await _fetched(message))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    key = new_key(access.brand.owner_id, look.LOGOS, "png")
    await context.deps.storage.put(key, png)
    async with context.deps.tx() as tx:
        access = await look.set_logo(tx, user_id=context.actor.id, brand_id=brand_id, key=key)
    await context.send(await _screen(context, access))
    return True


async def _fetched(message: Message) -> bytes:
    """Downloads only what isn't too big."""
    sent = message.photo[-1] if message.photo else message.document
    if sent is None or (sent.file_size or 0) > look.LOGO_BYTES:
        raise InvalidInput("brands.logo_too_big", limit_mb=look.LOGO_BYTES // 1_000_000)
    return bytes(await (await sent.get_file()).download_as_bytearray())


async def on_clear_logo(context: Context, press: ClearLogo) -> None:
    async with context.deps.tx() as tx:
        access = await look.set_logo(tx, user_id=context.actor.id, brand_id=press.brand_id, key=None)
    await context.show(await _screen(context, access))


async def _check(context: Context, brand_id: ids.BrandId) -> Access:
    async with context.deps.read() as session:
        return await check_role(session, user_id=context.actor.id, brand_id=brand_id)


async def _screen(context: Context, access: Access) -> Screen:
    """With a card as the brand's cards look."""
    wanted = await look_of(ImageOptions(), brand_look_of(access.brand), context.deps.storage)
    words = str(screens.sample(access.brand.name, context.texts).unescape())
    card = await asyncio.to_thread(draw_quote, words, wanted, SAMPLE)
    return screens.look(access, card.png, context.texts)
