"""From a source to a podcast's start: the options card and what is chosen on it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.context import Context
from bot.podcasts import options_screens as screens
from bot.podcasts.actions import (
    AskFocus,
    ChoosePodcastBrand,
    ChoosePodcastLanguage,
    ChooseProvider,
    ChooseSources,
    ChooseVoice,
    ClearFocus,
    HearVoice,
    NewPodcast,
    SetFormat,
    SetLength,
    SetPodcastBrand,
    SetPodcastLanguage,
    SetProvider,
    SetVoice,
    ShowPodcastOptions,
    StartPodcast,
    StraightToAudio,
    ToggleSource,
    WriteScript,
)
from bot.podcasts.samples import send_sample
from bot.podcasts.script import script_screen
from bot.podcasts.voices import check_voices, voice_at
from bot.posts.labels import OUTPUT_LANGUAGES
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.brands.choosing import chosen_brand, preset_brand, writable_brands
from core.db import Page, ReadSession
from core.errors import InvalidInput
from core.limits import GENERATIONS, hit
from core.podcasts import service
from core.podcasts.models import Podcast
from core.podcasts.options import ChosenVoice, PodcastOptions, preset, spoken_language
from core.podcasts.queries import last_options, material_of, options_of, podcast_of
from core.podcasts.quotes import filled_minutes, quote_of
from core.podcasts.script import Speaker
from core.posts.options import NO_BRAND
from core.providers.speech import Engine, Voice
from core.sources.queries import recent_sources
from core.sources.service import source_of

FOCUS_PROMPT = "podcasts.focus"
SOURCES_A_PAGE = 6


def register(router: Router) -> None:
    router.command("podcast", on_podcast, menu="A podcast from your notes")
    router.press(StartPodcast, on_start)
    router.press(NewPodcast, on_new)
    router.press(ShowPodcastOptions, on_show)
    router.press(SetLength, on_length)
    router.press(SetFormat, on_format)
    router.press(ChooseVoice, on_choose_voice)
    router.press(SetVoice, on_voice)
    router.press(HearVoice, on_hear)
    router.press(ChooseProvider, on_choose_provider)
    router.press(SetProvider, on_provider)
    router.press(ChoosePodcastLanguage, on_choose_language)
    router.press(SetPodcastLanguage, on_language)
    router.press(ChoosePodcastBrand, on_choose_brand)
    router.press(SetPodcastBrand, on_brand)
    router.press(AskFocus, on_ask_focus)
    router.press(ClearFocus, on_clear_focus)
    router.prompt(FOCUS_PROMPT, on_focus, about="what the podcast is about")
    router.press(ChooseSources, on_choose_sources)
    router.press(ToggleSource, on_toggle_source)
    router.press(WriteScript, on_write)
    router.press(StraightToAudio, on_straight)


async def on_podcast(context: Context) -> None:
    """From what was sent last; others can be taken in on the card."""
    async with context.deps.read() as session:
        page = await recent_sources(session, owner_id=context.actor.id, page=Page(1, 1))
    if not page.items:
        await context.send(screens.nothing_to_talk_about(context.texts))
        return
    await context.send(await _opened(context, page.items[0].id))


async def on_start(context: Context, press: StartPodcast) -> None:
    await on_podcast(context)


async def on_new(context: Context, press: NewPodcast) -> None:
    """A fresh card, with the user's last choices."""
    await context.show(await _opened(context, press.source_id))


async def show_together(context: Context, source_ids: Sequence[ids.SourceId]) -> None:
    """A card for a podcast from several sources, in place of the pressed message."""
    await context.show(await _opened(context, *source_ids))


async def _opened(context: Context, *source_ids: ids.SourceId) -> Screen:
    async with context.deps.read() as session:
        source = await source_of(session, owner_id=context.actor.id, source_id=source_ids[0])
        earlier = await last_options(session, owner_id=context.actor.id)
    options = await _preset(context, earlier, source.language)
    async with context.deps.tx() as tx:
        podcast = await service.open_podcast(tx, owner_id=context.actor.id, source_ids=[*source_ids], options=options)
        return await _card(context, tx.session, podcast)


async def _preset(context: Context, earlier: PodcastOptions | None, language: str) -> PodcastOptions:
    """The provider chosen last while it is there and speaks the language, else the first that does."""
    speakers = context.deps.speakers
    order = [earlier.provider] if earlier is not None and earlier.provider in speakers else []
    order += [engine for engine in speakers if engine not in order]
    for engine in order:
        voices = await _voices(context, engine, language)
        if len(voices) >= 2:
            return preset(engine, voices, earlier=earlier, language=language)
    raise InvalidInput("podcasts.no_voices", language=language)


