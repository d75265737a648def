"""Ask the episode: a reply to its audio, or to an answer, is a question. Answers can be heard."""

import asyncio
from importlib import import_module

from telegram import Message
from telegram.constants import ParseMode

from bot.actions import actions_under
from bot.context import Context
from bot.podcasts import asking_screens as screens
from bot.podcasts.actions import HearAnswer, SendTranscript
from bot.router import Router
from core.errors import Conflict, InvalidInput
from core.limits import GENERATIONS, hit
from core.podcasts.asking import QUESTIONS, ask_episode, checked_question, question_of, words_of
from core.podcasts.options import spoken_language
from core.podcasts.queries import options_of, podcast_of, script_of
from core.posts.mending import cut

LONGEST_S = 180.0
KBIT_S = 64


def register(router: Router) -> None:
    router.reply(on_reply)
    router.press(HearAnswer, on_hear)


async def on_reply(context: Context, replied: Message) -> bool:
    """The audio is known by its buttons, and so is an answer: so a question works however old they are."""
    about = next((action for action in actions_under(replied) if isinstance(action, SendTranscript)), None)
    if about is None:
        return False
    question = checked_question(context.text)
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    await hit(context.deps.redis, QUESTIONS, str(context.actor.telegram_id))
    message = context.message
    async with context.deps.tx() as tx:
        await ask_episode(
            tx,
            owner_id=context.actor.id,
            podcast_id=about.podcast_id,
            question=question,
            chat_id=context.chat_id,
            message_id=message.message_id if message is not None else replied.message_id,
            language=context.actor.language,
        )
    return True


async def on_hear(context: Context, press: HearAnswer) -> None:
    """In the voice of the episode's guest."""
    async with context.deps.read() as session:
        asked = await question_of(session, owner_id=context.actor.id, question_id=press.question_id)
        podcast = await podcast_of(session, owner_id=context.actor.id, podcast_id=asked.podcast_id)
    words = words_of(asked.answer) if asked.answer is not None else ""
    if not words:
        raise Conflict("asking.nothing_to_hear")
    options, script = options_of(podcast), script_of(podcast)
    speaker = context.deps.speakers.get(options.provider)
    if speaker is None:
        raise InvalidInput("podcasts.provider_gone", provider=str(options.provider))
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    await context.toast(context.texts("One moment …"))
    language = spoken_language(script.language if script is not None else "")
    sayable = cut(words, lambda part: len(part) <= speaker.limits.characters)
    speech = await speaker.speak(sayable, options.guest.id, language=language)
    await context.bot.send_voice(
        context.chat_id,
        await _voice_note(speech.audio),
        caption=screens.heard(asked, context.texts),
        parse_mode=ParseMode.HTML,
        filename="answer.mp3",
    )


async def _voice_note(recording: bytes) -> bytes:
    """An MP3, which Telegram takes for a voice message, too (https://core.telegram.org/bots/api#sendvoice).

    What decodes sound takes a second to load, beside the loop.
    """
    await asyncio.to_thread(import_module, "core.podcasts.samples")
    from core.podcasts.samples import beginning_of

    return (await beginning_of(recording, longest_s=LONGEST_S, kbit_s=KBIT_S)).mp3
