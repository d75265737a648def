"""Pages that are kept: each thing once, what was known stays known, and the figures over them are right."""

import random
import statistics
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import ids
from core.clock import FixedClock
from core.deps import Deps
from core.providers.discovery import FoundVideo, VideoFormat
from core.tx import Tx
from core.viral.keeping import (
    SNAPSHOT_LIFE,
    forget_numbers,
    forget_thumbnails,
    keep_page,
    note_thumbnails,
    prune_snapshots,
)
from core.viral.models import Creator, Snapshot, Video
from core.viral.numbers import outliers, trends
from core.viral.saving import save_video
from tests.core.viral.worlds import NOW, creator, video
from tests.factories import make_user


async def counted(tx: Tx, table: type[Creator] | type[Video] | type[Snapshot]) -> int:
    return await tx.session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_page_kept_twice_is_kept_once(tx: Tx) -> None:
    page = [video(900, name="a"), video(100, name="b"), video(900, name="a")]
    first = await keep_page(tx, page, sample=False)
    assert await keep_page(tx, page, sample=False) == first
    assert len(first) == 2
    assert await counted(tx, Video) == 2
    assert await counted(tx, Snapshot) == 2


async def test_an_empty_page_is_nothing(tx: Tx) -> None:
    assert await keep_page(tx, [], sample=False) == []


async def test_the_same_id_on_another_network_is_another_video(tx: Tx) -> None:
    elsewhere = creator("ann", network="youtube")
    found = await keep_page(tx, [video(name="1", by=creator("ann")), video(name="1", by=elsewhere)], sample=True)
    assert len(set(found)) == 2


async def test_what_a_poorer_answer_leaves_out_stays(tx: Tx) -> None:
    ann = creator("ann", followers=5000, about="Bread")
    (video_id,) = await keep_page(tx, [video(900, name="a", by=ann)], sample=False)
    poor = replace(video(None, name="a", by=creator("ann")), title="", published_at=None, likes=77)
    await keep_page(tx, [poor], sample=False)
    kept = await tx.session.get(Video, video_id, populate_existing=True)
    assert kept is not None
    assert (kept.views, kept.likes, kept.title) == (900, 77, "How a was made")
    assert kept.published_at == NOW - timedelta(days=2)
    assert (await tx.session.scalars(select(Creator.followers))).all() == [5000]


async def test_a_creator_without_an_id_is_known_by_their_handle(tx: Tx) -> None:
    await keep_page(
        tx, [video(by=creator("Ann", creator_id="")), video(by=creator("ann", creator_id=""))], sample=False
    )
    assert await counted(tx, Creator) == 1


async def test_there_is_one_reading_an_hour_and_the_newest_numbers_stand_on_the_video(
    deps: Deps, clock: FixedClock
) -> None:
    for minutes, views in ((0, 100), (30, 200), (60, 400)):
        clock.at = NOW + timedelta(minutes=minutes)
        async with deps.tx() as tx:
            (video_id,) = await keep_page(tx, [video(views, name="a", by=creator("ann"))], sample=False)
    async with deps.tx() as tx:
        seen = await tx.session.scalars(select(Snapshot.views).order_by(Snapshot.hour))
        assert list(seen) == [100, 400]
        kept = await tx.session.get(Video, video_id)
        assert kept is not None
        assert kept.views == 400
        trend = (await trends(tx.session, [video_id], now=tx.now))[video_id]
    assert trend.growth == pytest.approx(3.0)
    assert trend.views_per_hour == pytest.approx(300)


