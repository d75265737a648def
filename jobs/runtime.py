"""What every job has in common: claim, lease, cancel, retry, fail. A feature's job file holds only its work."""

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog

from core import ids, metrics
from core.db import DATABASE_TROUBLE, may_pass
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.queue import JobSpec
from core.telegram.sender import Sender
from core.tx import Tx
from core.work import service as work_service
from core.work.models import WorkStatus
from core.work.service import ClaimedWork

log = structlog.get_logger()

Result = TypeVar("Result")

KEEP_EVERY_S = 1.0
"""How often a running job renews its lease and looks whether it was cancelled."""
WRITE_AGAIN_S = 0.25
CRASHED = "internal"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a worker process gives its jobs."""

    deps: Deps
    sender: Sender
    worker: str


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a piece of work."""

    bench: Bench
    spec: JobSpec
    work: ClaimedWork
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once its result is being written. From then on the row tells nothing about the claim."""

    @property
    def deps(self) -> Deps:
        return self.bench.deps

    @asynccontextmanager
    async def finishing(self, *, unless_cancelled: bool = False) -> AsyncIterator[Tx]:
        """A transaction for the result: the work ends in it, too. Raises ClaimLost when it isn't ours any more, and
        with `unless_cancelled` also when it was cancelled in the last moment.

        What its body raises undoes all of that, so that the work can go on.
        """
        async with self.deps.tx() as tx:
            if not await work_service.finish_work(tx, self.work, unless_cancelled=unless_cancelled):
                raise ClaimLost
            self.ending.set()
            try:
                yield tx
            except BaseException:
                self.ending.clear()
                raise

    @asynccontextmanager
    async def putting_off(self, *, after_s: float) -> AsyncIterator[Tx]:
        """A transaction in which the work is put back for then: it waits for something outside, and needs no worker
        meanwhile. Raises ClaimLost when it isn't ours any more, or was cancelled.
        """
        async with self.deps.tx() as tx:
            if not await work_service.put_off_work(tx, self.work, after_s=after_s):
                raise ClaimLost
            self.ending.set()
            try:
                yield tx
            except BaseException:
                self.ending.clear()
                raise


class ClaimLost(Exception):
    """The work was cancelled or given to another worker; whatever this one has made is not written."""


class WorkFunction(Protocol):
    def __call__(self, run: Run, /) -> Coroutine[Any, Any, None]: ...


Failure = Callable[[Tx, ClaimedWork, AppError], Awaitable[None]]
"""What belongs to a failure beyond the row: told to the user, quota released. Cancelling is a failure, too, with the
code `work.cancelled`."""
Start = Callable[[Bench], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class WorkJob:
    """A job over a row of `jobs`. RQ calls it with the row's id."""

    spec: JobSpec
    function: WorkFunction
    on_failure: Failure

    def __call__(self, work_id: str) -> None:
        submit(lambda bench: self.run(bench, work_id))

    async def run(self, bench: Bench, work_id: str) -> None:
        """Do it, or find that there is nothing to do. What can't even be written down is left to the lease."""
        with structlog.contextvars.bound_contextvars(work_id=work_id):
            try:
                await _run_work(bench, self, ids.WorkId(UUID(work_id)))
            except Exception:
                log.exception("work.not_ended")


@dataclass(frozen=True, slots=True)
class PlainJob:
    """A job without a row of its own: its arguments name rows that know their state."""

    spec: JobSpec
    function: Callable[..., Awaitable[None]]

    def __call__(self, *args: str | int) -> None:
        submit(lambda bench: self.run(bench, *args))

    async def run(self, bench: Bench, *args: str | int) -> None:
        """Do it. What goes wrong is made up for by whoever looks after the rows."""
        try:
            async with asyncio.timeout(self.spec.timeout_s):
                await self.function(bench, *args)
        except Exception:
            log.exception("job.crashed", target=self.spec.target)


def job(spec: JobSpec, *, on_failure: Failure) -> Callable[[WorkFunction], WorkJob]:
    """Make a coroutine function the target of `spec`, with claiming, leases, retries and failure around it."""
    return lambda function: WorkJob(spec, function, on_failure)


def plain_job(spec: JobSpec) -> Callable[[Callable[..., Awaitable[None]]], PlainJob]:
    """Make a coroutine function `(bench, *args)` the target of `spec`, as it is."""
    return lambda function: PlainJob(spec, function)


async def _run_work(bench: Bench, work_job: WorkJob, work_id: ids.WorkId) -> None:
    spec = work_job.spec
    work = await written(
        bench.deps,
        lambda tx: work_service.claim_work(tx, work_id, spec=spec, worker=bench.worker),
        within_s=spec.lease_s,
    )
    if work is None:
        return
    run = Run(bench, spec, work)
    with structlog.contextvars.bound_contextvars(
        work_id=str(work.id), kind=work.kind, attempt=work.attempt, request_id=work.request_id
    ):
        try:
            async with metrics.timed(bench.deps.redis, "job", kind=work.kind) as labels:
                labels["outcome"] = await _attempt(run, work_job)
        except asyncio.CancelledError:
            await _give_back(run)
            raise


async def _attempt(run: Run, work_job: WorkJob) -> str:
    """Do it once and write down how it ended. Gives that as a word."""
    if run.work.tries > run.spec.attempts:
        return await _fail(run, work_job, AppError("work.attempts_exhausted"))
    log.info("work.started")
    try:
        async with asyncio.timeout(run.spec.timeout_s) as limit:
            await _while_claimed(run, work_job.function(run))
    except ClaimLost:
        return await _end_lost(run, work_job)
    except AppError as error:
        return await _end_failed(run, work_job, error)
    except Exception as error:
        if isinstance(error, TimeoutError) and limit.expired():
            return await _fail(run, work_job, AppError("work.timed_out", limit_s=run.spec.timeout_s))
        return await _end_failed(run, work_job, crash_of(error))
    log.info("work.done")
    return WorkStatus.DONE


