"""The weekly report: what counts, what was gained meanwhile, and who gets it when."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.deps import Deps
from core.publishing.models import Publication, PublicationNumbers, PublicationStatus, PublishingReport, VideoPost
from core.publishing.reports import (
    MAKE_REPORT,
    Reading,
    choose_report,
    gained,
    report_data,
    request_due_reports,
    send_report,
    wants_report,
)
from core.videos.models import OwnVideo
from core.work.models import Work
from tests.factories import make_user

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def reading(hours: float, views: int | None) -> Reading:
    return Reading(NOON + timedelta(hours=hours), {"views": views})


@pytest.mark.parametrize(
    ("readings", "rose"),
    [
        ([], 0),
        ([reading(1, 5)], 5),
        ([reading(-1, 3), reading(1, 5), reading(2, 9)], 6),
        ([reading(-1, 3), reading(1, None)], 0),
        ([reading(-1, 3)], 0),
        ([reading(-1, 9), reading(1, 7)], -2),
        ([reading(-1, None), reading(1, 4)], 4),
        ([reading(1, 4), reading(24, 90)], 4),
    ],
)
def test_what_a_span_has_brought(readings: list[Reading], rose: int) -> None:
    assert gained(readings, "views", NOON, NOON + timedelta(hours=24)) == rose


async def publish(
    deps: Deps, owner: User, *, days_ago: float, name: str = "bread.mp4", readings: dict[float, int] | None = None
) -> ids.VideoPostId:
    """Published so long ago; `readings`: days ago to views."""
    now = deps.clock.now()
    at = now - timedelta(days=days_ago)
    common: dict[str, Any] = {"owner_id": owner.id, "created_at": at, "updated_at": at}
    video = OwnVideo(id=ids.OwnVideoId(ids.new()), name=name, storage_key="x", size_bytes=1, **common)
    post = VideoPost(id=ids.VideoPostId(ids.new()), video_id=video.id, **common)
    publication = Publication(
        id=ids.PublicationId(ids.new()),
        video_post_id=post.id,
        network="tiktok",
        wanted={},
        status=PublicationStatus.PUBLISHED,
        published_at=at,
        url="https://www.tiktok.com/@ann/video/1",
        **common,
    )
    async with deps.tx() as tx:
        for row in (video, post, publication):
            tx.session.add(row)
            await tx.session.flush()
        for ago, views in (readings or {}).items():
            read_at = now - timedelta(days=ago)
            tx.session.add(
                PublicationNumbers(publication_id=publication.id, read_at=read_at, views=views, likes=views // 10)
            )
    return post.id


@pytest.fixture
async def owner(deps: Deps) -> User:
    async with deps.tx() as tx:
        return await make_user(tx, time_zone="Europe/Berlin")


async def data_of(deps: Deps, owner: User) -> dict[str, Any]:
    async with deps.sessions() as session:
        return await report_data(session, owner_id=owner.id, now=deps.clock.now())


async def test_the_week_is_listed_by_views_and_compared_with_the_one_before(deps: Deps, owner: User) -> None:
    await publish(deps, owner, days_ago=10, name="old.mp4", readings={9: 100, 7.5: 400, 6: 450, 1: 600})
    await publish(deps, owner, days_ago=3, name="small.mp4", readings={2: 10, 1: 30})
    await publish(deps, owner, days_ago=2, name="big.mp4", readings={1: 50, 0.1: 500})
    data = await data_of(deps, owner)
    assert (data["published"], [each["name"] for each in data["items"]]) == (2, ["big.mp4", "small.mp4"])
    assert [each["views"] for each in data["items"]] == [500, 30]
    assert data["gained"]["views"] == (600 - 400) + 30 + 500
    assert data["gained_before"]["views"] == 400
    assert [day["views"] for day in data["days"]] == [50, 0, 0, 0, 10, 220, 450]


async def test_somebody_elses_videos_are_not_in_it(deps: Deps, owner: User) -> None:
    async with deps.tx() as tx:
        other = await make_user(tx)
    await publish(deps, other, days_ago=1, readings={0.5: 100})
    data = await data_of(deps, owner)
    assert (data["published"], data["gained"]["views"]) == (0, 0)


async def test_it_is_sent_on_mondays_by_choice_and_once(deps: Deps, owner: User, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        for _ in range(2):
            await choose_report(tx, owner_id=owner.id, wanted=True)
        row = await tx.session.get_one(PublishingReport, owner.id)
        first = row.next_at
        assert await request_due_reports(tx) == 0
    local = first.astimezone(ZoneInfo("Europe/Berlin"))
    assert (local.weekday(), local.hour) == (0, 9)
    clock.advance(first - clock.now())
    async with deps.tx() as tx:
        assert await request_due_reports(tx) == 1
        assert await request_due_reports(tx) == 0
        row = await tx.session.get_one(PublishingReport, owner.id)
        assert row.next_at - first == timedelta(days=7)
        work = (await tx.session.scalars(select(Work).where(Work.owner_id == owner.id))).all()
    assert [each.kind for each in work] == [MAKE_REPORT.target]


async def test_whoever_unsubscribes_gets_none_that_is_on_its_way(deps: Deps, owner: User) -> None:
    data = await data_of(deps, owner)
    async with deps.tx() as tx:
        await choose_report(tx, owner_id=owner.id, wanted=True)
        await send_report(tx, owner_id=owner.id, data=data, picture=None)
        await send_report(tx, owner_id=owner.id, data=data, picture=None)
        await choose_report(tx, owner_id=owner.id, wanted=False)
        assert not await wants_report(tx.session, owner_id=owner.id)
        await send_report(tx, owner_id=owner.id, data={**data, "at": "2030-01-01"}, picture=None)
        sent = (await tx.session.scalars(select(Delivery).where(Delivery.owner_id == owner.id))).all()
    assert [each.content["notice"] for each in sent] == ["publishing.report"]
