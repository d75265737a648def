"""The engine: takes leased rows, sends them within Telegram's limit, and writes down what came of each."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from bot import notices
from core import ids
from core.accounts.service import mark_blocked
from core.db import DATABASE_TROUBLE, Json, TelegramId
from core.deliveries import service as deliveries
from core.deliveries import statuses
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus, StatusMessage
from core.deliveries.models import Priority as DeliveryPriority
from core.posts.scheduling import record_delivery
from core.posts.writing import bind_card
from core.telegram.content import Content, SentPart
from core.telegram.limiter import Priority
from core.telegram.outcomes import Delivered, Outcome, Refusal, Refused, SafeToRetry, Unknown
from core.tx import Tx
from core.workers import claim_name
from jobs.runtime import Bench, plain_job

log = structlog.get_logger()

KEEP_EVERY_S = 10.0
STATUS_RETRY_S = 5.0
COSMETIC_PATIENCE_S = 1.0
"""How long a countdown waits for its turn; it doesn't matter enough to keep a worker's thread."""
COSMETIC_PAUSE_S = 5.0
UNKNOWN_MAX = 3
"""How often a person may get the same message because Telegram never said whether the one before arrived."""
CRASHED, UNREACHABLE = "delivery.crashed", "delivery.unreachable"


class TakenAway(Exception):
    """Cancelled, or judged by somebody else, in the last moment."""


@plain_job(deliveries.SEND)
async def send(bench: Bench, ticket: str, *delivery_ids: str) -> None:
    """Send the rows behind a ticket, side by side."""
    wanted = [ids.DeliveryId(UUID(text)) for text in delivery_ids]
    holder = claim_name(bench.worker)
    async with bench.deps.tx() as tx:
        claimed = await deliveries.claim_leased(tx, wanted, ticket=ticket, worker=holder)
    if claimed:
        async with _keeping(bench, holder, [delivery.id for delivery in claimed]):
            await asyncio.gather(*(Sending(bench, holder, delivery).run() for delivery in claimed))


@asynccontextmanager
async def _keeping(bench: Bench, holder: str, delivery_ids: Sequence[ids.DeliveryId]) -> AsyncIterator[None]:
    keeper = asyncio.create_task(_keep(bench, holder, delivery_ids))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


async def _keep(bench: Bench, holder: str, delivery_ids: Sequence[ids.DeliveryId]) -> None:
    while True:
        await asyncio.sleep(KEEP_EVERY_S)
        try:
            async with bench.deps.tx() as tx:
                await deliveries.keep_leases(tx, delivery_ids, worker=holder)
        except DATABASE_TROUBLE:
            log.warning("deliveries.leases_not_renewed")


@dataclass(slots=True)
class Sending:
    """One attempt at one delivery. `holder` is the name under which this job has it."""

    bench: Bench
    holder: str
    delivery: Delivery
    parts: list[Json] = field(init=False)
    _begun: bool = False

    def __post_init__(self) -> None:
        self.parts = list(self.delivery.parts)

    async def run(self) -> None:
        """Send it and write the result. What can't be written down is judged when the lease runs out."""
        with structlog.contextvars.bound_contextvars(delivery_id=str(self.delivery.id)):
            try:
                await self._attempt()
            except DATABASE_TROUBLE:
                log.warning("deliveries.not_written_down")

    async def _attempt(self) -> None:
        if self.delivery.attempt >= deliveries.ATTEMPTS_MAX:
            await self._finish(DeliveryStatus.FAILED, _error(UNREACHABLE, "too many attempts"))
            return
        try:
            outcome = await self._send()
        except TakenAway:
            log.info("deliveries.taken_away")
        except DATABASE_TROUBLE:
            raise
        except Exception as error:
            await self._crash(error)
        else:
            await self._record(outcome)

    async def _crash(self, error: Exception) -> None:
        """Before the call it would crash each time, so it fails; after it, nobody knows what has arrived."""
        reference = secrets.token_hex(4)
        log.error("deliveries.attempt_crashed", reference=reference, exc_info=error)
        if not self._begun:
            await self._finish(DeliveryStatus.FAILED, _error(CRASHED, reference))

    async def _send(self) -> Outcome:
        content = content_of(self.delivery, self.bench.deps.clock.now())
        urgent = self.delivery.priority == DeliveryPriority.ANSWER
        return await self.bench.sender.send(
            self.delivery.chat_id,
            content,
            priority=Priority.INTERACTIVE if urgent else Priority.BULK,
            already_sent=[SentPart.from_json(part) for part in self.parts],
            before_part=self._begin,
            after_part=self._note_part,
        )

    async def _begin(self, _index: int) -> None:
        """Commit that the call is about to be made, before the first one."""
        if self._begun:
            return
        async with self.bench.deps.tx() as tx:
            if not await deliveries.begin_sending(tx, self.delivery.id, worker=self.holder):
                raise TakenAway
        self._begun = True

    async def _note_part(self, _index: int, part: SentPart) -> None:
        self.parts.append(part.to_json())
        async with self.bench.deps.tx() as tx:
            if not await deliveries.record_parts(tx, self.delivery.id, worker=self.holder, parts=self.parts):
                raise TakenAway

    async def _record(self, outcome: Outcome) -> None:
        match outcome:
            case Delivered():
                await self._finish(DeliveryStatus.DELIVERED, None)
            case SafeToRetry():
                await self._put_back(max(outcome.after_s, self._patience()), outcome.detail)
            case Refused():
                await self._finish(DeliveryStatus.FAILED, _error(f"delivery.{outcome.reason}", outcome.detail))
            case Unknown() if self.delivery.chat_id > 0 and self.delivery.attempt + 1 < UNKNOWN_MAX:
                await self._put_back(self._patience(), outcome.detail)
            case Unknown():
                await self._finish(DeliveryStatus.UNCONFIRMED, _error(deliveries.UNKNOWN_OUTCOME, outcome.detail))

    def _patience(self) -> float:
        """Seconds until the next attempt: more after each one. Not having got a turn is none."""
        return deliveries.retry_wait(self.delivery.attempt + 1) if self._begun else 0.05

    async def _put_back(self, after_s: float, detail: str) -> None:
        log.info("deliveries.put_back", after_s=after_s, detail=detail)
        async with self.bench.deps.tx() as tx:
            await deliveries.put_back(
                tx,
                self.delivery.id,
                worker=self.holder,
                after_s=after_s,
                error=_error(UNREACHABLE, detail),
            )

    async def _finish(self, status: DeliveryStatus, error: Json | None) -> None:
        async with self.bench.deps.tx() as tx:
            finished = await deliveries.finish_delivery(
                tx, self.delivery.id, worker=self.holder, status=status, parts=self.parts, error=error
            )
            if finished:
                await after_delivery(tx, self.delivery, status=status, parts=self.parts, error=error)
        log.info("deliveries.ended", status=status, kept=finished)


