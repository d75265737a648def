"""Work of a fair kind: whoever has the least running comes next."""

import asyncio
from dataclasses import replace

from core import ids
from core.accounts.models import User
from core.deps import Deps
from core.errors import ProviderError
from core.queue import MEDIA, JobSpec
from core.work.service import claim_work, request_work, retry_work
from tests.factories import make_user

FAIR = JobSpec("jobs.tests.fair", queue=MEDIA, fair=True)


async def requested(deps: Deps, owner: User) -> ids.WorkId:
    async with deps.tx() as tx:
        return await request_work(tx, FAIR, owner_id=owner.id, subject_id=ids.new())


async def owner_claimed(deps: Deps, pushed: ids.WorkId) -> ids.UserId | None:
    async with deps.tx() as tx:
        work = await claim_work(tx, pushed, spec=FAIR, worker="w1")
    return None if work is None else work.owner_id


async def two_owners(deps: Deps) -> tuple[User, User]:
    async with deps.tx() as tx:
        return await make_user(tx), await make_user(tx)


async def test_twenty_requests_of_one_do_not_starve_another(deps: Deps) -> None:
    busy, patient = await two_owners(deps)
    pushed = [await requested(deps, busy) for _ in range(20)]
    pushed.append(await requested(deps, patient))
    claimed = [await owner_claimed(deps, work_id) for work_id in pushed[:2]]
    assert claimed == [busy.id, patient.id]


async def test_all_work_gets_its_turn_once(deps: Deps) -> None:
    busy, patient = await two_owners(deps)
    pushed = [await requested(deps, owner) for owner in (busy, busy, patient, busy, patient)]
    claimed = [await owner_claimed(deps, work_id) for work_id in reversed(pushed)]
    assert sorted(map(str, claimed)) == sorted(map(str, [busy.id] * 3 + [patient.id] * 2))
    assert await owner_claimed(deps, pushed[0]) is None


async def test_what_waits_for_its_next_attempt_is_left_alone(deps: Deps) -> None:
    busy, _ = await two_owners(deps)
    pushed = await requested(deps, busy)
    async with deps.tx() as tx:
        work = await claim_work(tx, pushed, spec=FAIR, worker="w1")
        assert work is not None
        away = ProviderError(provider="speech", retryable=True)
        await retry_work(tx, work, spec=FAIR, error=away, after_s=5)
    assert await owner_claimed(deps, pushed) is None


async def test_another_kind_is_never_taken(deps: Deps) -> None:
    busy, _ = await two_owners(deps)
    pushed = await requested(deps, busy)
    async with deps.tx() as tx:
        other = replace(FAIR, target="jobs.tests.other")
        assert await claim_work(tx, pushed, spec=other, worker="w1") is None


async def test_two_that_come_together_take_different_work(concurrent_deps: Deps) -> None:
    busy, patient = await two_owners(concurrent_deps)
    pushed = [await requested(concurrent_deps, owner) for owner in (busy, busy, patient, patient)]
    claimed = await asyncio.gather(*(owner_claimed(concurrent_deps, work_id) for work_id in pushed))
    assert sorted(map(str, claimed)) == sorted(map(str, [busy.id] * 2 + [patient.id] * 2))
