"""Work from its claim to its end, whatever goes wrong in between."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from core import ids, metrics
from core.clock import FixedClock
from core.deps import Deps
from core.errors import AppError, InvalidInput, ProviderError
from core.queue import TEXT, JobSpec, Push
from core.tx import Tx
from core.work import service as work_service
from core.work.models import Work, WorkStatus
from core.work.service import ClaimedWork
from jobs import runtime
from jobs.runtime import Bench, Run, WorkJob
from tests.factories import make_user
from tests.patience import PATIENCE_S, until
from tests.recording_queue import RecordingQueue

SPEC = JobSpec("jobs.tests.work", queue=TEXT, attempts=3, lease_s=30, timeout_s=20, backoff_s=5)
SPECS = {SPEC.target: SPEC}
BUSY = ProviderError("text.rate_limited", provider="model", retryable=True)

Doing = Callable[[Run], Awaitable[None]]


class Told:
    """What the feature's failure hook was called with."""

    def __init__(self) -> None:
        self.errors: list[AppError] = []

    async def __call__(self, tx: Tx, work: ClaimedWork, error: AppError) -> None:
        row = await tx.session.get_one(Work, work.id)
        assert row.finished_at is not None, "in the transaction that ends the work"
        self.errors.append(error)


@pytest.fixture
def told() -> Told:
    return Told()


async def finish(run: Run) -> None:
    async with run.finishing():
        pass


def raising(error: Exception) -> Doing:
    async def work(run: Run) -> None:
        raise error

    return work


def waiting(begun: asyncio.Event, ended: asyncio.Event) -> Doing:
    """Work that goes on until it is broken off."""

    async def work(run: Run) -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    return work


def job_of(doing: Doing, told: Told, spec: JobSpec = SPEC) -> WorkJob:
    async def function(run: Run) -> None:
        await doing(run)

    return WorkJob(spec, function, told)


async def requested(deps: Deps) -> ids.WorkId:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        return await work_service.request_work(tx, SPEC, owner_id=owner.id, subject_id=ids.new())


async def row_of(deps: Deps, work_id: ids.WorkId) -> Work:
    async with deps.sessions() as session:
        return await session.get_one(Work, work_id)


async def cancel(deps: Deps, work_id: ids.WorkId) -> WorkStatus | None:
    row = await row_of(deps, work_id)
    async with deps.tx() as tx:
        return await work_service.request_cancel(tx, owner_id=row.owner_id, subject_id=row.subject_id)


async def outcomes(deps: Deps) -> dict[str, float]:
    """How attempts ended, as Prometheus would count them."""
    collector = await metrics.collected(deps.redis)
    return {
        sample.labels["outcome"]: sample.value
        for family in collector.collect()
        for sample in family.samples
        if sample.name == "postaify_job_seconds_count"
    }


async def test_work_that_ends_well_is_done_and_measured(concurrent_bench: Bench, told: Told) -> None:
    deps = concurrent_bench.deps
    work_id = await requested(deps)
    await job_of(finish, told).run(concurrent_bench, str(work_id))
    assert (await row_of(deps, work_id)).status == WorkStatus.DONE
    assert told.errors == []
    assert await outcomes(deps) == {"done": 1}


class SlowQueue(RecordingQueue):
    """Redis, taking its time."""

    async def push(self, pushes: Iterable[Push]) -> None:
        await asyncio.sleep(0.3)
        await super().push(pushes)


async def test_what_follows_from_a_result_starts_also_when_the_claim_is_looked_at_right_then(
    concurrent_bench: Bench, told: Told
) -> None:
    """The look waits for the row until the commit, and then finds that the work is done."""
    queue = SlowQueue()

    async def work(run: Run) -> None:
        async with run.finishing() as tx:
            tx.enqueue(SPEC, "next")
            await asyncio.sleep(runtime.KEEP_EVERY_S + 0.1)

    bench = replace(concurrent_bench, deps=replace(concurrent_bench.deps, queue=queue))
    work_id = await requested(concurrent_bench.deps)
    await job_of(work, told).run(bench, str(work_id))
    assert queue.pushed(SPEC) == [("next",)]
    assert await outcomes(bench.deps) == {"done": 1}