async def _voices(context: Context, engine: Engine, language: str) -> Sequence[Voice]:
    speaker = context.deps.speakers.get(engine)
    if speaker is None:
        raise InvalidInput("podcasts.provider_gone", provider=str(engine))
    return await speaker.voices(spoken_language(language))


async def on_show(context: Context, press: ShowPodcastOptions) -> None:
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
        card = await _card(context, session, podcast)
    await context.show(card)


async def on_length(context: Context, press: SetLength) -> None:
    await _change(context, press.podcast_id, lambda options: replace(options, length=press.length))


async def on_format(context: Context, press: SetFormat) -> None:
    await _change(context, press.podcast_id, lambda options: replace(options, format=press.format))


async def on_choose_voice(context: Context, press: ChooseVoice) -> None:
    """Where the provider is gone, another one has to be chosen first."""
    async with context.deps.read() as session:
        chosen = options_of(await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id))
    if chosen.provider not in context.deps.speakers:
        await on_choose_provider(context, ChooseProvider(press.podcast_id))
        return
    podcast, voices = await _podcast_and_voices(context, press.podcast_id)
    options = options_of(podcast)
    await context.show(screens.choose_voice(podcast.id, options, press.role, voices, press.page, context.texts))


async def on_voice(context: Context, press: SetVoice) -> None:
    """Whoever has this voice already gets the other's: the two must differ."""
    _, voices = await _podcast_and_voices(context, press.podcast_id)
    voice = voice_at(voices, press.place, press.name_hash)
    chosen = ChosenVoice(voice.id, voice.name)

    def change(options: PodcastOptions) -> PodcastOptions:
        mine, other = (options.host, options.guest) if press.role is Speaker.HOST else (options.guest, options.host)
        other = mine if other.id == chosen.id else other
        host, guest = (chosen, other) if press.role is Speaker.HOST else (other, chosen)
        return replace(options, host=host, guest=guest)

    await _change(context, press.podcast_id, change)


async def on_hear(context: Context, press: HearVoice) -> None:
    podcast, voices = await _podcast_and_voices(context, press.podcast_id)
    voice = voice_at(voices, press.place, press.name_hash)
    async with context.deps.read() as session:
        language = await service.language_of(session, podcast)
    await send_sample(context, options_of(podcast).provider, voice, language)


async def on_choose_provider(context: Context, press: ChooseProvider) -> None:
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
    chosen = options_of(podcast).provider
    await context.show(screens.choose_provider(podcast.id, chosen, list(context.deps.speakers), context.texts))


async def on_provider(context: Context, press: SetProvider) -> None:
    """Another provider has other voices: its first two."""
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
        language = await service.language_of(session, podcast)
    new = preset(press.provider, await _voices(context, press.provider, language), language=language)
    await _change(
        context,
        press.podcast_id,
        lambda options: replace(options, provider=new.provider, host=new.host, guest=new.guest),
    )


async def on_choose_language(context: Context, press: ChoosePodcastLanguage) -> None:
    _needs_model(context)
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
        material = await material_of(session, podcast)
    chosen = options_of(podcast).language
    await context.show(screens.choose_language(podcast.id, chosen, material.language, OUTPUT_LANGUAGES, context.texts))


async def on_language(context: Context, press: SetPodcastLanguage) -> None:
    """Voices that don't speak it give way to the provider's first two for it."""
    _needs_model(context)
    language = press.language or ""
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
        material = await material_of(session, podcast)
    provider = options_of(podcast).provider
    voices = await _voices(context, provider, language or material.language)

    def change(options: PodcastOptions) -> PodcastOptions:
        fitting = preset(provider, voices, earlier=options, language=language)
        return replace(options, language=language, host=fitting.host, guest=fitting.guest)

    await _change(context, press.podcast_id, change)


async def on_choose_brand(context: Context, press: ChoosePodcastBrand) -> None:
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
        chosen = await preset_brand(session, user_id=context.actor.id, choice=options_of(podcast).brand)
        found = await writable_brands(session, user_id=context.actor.id)
    await context.show(screens.choose_brand(podcast.id, found, chosen, context.texts))


async def on_brand(context: Context, press: SetPodcastBrand) -> None:
    choice = str(press.brand_id) if press.brand_id is not None else NO_BRAND
    async with context.deps.read() as session:
        await chosen_brand(session, user_id=context.actor.id, choice=choice)
    await _change(context, press.podcast_id, lambda options: replace(options, brand=choice))


async def on_ask_focus(context: Context, press: AskFocus) -> None:
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
    message_id = context.place.message_id
    await context.ask(FOCUS_PROMPT, podcast_id=ids.short(podcast.id), message_id=message_id)
    await context.send(screens.ask_focus(podcast.id, options_of(podcast).focus, context.texts))


