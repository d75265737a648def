"""Replying to an episode's audio with a question; what the answer looks like is pure."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from telegram import Bot

from bot import notices
from bot.podcasts.actions import HearAnswer
from bot.podcasts.status_screens import episode
from bot.texts import Texts
from core import ids
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.limits import hit
from core.podcasts.asking import QUESTIONS, answer_to_json
from core.podcasts.models import EpisodeQuestion, Podcast
from core.podcasts.showing import podcast_data
from core.providers.answering import EpisodeAnswer, Quoted, Spoken
from core.providers.offline.dialogue import ENGINE
from core.work.models import Work
from tests.bot.chat import Chat
from tests.bot.podcasts import a_ready_one
from web.sandbox.client import SeenMessage

SAID = Spoken("Theo", "The river rose & <fell>.", 1, 161_000)


async def the_audio(chat: Chat, deps: Deps, bot: Bot) -> SeenMessage:
    """An episode's message, with the buttons that it has."""
    podcast = await a_ready_one(chat, deps)
    async with deps.sessions() as session:
        row = await session.get_one(Podcast, podcast.id)
    part = {"key": "x", "duration_ms": 298_000, "part": 1, "parts": 1, "chapters": []}
    screen = episode(podcast_data(row, language="en", **part), Texts("en"))
    await bot.send_audio(chat.person.id, b"ID3", caption=screen.text, reply_markup=screen.inline_markup())
    return await chat.last()


async def questions(chat: Chat, deps: Deps) -> list[EpisodeQuestion]:
    owner = await chat.user()
    async with deps.sessions() as session:
        found = await session.scalars(select(EpisodeQuestion).where(EpisodeQuestion.owner_id == owner.id))
        return list(found.all())


async def reply(chat: Chat, message: SeenMessage, text: str) -> None:
    """The answer is a job's business."""
    await chat.person.send_text(text, reply_to=message)
    await chat.handle_updates()


async def test_a_reply_to_the_audio_is_a_question_for_a_job(chat: Chat, deps: Deps, bot: Bot) -> None:
    audio = await the_audio(chat, deps, bot)
    assert "Reply to this message" in audio.text
    await reply(chat, audio, "When did the  river\nrise?")
    (asked,) = await questions(chat, deps)
    assert (asked.question, asked.answer) == ("When did the river rise?", None)
    async with deps.sessions() as session:
        status = await session.get_one(StatusMessage, asked.id)
        works = await session.scalar(select(func.count()).where(Work.subject_id == asked.id))
    assert works == 1
    shown = notices.render(status.notice, status.data, now=deps.clock.now())
    assert "When did the river rise?" in shown.text
    assert "Looking it up in “Rain &amp; &lt;b&gt;”" in shown.text


async def test_a_question_without_words_asks_for_some(chat: Chat, deps: Deps, bot: Bot) -> None:
    audio = await the_audio(chat, deps, bot)
    assert "Please ask in words" in (await chat.say("???", reply_to=audio)).text
    assert "500 characters are enough" in (await chat.say("why " * 126, reply_to=audio)).text
    assert await questions(chat, deps) == []


async def test_a_day_has_room_for_so_many_questions(chat: Chat, deps: Deps, bot: Bot) -> None:
    audio = await the_audio(chat, deps, bot)
    for _ in range(QUESTIONS.most):
        await hit(deps.redis, QUESTIONS, str(chat.person.id))
    assert "nothing is lost" in (await chat.say("When did it rise?", reply_to=audio)).text
    assert await questions(chat, deps) == []


async def test_a_deleted_episode_is_not_asked(chat: Chat, deps: Deps, bot: Bot) -> None:
    audio = await the_audio(chat, deps, bot)
    await chat.press(audio, "🗑 Delete")
    assert "isn't there any more" in (await chat.say("When did it rise?", reply_to=audio)).text


async def test_an_answer_is_heard_in_the_guests_voice(chat: Chat, deps: Deps, bot: Bot) -> None:
    await reply(chat, await the_audio(chat, deps, bot), "When did the river rise?")
    (asked,) = await questions(chat, deps)
    async with deps.tx() as tx:
        row = await tx.session.get_one(EpisodeQuestion, asked.id)
        row.answer = answer_to_json(EpisodeAnswer(quoted=(Quoted(SAID.text, SAID),)), ENGINE)
    await chat.press_data(await chat.last(), HearAnswer(asked.id).encode())
    voice = await chat.last()
    assert voice.body["voice"]["file_size"] > 2_000
    assert voice.text == "❓ When did the river rise?"


async def test_somebody_elses_answer_is_not_heard(chat: Chat, deps: Deps, bot: Bot) -> None:
    audio = await the_audio(chat, deps, bot)
    answer = await chat.press_data(audio, HearAnswer(ids.QuestionId(ids.new())).encode())
    assert "isn't there any more" in str(answer)


def shown(answer: EpisodeAnswer, engine: str, **more: Any) -> tuple[str, list[str]]:
    data = {
        "question_id": str(ids.new()),
        "podcast_id": str(ids.new()),
        "question": "Which <i>river</i>?",
        "title": "Rain & <b>",
        "language": "en",
        "answer": answer_to_json(answer, engine),
        "several_parts": False,
        **more,
    }
    made = notices.render("podcasts.answered", data, now=datetime.now(UTC))
    return str(made.text), [str(button.label) for row in made.keyboard for button in row]


def test_offline_the_passages_are_quoted_with_their_time_and_labelled() -> None:
    text, buttons = shown(
        EpisodeAnswer(quoted=(Quoted(SAID.text, SAID), Quoted("It rained.", source=1))), "offline draft"
    )
    assert "<blockquote>The river rose &amp; &lt;fell&gt;.\n<i>Theo, 2:41</i></blockquote>" in text
    assert "in your source 2, not in the episode" in text
    assert "Found offline" in text
    assert buttons[0] == "🔊 Hear it"


def test_a_models_answer_is_data_and_says_where_it_is_said() -> None:
    quoted = (Quoted(SAID.text, SAID), Quoted("", source=0))
    text, _ = shown(EpisodeAnswer("In <b>June</b>.", quoted, ("4711",)), "gpt", several_parts=True)
    assert "In &lt;b&gt;June&lt;/b&gt;." in text
    assert "• Theo, part 1, 2:41\n• in your source 1\n" in text
    assert "check these figures, they aren't in the episode: 4711" in text
    assert "Answered by: gpt" in text


def test_nothing_found_is_said() -> None:
    text, buttons = shown(EpisodeAnswer(), ENGINE)
    assert "“Rain &amp; &lt;b&gt;” doesn't say, and neither do its sources." in text
    assert "🔊 Hear it" not in buttons