async def test_the_same_job_pushed_twice_is_done_once(concurrent_bench: Bench, told: Told) -> None:
    runs: list[int] = []

    async def work(run: Run) -> None:
        runs.append(run.work.attempt)
        await asyncio.sleep(0.05)
        await finish(run)

    work_id = await requested(concurrent_bench.deps)
    job = job_of(work, told)
    others = [Bench(concurrent_bench.deps, concurrent_bench.sender, worker=f"host:{n}:bb") for n in (2, 3)]
    await asyncio.gather(*(job.run(bench, str(work_id)) for bench in (concurrent_bench, *others)))
    assert runs == [1]


@pytest.mark.parametrize(("asked_s", "expected_s"), [(None, 5), (2, 5), (90, 90)])
async def test_what_may_pass_is_tried_again_when_the_provider_says(
    concurrent_bench: Bench, told: Told, clock: FixedClock, asked_s: float | None, expected_s: float
) -> None:
    deps = concurrent_bench.deps
    busy = ProviderError("text.rate_limited", provider="model", retryable=True, retry_after_s=asked_s)
    work_id = await requested(deps)
    await job_of(raising(busy), told).run(concurrent_bench, str(work_id))
    row = await row_of(deps, work_id)
    assert (row.status, row.next_attempt_at) == (WorkStatus.QUEUED, clock.now() + timedelta(seconds=expected_s))
    assert told.errors == []
    done = job_of(finish, told)
    await done.run(concurrent_bench, str(work_id))
    assert (await row_of(deps, work_id)).status == WorkStatus.QUEUED, "a push that came twice came too early"
    clock.advance(timedelta(seconds=expected_s))
    await done.run(concurrent_bench, str(work_id))
    assert (await row_of(deps, work_id)).status == WorkStatus.DONE
    assert await outcomes(deps) == {"retried": 1, "done": 1}


async def test_waits_double(concurrent_bench: Bench, told: Told, clock: FixedClock, queue: RecordingQueue) -> None:
    deps = concurrent_bench.deps
    work_id = await requested(deps)
    job, waits = job_of(raising(BUSY), told), []
    for _ in range(2):
        await job.run(concurrent_bench, str(work_id))
        again_at = (await row_of(deps, work_id)).next_attempt_at
        waits.append((again_at - clock.now()).total_seconds())
        clock.advance(again_at - clock.now())
    assert waits == [5, 10]


async def test_what_never_passes_fails_at_once_and_is_told_once(concurrent_bench: Bench, told: Told) -> None:
    deps = concurrent_bench.deps
    refused = InvalidInput("text.refused")
    work_id = await requested(deps)
    job = job_of(raising(refused), told)
    for _ in range(2):
        await job.run(concurrent_bench, str(work_id))
    row = await row_of(deps, work_id)
    assert (row.status, row.attempt, row.error) == (WorkStatus.FAILED, 1, {"code": "text.refused", "params": {}})
    assert told.errors == [refused]


async def test_the_last_attempt_fails_for_good(concurrent_bench: Bench, told: Told, clock: FixedClock) -> None:
    deps = concurrent_bench.deps
    work_id = await requested(deps)
    for _ in range(SPEC.attempts):
        await job_of(raising(BUSY), told).run(concurrent_bench, str(work_id))
        clock.advance(timedelta(minutes=5))
    assert (await row_of(deps, work_id)).status == WorkStatus.FAILED
    assert told.errors == [BUSY]


async def test_work_whose_workers_die_each_time_is_given_up(
    concurrent_bench: Bench, told: Told, clock: FixedClock
) -> None:
    """It may be what kills them."""
    deps = concurrent_bench.deps
    work_id = await requested(deps)
    for _ in range(SPEC.attempts):
        async with deps.tx() as tx:
            assert await work_service.claim_work(tx, work_id, spec=SPEC, worker="dead") is not None
        async with deps.tx() as tx:
            await work_service.release_work_of(tx, ["dead"])
    await job_of(finish, told).run(concurrent_bench, str(work_id))
    assert (await row_of(deps, work_id)).status == WorkStatus.FAILED
    assert [error.error_code for error in told.errors] == ["work.attempts_exhausted"]