async def after_delivery(
    tx: Tx, delivery: Delivery, *, status: DeliveryStatus, parts: Sequence[Json], error: Json | None
) -> None:
    """What the end of a delivery means to the feature that it belongs to."""
    if error is not None and error["code"] == f"delivery.{Refusal.BLOCKED_BY_USER}":
        await mark_blocked(tx, telegram_user_id=delivery.chat_id, blocked=True)
    if delivery.kind == DeliveryKind.POST:
        post_id = ids.PostId(delivery.subject_id)
        await record_delivery(tx, owner_id=delivery.owner_id, post_id=post_id, status=status, error=error)
    elif delivery.content["notice"] == "posts.card" and parts:
        await bind_card(
            tx,
            post_id=ids.PostId(delivery.subject_id),
            chat_id=delivery.chat_id,
            message_id=TelegramId(parts[-1]["message_id"]),
        )


@plain_job(statuses.SHOW_STATUS)
async def show_status(bench: Bench, subject: str) -> None:
    """Bring a status message up to date: edit it, or send it when there is none or it is gone."""
    subject_id = UUID(subject)
    async with bench.deps.tx() as tx:
        status = await statuses.claim_status(tx, subject_id)
    if status is None:
        return
    try:
        async with asyncio.timeout(COSMETIC_PATIENCE_S if _urgency(status) is Priority.COSMETIC else None):
            outcome = await _show_or_send(bench, status)
    except TimeoutError:
        outcome = SafeToRetry(COSMETIC_PAUSE_S, "there is more urgent work")
    async with bench.deps.tx() as tx:
        await _record_shown(tx, status, outcome)


async def _show_or_send(bench: Bench, status: StatusMessage) -> Outcome:
    outcome = await _show(bench, status, message_id=status.message_id)
    if isinstance(outcome, Refused) and outcome.reason is Refusal.MESSAGE_GONE:
        return await _show(bench, status, message_id=None)
    return outcome


async def _show(bench: Bench, status: StatusMessage, *, message_id: TelegramId | None) -> Outcome:
    screen = notices.render(status.notice, status.data, now=bench.deps.clock.now())
    return await bench.sender.send(status.chat_id, screen.to_content(edit=message_id), priority=_urgency(status))


def _urgency(status: StatusMessage) -> Priority:
    """What a user has just asked for comes first; a countdown makes room for everything else."""
    if status.shown_version == status.version:
        return Priority.COSMETIC
    return Priority.BULK if status.data.get("delivered_at") else Priority.INTERACTIVE


async def _record_shown(tx: Tx, status: StatusMessage, outcome: Outcome) -> None:
    match outcome:
        case Delivered():
            await statuses.record_shown(
                tx,
                status.subject_id,
                version=status.version,
                message_id=TelegramId(outcome.parts[-1].message_id),
                refresh_at=_next_refresh(status.data, tx.now),
            )
        case SafeToRetry():
            await statuses.try_status_later(tx, status.subject_id, after_s=max(1.0, outcome.after_s))
        case Unknown():
            await statuses.try_status_later(tx, status.subject_id, after_s=STATUS_RETRY_S)
        case Refused():
            log.info("deliveries.status_refused", reason=outcome.reason, detail=outcome.detail)
            await statuses.give_up_status(tx, status.subject_id, version=status.version)


def _next_refresh(data: Json, now: datetime) -> datetime | None:
    """A scheduled post is counted down."""
    due_at = data.get("due_at")
    if data.get("status") != "scheduled" or due_at is None:
        return None
    return statuses.next_countdown(datetime.fromisoformat(due_at), now)


def content_of(delivery: Delivery, now: datetime) -> Content:
    """The message of a delivery: as it was written down, or made of its notice."""
    if delivery.kind == DeliveryKind.POST:
        return Content.from_json(delivery.content)
    content = delivery.content
    return notices.render(content["notice"], content["data"] | {"language": content["language"]}, now=now).to_content()


def _error(code: str, detail: str) -> Json:
    return {"code": code, "params": {"detail": detail}}
