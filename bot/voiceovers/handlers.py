"""From a text to its voiceover: the options card, and what begins from there. The list stands in library.py."""

import asyncio
from collections.abc import Callable, Sequence

from bot.context import Context
from bot.podcasts.samples import send_sample
from bot.podcasts.voices import voice_at
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.voiceovers import screens
from bot.voiceovers.actions import (
    Adjust,
    AskText,
    ChooseEngine,
    ChooseLanguage,
    ChooseVoice,
    HearVoice,
    MakeVoiceover,
    OtherVoice,
    SetEngine,
    SetLanguage,
    SetVoice,
    ShowSettings,
    ShowVoiceover,
    StopVoiceover,
    VoicePost,
    VoiceSource,
)
from bot.voiceovers.library import show_list, show_one
from core import ids
from core.billing.queries import Feature, entitlement_of
from core.db import ReadSession
from core.errors import InvalidInput
from core.languages import detect
from core.limits import GENERATIONS, hit
from core.podcasts.options import spoken_language
from core.posts.queries import post_of
from core.providers.speech import Engine, Voice
from core.sources.service import source_of
from core.voiceovers import service
from core.voiceovers.models import Voiceover
from core.voiceovers.options import VoiceoverOptions, preset_voice
from core.voiceovers.queries import last_options, options_of, voiceover_of

TEXT_PROMPT = "voiceovers.text"
CARD = "voiceover_card"
"""What a growing text notes of its card."""


def register(router: Router) -> None:
    router.command("voice", on_voice, menu="Have a text read aloud")
    router.press(VoicePost, on_post)
    router.press(VoiceSource, on_source)
    router.press(AskText, on_ask_text)
    router.prompt(TEXT_PROMPT, on_text, about="the text to be read aloud")
    router.press(ShowVoiceover, on_show)
    router.press(OtherVoice, on_other_voice)
    router.press(ChooseVoice, on_choose_voice)
    router.press(SetVoice, on_voice_chosen)
    router.press(HearVoice, on_hear)
    router.press(ChooseEngine, on_choose_engine)
    router.press(SetEngine, on_engine)
    router.press(ChooseLanguage, on_choose_language)
    router.press(SetLanguage, on_language)
    router.press(ShowSettings, on_settings)
    router.press(Adjust, on_adjust)
    router.press(MakeVoiceover, on_make)
    router.press(StopVoiceover, on_stop)


async def on_voice(context: Context) -> None:
    """With a text behind it, that one; else the list."""
    if context.arguments:
        await context.send(await _opened_text(context, context.arguments))
        return
    await show_list(context, 1)


async def on_post(context: Context, press: VoicePost) -> None:
    """The text as the draft has it now. A card of its own: the draft's stays."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    text = f"{post.title}\n\n{post.text}" if post.title else post.text
    await context.send(await _opened(context, post.title, text, post.language, post_id=post.id))


async def on_source(context: Context, press: VoiceSource) -> None:
    async with context.deps.read() as session:
        source = await source_of(session, owner_id=context.actor.id, source_id=press.source_id)
    await context.send(await _opened(context, source.title, source.text, source.language))


async def on_ask_text(context: Context, press: AskText) -> None:
    await context.ask(TEXT_PROMPT)
    await context.send(screens.ask_text(context.texts))


async def on_text(context: Context, prompt: Prompt) -> bool:
    """Anything but words is no answer."""
    if not context.text.strip():
        return False
    try:
        card = await _opened_text(context, context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await _show_growing(context, card)
    return True


async def _show_growing(context: Context, card: Screen) -> None:
    """When more of a long text comes, its card takes the place of its beginning's."""
    paste = context.paste
    if paste is None:
        await context.send(card)
    elif CARD in paste.notes:
        await context.change(paste.notes[CARD], card)
    else:
        paste.notes = {CARD: await context.send(card)}


async def _opened_text(context: Context, text: str) -> Screen:
    if len(text) > service.CHARACTERS_MOST:
        raise InvalidInput("voiceovers.too_long", characters=len(text), most=service.CHARACTERS_MOST)
    found = await asyncio.to_thread(detect, text, expected=context.actor.language)
    return await _opened(context, "", text, found.code)