async def test_a_crash_is_tried_again_and_in_the_end_told_with_the_reference_that_was_logged(
    concurrent_bench: Bench, told: Told, clock: FixedClock
) -> None:
    deps = concurrent_bench.deps
    work_id = await requested(deps)
    with structlog.testing.capture_logs() as logs:
        for _ in range(SPEC.attempts):
            await job_of(raising(ZeroDivisionError("oops")), told).run(concurrent_bench, str(work_id))
            clock.advance(timedelta(minutes=5))
    [error] = told.errors
    references = [entry["reference"] for entry in logs if entry["event"] == "job.crashed"]
    assert len(references) == SPEC.attempts, "each crash is logged once"
    assert error.error_code == runtime.CRASHED
    assert error.params["reference"] == references[-1]
    row = await row_of(deps, work_id)
    assert row.error is not None
    assert row.error["params"]["reference"] == references[-1]


@pytest.mark.parametrize("retryable", [True, False])
async def test_the_log_names_a_provider_s_status_and_nothing_that_it_wrote(
    concurrent_bench: Bench, told: Told, retryable: bool
) -> None:
    failure = ProviderError("text.unavailable", provider="there", retryable=retryable, status=503, message="his text")
    work_id = await requested(concurrent_bench.deps)
    with structlog.testing.capture_logs() as logs:
        await job_of(raising(failure), told).run(concurrent_bench, str(work_id))
    [entry] = [entry for entry in logs if entry["event"] in {"work.ended", "work.retried_later"}]
    assert (entry["provider"], entry["http_status"]) == ("there", 503)
    assert "his text" not in str(logs)


async def test_what_takes_too_long_is_broken_off_and_fails(concurrent_bench: Bench, told: Told) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()
    short = JobSpec(SPEC.target, queue=TEXT, timeout_s=0.1)
    work_id = await requested(concurrent_bench.deps)
    await job_of(waiting(begun, ended), told, short).run(concurrent_bench, str(work_id))
    assert ended.is_set()
    assert (await row_of(concurrent_bench.deps, work_id)).status == WorkStatus.FAILED
    assert [error.error_code for error in told.errors] == ["work.timed_out"]


async def test_a_timeout_of_the_work_s_own_isnt_taken_for_its_time_limit(concurrent_bench: Bench, told: Told) -> None:
    work_id = await requested(concurrent_bench.deps)
    await job_of(raising(TimeoutError("a socket's")), told).run(concurrent_bench, str(work_id))
    assert (await row_of(concurrent_bench.deps, work_id)).status == WorkStatus.QUEUED


async def test_a_cancel_is_noticed(concurrent_bench: Bench, told: Told) -> None:
    deps = concurrent_bench.deps
    begun, ended = asyncio.Event(), asyncio.Event()
    work_id = await requested(deps)
    async with asyncio.timeout(PATIENCE_S):
        running = asyncio.create_task(job_of(waiting(begun, ended), told).run(concurrent_bench, str(work_id)))
        await begun.wait()
        assert await cancel(deps, work_id) is WorkStatus.RUNNING
        await running
    assert ended.is_set()
    assert (await row_of(deps, work_id)).status == WorkStatus.CANCELLED
    assert [error.error_code for error in told.errors] == ["work.cancelled"]


async def test_a_lease_is_renewed_while_the_work_goes_on(
    concurrent_bench: Bench, told: Told, clock: FixedClock
) -> None:
    deps = concurrent_bench.deps
    begun, ended = asyncio.Event(), asyncio.Event()
    work_id = await requested(deps)
    running = asyncio.create_task(job_of(waiting(begun, ended), told).run(concurrent_bench, str(work_id)))
    await begun.wait()
    clock.advance(timedelta(seconds=25))

    async def renewed() -> bool:
        return (await row_of(deps, work_id)).lease_until == clock.now() + timedelta(seconds=SPEC.lease_s)

    await until(renewed)
    running.cancel()
    await asyncio.wait([running])


