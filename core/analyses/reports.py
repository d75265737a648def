"""A channel's report: made of the videos that were kept, and put together for its screens."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core import ids
from core.analyses.models import Analysis
from core.analyses.numbers import Measured, changes, report_of
from core.analyses.queries import is_repeated, previous_of
from core.analyses.reading import VIDEOS_MOST, Channel
from core.db import Json, ReadSession
from core.storage import key_for
from core.viral.creators import creator_of, newest_videos, views_gained

UTC_NAME = "UTC"


async def build_report(
    session: ReadSession, channel: Channel, *, time_zone: str | None, now: datetime
) -> tuple[Json, list[Json]]:
    """The figures, which are stored, and the points of the picture, which aren't."""
    creator = await creator_of(session, channel.creator_id)
    videos = await newest_videos(session, channel.creator_id, measured_since=channel.measured_at, limit=VIDEOS_MOST)
    measured = [
        Measured(
            str(video.id),
            video.format,
            video.published_at,
            video.views,
            video.likes,
            video.comments,
            video.shares,
            video.saves,
        )
        for video in videos
    ]
    complete = channel.complete and creator.videos is not None and len(videos) >= creator.videos
    report = report_of(
        measured,
        now=now,
        zone=ZoneInfo(time_zone or UTC_NAME),
        time_zone=time_zone or UTC_NAME,
        complete=complete,
        followers=creator.followers,
        published=creator.videos,
    )
    gained = await views_gained(session, channel.creator_id, now=now)
    told = {
        **report.data,
        "complete": complete,
        "broke_off": channel.broke_off,
        "gained": None
        if gained is None
        else {
            "views": gained.views,
            "videos": gained.videos,
            "since": gained.since.isoformat(),
            "until": gained.until.isoformat(),
        },
    }
    outliers = {each.id for each in report.outliers}
    points: list[Json] = [
        {
            "at": video.published_at.timestamp(),
            "views": video.views,
            "format": video.format,
            "outlier": str(video.id) in outliers,
        }
        for video in videos
        if video.published_at is not None and video.views is not None
    ]
    return told, points


async def creator_data(session: ReadSession, creator_id: ids.CreatorId) -> Json:
    """Who it is, as screens and pictures take it."""
    creator = await creator_of(session, creator_id)
    return {
        "creator_id": str(creator.id),
        "network": creator.network,
        "handle": creator.handle,
        "name": creator.name or creator.handle,
        "url": creator.url,
        "verified": creator.verified,
    }


async def screen_data(session: ReadSession, analysis: Analysis) -> Json:
    """All that the screens of a report show. `analysis` has one."""
    if analysis.creator_id is None or analysis.report is None or analysis.measured_at is None:
        raise ValueError("an analysis without a report has no screen")
    previous = await previous_of(session, analysis)
    return {
        "analysis_id": str(analysis.id),
        "creator": await creator_data(session, analysis.creator_id),
        "report": analysis.report,
        "measured_at": analysis.measured_at.isoformat(),
        "sample": analysis.sample,
        "problem": analysis.problem,
        "repeated": await is_repeated(session, analysis),
        "picture_key": analysis.picture_key,
        "compare_with": str(analysis.compare_with) if analysis.compare_with else None,
        "deleted": analysis.deleted_at is not None,
        "previous": None
        if previous is None or previous.report is None or previous.measured_at is None
        else {
            "at": previous.measured_at.isoformat(),
            "changes": changes(previous.report, analysis.report),
        },
    }


def picture_key(owner_id: ids.UserId, analysis_id: ids.AnalysisId) -> str:
    """Where a report's picture is stored: the status message uploads it from there."""
    return key_for(owner_id, "analyses", str(analysis_id), "png")
