"""What became of a scenario: the rows beside what the sandbox has accepted."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from core.db import Json
from core.deliveries.models import Delivery, DeliveryStatus, StatusMessage
from core.deliveries.service import UNKNOWN_OUTCOME
from core.deps import Deps
from tests.faults.chats import Chats
from tests.faults.deliveries import Wanted
from tests.faults.limits import Asked
from tests.faults.plan import Plan

FINISHED = (DeliveryStatus.DELIVERED, DeliveryStatus.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Messages that the sandbox has accepted: by their mark, the moments (epoch seconds), in order."""

    at: Mapping[str, Sequence[float]]

    @classmethod
    def of(cls, calls: Iterable[Json]) -> "Arrived":
        at: dict[str, list[float]] = defaultdict(list)
        for call in calls:
            if call["accepted"]:
                at[f"{call['params']['chat_id']} {_text_of(call['params']).partition(' ')[0]}"].append(call["at"])
        return cls(at)

    def of_part(self, wanted: Wanted, mark: str) -> Sequence[float]:
        return self.at.get(f"{wanted.chat_id} {mark}", ())


def _text_of(params: Json) -> str:
    """Its words, or those under an album's first picture."""
    if "media" in params:
        return str(json.loads(params["media"])[0].get("caption", ""))
    return str(params.get("text", ""))


@dataclass(slots=True)
class Verdict:
    """Counts of one scenario, and in words what mustn't have been."""

    plan: Plan
    deliveries: int
    took_s: float = 0.0
    lost: int = 0
    doubled: int = 0
    private_duplicates: int = 0
    unconfirmed: int = 0
    unconfirmed_absent: int = 0
    """Of these, the ones that never arrived."""
    late_sends: int = 0
    """Sent to a channel or group after the row was judged."""
    asked: Asked = field(default_factory=Asked)
    """Of Telegram, in its windows; with what it refused."""
    broadcasts: int = 0
    planned: int = 0
    """Of the deliveries, those of queues and of what recurs."""
    wrong: list[str] = field(default_factory=list)
    too_fast: list[str] = field(default_factory=list)
    """What Telegram refused and nobody wanted it to. Where others want the cores, too, calls arrive in bunches."""


def judge(
    plan: Plan,
    wanted: Sequence[Wanted],
    rows: Mapping[UUID, Delivery],
    shown: Mapping[UUID, StatusMessage],
    arrived: Arrived,
) -> Verdict:
    """Everything that must hold, delivery by delivery."""
    verdict = Verdict(plan, len(wanted))
    for one in wanted:
        row = rows[one.id]
        if row.status not in FINISHED:
            verdict.wrong.append(f"{one.marks[0]} is {row.status}: {row.error}")
        _judge_presence(verdict, one, row, arrived)
        _judge_copies(verdict, one, row, arrived)
        if row.status == DeliveryStatus.UNCONFIRMED:
            _judge_unconfirmed(verdict, one, row, shown.get(one.subject_id))
    return verdict


def judge_broadcast(verdict: Verdict, chats: Chats, mark: str, arrived: Arrived) -> None:
    """Everybody has it; twice only where a result may have been lost."""
    verdict.broadcasts = 1
    copies = [len(arrived.at.get(f"{person.id} {mark}", ())) for person in chats.people]
    if missing := copies.count(0):
        verdict.lost += missing
        verdict.wrong.append(f"{missing} didn't get the broadcast")
    twice = sum(copies) - len(copies) + missing
    verdict.private_duplicates += twice
    if twice and not verdict.plan.loses_results:
        verdict.wrong.append(f"{twice} got the broadcast twice for no reason")


def _judge_presence(verdict: Verdict, one: Wanted, row: Delivery, arrived: Arrived) -> None:
    firsts = [times[0] for mark in one.marks if (times := arrived.of_part(one, mark))]
    absent = len(firsts) < len(one.marks)
    if row.status == DeliveryStatus.DELIVERED and absent:
        verdict.lost += 1
        verdict.wrong.append(f"{one.marks[0]} counts as delivered and isn't there")
    if row.status == DeliveryStatus.UNCONFIRMED:
        verdict.unconfirmed_absent += absent
    if firsts != sorted(firsts):
        verdict.wrong.append(f"{one.marks[0]} arrived in another order")


def _judge_copies(verdict: Verdict, one: Wanted, row: Delivery, arrived: Arrived) -> None:
    copies = sum(len(arrived.of_part(one, mark)) - 1 for mark in one.marks if arrived.of_part(one, mark))
    if one.chat_id > 0:
        verdict.private_duplicates += copies
        if copies and not verdict.plan.loses_results:
            verdict.wrong.append(f"{one.marks[0]} went to a person twice for no reason")
        return
    verdict.doubled += copies
    if copies:
        verdict.wrong.append(f"{one.marks[0]} went to a channel or group {copies + 1} times")
    ended_at = row.finished_at.timestamp() if row.finished_at else float("inf")
    late = [at for mark in one.marks for at in arrived.of_part(one, mark) if at > ended_at]
    if row.status == DeliveryStatus.UNCONFIRMED and late:
        verdict.late_sends += 1
        verdict.wrong.append(f"{one.marks[0]} was sent {late[0] - ended_at:.1f} s after it was judged")


def _judge_unconfirmed(verdict: Verdict, one: Wanted, row: Delivery, shown: StatusMessage | None) -> None:
    verdict.unconfirmed += 1
    if not verdict.plan.loses_results:
        verdict.wrong.append(f"{one.marks[0]} is unconfirmed for no reason")
    if row.error is None or row.error["code"] != UNKNOWN_OUTCOME:
        verdict.wrong.append(f"{one.marks[0]} is unconfirmed without saying why: {row.error}")
    told = shown.data.get("error") if shown is not None and shown.message_id is not None else None
    if told is None or told["code"] != UNKNOWN_OUTCOME:
        verdict.wrong.append(f"{one.marks[0]} is unconfirmed and its owner wasn't told")


async def rows_of(deps: Deps, wanted: Sequence[Wanted]) -> dict[UUID, Delivery]:
    async with deps.read() as session:
        found = await session.scalars(select(Delivery).where(Delivery.id.in_([one.id for one in wanted])))
        return {row.id: row for row in found}


async def status_messages_of(deps: Deps, wanted: Sequence[Wanted]) -> dict[UUID, StatusMessage]:
    subjects = [one.subject_id for one in wanted]
    async with deps.read() as session:
        found = await session.scalars(select(StatusMessage).where(StatusMessage.subject_id.in_(subjects)))
        return {row.subject_id: row for row in found}


def judge_limits(verdict: Verdict, asked: Asked) -> None:
    """Whatever is killed, no more goes to Telegram than it takes."""
    verdict.asked = asked
    if asked.refused:
        broken = ", ".join(f"{limit} {count}" for limit, count in asked.refused.items())
        verdict.too_fast.append(f"refused with 429, and nobody but the limiter is to blame: {broken}")