async def test_what_was_made_under_a_lost_lease_isnt_written(
    concurrent_bench: Bench, told: Told, clock: FixedClock
) -> None:
    deps = concurrent_bench.deps
    work_id = await requested(deps)

    async def work(run: Run) -> None:
        clock.advance(timedelta(seconds=SPEC.lease_s + 1))
        async with deps.tx() as tx:
            await work_service.sweep_work(tx, SPECS)
        async with deps.tx() as tx:
            assert await work_service.claim_work(tx, work_id, spec=SPEC, worker="other") is not None
        async with run.finishing() as tx:
            await make_user(tx, telegram_user_id=77)

    await job_of(work, told).run(concurrent_bench, str(work_id))
    row = await row_of(deps, work_id)
    assert (row.status, row.leased_by) == (WorkStatus.RUNNING, "other")
    assert told.errors == []
    assert await outcomes(deps) == {"lost": 1}


async def test_a_result_that_cant_be_kept_leaves_nothing_of_itself(concurrent_bench: Bench, told: Told) -> None:
    deps = concurrent_bench.deps
    work_id = await requested(deps)

    async def work(run: Run) -> None:
        async with run.finishing() as tx:
            await make_user(tx, telegram_user_id=77)
            raise InvalidInput("text.refused")

    await job_of(work, told).run(concurrent_bench, str(work_id))
    assert (await row_of(deps, work_id)).status == WorkStatus.FAILED
    async with deps.tx() as tx:
        await make_user(tx, telegram_user_id=77)
        assert len(tx.outbox) == 0


async def test_a_stopping_worker_gives_its_work_back_at_once_and_it_was_no_attempt(
    concurrent_bench: Bench, told: Told, queue: RecordingQueue
) -> None:
    deps = concurrent_bench.deps
    begun, ended = asyncio.Event(), asyncio.Event()
    work_id = await requested(deps)
    queue.clear()
    running = asyncio.create_task(job_of(waiting(begun, ended), told).run(concurrent_bench, str(work_id)))
    await begun.wait()
    running.cancel()
    await asyncio.wait([running])
    assert ended.is_set()
    row = await row_of(deps, work_id)
    assert (row.status, row.attempt) == (WorkStatus.QUEUED, 0)
    assert queue.pushed(SPEC) == [(str(work_id),)]
    await job_of(finish, told).run(concurrent_bench, str(work_id))
    assert (await row_of(deps, work_id)).status == WorkStatus.DONE


async def test_a_failure_hook_that_fails_doesnt_keep_the_work_from_ending(
    concurrent_bench: Bench,
) -> None:
    deps = concurrent_bench.deps
    work_id = await requested(deps)

    async def broken(tx: Tx, work: ClaimedWork, error: AppError) -> None:
        await make_user(tx, telegram_user_id=78)
        raise InvalidInput("hook.broken")

    job = WorkJob(SPEC, job_of(raising(InvalidInput("text.refused")), Told()).function, broken)
    with structlog.testing.capture_logs() as logs:
        await job.run(concurrent_bench, str(work_id))
    assert (await row_of(deps, work_id)).status == WorkStatus.FAILED
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["job.crashed"]


async def test_an_end_is_written_once_the_database_is_back(deps: Deps) -> None:
    tries: list[int] = []

    async def write(tx: Tx) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("SELECT", {}, ConnectionResetError())
        return "written"

    assert await runtime.written(deps, write, within_s=10) == "written"
    with pytest.raises(OperationalError):
        await runtime.written(deps, raising_operational, within_s=0)


async def raising_operational(tx: Tx) -> None:
    raise OperationalError("SELECT", {}, ConnectionResetError())


async def test_work_that_isnt_there_is_no_trouble(concurrent_bench: Bench, told: Told) -> None:
    with structlog.testing.capture_logs() as logs:
        await job_of(finish, told).run(concurrent_bench, str(UUID(int=0)))
    assert logs == []


def test_jobs_run_only_in_a_worker() -> None:
    with pytest.raises(RuntimeError, match="in a worker"):
        runtime.submit(lambda _: asyncio.sleep(0))
