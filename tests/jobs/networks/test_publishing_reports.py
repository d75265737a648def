"""The weekly report on its way: due, drawn, delivered with its picture."""

from datetime import timedelta

from sqlalchemy import select

from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.publishing.reports import choose_report
from core.work.models import Work
from jobs.publishing_reports import make_report, tend_reports
from jobs.runtime import Bench
from tests.core.publishing.test_reports import publish
from tests.factories import make_user


async def test_a_report_that_is_due_is_drawn_and_handed_to_the_deliveries(bench: Bench, clock: FixedClock) -> None:
    async with bench.deps.tx() as tx:
        owner = await make_user(tx, time_zone="Europe/Lisbon")
        await choose_report(tx, owner_id=owner.id, wanted=True)
    clock.advance(timedelta(days=7))
    await publish(bench.deps, owner, days_ago=1, readings={0.5: 1_200})
    await tend_reports(bench.deps)
    async with bench.deps.read() as session:
        [work_id] = await session.scalars(select(Work.id).where(Work.owner_id == owner.id))
    await make_report.run(bench, str(work_id))
    async with bench.deps.read() as session:
        [sent] = await session.scalars(select(Delivery).where(Delivery.owner_id == owner.id))
    assert sent.content["notice"] == "publishing.report"
    picture = b"".join([piece async for piece in bench.deps.storage.read(sent.content["data"]["picture"])])
    assert picture.startswith(b"\x89PNG")
