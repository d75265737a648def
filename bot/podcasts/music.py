"""The music before and after episodes, in the chat: sent once, heard, changed, replaced, removed."""

import mimetypes

from markupsafe import Markup
from telegram import Audio, Document, Message, Voice
from telegram.constants import ChatAction

from bot.context import Context
from bot.podcasts import music_screens as screens
from bot.podcasts.actions import ListPodcasts, Shelf, ShowPodcastOptions
from bot.podcasts.music_actions import (
    AskMusic,
    AskRemoveMusic,
    HearMusic,
    LeaveMusic,
    RemoveMusic,
    SetEpisodeMusic,
    SetMeeting,
    SetPlays,
    ShowMusic,
)
from bot.podcasts.samples import load_sound, sentence_in
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.errors import InvalidInput
from core.limits import GENERATIONS, hit
from core.podcasts import own_music
from core.podcasts.models import PodcastMusic
from core.podcasts.music_choices import Meeting, Plays
from core.podcasts.options import ChosenVoice, spoken_language
from core.podcasts.queries import options_of, podcast_of
from core.providers.speech import Engine
from core.storage import new_key

MUSIC_PROMPT = "podcasts.music"


def register(router: Router) -> None:
    router.press(ShowMusic, on_show)
    router.press(SetEpisodeMusic, on_switch)
    router.press(SetPlays, on_plays)
    router.press(SetMeeting, on_meeting)
    router.press(HearMusic, on_hear)
    router.press(AskMusic, on_ask)
    router.prompt(MUSIC_PROMPT, on_file, about="the music of your episodes")
    router.press(AskRemoveMusic, on_ask_remove)
    router.press(RemoveMusic, on_remove)
    router.press(LeaveMusic, on_leave)
    for code, sentence in screens.SENTENCES.items():
        router.error(code, sentence)


async def on_show(context: Context, press: ShowMusic) -> None:
    """Without any, the next file is taken for it."""
    music = await _music(context)
    if music is None:
        await _expect(context, press.podcast_id)
        await context.show(screens.no_music(press.podcast_id, context.texts))
    else:
        await context.stop_asking()
        await context.show(await _card(context, music, press.podcast_id))


async def on_switch(context: Context, press: SetEpisodeMusic) -> None:
    async with context.deps.tx() as tx:
        await own_music.set_episode_music(tx, owner_id=context.actor.id, podcast_id=press.podcast_id, on=press.on)
        music = await own_music.own(tx, owner_id=context.actor.id)
    await context.show(await _card(context, music, press.podcast_id))


async def on_plays(context: Context, press: SetPlays) -> None:
    await _choose(context, press.podcast_id, plays=press.plays)


async def on_meeting(context: Context, press: SetMeeting) -> None:
    await _choose(context, press.podcast_id, meeting=press.meeting)


async def _choose(
    context: Context, podcast_id: ids.PodcastId | None, *, plays: Plays | None = None, meeting: Meeting | None = None
) -> None:
    async with context.deps.tx() as tx:
        music = await own_music.choose_music(tx, owner_id=context.actor.id, plays=plays, meeting=meeting)
    await context.show(await _card(context, music, podcast_id))


async def on_ask(context: Context, press: AskMusic) -> None:
    await _expect(context, press.podcast_id)
    await context.show(screens.ask_music(press.podcast_id, context.texts))


async def on_file(context: Context, prompt: Prompt) -> bool:
    """Anything but sound is no answer, and goes the way of all messages."""
    file = _sound_in(context.message)
    if file is None:
        return False
    try:
        music = await _keep(context, file)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    short = prompt.data.get("podcast_id")
    podcast_id = ids.PodcastId(ids.parse_short(short)) if short else None
    if podcast_id is not None:
        async with context.deps.tx() as tx:
            podcast_id = await own_music.switch_on_if_possible(tx, owner_id=context.actor.id, podcast_id=podcast_id)
    news = context.texts("✓ That is your music from now on.")
    await context.send(await _card(context, music, podcast_id, news=news))
    return True


