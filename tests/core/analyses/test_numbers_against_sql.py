"""A channel's numbers beside those that plain SQL finds in the same rows, on the sandbox's generated worlds."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from core.analyses.numbers import OUTSTANDING
from core.analyses.reading import VIDEOS_MOST, Channel
from core.analyses.reports import build_report
from core.db import Json
from core.providers.discovery import FoundCreator, FoundVideo, Network, VideoFormat
from core.tx import Tx
from core.viral.creators import keep_listing
from web.sandbox.discovery.made_up import MadeUp

ZONE = "America/New_York"
WORLDS = [(seed, network, number) for seed in ("one", "two") for network in Network for number in (1, 7)]

OVERALL = """
SELECT count(*) AS videos, count(views) AS counted, sum(views)::bigint AS total_views, avg(views)::float AS mean_views,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY views) AS median_views,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN views > 0
           THEN (coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0))::float / views
           END) AS engagement
FROM videos WHERE creator_id = :creator
"""
FORMATS = """
SELECT format, count(*) AS videos, CASE WHEN count(views) >= 5
       THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY views) END AS median_views
FROM videos WHERE creator_id = :creator GROUP BY format ORDER BY count(*) DESC, format
"""
TIMES = """
WITH settled AS (
    SELECT * FROM videos WHERE creator_id = :creator AND published_at <= CAST(:now AS timestamptz) - interval '24 hours'
), usual AS (
    SELECT format, percentile_cont(0.5) WITHIN GROUP (ORDER BY views) AS views
    FROM settled GROUP BY format HAVING count(views) >= 5
)
SELECT {slot} AS slot, count(*) AS videos,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY settled.views / usual.views) AS times
FROM settled JOIN usual USING (format) WHERE settled.views IS NOT NULL GROUP BY 1 ORDER BY 1
"""
WEEKDAY = f"extract(isodow FROM published_at AT TIME ZONE '{ZONE}')::int - 1"
HOURS = f"extract(hour FROM published_at AT TIME ZONE '{ZONE}')::int / 3"
OUTLIERS = """
SELECT video.id::text, video.views / usual.median AS score FROM videos AS video
CROSS JOIN LATERAL (
    SELECT count(*) AS others, percentile_cont(0.5) WITHIN GROUP (ORDER BY views) AS median FROM videos AS other
    WHERE other.creator_id = video.creator_id AND other.format = video.format AND other.id <> video.id
      AND other.views IS NOT NULL
) AS usual
WHERE video.creator_id = :creator AND usual.others >= 5 AND usual.median > 0 AND video.views / usual.median >= :least
ORDER BY 2 DESC LIMIT 9
"""


async def world(tx: Tx, seed: str, network: Network, number: int) -> tuple[Channel, datetime]:
    """A made-up channel, kept as its list brings it."""
    maker = MadeUp(seed).creators(str(network), "baking")[number - 1]
    now = tx.now.timestamp()
    by = FoundCreator(network, maker.uid, maker.handle, maker.name, "https://example.com", maker.followers(now))
    found = [
        FoundVideo(
            network=network,
            video_id=each.id,
            url="https://example.com",
            title=each.caption,
            format=VideoFormat(each.kind),
            creator=by,
            published_at=datetime.fromtimestamp(each.published_s, UTC),
            views=each.views(now) if each.number % 9 else None,
            likes=each.likes(now) if each.number % 5 else None,
            comments=each.comments(now),
        )
        for each in maker.videos(now)
    ]
    creator_id, _ = await keep_listing(tx, by, found[:VIDEOS_MOST], sample=True)
    await tx.session.flush()
    return Channel(creator_id, tx.now, sample=True, complete=False), tx.now


@pytest.mark.parametrize(("seed", "network", "number"), WORLDS)
async def test_plain_sql_finds_the_same(tx: Tx, seed: str, network: Network, number: int) -> None:
    channel, now = await world(tx, seed, network, number)
    report, points = await build_report(tx.session, channel, time_zone=ZONE, now=now)
    params = {"creator": channel.creator_id}
    overall = (await tx.session.execute(text(OVERALL), params)).one()
    assert (report["videos"], report["counted"], report["total_views"]) == tuple(overall)[:3]
    for name in ("mean_views", "median_views", "engagement"):
        assert report[name] == pytest.approx(getattr(overall, name)), name
    formats = (await tx.session.execute(text(FORMATS), params)).all()
    assert [(each["format"], each["videos"], each["median_views"]) for each in report["formats"]] == [
        tuple(row) for row in formats
    ]
    outliers = (await tx.session.execute(text(OUTLIERS), {**params, "least": OUTSTANDING})).all()
    assert {each["id"]: each["score"] for each in report["outliers"]} == pytest.approx(
        {row.id: row.score for row in outliers}
    )
    assert len(points) == overall.counted
    for name, slot in (("weekdays", WEEKDAY), ("hours", HOURS)):
        await same_times(tx, report, name, slot, {**params, "now": now})


async def same_times(tx: Tx, report: Json, name: str, slot: str, params: Json) -> None:
    rows = {row.slot: row for row in await tx.session.execute(text(TIMES.format(slot=slot)), params)}
    for place, found in enumerate(report[name]):
        row = rows.get(place)
        assert found["videos"] == (row.videos if row is not None else 0)
        if row is not None and row.videos >= 3:
            assert found["times"] == pytest.approx(row.times)
        else:
            assert found["times"] is None
    best = report[f"best_{name.removesuffix('s') if name == 'weekdays' else name}"]
    told = {place: row.times for place, row in rows.items() if row.videos >= 3}
    assert told[best] == pytest.approx(max(told.values()))
