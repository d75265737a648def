"""Asking an episode: the question is kept, answered by a job, and its message ends with the answer or with why not."""

from collections.abc import Sequence
from uuid import uuid5

from sqlalchemy import select

from core import ids
from core.db import Json, ReadSession, TelegramId
from core.deliveries.statuses import show_status
from core.errors import AppError, Conflict, InvalidInput, NotFound
from core.limits import RateLimit
from core.podcasts.models import EpisodeQuestion, Podcast
from core.podcasts.queries import podcast_of
from core.providers.answering import EpisodeAnswer, Quoted, Spoken
from core.queue import TEXT, JobSpec
from core.tx import Tx
from core.work.service import error_row, request_work

ANSWER = JobSpec("jobs.questions.answer_question", queue=TEXT, attempts=3, timeout_s=90)
QUESTIONS = RateLimit("episode_questions", most=50, window_s=24 * 3600)
"""A user's a day: no plan counts them, and each may cost a call of a model."""
QUESTION_CHARACTERS = 500
BEFORE_MOST = 3
LOOKING, ANSWERED, NOT_ANSWERED = "podcasts.asked", "podcasts.answered", "podcasts.not_answered"


class QuestionNotFound(NotFound):
    code = "asking.not_found"


def checked_question(text: str) -> str:
    """In plain spaces. Raises InvalidInput "asking.no_words", "asking.too_long"."""
    question = " ".join(text.split())
    if not any(character.isalnum() for character in question):
        raise InvalidInput("asking.no_words")
    if len(question) > QUESTION_CHARACTERS:
        raise InvalidInput("asking.too_long", characters=len(question), most=QUESTION_CHARACTERS)
    return question


async def ask_episode(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    podcast_id: ids.PodcastId,
    question: str,
    chat_id: TelegramId,
    message_id: int,
    language: str,
) -> ids.QuestionId:
    """Have a question answered in `chat_id`. `message_id` is the question's: the same one asked again does nothing.

    `language` is the reader's. Raises as `checked_question`, PodcastNotFound, and Conflict "asking.no_audio".
    """
    question = checked_question(question)
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=podcast_id)
    if not podcast.parts:
        raise Conflict("asking.no_audio")
    question_id = ids.QuestionId(uuid5(podcast.id, f"question:{chat_id}:{message_id}"))
    if await tx.session.get(EpisodeQuestion, question_id) is not None:
        return question_id
    asked = EpisodeQuestion(
        id=question_id, owner_id=owner_id, podcast_id=podcast_id, question=question, created_at=tx.now
    )
    tx.session.add(asked)
    await tx.session.flush()
    payload = {"chat_id": chat_id, "language": language}
    await request_work(tx, ANSWER, owner_id=owner_id, subject_id=question_id, payload=payload)
    await _show(tx, asked, payload, LOOKING, title=podcast.title)
    return question_id


async def question_of(session: ReadSession, *, owner_id: ids.UserId, question_id: ids.QuestionId) -> EpisodeQuestion:
    """Raises QuestionNotFound, also for somebody else's."""
    found = await session.scalar(
        select(EpisodeQuestion).where(EpisodeQuestion.id == question_id, EpisodeQuestion.owner_id == owner_id)
    )
    if found is None:
        raise QuestionNotFound(question_id=str(question_id))
    return found


async def answered_before(session: ReadSession, *, asked: EpisodeQuestion) -> list[tuple[str, str]]:
    """The newest questions about the same episode with the words of their answers, the oldest of them first."""
    rows = await session.scalars(
        select(EpisodeQuestion)
        .where(
            EpisodeQuestion.owner_id == asked.owner_id,
            EpisodeQuestion.podcast_id == asked.podcast_id,
            EpisodeQuestion.id != asked.id,
            EpisodeQuestion.created_at <= asked.created_at,
            EpisodeQuestion.answer.is_not(None),
        )
        .order_by(EpisodeQuestion.created_at.desc())
        .limit(BEFORE_MOST)
    )
    return [(row.question, words_of(row.answer or {})) for row in reversed(rows.all())]


async def record_answer(
    tx: Tx, *, owner_id: ids.UserId, question_id: ids.QuestionId, payload: Json, answer: EpisodeAnswer, engine: str
) -> None:
    """Keep what came of it, and show it. Raises QuestionNotFound, PodcastNotFound."""
    asked = await question_of(tx.session, owner_id=owner_id, question_id=question_id)
    podcast = await podcast_of(tx.session, owner_id=owner_id, podcast_id=asked.podcast_id)
    asked.answer, asked.answered_at = answer_to_json(answer, engine), tx.now
    await _show(
        tx, asked, payload, ANSWERED, title=podcast.title, answer=asked.answer, several_parts=len(podcast.parts) > 1
    )


async def record_not_answered(
    tx: Tx, *, owner_id: ids.UserId, question_id: ids.QuestionId, payload: Json, error: AppError
) -> None:
    """It couldn't be answered: its message says why."""
    asked = await question_of(tx.session, owner_id=owner_id, question_id=question_id)
    asked.error = error_row(error)
    await _show(tx, asked, payload, NOT_ANSWERED, error=asked.error)


def spoken_lines(podcast: Podcast) -> tuple[Spoken, ...]:
    """What the present audio says, and when."""
    return tuple(
        Spoken(cue["speaker"], cue["text"], number, cue["start_ms"])
        for number, part in enumerate(podcast.parts, start=1)
        for cue in part["cues"]
    )


def answer_to_json(answer: EpisodeAnswer, engine: str) -> Json:
    return {
        "text": answer.text,
        "quoted": [_quoted_to_json(one) for one in answer.quoted],
        "figures": list(answer.figures),
        "engine": engine,
    }


def words_of(answer: Json) -> str:
    """What is read aloud of a stored answer; empty when the episode doesn't say."""
    quoted: Sequence[Json] = answer.get("quoted", ())
    return str(answer.get("text") or " ".join(one["text"] for one in quoted))


def _quoted_to_json(quoted: Quoted) -> Json:
    spoken = quoted.spoken
    return {
        "text": quoted.text,
        "speaker": spoken.speaker if spoken else "",
        "part": spoken.part if spoken else 0,
        "start_ms": spoken.start_ms if spoken else None,
        "source": quoted.source,
    }


async def _show(tx: Tx, asked: EpisodeQuestion, payload: Json, notice: str, **more: object) -> None:
    await show_status(
        tx,
        owner_id=asked.owner_id,
        subject_id=asked.id,
        chat_id=TelegramId(payload["chat_id"]),
        notice=notice,
        data={
            "question_id": str(asked.id),
            "podcast_id": str(asked.podcast_id),
            "question": asked.question,
            "language": payload["language"],
            **more,
        },
    )
