"""Background work: claimed by one, kept by a lease, repeated, cancelled, and never forgotten."""

import asyncio
from datetime import timedelta
from uuid import UUID

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.queue import TEXT, JobSpec
from core.tx import Tx
from core.work.models import Work, WorkStatus
from core.work.service import (
    ClaimedWork,
    claim_work,
    fail_work,
    finish_work,
    keep_claim,
    lease_holders,
    next_attempt_at,
    release_work_of,
    report_progress,
    request_cancel,
    request_work,
    retry_work,
    sweep_work,
    unfinished_work,
)
from tests.factories import make_user
from tests.recording_queue import RecordingQueue

SPEC = JobSpec("jobs.tests.work", queue=TEXT, lease_s=30)
SPECS = {SPEC.target: SPEC}
AWAY = ProviderError(provider="model", retryable=True)


async def requested(deps: Deps, owner: User | None = None) -> ids.WorkId:
    """Committed work that waits for a worker."""
    async with deps.tx() as tx:
        owner = owner or await make_user(tx)
        return await request_work(tx, SPEC, owner_id=owner.id, subject_id=ids.new(), payload={"chat_id": 7})


async def claimed(deps: Deps, work_id: ids.WorkId, worker: str = "w1") -> ClaimedWork:
    async with deps.tx() as tx:
        work = await claim_work(tx, work_id, spec=SPEC, worker=worker)
    assert work is not None
    return work


async def row_of(deps: Deps, work_id: ids.WorkId) -> Work:
    async with deps.sessions() as session:
        return await session.get_one(Work, work_id)


async def sweep(deps: Deps) -> int:
    async with deps.tx() as tx:
        return await sweep_work(tx, SPECS)


async def test_requested_work_is_pushed_after_the_commit_only(deps: Deps, queue: RecordingQueue) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        work_id = await request_work(tx, SPEC, owner_id=owner.id, subject_id=ids.new())
        assert queue.pushes == []
    assert queue.pushed(SPEC) == [(str(work_id),)]


async def test_work_of_a_transaction_that_failed_is_never_pushed(deps: Deps, queue: RecordingQueue) -> None:
    try:
        async with deps.tx() as tx:
            owner = await make_user(tx)
            await request_work(tx, SPEC, owner_id=owner.id, subject_id=ids.new())
            raise AppError("test.failed")
    except AppError:
        assert queue.pushes == []


async def test_work_is_claimed_once_with_what_was_asked(deps: Deps) -> None:
    work_id = await requested(deps)
    work = await claimed(deps, work_id)
    assert (work.attempt, work.kind, work.payload) == (1, SPEC.target, {"chat_id": 7})
    async with deps.tx() as tx:
        assert await claim_work(tx, work_id, spec=SPEC, worker="w2") is None


async def test_of_many_workers_at_once_one_gets_the_work(concurrent_deps: Deps) -> None:
    work_id = await requested(concurrent_deps)

    async def claim(number: int) -> bool:
        async with concurrent_deps.tx() as tx:
            return await claim_work(tx, work_id, spec=SPEC, worker=f"w{number}") is not None

    assert sum(await asyncio.gather(*(claim(number) for number in range(20)))) == 1
    assert (await row_of(concurrent_deps, work_id)).attempt == 1


async def test_a_lease_is_renewed_from_now(deps: Deps, clock: FixedClock) -> None:
    work_id = await requested(deps)
    work = await claimed(deps, work_id)
    clock.advance(timedelta(seconds=20))
    async with deps.tx() as tx:
        assert await keep_claim(tx, work, spec=SPEC)
    assert (await row_of(deps, work_id)).lease_until == clock.now() + timedelta(seconds=30)


async def test_finished_work_says_so_and_stays_finished(deps: Deps) -> None:
    work_id = await requested(deps)
    work = await claimed(deps, work_id)
    async with deps.tx() as tx:
        assert await finish_work(tx, work)
        assert not await finish_work(tx, work)
        assert not await fail_work(tx, work, AWAY)
        assert not await keep_claim(tx, work, spec=SPEC)
    row = await row_of(deps, work_id)
    assert (row.status, row.progress, row.lease_until) == (WorkStatus.DONE, 100, None)


async def test_failed_work_keeps_its_reason(deps: Deps, clock: FixedClock) -> None:
    work_id = await requested(deps)
    work = await claimed(deps, work_id)
    async with deps.tx() as tx:
        assert await fail_work(tx, work, AppError("text.refused", model="m"))
    row = await row_of(deps, work_id)
    assert (row.status, row.finished_at) == (WorkStatus.FAILED, clock.now())
    assert row.error == {"code": "text.refused", "params": {"model": "m"}}


async def test_progress_never_goes_back(deps: Deps) -> None:
    work_id = await requested(deps)
    work = await claimed(deps, work_id)
    async with deps.tx() as tx:
        await report_progress(tx, work, progress=40, step="writing")
        await report_progress(tx, work, progress=20, step="reading")
    row = await row_of(deps, work_id)
    assert (row.progress, row.step) == (40, "writing")


