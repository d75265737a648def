"""Posts that recur: starting, changing, pausing, stopping, and what differs on single days.

Whoever does any of this locks the series first, then its template, then the copies. What has been planned and isn't on
its way follows each change.
"""

from datetime import datetime
from itertools import takewhile

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.errors import Conflict, InvalidInput
from core.posts.copies import Copy, plan_copies, templates_by_id, withdraw_copies
from core.posts.recurring import begin_recurring, end_recurring
from core.posts.scheduling import HORIZON as FARTHEST
from core.series.models import Series, SeriesException, SeriesStatus
from core.series.planning import plan, walk_to
from core.series.queries import exceptions_of, series_of, series_of_post
from core.tx import Tx
from core.when.recurrence import Recurrence
from core.when.rules import GAP_MAX, next_occurrences, occurrences, parsed
from core.when.times import at_local, to_local


async def start_series(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, recurrence: Recurrence) -> Series:
    """Let a post go out again and again: it becomes a template, and what is due within a day is planned at once.

    A post that recurs already goes on by the new rule. Raises BeingSent, NotReady, ChannelNotFound, InvalidInput
    ("when.bad_rule", "when.never"), Conflict ("series.is_a_copy").
    """
    parsed(recurrence.rule)
    series = await series_of_post(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    await begin_recurring(tx, owner_id=owner_id, post_id=post_id)
    if series is None:
        series = Series(id=ids.new(), owner_id=owner_id, post_id=post_id, created_at=tx.now)
        tx.session.add(series)
    else:
        await withdraw_copies(tx, owner_id=owner_id, series_id=series.id)
        await tx.session.execute(delete(SeriesException).where(SeriesException.series_id == series.id))
    series.rule, series.starts_on, series.zone = recurrence.rule, recurrence.starts_on, recurrence.zone
    series.status = SeriesStatus.ACTIVE
    await _go_on(tx, series)
    return series


async def change_rule(tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId, recurrence: Recurrence) -> Series:
    """Go on by another rule; what differed on single days is forgotten. Raises what start_series raises."""
    series = await series_of(tx.session, owner_id=owner_id, series_id=series_id, lock=True)
    return await start_series(tx, owner_id=owner_id, post_id=series.post_id, recurrence=recurrence)


async def pause_series(tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId) -> Series:
    """Let nothing go out until it is resumed. What doesn't run stays as it is."""
    series = await series_of(tx.session, owner_id=owner_id, series_id=series_id, lock=True)
    if series.status == SeriesStatus.ACTIVE:
        await withdraw_copies(tx, owner_id=owner_id, series_id=series.id)
        series.status, series.next_at = SeriesStatus.PAUSED, None
    return series


async def resume_series(tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId) -> Series:
    """Go on after a pause, or take a stop back. What passed meanwhile is left out; a series that runs stays as it is.

    Raises Conflict ("series.over") when its rule gives nothing more, BeingSent when the post has become something
    else, NotReady or ChannelNotFound when its target takes no posts.
    """
    series = await series_of(tx.session, owner_id=owner_id, series_id=series_id, lock=True)
    if series.status == SeriesStatus.ACTIVE:
        return series
    if not next_occurrences(series.rule, series.starts_on, series.zone, after=tx.now, n=1):
        raise Conflict("series.over", series_id=str(series_id))
    await begin_recurring(tx, owner_id=owner_id, post_id=series.post_id)
    series.status = SeriesStatus.ACTIVE
    await _go_on(tx, series)
    return series


async def stop_series(tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId) -> Series:
    """End it: what is planned and not on its way is withdrawn, and the template is a draft again. `resume_series`
    takes it back."""
    series = await series_of(tx.session, owner_id=owner_id, series_id=series_id, lock=True)
    await withdraw_copies(tx, owner_id=owner_id, series_id=series_id)
    series.status, series.next_at, series.planned_through = SeriesStatus.ENDED, None, None
    await end_recurring(tx, owner_id=owner_id, post_id=series.post_id)
    return series


async def skip_occurrence(tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId, occurrence: datetime) -> Series:
    """Leave one out. Raises Conflict ("series.occurrence_gone") for one that is out or none of its rule's."""
    series = await series_of(tx.session, owner_id=owner_id, series_id=series_id, lock=True)
    await _check_ahead(tx, series, occurrence)
    await _except(tx, series, occurrence, None)
    return series


async def shift_occurrence(
    tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId, occurrence: datetime, to: datetime
) -> Series:
    """Let one go out at another time; its copy is made at once.

    Raises InvalidInput ("when.in_past", "when.too_far"), Conflict ("series.occurrence_gone", "series.not_running").
    """
    series = await series_of(tx.session, owner_id=owner_id, series_id=series_id, lock=True)
    if not _runs(series):
        raise Conflict("series.not_running", series_id=str(series_id))
    if to <= tx.now:
        raise InvalidInput("when.in_past", at=to.isoformat())
    if to > tx.now + FARTHEST:
        raise InvalidInput("when.too_far", at=to.isoformat())
    await _check_ahead(tx, series, occurrence)
    await _except(tx, series, occurrence, to)
    await _plan_one(tx, series, occurrence, to)
    return series


async def unskip_occurrence(tx: Tx, *, owner_id: ids.UserId, series_id: ids.SeriesId, occurrence: datetime) -> Series:
    """Let one go out as its rule has it: neither left out nor at another time. Raises InvalidInput ("when.in_past")
    when that time has passed."""
    series = await series_of(tx.session, owner_id=owner_id, series_id=series_id, lock=True)
    at = at_local(occurrence.date(), occurrence.time(), series.zone)
    if at <= tx.now:
        raise InvalidInput("when.in_past", at=at.isoformat())
    await withdraw_copies(tx, owner_id=owner_id, series_id=series_id, occurrences=[occurrence])
    await tx.session.execute(
        delete(SeriesException).where(SeriesException.series_id == series_id, SeriesException.occurrence == occurrence)
    )
    passed_over = series.planned_through is not None and occurrence <= series.planned_through
    if passed_over and _runs(series):
        await _plan_one(tx, series, occurrence, at)
    return series


async def _go_on(tx: Tx, series: Series) -> None:
    """Plan from now on: what lies before is neither made up for nor told of. Raises InvalidInput ("when.never")."""
    behind = to_local(tx.now, series.zone).replace(tzinfo=None) - GAP_MAX
    since = occurrences(series.rule, series.starts_on, series.zone, after=behind)
    passed = list(takewhile(lambda each: each.at <= tx.now, since))
    series.planned_through = passed[-1].local if passed else behind
    walk = walk_to(series, (), now=tx.now)
    if not walk.wanted and walk.next_at is None:
        raise InvalidInput("when.never")
    await tx.session.flush()
    await plan(tx, [series])
    for occurrence, moved_to in (await exceptions_of(tx.session, series)).items():
        if moved_to is not None and moved_to > tx.now:
            await _plan_one(tx, series, occurrence, moved_to)


def _runs(series: Series) -> bool:
    """Also one that has ended by its rule: its last copies may still be ahead."""
    stopped = series.status == SeriesStatus.ENDED and series.planned_through is None
    return series.status != SeriesStatus.PAUSED and not stopped


async def _check_ahead(tx: Tx, series: Series, occurrence: datetime) -> None:
    """One that an exception has moved may be ahead although its own time has passed."""
    exceptions = await exceptions_of(tx.session, series)
    moved_to = exceptions.get(occurrence)
    behind = to_local(tx.now, series.zone).replace(tzinfo=None) - GAP_MAX
    if moved_to is not None and moved_to > tx.now:
        return
    for each in occurrences(series.rule, series.starts_on, series.zone, after=min(occurrence, behind) - GAP_MAX):
        if each.local == occurrence and each.at > tx.now:
            return
        if each.local > occurrence:
            break
    raise Conflict("series.occurrence_gone", series_id=str(series.id))


async def _except(tx: Tx, series: Series, occurrence: datetime, moved_to: datetime | None) -> None:
    await withdraw_copies(tx, owner_id=series.owner_id, series_id=series.id, occurrences=[occurrence])
    wanted = insert(SeriesException).values(series_id=series.id, occurrence=occurrence, moved_to=moved_to)
    await tx.session.execute(
        wanted.on_conflict_do_update(
            index_elements=["series_id", "occurrence"], set_={"moved_to": wanted.excluded.moved_to}
        )
    )


async def _plan_one(tx: Tx, series: Series, occurrence: datetime, at: datetime) -> None:
    """Raises Conflict ("series.occurrence_gone") when it is out, on its way, or cancelled by itself."""
    templates = await templates_by_id(tx, [series.post_id])
    if not await plan_copies(tx, [Copy(series.id, occurrence, series.post_id, at)], templates):
        raise Conflict("series.occurrence_gone", series_id=str(series.id))
