"""The planner: a day ahead, each occurrence once, whoever plans beside it and whatever is killed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from core.channels.models import ChannelState
from core.channels.service import disconnect_channel
from core.channels.standing import note_trouble
from core.clock import FixedClock
from core.db import DATABASE_TROUBLE
from core.deliveries.models import Delivery, StatusMessage
from core.deps import Deps
from core.ids import SeriesId
from core.posts.models import Post, PostVersion
from core.posts.scheduling import choose_target
from core.series.models import Series, SeriesStatus
from core.series.planning import HORIZON, due_series, plan_page
from core.series.queries import series_of
from core.series.service import pause_series, start_series
from core.when.recurrence import Recurrence
from jobs.scheduler import schedule
from jobs.series import Pages, plan_series
from tests.factories import make_channel, make_post, make_user
from tests.patience import PATIENCE_S, until

DAY = timedelta(days=1)
DAILY, HOURLY = "FREQ=DAILY", "FREQ=HOURLY"
WAITING = text("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


async def begin(deps: Deps, *rules: str, starts: str = "2026-11-21T14:00", channel: bool = False) -> list[Series]:
    """Series of one owner in UTC, two hours ahead of the clock."""
    made = []
    async with deps.tx() as tx:
        owner = await make_user(tx, time_zone="UTC")
        for rule in rules:
            post = await make_post(tx, owner)
            if channel:
                there = await make_channel(tx, owner)
                await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=there.id)
            recurrence = Recurrence(rule, datetime.fromisoformat(starts), "UTC")
            made.append(await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=recurrence))
    return made


async def rows(deps: Deps, query: Any) -> Sequence[Any]:
    async with deps.read() as session:
        return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def occurrences(deps: Deps, series: Series) -> list[datetime | None]:
    return list(await rows(deps, select(Post.occurrence).where(Post.series_id == series.id).order_by(Post.occurrence)))


async def due(deps: Deps) -> list[datetime]:
    return list(
        await rows(
            deps,
            select(Delivery.due_at)
            .where(Delivery.kind == "post", Delivery.status == "scheduled")
            .order_by(Delivery.due_at),
        )
    )


async def notices(deps: Deps) -> list[dict[str, Any]]:
    """What was said of series."""
    said = Delivery.content["notice"].astext.startswith("series.")
    return list(await rows(deps, select(Delivery.content).where(said).order_by(Delivery.id)))


async def again(deps: Deps, series: Series) -> Series:
    async with deps.read() as session:
        return await series_of(session, owner_id=series.owner_id, series_id=series.id, lock=True)


async def test_what_comes_within_a_day_is_planned_and_nothing_else(deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(deps, DAILY)
    assert await due(deps) == [datetime(2026, 11, 21, 14, tzinfo=UTC)]
    assert await plan_series(deps) == 0
    clock.advance(timedelta(hours=2))
    assert await plan_series(deps) == 1
    assert await plan_series(deps) == 0
    assert [at.day for at in await due(deps)] == [21, 22]
    series = await again(deps, series)
    assert (series.next_at, series.planned_through) == (
        datetime(2026, 11, 23, 14, tzinfo=UTC),
        datetime.fromisoformat("2026-11-22T14:00"),
    )
    assert len(await rows(deps, select(PostVersion.post_id).join(Post).where(Post.series_id == series.id))) == 2


async def test_nothing_is_said_when_a_copy_is_planned(deps: Deps, clock: FixedClock) -> None:
    await begin(deps, DAILY)
    clock.advance(DAY)
    await plan_series(deps)
    assert await notices(deps) == []
    async with deps.read() as session:
        assert await session.scalar(select(func.count()).where(StatusMessage.notice == "posts.status")) == 0


async def test_planners_side_by_side_make_each_occurrence_once(concurrent_deps: Deps, clock: FixedClock) -> None:
    series = await begin(concurrent_deps, *[DAILY, HOURLY] * 15)
    clock.advance(DAY)
    await asyncio.gather(*(plan_series(concurrent_deps, page=7) for _ in range(4)))
    assert await plan_series(concurrent_deps) == 0
    made = Counter([len(await occurrences(concurrent_deps, each)) for each in series])
    assert made == {2: 15, 47: 15}
    posts = await rows(concurrent_deps, select(Post.id).where(Post.series_id.is_not(None)))
    subjects = await rows(concurrent_deps, select(Delivery.subject_id).where(Delivery.kind == "post"))
    assert Counter(subjects) == Counter(posts)


async def next_page(deps: Deps, limit: int) -> list[SeriesId]:
    async with deps.read() as session:
        return [series_id for _, series_id in await due_series(session, now=deps.clock.now(), limit=limit)]


async def die_after_a_page(deps: Deps, limit: int) -> None:
    page = await next_page(deps, limit)
    async with deps.tx() as tx:
        await plan_page(tx, page)
        raise asyncio.CancelledError


async def test_each_page_is_given_out_once_the_most_urgent_first(concurrent_deps: Deps, clock: FixedClock) -> None:
    series = await begin(concurrent_deps, *[DAILY] * 7)
    clock.advance(DAY)
    pages = Pages(concurrent_deps, 3)
    given = await asyncio.gather(*(pages.next_page() for _ in range(5)))
    assert [len(page) for page in given] == [3, 3, 1, 0, 0]
    assert [series_id for page in given for series_id in page] == [each.id for each in series]


async def test_a_planner_that_dies_in_the_middle_of_a_page_leaves_nothing_half_done(
    concurrent_deps: Deps, clock: FixedClock
) -> None:
    series = await begin(concurrent_deps, *[DAILY] * 9)
    clock.advance(DAY)
    for limit in (2, 4):
        with pytest.raises(asyncio.CancelledError):
            await die_after_a_page(concurrent_deps, limit)
        page = await next_page(concurrent_deps, limit)
        async with concurrent_deps.tx() as tx:
            await plan_page(tx, page)
    assert await plan_series(concurrent_deps) == 3
    assert [len(await occurrences(concurrent_deps, each)) for each in series] == [2] * 9
    assert len(await due(concurrent_deps)) == 18


async def test_a_planner_that_forgot_how_far_it_was_makes_nothing_twice(deps: Deps, clock: FixedClock) -> None:
    """As after a restored backup of one table."""
    [series] = await begin(deps, DAILY)
    async with deps.tx() as tx:
        await tx.session.execute(update(Series).values(planned_through=None, next_at=clock.now()))
    assert await plan_series(deps) == 0
    assert len(await occurrences(deps, series)) == len(await due(deps)) == 1


async def test_one_that_cant_be_planned_keeps_no_other_waiting(concurrent_deps: Deps, clock: FixedClock) -> None:
    broken, *others = await begin(concurrent_deps, *[DAILY] * 5)
    async with concurrent_deps.tx() as tx:
        await tx.session.execute(update(Series).where(Series.id == broken.id).values(rule="FREQ=NEVERLY"))
    clock.advance(DAY)
    assert await plan_series(concurrent_deps, page=2) == 4
    assert [len(await occurrences(concurrent_deps, each)) for each in others] == [2] * 4
    assert len(await occurrences(concurrent_deps, broken)) == 1


async def test_what_others_have_locked_keeps_nobody_waiting_and_comes_next_time(
    concurrent_deps: Deps, clock: FixedClock
) -> None:
    held, *others = await begin(concurrent_deps, *[DAILY] * 5)
    clock.advance(DAY)
    async with concurrent_deps.tx() as tx:
        await tx.session.execute(select(Series.id).where(Series.id == held.id).with_for_update())
        assert await plan_series(concurrent_deps, page=2) == 4
    assert await plan_series(concurrent_deps, page=2) == 1
    assert [len(await occurrences(concurrent_deps, each)) for each in (held, *others)] == [2] * 5


async def test_when_the_database_goes_away_no_page_is_left_under_way(concurrent_deps: Deps, clock: FixedClock) -> None:
    await begin(concurrent_deps, *[DAILY] * 6)
    clock.advance(DAY)
    async with concurrent_deps.tx() as tx:
        await tx.session.execute(text("LOCK TABLE posts"))
        planning = asyncio.create_task(plan_series(concurrent_deps, page=2))
        waiting: Sequence[int] = []
        async with asyncio.timeout(PATIENCE_S):
            while len(waiting) < 2:
                await asyncio.sleep(0.02)
                waiting = (await tx.session.scalars(WAITING)).all()
        await tx.session.execute(select(func.pg_terminate_backend(waiting[0])))
        with pytest.raises(DATABASE_TROUBLE):
            await planning
        assert not [task for task in asyncio.all_tasks() if "_walk" in repr(task)]
    assert await plan_series(concurrent_deps, page=2) == 6


async def test_after_an_outage_only_the_latest_is_made_up_for_and_the_rest_told(deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(deps, "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0")
    planned = len(await occurrences(deps, series))
    clock.advance(timedelta(days=5))
    await plan_series(deps)
    fresh = (await occurrences(deps, series))[planned:]
    assert [f"{each:%d %H}" for each in fresh if each] == ["26 09", "26 14", "27 09"]
    [told] = await notices(deps)
    assert (told["notice"], told["data"]["occurrences"]) == ("series.left_out", 7)
    await plan_series(deps)
    assert len(await notices(deps)) == 1


async def test_one_missed_after_a_short_outage_is_not_lost(deps: Deps, clock: FixedClock) -> None:
    await begin(deps, DAILY)
    clock.advance(DAY + timedelta(hours=3))
    await plan_series(deps)
    assert [at.day for at in await due(deps)] == [21, 22, 23]
    assert await notices(deps) == []


async def test_the_last_one_ends_it_and_is_told_once(deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(deps, "FREQ=DAILY;COUNT=2")
    assert (await again(deps, series)).status == SeriesStatus.ACTIVE
    clock.advance(timedelta(hours=3))
    await plan_series(deps)
    ended = await again(deps, series)
    assert (ended.status, ended.next_at) == (SeriesStatus.ENDED, None)
    [told] = await notices(deps)
    assert (told["notice"], told["data"]["last_at"]) == ("series.last_planned", "2026-11-22T14:00:00+00:00")
    clock.advance(DAY)
    assert await plan_series(deps) == 0
    assert len(await notices(deps)) == 1


async def test_where_nothing_can_be_posted_copies_wait_on_hold(deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(deps, DAILY, channel=True)
    async with deps.tx() as tx:
        post = await tx.session.get_one(Post, series.post_id)
        assert post.channel_id is not None
        await note_trouble(tx, owner_id=post.owner_id, channel_id=post.channel_id, state=ChannelState.REMOVED)
    clock.advance(timedelta(hours=2))
    assert await plan_series(deps) == 1
    assert await due(deps) == []
    held = await rows(deps, select(Post.status).where(Post.series_id == series.id))
    assert held == ["on_hold", "on_hold"]
    async with deps.tx() as tx:
        await note_trouble(tx, owner_id=post.owner_id, channel_id=post.channel_id, state=ChannelState.READY)
    assert [at.day for at in await due(deps)] == [22]


async def test_a_chat_that_is_disconnected_pauses_the_series_and_says_so(deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(deps, DAILY, starts="2026-11-23T14:00", channel=True)
    async with deps.tx() as tx:
        post = await tx.session.get_one(Post, series.post_id)
        assert post.channel_id is not None
        await disconnect_channel(tx, owner_id=post.owner_id, channel_id=post.channel_id)
    clock.advance(timedelta(days=2))
    assert await plan_series(deps) == 0
    assert (await again(deps, series)).status == SeriesStatus.PAUSED
    assert [told["notice"] for told in await notices(deps)] == ["series.without_chat"]


async def test_paused_series_are_left_alone(deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(deps, DAILY)
    async with deps.tx() as tx:
        await pause_series(tx, owner_id=series.owner_id, series_id=series.id)
    clock.advance(5 * DAY)
    assert await plan_series(deps) == 0
    assert await notices(deps) == []


async def test_a_deleted_template_ends_its_series(deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(deps, DAILY)
    async with deps.tx() as tx:
        await tx.session.execute(update(Post).where(Post.id == series.post_id).values(deleted_at=clock.now()))
    clock.advance(DAY)
    assert await plan_series(deps) == 0
    assert (await again(deps, series)).status == SeriesStatus.ENDED


async def test_the_scheduler_plans_when_it_starts(concurrent_deps: Deps, clock: FixedClock) -> None:
    [series] = await begin(concurrent_deps, DAILY)
    clock.advance(HORIZON - timedelta(hours=1))
    stop = asyncio.Event()
    running = asyncio.create_task(schedule(concurrent_deps, stop))

    async def planned() -> bool:
        return len(await occurrences(concurrent_deps, series)) == 2

    await until(planned)
    stop.set()
    await running
