"""From a source to drafts: the options card and Generate."""

from collections.abc import Callable
from dataclasses import replace

from bot.context import Context
from bot.posts import options_screens as screens
from bot.posts.actions import (
    ChooseBrand,
    ChooseLanguage,
    Generate,
    SetBrand,
    SetLanguage,
    SetStyle,
    SetVariants,
    ShowDrafts,
    ShowOptions,
    StopWriting,
    TogglePlatform,
    WritePosts,
)
from bot.posts.drafts import send_card
from bot.posts.labels import OUTPUT_LANGUAGES
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.accounts.service import user_of
from core.billing.queries import Feature, entitlement_of
from core.brands.choosing import chosen_brand, preset_brand, writable_brands
from core.limits import GENERATIONS, hit
from core.posts import writing
from core.posts.models import Batch
from core.posts.options import NO_BRAND, SOURCE_LANGUAGE, WritingOptions
from core.posts.platforms import Platform
from core.posts.queries import BatchNotFound, batch_of, posts_of_batch
from core.providers.text import Ability
from core.sources.service import source_of
from core.tx import Tx


def register(router: Router) -> None:
    router.press(WritePosts, on_write_posts)
    router.press(ShowOptions, on_show_options)
    router.press(TogglePlatform, on_platform)
    router.press(SetVariants, on_variants)
    router.press(SetStyle, on_style)
    router.press(ChooseLanguage, on_choose_language)
    router.press(SetLanguage, on_language)
    router.press(ChooseBrand, on_choose_brand)
    router.press(SetBrand, on_brand)
    router.press(Generate, on_generate)
    router.press(StopWriting, on_stop)
    router.press(ShowDrafts, on_show_drafts)


async def on_write_posts(context: Context, press: WritePosts) -> None:
    """A fresh card, with the user's last choices."""
    async with context.deps.tx() as tx:
        user = await user_of(tx.session, context.actor.id)
        platforms = tuple(Platform(name) for name in user.platforms)
        options = WritingOptions.from_json(user.writing_options, default_platforms=platforms)
        batch = await writing.open_batch(tx, owner_id=user.id, source_id=press.source_id, options=options)
        screen = await _options_card(context, tx, batch)
    await context.show(screen)


async def on_show_options(context: Context, press: ShowOptions) -> None:
    """Back to the choices. What was written already stays: then the choices are for a new batch."""
    async with context.deps.tx() as tx:
        batch = await writing.reopen_batch(tx, owner_id=context.actor.id, batch_id=press.batch_id)
        screen = await _options_card(context, tx, batch)
    await context.show(screen)


async def on_platform(context: Context, press: TogglePlatform) -> None:
    await _change(context, press.batch_id, lambda options: options.toggled(press.platform))


async def on_variants(context: Context, press: SetVariants) -> None:
    await _change(context, press.batch_id, lambda options: options.with_variants(press.variants))


async def on_style(context: Context, press: SetStyle) -> None:
    await _change(context, press.batch_id, lambda options: replace(options, style=press.style))


async def on_language(context: Context, press: SetLanguage) -> None:
    language = press.language or SOURCE_LANGUAGE
    await _change(context, press.batch_id, lambda options: replace(options, language=language))


async def on_choose_language(context: Context, press: ChooseLanguage) -> None:
    async with context.deps.read() as session:
        batch = await batch_of(session, owner_id=context.actor.id, batch_id=press.batch_id)
        source = await source_of(session, owner_id=context.actor.id, source_id=batch.source_id)
    await context.show(
        screens.choose_language(
            batch_id=batch.id,
            chosen=writing.options_of(batch).language,
            source_language=source.language,
            languages=OUTPUT_LANGUAGES,
            t=context.texts,
        )
    )


async def on_choose_brand(context: Context, press: ChooseBrand) -> None:
    async with context.deps.read() as session:
        batch = await batch_of(session, owner_id=context.actor.id, batch_id=press.batch_id)
        chosen = await preset_brand(session, user_id=context.actor.id, choice=writing.options_of(batch).brand)
        found = await writable_brands(session, user_id=context.actor.id)
    await context.show(screens.choose_brand(batch_id=batch.id, brands=found, chosen=chosen, t=context.texts))


async def on_brand(context: Context, press: SetBrand) -> None:
    choice = str(press.brand_id) if press.brand_id is not None else NO_BRAND
    async with context.deps.read() as session:
        await chosen_brand(session, user_id=context.actor.id, choice=choice)
    await _change(context, press.batch_id, lambda options: replace(options, brand=choice))


async def on_generate(context: Context, press: Generate) -> None:
    """Start writing. The message shows how it goes; a second press changes nothing."""
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await writing.request_posts(tx, owner_id=context.actor.id, batch_id=press.batch_id, place=context.place)


async def on_stop(context: Context, press: StopWriting) -> None:
    async with context.deps.tx() as tx:
        await writing.cancel_writing(tx, owner_id=context.actor.id, batch_id=press.batch_id, place=context.place)
    await context.toast(context.texts("Stopping…"))


async def on_show_drafts(context: Context, press: ShowDrafts) -> None:
    async with context.deps.read() as session:
        posts = await posts_of_batch(session, owner_id=context.actor.id, batch_id=press.batch_id)
    if not posts:
        raise BatchNotFound(batch_id=str(press.batch_id))
    await send_card(context, posts[0])


async def _change(context: Context, batch_id: ids.BatchId, change: Callable[[WritingOptions], WritingOptions]) -> None:
    async with context.deps.tx() as tx:
        batch = await batch_of(tx.session, owner_id=context.actor.id, batch_id=batch_id, lock=True)
        options = change(writing.options_of(batch))
        batch = await writing.change_options(tx, owner_id=context.actor.id, batch_id=batch_id, options=options)
        screen = await _options_card(context, tx, batch)
    await context.show(screen)


async def _options_card(context: Context, tx: Tx, batch: Batch) -> Screen:
    source = await source_of(tx.session, owner_id=context.actor.id, source_id=batch.source_id)
    entitlement = await entitlement_of(tx.session, owner_id=context.actor.id, feature=Feature.POSTS, now=tx.now)
    has_brands = bool(await writable_brands(tx.session, user_id=context.actor.id))
    brand = await preset_brand(tx.session, user_id=context.actor.id, choice=writing.options_of(batch).brand)
    return screens.options_card(
        batch_id=batch.id,
        source_title=source.title,
        source_language=source.language,
        options=writing.options_of(batch),
        entitlement=entitlement,
        brand=brand,
        has_brands=has_brands,
        can_translate=Ability.TRANSLATE in context.deps.writer.abilities,
        t=context.texts,
    )
