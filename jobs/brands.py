"""Learning how a brand sounds."""

import asyncio

import structlog

from core import ids
from core.billing.costs import record_model_use
from core.brands import learning, tidying
from core.brands.measuring import common_ending, learned_card
from core.brands.members import check_role
from core.brands.voice import style_of
from core.deps import Deps
from core.errors import AppError
from core.posts.writing import Place
from core.tx import Tx
from core.viral.service import place_of
from core.work.service import ClaimedWork
from jobs.runtime import Run, job

log = structlog.get_logger()


async def learning_ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled."""
    await learning.end_learning(
        tx, user_id=work.owner_id, brand_id=ids.BrandId(work.subject_id), place=_place(work), error=error
    )


@job(learning.LEARN, on_failure=learning_ended)
async def learn(run: Run) -> None:
    """Count what can be counted, and have the rest put into words where somebody can."""
    user_id, brand_id = run.work.owner_id, ids.BrandId(run.work.subject_id)
    async with run.deps.read() as session:
        brand = (await check_role(session, user_id=user_id, brand_id=brand_id)).brand
        examples = await learning.examples_of(session, user_id=user_id, brand_id=brand_id)
    posts = tuple(example.text for example in examples)
    card = await asyncio.to_thread(learned_card, posts, style_of(brand))
    place = _place(run.work)
    described, usage = await run.deps.voice_reader.describe(posts, reader=place.language)
    async with run.finishing() as tx:
        await learning.record_learned(
            tx,
            user_id=user_id,
            brand_id=brand_id,
            card=card,
            described=described,
            engine=run.deps.voice_reader.engine,
            signature=common_ending(posts),
            place=place,
        )
        await record_model_use(tx, owner_id=user_id, subject_id=brand_id, purpose="brands.learn", usage=usage)


async def tidy_brands(deps: Deps) -> int:
    """What nobody can want any more. Gives how many brands went. May be killed at any moment and run side by side."""
    async with deps.tx() as tx:
        removed = await tidying.remove_deleted_brands(tx)
        await tidying.forget_old_invites(tx)
        await tidying.forget_unconnected(tx)
    if removed:
        log.info("brands.tidied", removed=removed)
    return removed


def _place(work: ClaimedWork) -> Place:
    return place_of(work.payload)
