"""Play one scenario in a home, and judge it once everything has come to rest."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy import func, select

from core import ids
from core.broadcasts.service import broadcast_of
from core.db import DATABASE_TROUBLE
from core.deliveries.models import FINAL, Delivery, StatusMessage
from core.deps import Deps
from tests.faults.chats import Chats
from tests.faults.deliveries import Wanted, begin_broadcast, broadcast_mark, schedule_all
from tests.faults.home import FaultyHome
from tests.faults.limits import asked_of
from tests.faults.plan import Fault, Kind, Plan
from tests.faults.planned import Recurring, copies_of, queue_some, repeat_some
from tests.faults.verdict import Arrived, Verdict, judge, judge_broadcast, judge_limits, rows_of, status_messages_of
from tests.faults.witness import witness

SETTLED_WITHIN_S = 90.0
A_SECOND = 8
"""Deliveries for which another second is given: each one takes a call and is told of by another one."""
LOOK_EVERY_S = 0.2
SENDS = ("sendMessage", "sendMediaGroup")
ALBUM_TIMES = 1
"""Albums are rare: all the times would fall upon one or two of them, whose back-offs then take minutes."""

Play = Callable[[FaultyHome, Fault], Awaitable[object]]

PLAYS: dict[Kind, Play] = {
    Kind.KILL_WORKER: lambda home, _: home.kill("worker-light"),
    Kind.KILL_SECOND: lambda home, _: home.kill("second"),
    Kind.KILL_SCHEDULER: lambda home, _: home.kill("scheduler"),
    Kind.KILL_BOT: lambda home, _: home.kill("bot"),
    Kind.KILL_REDIS: lambda home, _: home.kill("redis"),
    Kind.KILL_POSTGRES: lambda home, _: home.kill("postgres"),
    Kind.KILL_SUPERVISOR: lambda home, _: home.kill("up"),
    Kind.STOP_WORKER: lambda home, fault: home.stop_for("worker-light", fault.lasts_s),
    Kind.STOP_WORKER_LONG: lambda home, fault: home.stop_for("worker-light", fault.lasts_s),
    Kind.STOP_SCHEDULER: lambda home, fault: home.stop_for("scheduler", fault.lasts_s),
    Kind.STOP_REDIS: lambda home, fault: home.stop_for("redis", fault.lasts_s),
    Kind.FLUSH_REDIS: lambda home, _: home.flush(),
    Kind.DROP_ANSWERS: lambda home, fault: _disturb(home, fault, "drop_answer"),
    Kind.ERRORS: lambda home, fault: _disturb(home, fault, "error", error_code=500),
    Kind.TOO_MANY: lambda home, fault: _disturb(home, fault, "rate_limit", retry_after=1),
    Kind.HANG: lambda home, fault: _disturb(home, fault, "hang", delay_s=fault.lasts_s),
    Kind.DELAY: lambda home, fault: _disturb(home, fault, "delay", delay_s=fault.lasts_s),
}


async def _disturb(home: FaultyHome, fault: Fault, kind: str, **more: float) -> None:
    for method in SENDS:
        times = fault.times if method == "sendMessage" else ALBUM_TIMES
        await home.sandbox.add_fault(kind, method, times=times, **more)


async def play(home: FaultyHome, chats: Chats, plan: Plan) -> Verdict:
    """Schedule, disturb, wait, judge."""
    started = time.monotonic()
    since = max((call["n"] for call in await home.sandbox.calls()), default=0)
    async with witness() as seen:
        verdict = await _played(home, chats, plan, since)
        asked = asked_of(await home.sandbox.calls(since=since), seen)
    judge_limits(verdict, asked)
    verdict.took_s = time.monotonic() - started
    return verdict


async def _played(home: FaultyHome, chats: Chats, plan: Plan, since: int) -> Verdict:
    async with home.deps() as deps:
        first_due, wanted = await schedule_all(deps, chats, plan)
        wanted += await queue_some(deps, chats, plan, first_due)
        recurring = await repeat_some(deps, chats, plan, first_due)
        broadcast_id = await begin_broadcast(deps, chats, plan)
    await asyncio.gather(*(_play_at(home, fault, first_due) for fault in plan.faults))
    async with home.deps() as deps:
        within_s = SETTLED_WITHIN_S + plan.deliveries / A_SECOND
        await _settle(deps, wanted, recurring, broadcast_id, within_s=within_s)
        copies, amiss = await copies_of(deps, recurring)
        wanted += copies
        rows, shown = await rows_of(deps, wanted), await status_messages_of(deps, wanted)
    await home.sandbox.clear_faults()
    arrived = Arrived.of(call for call in await home.sandbox.calls(since=since) if call["method"] in SENDS)
    verdict = judge(plan, wanted, rows, shown, arrived)
    verdict.planned, verdict.lost = 2 * plan.planned, verdict.lost + len(recurring) - len(copies)
    verdict.wrong += amiss
    if broadcast_id is not None:
        judge_broadcast(verdict, chats, broadcast_mark(plan), arrived)
    return verdict


async def _play_at(home: FaultyHome, fault: Fault, first_due: datetime) -> None:
    await asyncio.sleep((first_due - datetime.now(UTC)).total_seconds() + fault.at_s)
    await PLAYS[fault.kind](home, fault)


async def _settle(
    deps: Deps,
    wanted: list[Wanted],
    recurring: list[Recurring],
    broadcast_id: ids.BroadcastId | None,
    *,
    within_s: float,
) -> None:
    """Until no row is unfinished and every owner has been told, or until it has taken too long: then rows tell."""
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        try:
            copies, amiss = await copies_of(deps, recurring)
            if not amiss and await _unfinished(deps, [*wanted, *copies]) == 0 and await _is_over(deps, broadcast_id):
                return
        except DATABASE_TROUBLE:
            pass
        await asyncio.sleep(LOOK_EVERY_S)


async def _is_over(deps: Deps, broadcast_id: ids.BroadcastId | None) -> bool:
    if broadcast_id is None:
        return True
    async with deps.read() as session:
        return (await broadcast_of(session, broadcast_id)).finished_at is not None


async def _unfinished(deps: Deps, wanted: list[Wanted]) -> int:
    in_rows = Delivery.id.in_([one.id for one in wanted]) & Delivery.status.not_in(FINAL)
    behind = StatusMessage.subject_id.in_([one.subject_id for one in wanted]) & (
        StatusMessage.shown_version < StatusMessage.version
    )
    async with deps.read() as session:
        rows = await session.scalar(select(func.count()).select_from(Delivery).where(in_rows)) or 0
        return rows or await session.scalar(select(func.count()).select_from(StatusMessage).where(behind)) or 0