async def test_a_retry_waits_for_its_time_and_counts_as_the_next_attempt(
    deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    work_id = await requested(deps)
    work = await claimed(deps, work_id)
    async with deps.tx() as tx:
        await retry_work(tx, work, spec=SPEC, error=AWAY, after_s=60)
    queue.clear()
    assert await sweep(deps) == 0
    clock.advance(timedelta(seconds=60))
    assert await sweep(deps) == 1
    assert queue.pushed(SPEC) == [(str(work_id),)]
    assert (await claimed(deps, work_id)).attempt == 2


async def test_a_push_that_was_lost_is_made_again(deps: Deps, clock: FixedClock, queue: RecordingQueue) -> None:
    queue.away = True
    work_id = await requested(deps)
    queue.away = False
    assert await sweep(deps) == 0, "it may still lie in the queue"
    clock.advance(timedelta(seconds=21))
    assert await sweep(deps) == 1
    assert await sweep(deps) == 0, "one push is enough for a while"
    assert queue.pushed(SPEC) == [(str(work_id),)]


async def test_a_lease_that_ran_out_gives_the_work_to_another_and_the_first_writes_nothing(
    deps: Deps, clock: FixedClock
) -> None:
    work_id = await requested(deps)
    lost = await claimed(deps, work_id)
    clock.advance(timedelta(seconds=29))
    assert await sweep(deps) == 0
    clock.advance(timedelta(seconds=2))
    assert await sweep(deps) == 1
    work = await claimed(deps, work_id, worker="w2")
    assert work.attempt == 2
    async with deps.tx() as tx:
        assert not await keep_claim(tx, lost, spec=SPEC)
        assert not await finish_work(tx, lost)
        await report_progress(tx, lost, progress=99, step="ghost")
        await retry_work(tx, lost, spec=SPEC, error=AWAY, after_s=1)
    assert (await row_of(deps, work_id)).status == WorkStatus.RUNNING
    async with deps.tx() as tx:
        assert await finish_work(tx, work)
    assert (await row_of(deps, work_id)).progress == 100


async def test_sweepers_side_by_side_push_each_piece_once(
    concurrent_deps: Deps, clock: FixedClock, queue: RecordingQueue
) -> None:
    wanted = {(str(await requested(concurrent_deps)),) for _ in range(20)}
    queue.clear()
    clock.advance(timedelta(seconds=21))
    await asyncio.gather(*(sweep(concurrent_deps) for _ in range(8)))
    assert sorted(queue.pushed(SPEC)) == sorted(wanted)


async def test_work_of_a_kind_nobody_knows_is_left_alone(deps: Deps, clock: FixedClock) -> None:
    await requested(deps)
    clock.advance(timedelta(seconds=21))
    async with deps.tx() as tx:
        assert await sweep_work(tx, {}) == 0


async def test_what_a_dead_worker_held_is_free_at_once(deps: Deps) -> None:
    dead, alive = await requested(deps), await requested(deps)
    await claimed(deps, dead, worker="dead")
    await claimed(deps, alive, worker="alive")
    async with deps.tx() as tx:
        assert set(await lease_holders(tx)) == {"dead", "alive"}
        assert await release_work_of(tx, ["dead"]) == 1
        assert await lease_holders(tx) == ["alive"]
    assert (await claimed(deps, dead, worker="w2")).attempt == 2


async def test_queued_work_is_cancelled_at_once(deps: Deps, clock: FixedClock) -> None:
    work_id = await requested(deps)
    subject_id, owner_id = await _whose(deps, work_id)
    async with deps.tx() as tx:
        assert await unfinished_work(tx, owner_id=owner_id, subject_id=subject_id)
        assert await request_cancel(tx, owner_id=owner_id, subject_id=subject_id) is WorkStatus.QUEUED
        assert await claim_work(tx, work_id, spec=SPEC, worker="w1") is None
        assert not await unfinished_work(tx, owner_id=owner_id, subject_id=subject_id)
        assert await request_cancel(tx, owner_id=owner_id, subject_id=subject_id) is None
    clock.advance(timedelta(minutes=5))
    assert await sweep(deps) == 0


async def test_running_work_learns_of_its_cancelling_when_it_renews(deps: Deps) -> None:
    work_id = await requested(deps)
    subject_id, owner_id = await _whose(deps, work_id)
    work = await claimed(deps, work_id)
    async with deps.tx() as tx:
        assert await request_cancel(tx, owner_id=owner_id, subject_id=subject_id) is WorkStatus.RUNNING
        assert not await keep_claim(tx, work, spec=SPEC)
        assert await fail_work(tx, work, AppError("work.cancelled"), status=WorkStatus.CANCELLED)
    assert (await row_of(deps, work_id)).status == WorkStatus.CANCELLED


async def test_nobody_cancels_the_work_of_another(deps: Deps) -> None:
    work_id = await requested(deps)
    subject_id, _ = await _whose(deps, work_id)
    async with deps.tx() as tx:
        stranger = await make_user(tx)
        assert await request_cancel(tx, owner_id=stranger.id, subject_id=subject_id) is None
    assert (await row_of(deps, work_id)).status == WorkStatus.QUEUED


async def test_the_earliest_attempt_is_known(tx: Tx) -> None:
    assert await next_attempt_at(tx) is None
    owner = await make_user(tx)
    await request_work(tx, SPEC, owner_id=owner.id, subject_id=ids.new())
    found = await next_attempt_at(tx)
    assert found is not None
    assert found > tx.now


async def _whose(deps: Deps, work_id: ids.WorkId) -> tuple[UUID, ids.UserId]:
    row = await row_of(deps, work_id)
    return row.subject_id, row.owner_id
