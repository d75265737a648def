"""What stands behind a report: its outliers, times, formats and history, and the comparison with another."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from bot.analyses import detail_screens, pictures
from bot.analyses.actions import (
    ChooseOther,
    Compare,
    ExplainReport,
    ShowFormats,
    ShowHistory,
    ShowOutliers,
    ShowOutlierVideo,
    ShowTimes,
)
from bot.analyses.handlers import ready
from bot.context import Context
from bot.router import Router
from bot.viral.screens import Shown
from core import ids
from core.accounts.service import user_of
from core.analyses.queries import analysis_of, analyzed_channels, history_of
from core.db import Json, Page
from core.viral.creators import creators_of
from core.viral.pages import seen_with_pictures, sheet_of
from core.viral.queries import saving_of, video_seen
from core.viral.thumbnails import stored_picture

PAGE_SIZE = 6


def register(router: Router) -> None:
    router.press(ShowOutliers, on_outliers)
    router.press(ShowOutlierVideo, on_outlier_video)
    router.press(ShowTimes, on_times)
    router.press(ShowFormats, on_formats)
    router.press(ShowHistory, on_history)
    router.press(ExplainReport, on_how)
    router.press(ChooseOther, on_choose_other)
    router.press(Compare, on_compare)


async def on_outliers(context: Context, press: ShowOutliers) -> None:
    data = await _data(context, press.analysis_id)
    found = data["report"]
    video_ids = [ids.VideoId(UUID(each["id"])) for each in found["outliers"] or found["top"]]
    seen = await seen_with_pictures(context.deps, video_ids)
    picture = await sheet_of(context.deps, list(enumerate(seen, start=1)), sample=data["sample"], dark=data["dark"])
    await context.show(detail_screens.outliers(data, seen, context.texts, picture=picture))


async def on_outlier_video(context: Context, press: ShowOutlierVideo) -> None:
    """Below the outliers, which stay: there are more to look at."""
    deps, now = context.deps, context.deps.clock.now()
    async with deps.read() as session:
        await analysis_of(session, owner_id=context.actor.id, analysis_id=press.analysis_id)
        seen = await video_seen(session, press.video_id, now=now)
        saving = await saving_of(session, owner_id=context.actor.id, video_id=press.video_id)
    picture = await stored_picture(deps.storage, seen.video.thumbnail_key)
    shown = Shown(seen, None, now, saved=saving is not None, picture=picture)
    await context.send(detail_screens.outlier_video(press.analysis_id, shown, context.texts))


async def on_times(context: Context, press: ShowTimes) -> None:
    data = await _data(context, press.analysis_id)
    picture = await _drawn(lambda: pictures.times(data, context.texts))
    await context.show(detail_screens.times(data, context.texts, picture=picture))


async def on_formats(context: Context, press: ShowFormats) -> None:
    data = await _data(context, press.analysis_id)
    picture = await _drawn(lambda: pictures.formats(data, context.texts))
    await context.show(detail_screens.formats(data, context.texts, picture=picture))


async def on_history(context: Context, press: ShowHistory) -> None:
    async with context.deps.tx() as tx:
        analysis, data = await ready(context, tx, press.analysis_id)
        dark = (await user_of(tx.session, context.actor.id)).dark_pictures
        found = (
            await history_of(
                tx.session, owner_id=context.actor.id, creator_id=analysis.creator_id, until=analysis.created_at
            )
            if analysis.creator_id is not None
            else []
        )
    read = {each.measured_at: each.report for each in found if each.measured_at is not None}  # looks within the hour
    entries: list[Json] = [{"at": at.isoformat(), "report": report} for at, report in read.items()]
    drawn = {**data, "dark": dark}
    picture = await _drawn(lambda: pictures.history(drawn, entries[::-1], context.texts)) if len(entries) > 1 else None
    await context.show(detail_screens.history(data, entries, context.texts, picture=picture))


async def on_how(context: Context, press: ExplainReport) -> None:
    data = await _data(context, press.analysis_id)
    await context.show(detail_screens.how_counted(data, context.texts))


async def on_choose_other(context: Context, press: ChooseOther) -> None:
    data = await _data(context, press.analysis_id)
    async with context.deps.read() as session:
        page = Page(press.page, PAGE_SIZE)
        found = await analyzed_channels(session, owner_id=context.actor.id, page=page)
        creators = await creators_of(session, [each.creator_id for each in found.items if each.creator_id is not None])
    await context.show(detail_screens.choose_other(data, found, creators, context.texts))


async def on_compare(context: Context, press: Compare) -> None:
    first, second = await _data(context, press.analysis_id), await _data(context, press.other_id)
    picture = await _drawn(lambda: pictures.comparison(first, second, context.texts, dark=first["dark"]))
    await context.show(detail_screens.comparison(first, second, context.texts, picture=picture))


async def _data(context: Context, analysis_id: ids.AnalysisId) -> Json:
    async with context.deps.tx() as tx:
        _, data = await ready(context, tx, analysis_id)
        user = await user_of(tx.session, context.actor.id)
    return {**data, "dark": user.dark_pictures}


async def _drawn(draw: Callable[[], bytes]) -> bytes:
    """Beside the event loop."""
    return await asyncio.to_thread(draw)
