"""Every job can be found by the name under which it is enqueued."""

import importlib

import pytest

import core
from core.queue import QUEUES, JobSpec
from jobs.catalogue import PLAIN_JOBS, WORK_JOBS
from jobs.runtime import PlainJob, WorkJob

JOBS: tuple[WorkJob | PlainJob, ...] = (*WORK_JOBS, *PLAIN_JOBS)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.spec.target)
def test_a_target_names_its_job(job: WorkJob | PlainJob) -> None:
    module, _, name = job.spec.target.rpartition(".")
    assert getattr(importlib.import_module(module), name) is job
    assert job.spec.queue in QUEUES


def test_every_spec_that_core_enqueues_has_its_job() -> None:
    known = {job.spec.target for job in JOBS}
    specs = {
        value.target for module in _core_modules() for value in vars(module).values() if isinstance(value, JobSpec)
    }
    assert specs == known


def _core_modules() -> list[object]:
    names = ("work.service", "deliveries.service", "deliveries.statuses", "posts.service", "posts.writing")
    return [importlib.import_module(f"{core.__name__}.{name}") for name in names]