async def _opened(
    context: Context, title: str, text: str, language: str, *, post_id: ids.PostId | None = None
) -> Screen:
    """A fresh card, with the user's last choices."""
    async with context.deps.read() as session:
        earlier = await last_options(session, owner_id=context.actor.id)
    options = await _preset(context, earlier, language)
    async with context.deps.tx() as tx:
        voiceover = await service.open_voiceover(
            tx,
            owner_id=context.actor.id,
            title=title,
            text=text,
            language=language,
            options=options,
            post_id=post_id,
        )
        return await _card(context, tx.session, voiceover)


async def _preset(context: Context, earlier: VoiceoverOptions | None, language: str) -> VoiceoverOptions:
    """The engine chosen last while it is there and speaks the language, else the first that does."""
    speakers = context.deps.speakers
    order = [earlier.engine] if earlier is not None and earlier.engine in speakers else []
    order += [engine for engine in speakers if engine not in order]
    for engine in order:
        voices = await _voices(context, engine, language)
        if voices:
            return preset_voice(engine, voices, earlier=earlier)
    raise InvalidInput("podcasts.no_voices", language=language)


async def _voices(context: Context, engine: Engine, language: str) -> Sequence[Voice]:
    speaker = context.deps.speakers.get(engine)
    if speaker is None:
        raise InvalidInput("podcasts.provider_gone", provider=str(engine))
    return await speaker.voices(spoken_language(language))


async def _mine(context: Context, voiceover_id: ids.VoiceoverId) -> Voiceover:
    async with context.deps.read() as session:
        return await voiceover_of(session, owner_id=context.actor.id, voiceover_id=voiceover_id)


async def on_show(context: Context, press: ShowVoiceover) -> None:
    voiceover = await _mine(context, press.voiceover_id)
    if voiceover.status not in service.OPEN or voiceover.error is not None:
        await show_one(context, voiceover)
        return
    async with context.deps.read() as session:
        card = await _card(context, session, voiceover)
    await context.show(card)


async def on_other_voice(context: Context, press: OtherVoice) -> None:
    """Below a recording, which stays; else in place."""
    async with context.deps.tx() as tx:
        voiceover = await service.reopen_voiceover(tx, owner_id=context.actor.id, voiceover_id=press.voiceover_id)
        card = await _card(context, tx.session, voiceover)
    if context.pressed is not None and (context.pressed.audio or context.pressed.voice):
        await context.send(card)
    else:
        await context.show(card)


async def on_choose_voice(context: Context, press: ChooseVoice) -> None:
    """Where the engine is gone, another one has to be chosen first."""
    voiceover = await _mine(context, press.voiceover_id)
    options = options_of(voiceover)
    if options.engine not in context.deps.speakers:
        await on_choose_engine(context, ChooseEngine(voiceover.id))
        return
    voices = await _voices(context, options.engine, voiceover.language)
    if not voices:
        raise InvalidInput("podcasts.no_voices", language=voiceover.language)
    await context.show(screens.choose_voice(voiceover.id, options, voices, press.page, context.texts))


async def on_voice_chosen(context: Context, press: SetVoice) -> None:
    voiceover = await _mine(context, press.voiceover_id)
    options = options_of(voiceover)
    voice = voice_at(await _voices(context, options.engine, voiceover.language), press.place, press.name_hash)
    await _change(context, voiceover.id, lambda chosen: chosen.with_engine(options.engine, voice))


async def on_hear(context: Context, press: HearVoice) -> None:
    voiceover = await _mine(context, press.voiceover_id)
    engine = options_of(voiceover).engine
    voice = voice_at(await _voices(context, engine, voiceover.language), press.place, press.name_hash)
    await send_sample(context, engine, voice, voiceover.language)


async def on_choose_engine(context: Context, press: ChooseEngine) -> None:
    voiceover = await _mine(context, press.voiceover_id)
    engines = list(context.deps.speakers)
    await context.show(screens.choose_engine(voiceover.id, options_of(voiceover).engine, engines, context.texts))


