"""Posts that recur: every verb, what follows for planned copies, and what differs on single days.

The clock stands at Saturday, 21 November 2026, 12:00 UTC; the owner lives in Berlin, where it is 13:00.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.channels.models import ChannelState
from core.channels.standing import note_trouble
from core.deliveries.models import Delivery, DeliveryStatus, StatusMessage
from core.errors import Conflict, InvalidInput
from core.posts import service as posts
from core.posts.models import Post, PostStatus
from core.posts.platforms import Draft
from core.posts.queries import PostNotFound, post_of
from core.posts.scheduling import BeingSent, cancel_schedule, choose_target, record_delivery, schedule_post
from core.series.models import Series, SeriesStatus
from core.series.queries import SeriesNotFound, State, Upcoming, series_between, series_of, upcoming
from core.series.service import (
    change_rule,
    pause_series,
    resume_series,
    shift_occurrence,
    skip_occurrence,
    start_series,
    stop_series,
    unskip_occurrence,
)
from core.tx import Tx
from core.when.recurrence import Recurrence
from tests.factories import make_channel, make_post, make_user

BERLIN = "Europe/Berlin"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


DAILY = Recurrence("FREQ=DAILY", local("2026-11-22T09:00"), BERLIN)
SUNDAY, MONDAY, TUESDAY = (local(f"2026-11-{day}T09:00") for day in (22, 23, 24))


@pytest.fixture
async def owner(tx: Tx) -> User:
    return await make_user(tx, time_zone=BERLIN)


@pytest.fixture
async def post(tx: Tx, owner: User) -> Post:
    return await make_post(tx, owner)


@pytest.fixture
async def series(tx: Tx, owner: User, post: Post) -> Series:
    """Daily at nine from tomorrow on: one copy is planned."""
    return await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=DAILY)


async def copies(tx: Tx, series: Series) -> list[tuple[str, str, datetime]]:
    """Status, occurrence and time of the copies that wait."""
    found = await tx.session.scalars(
        select(Post)
        .where(Post.series_id == series.id, Post.deleted_at.is_(None), Post.occurrence.is_not(None))
        .order_by(Post.due_at)
        .execution_options(populate_existing=True)
    )
    return [(post.status, f"{post.occurrence:%d %H:%M}", post.due_at) for post in found if post.due_at is not None]


async def deliveries(tx: Tx, series: Series) -> list[Delivery]:
    """What is to go out."""
    found = await tx.session.scalars(
        select(Delivery)
        .join(Post, Post.id == Delivery.subject_id)
        .where(Post.series_id == series.id, Delivery.status.in_(("scheduled", "on_hold", "leased")))
        .order_by(Delivery.due_at)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def told(tx: Tx) -> list[str]:
    """What was said of series and their copies."""
    notices = await tx.session.scalars(select(Delivery.content["notice"].astext).where(Delivery.kind == "notice"))
    statuses = await tx.session.scalars(select(StatusMessage.notice).execution_options(populate_existing=True))
    drafting = {"posts.card", "posts.written", "channels.lost"}
    return [notice for notice in (*notices, *statuses) if notice not in drafting]


async def shown(tx: Tx, series: Series, n: int = 5) -> list[tuple[str, State]]:
    return [(f"{each.at:%d %H:%M}", each.state) for each in await coming(tx, series, n)]


async def coming(tx: Tx, series: Series, n: int = 5) -> Sequence[Upcoming]:
    return await upcoming(tx.session, series, now=tx.now, n=n)


async def test_a_started_series_has_its_first_day_planned_and_nothing_said(
    tx: Tx, owner: User, post: Post, series: Series
) -> None:
    assert (post.status, post.due_at) == (PostStatus.RECURRING, None)
    assert await copies(tx, series) == [("scheduled", "22 09:00", datetime(2026, 11, 22, 8, tzinfo=UTC))]
    [delivery] = await deliveries(tx, series)
    assert (delivery.chat_id, delivery.content["text"]) == (owner.telegram_user_id, post.text)
    assert delivery.dedupe_key == f"series:{series.id}:2026-11-22T09:00:00"
    assert series.next_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert await told(tx) == []


async def test_the_next_five_with_what_is_planned(tx: Tx, series: Series) -> None:
    assert await shown(tx, series) == [
        ("22 08:00", State.PLANNED),
        *((f"{day} 08:00", State.COMING) for day in (23, 24, 25, 26)),
    ]


async def test_a_copy_has_all_that_the_template_has(tx: Tx, owner: User) -> None:
    post = await make_post(tx, owner)
    post.silent, post.buttons, post.entities = True, [[{"text": "Bread", "url": "https://example.org"}]], []
    series = await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=DAILY)
    copy = (await tx.session.scalars(select(Post).where(Post.series_id == series.id))).one()
    assert (copy.silent, copy.buttons, copy.text) == (True, post.buttons, post.text)
    assert (copy.template_id, copy.version, copy.batch_id) == (post.id, 1, None)
    [delivery] = await deliveries(tx, series)
    assert delivery.content["silent"]


async def test_a_scheduled_post_that_is_let_recur_goes_out_by_its_series_only(tx: Tx, owner: User, post: Post) -> None:
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + timedelta(hours=1))
    await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=DAILY)
    waiting = await tx.session.scalars(
        select(Delivery.due_at).where(Delivery.status == "scheduled", Delivery.kind == "post")
    )
    assert waiting.all() == [datetime(2026, 11, 22, 8, tzinfo=UTC)]


async def test_changing_the_template_changes_what_is_planned(tx: Tx, owner: User, post: Post, series: Series) -> None:
    await posts.replace_text(tx, owner_id=owner.id, post_id=post.id, draft=Draft("Fresh rolls."))
    [delivery] = await deliveries(tx, series)
    assert delivery.content["text"] == "Fresh rolls."
    await posts.undo(tx, owner_id=owner.id, post_id=post.id, from_version=post.version)
    [delivery] = await deliveries(tx, series)
    assert delivery.content["text"] == "Bread that pays for the oven."


async def test_another_target_for_the_template_is_one_for_what_is_planned(
    tx: Tx, owner: User, post: Post, series: Series
) -> None:
    channel = await make_channel(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    assert [delivery.chat_id for delivery in await deliveries(tx, series)] == [channel.chat_id]
    assert len(await copies(tx, series)) == 1


async def test_skipped_and_taken_back(tx: Tx, owner: User, series: Series) -> None:
    for occurrence in (SUNDAY, TUESDAY):
        await skip_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=occurrence)
    assert await copies(tx, series) == []
    assert [state for _, state in await shown(tx, series, 2)] == [
        *(State.SKIPPED, State.COMING, State.SKIPPED, State.COMING)
    ]
    for occurrence in (SUNDAY, TUESDAY):
        await unskip_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=occurrence)
    assert len(await copies(tx, series)) == len(await deliveries(tx, series)) == 1
    assert [state for _, state in await shown(tx, series, 3)] == [State.PLANNED, State.COMING, State.COMING]


@pytest.mark.parametrize("occurrence", [SUNDAY, TUESDAY])
async def test_shifted_once_and_back(tx: Tx, owner: User, series: Series, occurrence: datetime) -> None:
    to = tx.now + timedelta(days=3)
    mine: dict[str, Any] = {"owner_id": owner.id, "series_id": series.id, "occurrence": occurrence}
    await shift_occurrence(tx, **mine, to=to)
    assert to in [delivery.due_at for delivery in await deliveries(tx, series)]
    [moved] = [each for each in await coming(tx, series) if each.moved]
    assert (moved.local, moved.at, moved.state) == (occurrence, to, State.PLANNED)
    await shift_occurrence(tx, **mine, to=to + timedelta(hours=1))
    await unskip_occurrence(tx, **mine)
    assert [delivery.due_at for delivery in await deliveries(tx, series)] == [datetime(2026, 11, 22, 8, tzinfo=UTC)]
    assert not any(each.moved for each in await coming(tx, series))


async def test_a_pause_withdraws_and_going_on_plans_again(tx: Tx, owner: User, series: Series) -> None:
    to = tx.now + timedelta(days=3)
    await shift_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=TUESDAY, to=to)
    mine: dict[str, Any] = {"owner_id": owner.id, "series_id": series.id}
    await pause_series(tx, **mine)
    await pause_series(tx, **mine)
    assert (series.status, await copies(tx, series), await deliveries(tx, series)) == (SeriesStatus.PAUSED, [], [])
    with pytest.raises(Conflict, match="not_running"):
        await shift_occurrence(tx, **mine, occurrence=MONDAY, to=to)
    await resume_series(tx, **mine)
    await resume_series(tx, **mine)
    assert series.status == SeriesStatus.ACTIVE
    assert [due_at for _, _, due_at in await copies(tx, series)] == [datetime(2026, 11, 22, 8, tzinfo=UTC), to]
    assert len(await deliveries(tx, series)) == 2


async def test_a_stop_withdraws_makes_a_draft_and_can_be_taken_back(
    tx: Tx, owner: User, post: Post, series: Series
) -> None:
    mine: dict[str, Any] = {"owner_id": owner.id, "series_id": series.id}
    await stop_series(tx, **mine)
    assert (series.status, post.status, await deliveries(tx, series)) == ("ended", "draft", [])
    with pytest.raises(Conflict, match="not_running"):
        await shift_occurrence(tx, **mine, occurrence=MONDAY, to=tx.now + timedelta(days=1))
    await resume_series(tx, **mine)
    assert (series.status, post.status) == ("active", "recurring")
    assert len(await deliveries(tx, series)) == 1


async def test_another_rule_takes_the_place_of_the_first_and_of_its_exceptions(
    tx: Tx, owner: User, series: Series
) -> None:
    await skip_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=SUNDAY)
    evenings = Recurrence("FREQ=DAILY", local("2026-11-21T20:00"), BERLIN)
    await change_rule(tx, owner_id=owner.id, series_id=series.id, recurrence=evenings)
    assert await shown(tx, series, 2) == [("21 19:00", State.PLANNED), ("22 19:00", State.COMING)]


async def test_a_series_that_is_all_planned_at_once_ends(tx: Tx, owner: User, post: Post) -> None:
    twice = Recurrence("FREQ=HOURLY;INTERVAL=2;COUNT=2", local("2026-11-21T14:00"), BERLIN)
    series = await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=twice)
    assert (series.status, post.status, len(await deliveries(tx, series))) == ("ended", "draft", 2)
    assert await told(tx) == ["series.last_planned"]
    with pytest.raises(Conflict, match=r"series\.occurrence_gone"):
        await skip_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=SUNDAY)
    await skip_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=local("2026-11-21T16:00"))
    assert len(await deliveries(tx, series)) == 1


async def test_what_is_planned_can_be_put_on_hold_and_withdrawn(tx: Tx, owner: User) -> None:
    post, channel = await make_post(tx, owner), await make_channel(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    series = await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=DAILY)
    await note_trouble(tx, owner_id=owner.id, channel_id=channel.id, state=ChannelState.NO_RIGHTS)
    assert [status for status, *_ in await copies(tx, series)] == ["on_hold"]
    assert await shown(tx, series, 1) == [("22 08:00", State.ON_HOLD)]
    await pause_series(tx, owner_id=owner.id, series_id=series.id)
    assert (await copies(tx, series), await deliveries(tx, series), await told(tx)) == ([], [], [])


async def test_a_copy_that_its_owner_has_heard_of_says_that_it_is_withdrawn(
    tx: Tx, owner: User, series: Series
) -> None:
    copy = (await tx.session.scalars(select(Post).where(Post.series_id == series.id))).one()
    await cancel_schedule(tx, owner_id=owner.id, post_id=copy.id)
    assert await shown(tx, series, 1) == [("22 08:00", State.CANCELLED), ("23 08:00", State.COMING)]
    failed = DeliveryStatus.FAILED
    await record_delivery(tx, owner_id=owner.id, post_id=copy.id, status=failed, error={"code": "delivery.crashed"})
    await schedule_post(tx, owner_id=owner.id, post_id=copy.id, due_at=tx.now + timedelta(hours=1))
    assert await told(tx) == ["posts.status"]
    await stop_series(tx, owner_id=owner.id, series_id=series.id)
    assert await told(tx) == ["series.withdrawn"]


async def test_a_post_on_its_way_or_a_copy_cant_recur(tx: Tx, owner: User, post: Post, series: Series) -> None:
    copy = (await tx.session.scalars(select(Post).where(Post.series_id == series.id))).one()
    with pytest.raises(Conflict, match="is_a_copy"):
        await start_series(tx, owner_id=owner.id, post_id=copy.id, recurrence=DAILY)
    sent = await make_post(tx, owner)
    sent.status = PostStatus.PUBLISHED
    await tx.session.flush()
    with pytest.raises(BeingSent):
        await start_series(tx, owner_id=owner.id, post_id=sent.id, recurrence=DAILY)
    for act in (schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + timedelta(hours=1)),):
        with pytest.raises(BeingSent):
            await act
    with pytest.raises(posts.NotEditable):
        await posts.delete_post(tx, owner_id=owner.id, post_id=post.id)


@pytest.mark.parametrize(
    ("to", "code"), [(timedelta(seconds=-1), r"when\.in_past"), (timedelta(days=367), r"when\.too_far")]
)
async def test_shifting_into_the_past_or_too_far(tx: Tx, owner: User, series: Series, to: timedelta, code: str) -> None:
    with pytest.raises(InvalidInput, match=code):
        await shift_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=SUNDAY, to=tx.now + to)


async def test_an_occurrence_that_the_rule_doesnt_have(tx: Tx, owner: User, series: Series) -> None:
    for occurrence in (local("2026-11-21T09:00"), local("2026-11-22T10:00")):
        with pytest.raises(Conflict, match=r"series\.occurrence_gone"):
            await skip_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=occurrence)


async def test_a_rule_without_a_time_ahead(tx: Tx, owner: User, post: Post) -> None:
    over = Recurrence("FREQ=DAILY;COUNT=3", local("2026-11-01T09:00"), BERLIN)
    with pytest.raises(InvalidInput, match=r"when\.never"):
        await start_series(tx, owner_id=owner.id, post_id=post.id, recurrence=over)


async def test_somebody_elses_series_is_not_found(tx: Tx, post: Post, series: Series) -> None:
    other = (await make_user(tx)).id
    mine: dict[str, Any] = {"owner_id": other, "series_id": series.id}
    for act in (
        series_of(tx.session, **mine),
        pause_series(tx, **mine),
        resume_series(tx, **mine),
        stop_series(tx, **mine),
        change_rule(tx, **mine, recurrence=DAILY),
        skip_occurrence(tx, **mine, occurrence=SUNDAY),
        unskip_occurrence(tx, **mine, occurrence=SUNDAY),
        shift_occurrence(tx, **mine, occurrence=SUNDAY, to=tx.now + timedelta(hours=1)),
    ):
        with pytest.raises(SeriesNotFound):
            await act
    with pytest.raises(PostNotFound):
        await start_series(tx, owner_id=other, post_id=post.id, recurrence=DAILY)
    assert (await post_of(tx.session, owner_id=post.owner_id, post_id=post.id)).status == PostStatus.RECURRING


async def test_what_a_calendar_marks_is_what_isnt_planned_yet(tx: Tx, owner: User, series: Series) -> None:
    await skip_occurrence(tx, owner_id=owner.id, series_id=series.id, occurrence=MONDAY)
    end = datetime(2026, 11, 26, tzinfo=UTC)
    found = await series_between(tx.session, owner_id=owner.id, start=tx.now, end=end)
    assert [at.day for at, _ in found] == [24, 25]
    nobody = ids.UserId(ids.new())
    assert await series_between(tx.session, owner_id=nobody, start=tx.now, end=end) == []
