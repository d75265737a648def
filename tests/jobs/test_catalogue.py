"""Every job can be found by the name under which it is enqueued."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import core
from core.queue import LIGHT_QUEUES, QUEUES, JobSpec
from jobs.catalogue import JOBS, WORK_JOBS, work_specs
from jobs.runtime import PlainJob, WorkJob


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.spec.target)
def test_a_target_names_its_job(job: WorkJob | PlainJob) -> None:
    module, _, name = job.spec.target.rpartition(".")
    assert getattr(importlib.import_module(module), name) is job
    assert job.spec.queue in QUEUES


def test_every_spec_that_core_enqueues_has_its_job() -> None:
    declared = {
        value.target for module in _core_modules() for value in vars(module).values() if isinstance(value, JobSpec)
    }
    assert declared == {job.spec.target for job in JOBS}


def test_the_sweeper_knows_all_work() -> None:
    assert list(work_specs().values()) == [job.spec for job in WORK_JOBS]


def test_a_claim_outlives_some_renewals() -> None:
    """A renewal may be late by a restart of the database; light jobs share their loop with others."""
    assert all(job.spec.lease_s >= 10 for job in WORK_JOBS if job.spec.queue in LIGHT_QUEUES)


def _core_modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(core.__path__, f"{core.__name__}."):
        yield importlib.import_module(found.name)