def crash_of(error: Exception) -> ProviderError:
    """An unknown exception as an error that may pass. Logged here, once, with the reference that the user sees."""
    reference = secrets.token_hex(4)
    log.error("job.crashed", reference=reference, exc_info=error)
    return ProviderError(CRASHED, provider="postaify", retryable=True, reference=reference)


async def _while_claimed(run: Run, doing: Coroutine[Any, Any, None]) -> None:
    """Do it as long as the claim holds. Raises ClaimLost when it doesn't."""
    task = asyncio.create_task(doing)
    keeper = asyncio.create_task(_keep(run))
    try:
        ended, _ = await asyncio.wait({task, keeper}, return_when=asyncio.FIRST_COMPLETED)
        if task not in ended and not run.ending.is_set():
            keeper.result()
            raise ClaimLost
        await task
    finally:
        for left in (task, keeper):
            left.cancel()
        await asyncio.gather(task, keeper, return_exceptions=True)


async def _keep(run: Run) -> None:
    """Renew the lease until it is lost or the work is cancelled. A database that is away for a moment is no loss."""
    while True:
        await asyncio.sleep(KEEP_EVERY_S)
        try:
            async with run.deps.tx() as tx:
                if not await work_service.keep_claim(tx, run.work, spec=run.spec):
                    return
        except DATABASE_TROUBLE as error:
            log.warning("work.lease_not_renewed", error=type(error).__name__)


async def _end_lost(run: Run, work_job: WorkJob) -> str:
    """Cancelled work is ended here; work that another worker has is left alone (its row isn't ours)."""
    return await _fail(run, work_job, AppError("work.cancelled"), status=WorkStatus.CANCELLED)


async def _end_failed(run: Run, work_job: WorkJob, error: AppError) -> str:
    again = isinstance(error, ProviderError) and error.retryable and run.work.tries < run.spec.attempts
    if not again:
        return await _fail(run, work_job, error)
    wait_s = _wait_s(run, error)
    log.info("work.retried_later", code=error.error_code, wait_s=wait_s, **_provider_facts(error))
    await written(
        run.deps,
        lambda tx: work_service.retry_work(tx, run.work, spec=run.spec, error=error, after_s=wait_s),
        within_s=run.spec.lease_s,
    )
    return "retried"


def _wait_s(run: Run, error: AppError) -> float:
    """Until the next attempt: doubled each time, and never less than the provider asks for."""
    backoff_s = float(run.spec.backoff_s * 2 ** (run.work.tries - 1))
    asked_s = error.retry_after_s if isinstance(error, ProviderError) else None
    return max(backoff_s, asked_s or 0.0)


async def _fail(run: Run, work_job: WorkJob, error: AppError, *, status: WorkStatus = WorkStatus.FAILED) -> str:
    async def end(tx: Tx) -> bool:
        failed = await work_service.fail_work(tx, run.work, error, status=status)
        if failed:
            await without_undoing(tx, work_job.on_failure(tx, run.work, error))
        return failed

    ours = await written(run.deps, end, within_s=run.spec.lease_s)
    log.info("work.ended", code=error.error_code, status=status, ours=ours, **_provider_facts(error))
    return status if ours else "lost"


def _provider_facts(error: AppError) -> dict[str, str | int]:
    """For the log: who failed, and with which HTTP status. What it wrote may hold what users wrote."""
    if not isinstance(error, ProviderError):
        return {}
    http_status = error.params.get("status")
    return {"provider": error.provider, **({"http_status": http_status} if isinstance(http_status, int) else {})}


async def _give_back(run: Run) -> None:
    """The worker has to stop in the middle: another one begins anew, at once."""
    async with run.deps.tx() as tx:
        await work_service.give_back_work(tx, run.work, spec=run.spec)
    log.info("work.given_back")


async def written(deps: Deps, write: Callable[[Tx], Awaitable[Result]], *, within_s: float) -> Result:
    """Run `write` in a transaction; again while the database is away, for at most `within_s`.

    A commit whose answer was lost is made again, so `write` must find that it has been done.
    """
    give_up_at = asyncio.get_running_loop().time() + within_s
    while True:
        try:
            async with deps.tx() as tx:
                return await write(tx)
        except DATABASE_TROUBLE as error:
            if not may_pass(error) or asyncio.get_running_loop().time() > give_up_at:
                raise
            log.warning("database.away", error=type(error).__name__)
        await asyncio.sleep(WRITE_AGAIN_S)


async def without_undoing(tx: Tx, follow_up: Awaitable[None]) -> None:
    """What follows from an end, in the same transaction: when it goes wrong, the end itself stands all the same.

    Only a database that may be well again in a moment undoes both, so that both are tried again.
    """
    try:
        async with tx.session.begin_nested():
            await follow_up
    except Exception as error:
        if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
            raise
        crash_of(error)


class Submit(Protocol):
    """How a thread has a job's coroutine run. It may return before the job's end: the rows tell how that went."""

    def __call__(self, start: Start, /) -> None: ...


_thread = threading.local()


def install(submit_with: Submit) -> None:
    """Say how this thread runs jobs. RQ calls jobs by name and passes only ids, so this can't be an argument."""
    _thread.submit = submit_with


def submit(start: Start) -> None:
    """Run a job. Raises RuntimeError in a thread that isn't a worker's."""
    submit_with: Submit | None = getattr(_thread, "submit", None)
    if submit_with is None:
        raise RuntimeError("jobs run in a worker")
    submit_with(start)
