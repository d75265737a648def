"""The list of brands, making one in a short dialogue, changing what it says, the default one, deleting."""

from uuid import UUID

from bot.brands import screens
from bot.brands.actions import (
    AskPart,
    ClearPart,
    DeleteBrand,
    EditBrand,
    NewBrand,
    RestoreBrand,
    ShowBrand,
    ShowBrands,
    SkipPart,
    UseByDefault,
)
from bot.brands.voice_screens import voice_line
from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen, Toast
from core import ids
from core.billing.service import limit_reached
from core.brands import service
from core.brands.members import check_role, members_of
from core.brands.models import Brand
from core.brands.queries import access_of, accesses_of, hashtag_groups, room_for_brands
from core.brands.service import Part, Wanted
from core.brands.voice import style_of
from core.errors import InvalidInput

NAME_PROMPT = "brands.name"
PART_PROMPT = "brands.part"
NEXT = {Part.DESCRIPTION: Part.AUDIENCE}
"""What is asked behind what, while a brand is made."""


def register(router: Router) -> None:
    router.command("brands", on_brands, menu="Brands: your voice, hashtags, signature")
    router.press(ShowBrands, on_show_brands)
    router.press(ShowBrand, on_show_brand)
    router.press(NewBrand, on_new)
    router.prompt(NAME_PROMPT, on_name, about="a new brand")
    router.press(EditBrand, on_edit)
    router.press(AskPart, on_ask_part)
    router.press(SkipPart, on_skip)
    router.press(ClearPart, on_clear)
    router.prompt(PART_PROMPT, on_part, about="what a brand says")
    router.press(UseByDefault, on_default)
    router.press(DeleteBrand, on_delete)
    router.press(RestoreBrand, on_restore)


async def on_brands(context: Context) -> None:
    await context.send(await _list(context))


async def on_show_brands(context: Context, press: ShowBrands) -> None:
    await context.show(await _list(context))


async def on_show_brand(context: Context, press: ShowBrand) -> None:
    await context.show(await brand_card(context, press.brand_id))


async def on_new(context: Context, press: NewBrand) -> None:
    """Whether there is room is said before anything is asked."""
    async with context.deps.read() as session:
        room = await room_for_brands(session, owner_id=context.actor.id, now=context.deps.clock.now())
    if not room.allows(1):
        raise limit_reached(room, asked=1)
    await context.ask(NAME_PROMPT)
    await context.send(screens.ask_name(context.texts))


async def on_name(context: Context, prompt: Prompt) -> None:
    """The brand is there from now on: whatever else is asked can be left out."""
    try:
        async with context.deps.tx() as tx:
            made = await service.create_brand(tx, owner_id=context.actor.id, wanted=Wanted(_typed(context)))
    except InvalidInput:
        await context.ask(prompt.name)
        raise
    await _ask(context, made.brand, Part.DESCRIPTION, first_time=True)


async def on_edit(context: Context, press: EditBrand) -> None:
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
    await context.show(screens.editing(access, context.texts))


async def on_ask_part(context: Context, press: AskPart) -> None:
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
    await _ask(context, access.brand, press.part)


async def on_skip(context: Context, press: SkipPart) -> None:
    """Only the question that waits for this answer is ended: the button may be an old one."""
    waiting = await context.waiting()
    if waiting is not None and waiting.name == PART_PROMPT and waiting.data["part"] == press.part:
        await context.stop_asking()
    async with context.deps.read() as session:
        access = await check_role(session, user_id=context.actor.id, brand_id=press.brand_id)
    await _go_on(context, access.brand, press.part)


async def on_part(context: Context, prompt: Prompt) -> None:
    brand_id, part = ids.BrandId(UUID(prompt.data["brand_id"])), Part(prompt.data["part"])
    try:
        text = _typed(context)
        async with context.deps.tx() as tx:
            access = await service.change_part(tx, user_id=context.actor.id, brand_id=brand_id, part=part, text=text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    if prompt.data["first_time"]:
        await _go_on(context, access.brand, part)
    else:
        await context.send(screens.editing(access, context.texts))


async def on_clear(context: Context, press: ClearPart) -> None:
    await context.stop_asking()
    async with context.deps.tx() as tx:
        access = await service.change_part(
            tx, user_id=context.actor.id, brand_id=press.brand_id, part=press.part, text=""
        )
    await context.show(screens.editing(access, context.texts))


async def on_default(context: Context, press: UseByDefault) -> None:
    async with context.deps.tx() as tx:
        await service.choose_default(tx, user_id=context.actor.id, brand_id=press.brand_id, wanted=press.wanted)
    t = context.texts
    said = t("New texts are in its voice from now on.") if press.wanted else t("New texts are in no brand's voice now.")
    await context.toast(Toast(said.unescape()))
    await context.show(await brand_card(context, press.brand_id))


async def on_delete(context: Context, press: DeleteBrand) -> None:
    """At once, with a way back."""
    async with context.deps.tx() as tx:
        brand = await service.delete_brand(tx, user_id=context.actor.id, brand_id=press.brand_id)
    await context.show(screens.deleted(brand, context.texts))


async def on_restore(context: Context, press: RestoreBrand) -> None:
    async with context.deps.tx() as tx:
        await service.restore_brand(tx, user_id=context.actor.id, brand_id=press.brand_id)
    await context.toast(context.texts("It is back."))
    await context.show(await brand_card(context, press.brand_id))


async def brand_card(context: Context, brand_id: ids.BrandId) -> Screen:
    """One brand. Raises BrandNotFound."""
    async with context.deps.read() as session:
        access = await access_of(session, user_id=context.actor.id, brand_id=brand_id)
        members = await members_of(session, user_id=context.actor.id, brand_id=brand_id)
        groups = await hashtag_groups(session, brand_id=brand_id)
    voice = voice_line(style_of(access.brand), context.texts)
    return screens.brand(access, members=len(members), groups=len(groups), voice=voice, t=context.texts)


async def _list(context: Context) -> Screen:
    async with context.deps.read() as session:
        found = await accesses_of(session, user_id=context.actor.id)
        room = await room_for_brands(session, owner_id=context.actor.id, now=context.deps.clock.now())
    return screens.brands(found, room, context.texts)


async def _ask(context: Context, brand: Brand, part: Part, *, first_time: bool = False) -> None:
    await context.ask(PART_PROMPT, brand_id=str(brand.id), part=part, first_time=first_time)
    await context.send(screens.ask_part(brand, part, context.texts, first_time=first_time))


async def _go_on(context: Context, brand: Brand, part: Part) -> None:
    following = NEXT.get(part)
    if following is not None:
        await _ask(context, brand, following, first_time=True)
    else:
        await context.send(await brand_card(context, brand.id))


def _typed(context: Context) -> str:
    """What the user wrote. Raises InvalidInput for anything that isn't text."""
    if not context.text.strip():
        raise InvalidInput("brands.needs_text")
    return context.text