async def _keep(context: Context, file: Audio | Document | Voice) -> PodcastMusic:
    """What isn't too big is fetched, and its beginning kept."""
    if (file.file_size or 0) > own_music.FILE_BYTES:
        raise InvalidInput("podcasts.music_too_big", limit_bytes=own_music.FILE_BYTES)
    await context.bot.send_chat_action(context.chat_id, ChatAction.UPLOAD_VOICE)
    fetched = await file.get_file()
    content = bytes(await fetched.download_as_bytearray())
    await load_sound()
    from core.podcasts.music_clips import kept_clip

    clip = await kept_clip(content)
    key = new_key(context.actor.id, "music", "mp3")
    await context.deps.storage.put(key, clip.mp3)
    async with context.deps.tx() as tx:
        return await own_music.keep_music(
            tx,
            owner_id=context.actor.id,
            storage_key=key,
            title=_title_of(file) or context.texts("Your music").unescape(),
            duration_ms=clip.duration_ms,
        )


async def on_hear(context: Context, press: HearMusic) -> None:
    """Around one sentence, as it will be around an episode."""
    music = await _needed(context)
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    provider, voice = await _voice(context, press.podcast_id)
    language = spoken_language(context.actor.language)
    speech = await context.deps.speakers[provider].speak(sentence_in(language), voice.id, language=language)
    await load_sound()
    from core.podcasts.music_clips import preview

    async with context.deps.storage.local(music.storage_key) as path:
        mp3 = await preview(speech.audio, path, own_music.choices_of(music))
    await context.bot.send_audio(
        context.chat_id,
        mp3,
        filename="preview.mp3",
        title=music.title,
        caption=screens.preview_caption(music, context.texts).unescape(),
    )


async def on_ask_remove(context: Context, press: AskRemoveMusic) -> None:
    music = await _needed(context)
    await context.show(screens.ask_remove(music, press.podcast_id, context.texts))


async def on_remove(context: Context, press: RemoveMusic) -> None:
    async with context.deps.tx() as tx:
        await own_music.remove_music(tx, owner_id=context.actor.id)
    await context.show(screens.removed(press.podcast_id, context.texts))


async def on_leave(context: Context, press: LeaveMusic) -> None:
    """A file that comes later is no music any more."""
    await context.stop_asking()
    podcast_id = press.podcast_id
    await context.perform(ListPodcasts(Shelf.ALL, 1) if podcast_id is None else ShowPodcastOptions(podcast_id))


async def _card(
    context: Context, music: PodcastMusic, podcast_id: ids.PodcastId | None, *, news: Markup | None = None
) -> Screen:
    on = False
    if podcast_id is not None:
        async with context.deps.read() as session:
            podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=podcast_id)
        on = options_of(podcast).music
    return screens.own_music(music, context.texts, podcast_id=podcast_id, on=on, news=news)


async def _voice(context: Context, podcast_id: ids.PodcastId | None) -> tuple[Engine, ChosenVoice]:
    """The card's host while that speaks, else the first voice there is."""
    if podcast_id is not None:
        async with context.deps.read() as session:
            podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=podcast_id)
        options = options_of(podcast)
        if options.provider in context.deps.speakers:
            return options.provider, options.host
    engine, speaker = next(iter(context.deps.speakers.items()))
    voices = await speaker.voices(spoken_language(context.actor.language)) or await speaker.voices()
    return engine, ChosenVoice(voices[0].id, voices[0].name)


async def _expect(context: Context, podcast_id: ids.PodcastId | None) -> None:
    await context.ask(MUSIC_PROMPT, podcast_id=ids.short(podcast_id) if podcast_id is not None else "")


async def _music(context: Context) -> PodcastMusic | None:
    async with context.deps.read() as session:
        return await own_music.music_of(session, owner_id=context.actor.id)


async def _needed(context: Context) -> PodcastMusic:
    """Raises MusicNotFound."""
    music = await _music(context)
    if music is None:
        raise own_music.MusicNotFound
    return music


def _sound_in(message: Message | None) -> Audio | Document | Voice | None:
    """The file of a message, if it may be sound: what it really is, its contents tell."""
    if message is None:
        return None
    document = message.document
    if document is not None and not _is_audio(document):
        document = None
    return message.audio or message.voice or document


def _is_audio(document: Document) -> bool:
    guessed, _ = mimetypes.guess_type(document.file_name or "")
    return any((kind or "").startswith("audio/") for kind in (document.mime_type, guessed))


def _title_of(file: Audio | Document | Voice) -> str:
    """What its tags or its name say."""
    title = getattr(file, "title", None)
    name = getattr(file, "file_name", None) or ""
    return title or name.rpartition(".")[0] or name
