"""Questions to episodes."""

from core import ids
from core.billing.costs import record_model_use
from core.errors import AppError, NotFound
from core.podcasts import asking
from core.podcasts.queries import material_of, podcast_of, script_of
from core.podcasts.script import Script
from core.providers.answering import Asked
from core.tx import Tx
from core.work.service import ClaimedWork
from jobs.runtime import Run, job


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """Nothing is told of a question that is gone with its podcast."""
    try:
        await asking.record_not_answered(
            tx,
            owner_id=work.owner_id,
            question_id=ids.QuestionId(work.subject_id),
            payload=dict(work.payload),
            error=error,
        )
    except NotFound:
        return


@job(asking.ANSWER, on_failure=ended)
async def answer_question(run: Run) -> None:
    """Answer one question from the episode and its sources."""
    question_id = ids.QuestionId(run.work.subject_id)
    asked = await _read(run, question_id)
    answer, usage = await run.deps.answers.answer(asked)
    async with run.finishing() as tx:
        await asking.record_answer(
            tx,
            owner_id=run.work.owner_id,
            question_id=question_id,
            payload=dict(run.work.payload),
            answer=answer,
            engine=run.deps.answers.engine,
        )
        await record_model_use(
            tx, owner_id=run.work.owner_id, subject_id=question_id, purpose="podcasts.answer", usage=usage
        )


async def _read(run: Run, question_id: ids.QuestionId) -> Asked:
    owner_id = run.work.owner_id
    async with run.deps.read() as session:
        asked = await asking.question_of(session, owner_id=owner_id, question_id=question_id)
        podcast = await podcast_of(session, owner_id=owner_id, podcast_id=asked.podcast_id)
        material = await material_of(session, podcast)
        before = await asking.answered_before(session, asked=asked)
    script = script_of(podcast) or Script("", material.language, ())
    return Asked(
        question=asked.question,
        language=script.language,
        title=podcast.title,
        spoken=asking.spoken_lines(podcast),
        sources=material.sources,
        before=tuple(before),
    )