async def test_a_trend_needs_two_readings_in_the_last_day(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        (video_id,) = await keep_page(tx, [video(100, name="a")], sample=False)
        assert (await trends(tx.session, [video_id], now=tx.now))[video_id].growth is None
        assert await trends(tx.session, [video_id], now=tx.now + timedelta(hours=26)) == {}


async def test_old_readings_are_forgotten_a_batch_at_a_time(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        await keep_page(tx, [video() for _ in range(5)], sample=False)
    clock.advance(SNAPSHOT_LIFE - timedelta(hours=2))
    async with deps.tx() as tx:
        await keep_page(tx, [video()], sample=False)
    clock.advance(timedelta(hours=3))
    async with deps.tx() as tx:
        assert [await prune_snapshots(tx, limit=3) for _ in range(3)] == [3, 2, 0]
        assert await counted(tx, Snapshot) == 1
        assert await counted(tx, Video) == 6


def world(seed: int) -> list[FoundVideo]:
    """Creators with few and many videos of every format, some without views, some with none, some hits."""
    numbers = random.Random(seed)
    found = []
    for _ in range(25):
        ann = creator()
        usual = numbers.choice([0, 40, 3000, 10**6])
        for _ in range(numbers.choice([1, 4, 6, 7, 30])):
            views = None if numbers.random() < 0.1 else int(usual * numbers.lognormvariate(0, 1))
            found.append(video(views, by=ann, format=numbers.choice([VideoFormat.SHORT, VideoFormat.LONG])))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_outliers_agree_with_a_computation_over_the_plain_world(tx: Tx, seed: int) -> None:
    found = world(seed)
    kept = await keep_page(tx, found, sample=False)
    scored = await outliers(tx.session, kept)
    assert set(scored) == set(kept)
    for one, video_id in zip(found, kept, strict=True):
        others = [
            other.views
            for other in found
            if other.creator == one.creator and other.format == one.format and other is not one
        ]
        told = [views for views in others if views is not None]
        wanted = None
        if len(told) >= 5 and statistics.median(told) > 0 and one.views is not None:
            wanted = one.views / statistics.median(told)
        assert scored[video_id].others == len(told)
        assert scored[video_id].score == (None if wanted is None else pytest.approx(wanted))


async def test_unknown_videos_have_no_scores(tx: Tx) -> None:
    assert await outliers(tx.session, [ids.VideoId(ids.new())]) == {}


async def test_old_pictures_go_but_not_what_is_kept_or_shown_by_another_video(tx: Tx) -> None:
    page = [video(name=name) for name in ("old", "twin", "shared", "fresh", "kept")]
    found = dict(zip(("old", "twin", "shared", "fresh", "kept"), await keep_page(tx, page, sample=False), strict=True))
    await note_thumbnails(
        tx, {found["old"]: "a", found["twin"]: "a", found["shared"]: "b", found["fresh"]: "b", found["kept"]: "c"}
    )
    reader = await make_user(tx)
    await save_video(tx, owner_id=reader.id, video_id=found["kept"])
    later = replace(tx, now=tx.now + SNAPSHOT_LIFE + timedelta(minutes=1))
    await keep_page(later, [page[3]], sample=False)
    assert await forget_thumbnails(tx) == set()
    assert await forget_thumbnails(later) == {"a"}
    rows = await tx.session.execute(select(Video.network_video_id, Video.thumbnail_key))
    assert dict(rows.all()) == {"old": None, "twin": None, "shared": None, "fresh": "b", "kept": "c"}


async def test_old_numbers_go_but_not_of_what_is_kept_watched_or_fresh(tx: Tx) -> None:
    names = ("old", "older", "fresh", "kept", "watched")
    page = [video(700, name=name, by=creator(followers=50, name=name)) for name in names]
    found = dict(zip(names, await keep_page(tx, page, sample=False), strict=True))
    reader = await make_user(tx)
    await save_video(tx, owner_id=reader.id, video_id=found["kept"])
    watched = select(Video.creator_id).where(Video.id == found["watched"])
    later = replace(tx, now=tx.now + SNAPSHOT_LIFE + timedelta(minutes=1))
    await keep_page(later, [page[2]], sample=False)
    assert await forget_numbers(tx, watched=watched) == 0
    assert await forget_numbers(later, watched=watched, limit=1) == 2, "a video and a creator"
    assert await forget_numbers(later, watched=watched) == 2
    assert await forget_numbers(later, watched=watched) == 0
    left = {"fresh": 700, "kept": 700, "watched": 700}
    views = await tx.session.execute(select(Video.network_video_id, Video.views))
    assert dict(views.all()) == {"old": None, "older": None, **left}
    followers = await tx.session.execute(
        select(Video.network_video_id, Creator.followers).join(Creator, Creator.id == Video.creator_id)
    )
    assert dict(followers.all()) == {"old": None, "older": None, **dict.fromkeys(left, 50)}
    await keep_page(later, [page[0]], sample=False)
    assert await tx.session.scalar(select(Video.views).where(Video.id == found["old"])) == 700
