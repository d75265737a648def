"""Another plan is in force: that stands in the trail, and what plans have room for at a time is looked at again."""

from typing import Final

from core import ids
from core.billing.events import note_event
from core.queue import EVENTS, JobSpec
from core.tx import Tx
from core.work.service import request_work

FIT: Final = JobSpec("jobs.plans.fit", queue=EVENTS, timeout_s=60)


async def note_turn(tx: Tx, *, owner_id: ids.UserId, before: str, after: str, source: str, key: str) -> None:
    """Note that a user has another plan than before. Nothing happens when it is the same one."""
    if before == after:
        return
    data = {"from": before, "to": after}
    await note_event(tx, owner_id=owner_id, kind="entitlement.changed", source=source, key=key, data=data)
    await request_work(tx, FIT, owner_id=owner_id, subject_id=owner_id)