async def on_focus(context: Context, prompt: Prompt) -> None:
    focus = " ".join(context.text.split())
    if not focus:
        await context.ask(prompt.name, **prompt.data)
        await context.send(Screen(context.texts("Please send it as words, or /cancel.")))
        return
    podcast_id = ids.PodcastId(ids.parse_short(prompt.data["podcast_id"]))
    try:
        card = await _changed(context, podcast_id, lambda options: replace(options, focus=focus))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.change(prompt.data["message_id"], card)


async def on_clear_focus(context: Context, press: ClearFocus) -> None:
    await context.stop_asking()
    await _change(context, press.podcast_id, lambda options: replace(options, focus=""))


async def on_choose_sources(context: Context, press: ChooseSources) -> None:
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=press.podcast_id)
        screen = await _sources(context, session, podcast, press.page)
    await context.show(screen)


async def on_toggle_source(context: Context, press: ToggleSource) -> None:
    async with context.deps.tx() as tx:
        podcast = await service.toggle_source(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, source_id=press.source_id
        )
        screen = await _sources(context, tx.session, podcast, press.page)
    await context.show(screen)


async def on_write(context: Context, press: WriteScript) -> None:
    await _begin(context, press.podcast_id, then_audio=False)


async def on_straight(context: Context, press: StraightToAudio) -> None:
    await _begin(context, press.podcast_id, then_audio=True)


async def _begin(context: Context, podcast_id: ids.PodcastId, *, then_audio: bool) -> None:
    """From here on the pressed message shows how far it is; a second press changes nothing."""
    await check_voices(context, podcast_id)
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await service.request_script(
            tx,
            owner_id=context.actor.id,
            podcast_id=podcast_id,
            place=context.place,
            then_audio=then_audio,
            offline=context.deps.scripts.offline,
        )


async def _change(
    context: Context, podcast_id: ids.PodcastId, change: Callable[[PodcastOptions], PodcastOptions]
) -> None:
    await context.show(await _changed(context, podcast_id, change))


async def _changed(
    context: Context, podcast_id: ids.PodcastId, change: Callable[[PodcastOptions], PodcastOptions]
) -> Screen:
    async with context.deps.tx() as tx:
        podcast = await podcast_of(tx.session, owner_id=context.actor.id, podcast_id=podcast_id, lock=True)
        podcast = await service.change_options(
            tx, owner_id=context.actor.id, podcast_id=podcast_id, options=change(options_of(podcast))
        )
        return await _card(context, tx.session, podcast)


async def _card(context: Context, session: ReadSession, podcast: Podcast) -> Screen:
    """The options; of a script that is there, the script."""
    if podcast.script is not None:
        return await script_screen(context, session, podcast)
    material = await material_of(session, podcast)
    try:
        service.check_length(material)
        problem = None
    except InvalidInput as refusal:
        problem = (refusal.error_code, refusal.params)
    offline = context.deps.scripts.offline
    has_brands = bool(await writable_brands(session, user_id=context.actor.id))
    card = screens.OptionsCard(
        podcast_id=podcast.id,
        options=options_of(podcast),
        material=material,
        filled_min=filled_minutes(podcast, material),
        quote=await quote_of(session, podcast, now=context.deps.clock.now(), material=material if offline else None),
        providers=list(context.deps.speakers),
        has_model=not offline,
        problem=problem,
        zone=context.actor.time_zone,
        has_brands=has_brands,
        brand=await preset_brand(session, user_id=context.actor.id, choice=options_of(podcast).brand),
    )
    return screens.options_card(card, context.texts)


async def _sources(context: Context, session: ReadSession, podcast: Podcast, page: int) -> Screen:
    found = await recent_sources(session, owner_id=context.actor.id, page=Page(page, SOURCES_A_PAGE))
    material = await material_of(session, podcast)
    return screens.choose_sources(
        podcast.id,
        podcast.source_ids,
        material.characters,
        found.items,
        page=found.number,
        pages=found.pages,
        t=context.texts,
    )


def _needs_model(context: Context) -> None:
    """A button from when there was one. Raises InvalidInput "podcasts.needs_model"."""
    if context.deps.scripts.offline:
        raise InvalidInput("podcasts.needs_model")


async def _podcast_and_voices(context: Context, podcast_id: ids.PodcastId) -> tuple[Podcast, Sequence[Voice]]:
    async with context.deps.read() as session:
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=podcast_id)
        language = await service.language_of(session, podcast)
    return podcast, await _voices(context, options_of(podcast).provider, language)