async def on_engine(context: Context, press: SetEngine) -> None:
    """Another engine has other voices: its first one."""
    voiceover = await _mine(context, press.voiceover_id)
    voices = await _voices(context, press.engine, voiceover.language)
    if not voices:
        raise InvalidInput("podcasts.no_voices", language=voiceover.language)
    await _change(context, voiceover.id, lambda chosen: chosen.with_engine(press.engine, voices[0]))


async def on_choose_language(context: Context, press: ChooseLanguage) -> None:
    voiceover = await _mine(context, press.voiceover_id)
    await context.show(screens.choose_language(voiceover.id, voiceover.language, context.texts))


async def on_language(context: Context, press: SetLanguage) -> None:
    """A voice that doesn't speak it gives way to the engine's first one that does."""
    voiceover = await _mine(context, press.voiceover_id)
    engine = options_of(voiceover).engine
    voices = await _voices(context, engine, press.language)
    if not voices:
        raise InvalidInput("podcasts.no_voices", language=press.language)
    by_id = {voice.id: voice for voice in voices}

    def change(chosen: VoiceoverOptions) -> VoiceoverOptions:
        return chosen.with_engine(engine, by_id.get(chosen.voice.id, voices[0]))

    await _change(context, voiceover.id, change, language=press.language)


async def on_settings(context: Context, press: ShowSettings) -> None:
    voiceover = await _mine(context, press.voiceover_id)
    await context.show(screens.settings(voiceover.id, options_of(voiceover), context.texts))


async def on_adjust(context: Context, press: Adjust) -> None:
    value = None if press.hundredths is None else press.hundredths / 100
    async with context.deps.tx() as tx:
        voiceover = await voiceover_of(
            tx.session, owner_id=context.actor.id, voiceover_id=press.voiceover_id, lock=True
        )
        options = options_of(voiceover).with_setting(press.control, value)
        await service.change_voiceover(tx, owner_id=context.actor.id, voiceover_id=voiceover.id, options=options)
    await context.show(screens.settings(voiceover.id, options, context.texts))


async def on_make(context: Context, press: MakeVoiceover) -> None:
    """From here on the pressed message shows how far it is; a second press changes nothing."""
    if options_of(await _mine(context, press.voiceover_id)).engine not in context.deps.speakers:
        await on_choose_engine(context, ChooseEngine(press.voiceover_id))
        return
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await service.request_voiceover(
            tx, owner_id=context.actor.id, voiceover_id=press.voiceover_id, place=context.place
        )


async def on_stop(context: Context, press: StopVoiceover) -> None:
    async with context.deps.tx() as tx:
        stopped = await service.cancel_voiceover(
            tx, owner_id=context.actor.id, voiceover_id=press.voiceover_id, place=context.place
        )
    if not stopped:
        await context.toast(context.texts("There is nothing left to stop."))


async def _change(
    context: Context,
    voiceover_id: ids.VoiceoverId,
    change: Callable[[VoiceoverOptions], VoiceoverOptions],
    *,
    language: str | None = None,
) -> None:
    async with context.deps.tx() as tx:
        voiceover = await voiceover_of(tx.session, owner_id=context.actor.id, voiceover_id=voiceover_id, lock=True)
        voiceover = await service.change_voiceover(
            tx,
            owner_id=context.actor.id,
            voiceover_id=voiceover_id,
            options=change(options_of(voiceover)),
            language=language,
        )
        card = await _card(context, tx.session, voiceover)
    await context.show(card)


async def _card(context: Context, session: ReadSession, voiceover: Voiceover) -> Screen:
    now = context.deps.clock.now()
    left = await entitlement_of(session, owner_id=context.actor.id, feature=Feature.VOICEOVERS, now=now)
    engines = list(context.deps.speakers)
    card = screens.OptionsCard(voiceover, options_of(voiceover), left, engines, context.actor.time_zone)
    return screens.options_card(card, context.texts)
