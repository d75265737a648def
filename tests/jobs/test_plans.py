"""What follows from another plan, by way of the job."""

from uuid import UUID

from core.billing.trials import cancel_trial, start_trial
from core.digests.models import DigestStatus
from core.digests.queries import digests_of
from core.digests.service import Wanted, make_digest
from core.providers.discovery import Network
from core.work.models import Work, WorkStatus
from jobs.plans import fit
from jobs.runtime import Bench
from tests.factories import make_user
from tests.recording_queue import RecordingQueue


async def test_the_end_of_a_trial_lets_wait_what_free_has_no_room_for(bench: Bench, queue: RecordingQueue) -> None:
    async with bench.deps.tx() as tx:
        user = await make_user(tx, time_zone="UTC")
        await start_trial(tx, owner_id=user.id)
        for keyword in ("bread", "cake"):
            await make_digest(tx, owner_id=user.id, wanted=Wanted((keyword,), (Network.TIKTOK,)))
    queue.clear()
    async with bench.deps.tx() as tx:
        await cancel_trial(tx, owner_id=user.id)
    ((work_id,),) = queue.pushed(fit.spec)
    await fit.run(bench, str(work_id))
    async with bench.deps.read() as session:
        found = await digests_of(session, owner_id=user.id)
        work = await session.get_one(Work, UUID(str(work_id)), populate_existing=True)
    assert [each.status for each in found] == [DigestStatus.ACTIVE, DigestStatus.WAITING]
    assert work.status == WorkStatus.DONE
