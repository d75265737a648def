"""Hearing a voice before choosing it. A sample is made once and then kept by Telegram."""

import asyncio
from importlib import import_module

from telegram import Message

from bot.context import Context
from core.limits import GENERATIONS, hit
from core.podcasts.options import FALLBACK_LANGUAGE, spoken_language
from core.providers.speech import Engine, Voice, recording_key

SAMPLE_LIFE_S = 30 * 24 * 3600
SENTENCES = {
    "en": "Hello, this is how I sound. Shall we make a podcast together?",
    "es": "Hola, así es como sueno. ¿Hacemos un pódcast juntos?",
    "pt": "Olá, é assim que eu soo. Vamos fazer um podcast juntos?",
    "de": "Hallo, so klinge ich. Machen wir zusammen einen Podcast?",
    "fr": "Bonjour, voilà comment je parle. On fait un podcast ensemble ?",
    "it": "Ciao, ecco come suono. Facciamo un podcast insieme?",
    "ru": "Здравствуйте, вот так я звучу. Сделаем подкаст вместе?",
    "uk": "Вітаю, ось так я звучу. Зробимо подкаст разом?",
    "ar": "مرحباً، هكذا يبدو صوتي. هل نصنع حلقة معاً؟",
    "hi": "नमस्ते, मेरी आवाज़ ऐसी है। क्या हम साथ में एक पॉडकास्ट बनाएँ?",
    "id": "Halo, beginilah suara saya. Mari kita buat siniar bersama.",
    "tr": "Merhaba, sesim böyle. Birlikte bir podcast yapalım mı?",
    "pl": "Cześć, tak brzmię. Zrobimy razem podcast?",
    "ja": "こんにちは。これが私の声です。一緒にポッドキャストを作りましょう。",
    "zh": "你好，这就是我的声音。我们一起做一期播客吧。",
}
"""What a voice says of itself; languages that aren't here hear the English one read by their own voice."""


async def send_sample(context: Context, provider: Engine, voice: Voice, language: str) -> None:
    """As an audio message below the card. Telegram keeps it, so that it is spoken once for everybody."""
    language = spoken_language(language)
    speaker = context.deps.speakers[provider]
    sentence = sentence_in(language)
    key = f"voice-sample:{recording_key(speaker.recipe, sentence, voice.id, language=language)}"
    kept = await context.deps.redis.get(key)
    if kept is not None:
        file_id = kept.decode() if isinstance(kept, bytes) else kept
        await context.bot.send_audio(context.chat_id, file_id, title=voice.name)
        return
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    speech = await speaker.speak(sentence, voice.id, language=language)
    sent: Message = await context.bot.send_audio(
        context.chat_id, await mp3_of(speech.audio), filename=f"{voice.name}.mp3", title=voice.name
    )
    if sent.audio is not None:
        await context.deps.redis.set(key, sent.audio.file_id, ex=SAMPLE_LIFE_S)


def sentence_in(language: str) -> str:
    return SENTENCES.get(language.partition("-")[0], SENTENCES[FALLBACK_LANGUAGE])


async def mp3_of(recording: bytes) -> bytes:
    """What Telegram plays, of whatever a service sends."""
    await load_sound()
    from core.podcasts.samples import as_mp3

    return await as_mp3(recording)


async def load_sound() -> None:
    """What decodes sound is loaded when it is first needed, and beside the loop: it takes a second."""
    await asyncio.to_thread(import_module, "core.podcasts.music_clips")
