"""What every job has in common: claim, lease, cancel, retry, fail. A feature's job file holds only its work."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog

from core import ids
from core.db import DATABASE_TROUBLE
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.queue import JobSpec
from core.telegram.sender import Sender
from core.tx import Tx
from core.work import service as work_service
from core.work.models import WorkStatus
from core.work.service import ClaimedWork

log = structlog.get_logger()

KEEP_EVERY_S = 1.0
"""How often a running job renews its lease and looks whether it was cancelled."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a worker process gives its jobs."""

    deps: Deps
    sender: Sender
    worker: str
    work_specs: Mapping[str, JobSpec]
    """What the sweeper may enqueue again, by target."""


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a piece of work."""

    bench: Bench
    spec: JobSpec
    work: ClaimedWork

    @property
    def deps(self) -> Deps:
        return self.bench.deps

    async def progress(self, percent: int, step: str) -> None:
        """Note how far it is."""
        async with self.deps.tx() as tx:
            await work_service.report_progress(tx, self.work, progress=percent, step=step)

    @asynccontextmanager
    async def finishing(self) -> AsyncIterator[Tx]:
        """A transaction for the result: the work ends in it, too. Raises ClaimLost when it isn't ours any more."""
        async with self.deps.tx() as tx:
            if not await work_service.finish_work(tx, self.work):
                raise ClaimLost
            yield tx


class ClaimLost(Exception):
    """The work was cancelled or given to another worker; whatever this one has made is not written."""


class WorkFunction(Protocol):
    def __call__(self, run: Run, /) -> Awaitable[None]: ...


Failure = Callable[[Tx, ClaimedWork, AppError], Awaitable[None]]
"""What belongs to a failure beyond the row: told to the user, quota released. Cancelling is a failure, too, with the
code `work.cancelled`."""


@dataclass(frozen=True, slots=True)
class WorkJob:
    """A job over a row of `jobs`. RQ calls it with the row's id."""

    spec: JobSpec
    function: WorkFunction
    on_failure: Failure

    def __call__(self, work_id: str) -> None:
        submit(lambda bench: run_work(bench, self, ids.WorkId(UUID(work_id))))


@dataclass(frozen=True, slots=True)
class PlainJob:
    """A job without a row of its own: its arguments name rows that know their state."""

    spec: JobSpec
    function: Callable[..., Awaitable[None]]

    def __call__(self, *args: str | int) -> None:
        submit(lambda bench: self._run(bench, args))

    async def _run(self, bench: Bench, args: tuple[str | int, ...]) -> None:
        async with asyncio.timeout(self.spec.timeout_s):
            await self.function(bench, *args)


def job(spec: JobSpec, *, on_failure: Failure) -> Callable[[WorkFunction], WorkJob]:
    """Make a coroutine function the target of `spec`, with claiming, leases, retries and failure around it."""
    return lambda function: WorkJob(spec, function, on_failure)


def plain_job(spec: JobSpec) -> Callable[[Callable[..., Awaitable[None]]], PlainJob]:
    """Make a coroutine function `(bench, *args)` the target of `spec`, as it is."""
    return lambda function: PlainJob(spec, function)


async def run_work(bench: Bench, work_job: WorkJob, work_id: ids.WorkId) -> None:
    """Claim and do one piece of work; every end of it is written down."""
    spec = work_job.spec
    async with bench.deps.tx() as tx:
        work = await work_service.claim_work(tx, work_id, spec=spec, worker=bench.worker)
    if work is None:
        return
    with structlog.contextvars.bound_contextvars(
        work_id=str(work.id), kind=work.kind, attempt=work.attempt, request_id=work.request_id
    ):
        if work.attempt > spec.attempts:
            await _fail(bench, work_job, work, AppError("work.attempts_exhausted"))
            return
        await _attempt(Run(bench, spec, work), work_job)


async def _attempt(run: Run, work_job: WorkJob) -> None:
    log.info("work.started")
    try:
        async with asyncio.timeout(run.spec.timeout_s):
            await _while_claimed(run, work_job.function(run))
    except ClaimLost:
        await _end_lost(run, work_job)
    except AppError as error:
        await _end_failed(run, work_job, error)
    except TimeoutError:
        await _end_failed(run, work_job, AppError("work.timed_out", limit_s=run.spec.timeout_s))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("work.crashed", reference=reference)
        crash = ProviderError("internal", provider="postaify", retryable=True, reference=reference)
        await _end_failed(run, work_job, crash)
    else:
        log.info("work.done")


async def _while_claimed(run: Run, doing: Awaitable[None]) -> None:
    """Do it as long as the claim holds. Raises ClaimLost when it doesn't."""
    task = asyncio.ensure_future(doing)
    keeper = asyncio.create_task(_keep(run))
    try:
        await asyncio.wait({task, keeper}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClaimLost
        await task
    finally:
        for left in (task, keeper):
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await left


async def _keep(run: Run) -> None:
    """Renew the lease until it is lost or the work is cancelled. A database that is away for a moment is no loss."""
    while True:
        await asyncio.sleep(KEEP_EVERY_S)
        try:
            async with run.deps.tx() as tx:
                if not await work_service.keep_claim(tx, run.work, spec=run.spec):
                    return
        except DATABASE_TROUBLE:
            log.warning("work.lease_not_renewed")


async def _end_lost(run: Run, work_job: WorkJob) -> None:
    """Cancelled work is ended here; work that another worker has is left alone (its row isn't ours)."""
    cancelled = AppError("work.cancelled")
    await _fail(run.bench, work_job, run.work, cancelled, status=WorkStatus.CANCELLED)


async def _end_failed(run: Run, work_job: WorkJob, error: AppError) -> None:
    again = isinstance(error, ProviderError) and error.retryable and run.work.attempt < run.spec.attempts
    if not again:
        await _fail(run.bench, work_job, run.work, error)
        return
    wait_s = run.spec.backoff_s * 2 ** (run.work.attempt - 1)
    if isinstance(error, ProviderError) and error.retry_after_s is not None:
        wait_s = max(wait_s, error.retry_after_s)
    log.info("work.retried_later", code=error.error_code, wait_s=wait_s)
    async with run.deps.tx() as tx:
        await work_service.retry_work(tx, run.work, spec=run.spec, error=error, after_s=wait_s)


async def _fail(
    bench: Bench, work_job: WorkJob, work: ClaimedWork, error: AppError, *, status: WorkStatus = WorkStatus.FAILED
) -> None:
    log.info("work.ended", code=error.error_code, status=status)
    async with bench.deps.tx() as tx:
        if await work_service.fail_work(tx, work, error, status=status):
            await work_job.on_failure(tx, work, error)


class Submit(Protocol):
    """How a process runs a job's coroutine to its end, from the thread or process in which RQ calls the job."""

    def __call__(self, start: Callable[[Bench], Coroutine[Any, Any, None]], /) -> None: ...


_submit: Submit | None = None


def install(submit_with: Submit | None) -> None:
    """Say how this process runs jobs. RQ calls jobs by name and passes only ids, so this can't be an argument."""
    global _submit
    _submit = submit_with


def submit(start: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    """Run a job in this process. Raises RuntimeError outside of a worker."""
    if _submit is None:
        raise RuntimeError("jobs run in a worker")
    _submit(start)
