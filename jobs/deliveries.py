"""The engine: takes leased rows, sends them within Telegram's limit, and writes down what came of each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from bot import notices
from core import ids
from core.accounts.service import mark_blocked
from core.channels.models import ChannelState
from core.channels.standing import follow_migration, hold_undeliverable
from core.db import DATABASE_TROUBLE, Json, TelegramId
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deliveries.models import Priority as DeliveryPriority
from core.podcasts.recording import record_sent
from core.podcasts.showing import EPISODE
from core.posts.parts import MAY_BE_THERE, UNSEEN, progress
from core.posts.pinning import request_pin
from core.posts.scheduling import record_delivery
from core.posts.writing import Place
from core.telegram.content import Content, SentPart
from core.telegram.limiter import Priority
from core.telegram.outcomes import Delivered, Outcome, Refusal, Refused, SafeToRetry, Unknown
from core.tx import Tx
from core.voiceovers.service import record_arrival
from core.voiceovers.showing import BOTH as VOICEOVER
from core.workers import claim_name
from jobs.ledger import Ledger
from jobs.runtime import Bench, crash_of, plain_job, without_undoing, written
from jobs.statuses import CARD, bind_first_card
from jobs.withdrawing import unless_withdrawn

log = structlog.get_logger()

Result = TypeVar("Result")

LEASE_S = deliveries.LEASE.total_seconds()
KEEP_EVERY_S = 10.0
PATIENCE_S = 8.0
"""How long a delivery waits for its turn before it makes room for others among those in flight. What is in flight goes
out within about 5 s at Telegram's rate over all chats, so who waits longer is held up by its own chat."""
CHAT_PAUSE_S = 5.0
CALL_BEFORE = timedelta(seconds=12)
"""What must be left of a lease when a call begins: longer than connecting may take, so that nothing is written to
Telegram after the lease, whatever stood still in between."""
UNKNOWN_MAX = 3
"""How often a person may get the same message because Telegram never said whether the one before arrived."""
CRASHED, UNREACHABLE = "delivery.crashed", "delivery.unreachable"

URGENCY: Mapping[int, Priority] = {
    DeliveryPriority.ANSWER: Priority.INTERACTIVE,
    DeliveryPriority.BROADCAST: Priority.BROADCAST,
}
"""What isn't here was promised for its moment."""

LOST = {
    Refusal.KICKED: ChannelState.REMOVED,
    Refusal.NO_RIGHTS: ChannelState.NO_RIGHTS,
    Refusal.CHAT_NOT_FOUND: ChannelState.GONE,
}
"""Refusals that are about the chat, not about the message: they may pass."""


class TakenAway(Exception):
    """Cancelled, or judged by somebody else, in the last moment."""


class LeaseNearlyOver(Exception):
    """The process stood still, or the database was slow: soon somebody else judges what becomes of the delivery."""


class ChatBusy(Exception):
    """Its chat takes nothing for a while, and nothing was sent."""


@plain_job(deliveries.SEND)
async def send(bench: Bench, ticket: str, *delivery_ids: str) -> None:
    """Send the rows behind a ticket, side by side."""
    wanted = [ids.DeliveryId(UUID(text)) for text in delivery_ids]
    holder = claim_name(bench.worker)
    claimed = await written(
        bench.deps,
        lambda tx: deliveries.claim_leased(tx, wanted, ticket=ticket, worker=holder),
        within_s=LEASE_S,
    )
    if claimed:
        ledger = Ledger(bench, holder)
        async with _keeping(bench, holder, [delivery.id for delivery in claimed]):
            sendings = [Sending(bench, holder, delivery, ledger=ledger) for delivery in claimed]
            await asyncio.gather(*(unless_withdrawn(bench.deps, one.delivery, one.run()) for one in sendings))
        log.info(
            "deliveries.delivered", count=len(ledger.delivered), delivery_ids=[str(one) for one in ledger.delivered]
        )
        await ledger.meter.flush()


@asynccontextmanager
async def _keeping(bench: Bench, holder: str, delivery_ids: Sequence[ids.DeliveryId]) -> AsyncIterator[None]:
    keeper = asyncio.create_task(_keep(bench, holder, delivery_ids))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


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
    patience_s: float = PATIENCE_S
    ledger: Ledger | None = None
    """The job's; without one, it has its own."""
    parts: list[Json] = field(init=False)
    _begun: bool = False
    """It stands as being sent."""
    _in_the_air: bool = False
    """A call was made, and what came of it isn't written down. Before and after that it is known what has arrived."""
    _leased_until: datetime = field(init=False)
    _ledger: Ledger = field(init=False)
    _patience: asyncio.Timeout | None = None

    def __post_init__(self) -> None:
        self._ledger = self.ledger or Ledger(self.bench, self.holder)
        self.parts = list(self.delivery.parts)
        self._leased_until = self.bench.deps.clock.now()

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
        except ChatBusy:
            await self._put_back(CHAT_PAUSE_S, None)
        except LeaseNearlyOver:
            await self._put_back(0.0, None)
        except asyncio.CancelledError:
            if not self._in_the_air:
                await self._put_back(0.0, None)
            raise
        except Exception as error:
            if not isinstance(error, DATABASE_TROUBLE):
                await self._crash(error)
            elif self._in_the_air:
                raise
            else:
                await self._put_back(0.0, None)
        else:
            await self._record(outcome)

    async def _crash(self, error: Exception) -> None:
        """Before the call it would crash each time, so it fails; after it, nobody knows what has arrived."""
        reference = crash_of(error).params["reference"]
        if self._in_the_air:
            await self._finish(DeliveryStatus.UNCONFIRMED, _crash(deliveries.UNKNOWN_OUTCOME, reference))
        else:
            await self._finish(DeliveryStatus.FAILED, _crash(CRASHED, reference))

    async def _send(self) -> Outcome:
        urgency = URGENCY.get(self.delivery.priority, Priority.BULK)
        try:
            async with asyncio.timeout(None) as self._patience:
                return await self.bench.sender.send(
                    self.delivery.chat_id,
                    content_of(self.delivery, self.bench.deps.clock.now()),
                    priority=urgency,
                    already_sent=[SentPart.from_json(part) for part in self.parts],
                    before_turn=self._wait,
                    before_part=self._begin,
                    last_look=self._look_at_lease,
                    after_part=self._note_part,
                )
        except TimeoutError:
            if self._patience is not None and self._patience.expired():
                raise ChatBusy from None
            raise

    def _wait(self) -> None:
        """Its files are at hand. Patience is for waiting for a turn; storage and a call take as long as they take."""
        self._have_patience(self.patience_s)

    async def _begin(self, _index: int) -> None:
        """Its turn has come: commit that the call is about to be made, before the first one."""
        self._have_patience(None)
        if self._begun:
            return
        leased_from = self.bench.deps.clock.now()
        if not await self._ledger.begin(self.delivery.id):
            raise TakenAway
        self._begun, self._leased_until = True, leased_from + deliveries.LEASE

    def _look_at_lease(self) -> None:
        """From here on it may arrive. By the clock that judges leases: it goes on while a process stands still."""
        if self.bench.deps.clock.now() > self._leased_until - CALL_BEFORE:
            raise LeaseNearlyOver
        self._in_the_air = True

    async def _note_part(self, _index: int, part: SentPart) -> None:
        self.parts.append(part.to_json())
        leased_from = self.bench.deps.clock.now()
        kept = await self._written(
            lambda tx: deliveries.record_parts(tx, self.delivery.id, worker=self.holder, parts=self.parts)
        )
        if not kept:
            raise TakenAway
        self._in_the_air, self._leased_until = False, leased_from + deliveries.LEASE

    def _have_patience(self, seconds: float | None) -> None:
        if self._patience is not None:
            now = asyncio.get_running_loop().time()
            self._patience.reschedule(None if seconds is None else now + seconds)

    async def _written(self, write: Callable[[Tx], Awaitable[Result]]) -> Result:
        """What is known about a message mustn't be lost: a lost answer is one message twice, or a question."""
        return await written(self.bench.deps, write, within_s=LEASE_S)

    async def _record(self, outcome: Outcome) -> None:
        match outcome:
            case Delivered(parts):
                self.parts += [part.to_json() for part in parts[len(self.parts) :]]
                await self._finish(DeliveryStatus.DELIVERED, None)
            case SafeToRetry():
                await self._put_back(max(outcome.after_s, self._pause()), _error(UNREACHABLE, outcome.detail))
            case Refused(new_chat_id=int() as new_chat_id):
                await self._follow(TelegramId(new_chat_id))
            case Refused():
                if not await self._hold(outcome.reason):
                    await self._finish(DeliveryStatus.FAILED, _error(f"delivery.{outcome.reason}", outcome.detail))
            case Unknown() if self.delivery.chat_id > 0 and self.delivery.attempt + 1 < UNKNOWN_MAX:
                await self._put_back(self._pause(), _error(deliveries.UNKNOWN_OUTCOME, outcome.detail))
            case Unknown():
                await self._finish(DeliveryStatus.UNCONFIRMED, _error(deliveries.UNKNOWN_OUTCOME, outcome.detail))

    async def _follow(self, new_chat_id: TelegramId) -> None:
        """The group has moved: this goes there next, and so does whatever else is for the old one."""

        async def move(tx: Tx) -> None:
            await deliveries.put_back(tx, self.delivery.id, worker=self.holder, after_s=0.0, chat_id=new_chat_id)
            await follow_migration(tx, from_id=self.delivery.chat_id, to_id=new_chat_id)

        await self._written(move)

    async def _hold(self, reason: Refusal) -> bool:
        """Let a post wait for a connected chat that takes nothing. False when it doesn't fail for that."""
        state = LOST.get(reason)
        if state is None or self.delivery.kind != DeliveryKind.POST or self.delivery.chat_id > 0:
            return False
        held = await self._written(
            lambda tx: hold_undeliverable(
                tx,
                owner_id=self.delivery.owner_id,
                chat_id=self.delivery.chat_id,
                delivery_id=self.delivery.id,
                worker=self.holder,
                state=state,
            )
        )
        log.info("deliveries.held", state=state, held=held)
        return held

    def _pause(self) -> float:
        """Seconds until the next attempt: more after each one. Not having got a turn is none."""
        return deliveries.retry_wait(self.delivery.attempt + 1) if self._begun else 0.05

    async def _put_back(self, after_s: float, error: Json | None, *, chat_id: TelegramId | None = None) -> None:
        log.info("deliveries.put_back", after_s=after_s, error=error)
        await self._written(
            lambda tx: deliveries.put_back(
                tx, self.delivery.id, worker=self.holder, after_s=after_s, error=error, chat_id=chat_id
            )
        )

    async def _finish(self, status: DeliveryStatus, error: Json | None) -> None:
        async def end(tx: Tx) -> bool:
            finished = await deliveries.finish_delivery(
                tx, self.delivery.id, worker=self.holder, status=status, parts=self.parts, error=error
            )
            if finished:
                ended = after_delivery(tx, self.delivery, status=status, parts=self.parts, error=error)
                await without_undoing(tx, ended)
            return finished

        sent_at = self.bench.deps.clock.now()
        if status is DeliveryStatus.DELIVERED and self.delivery.kind == DeliveryKind.BROADCAST:
            finished = await self._ledger.end(self.delivery.id, self.parts)
        else:
            finished = await self._written(end)
        if not finished or status is not DeliveryStatus.DELIVERED:
            log.info("deliveries.ended", status=status, kept=finished)
        else:
            self._ledger.delivered.append(self.delivery.id)
        self._measure(status, sent_at)

    def _measure(self, status: DeliveryStatus, sent_at: datetime) -> None:
        meter, kind = self._ledger.meter, self.delivery.kind
        meter.count("deliveries", kind=kind, outcome=status)
        if status is DeliveryStatus.DELIVERED:
            meter.observe("delivery_lateness_seconds", (sent_at - self.delivery.due_at).total_seconds(), kind=kind)


async def after_delivery(
    tx: Tx, delivery: Delivery, *, status: DeliveryStatus, parts: Sequence[Json], error: Json | None
) -> None:
    """What the end of a delivery means to the feature that it belongs to."""
    if error is not None and error["code"] == f"delivery.{Refusal.BLOCKED_BY_USER}":
        await mark_blocked(tx, telegram_user_id=delivery.chat_id, blocked=True)
    if delivery.kind == DeliveryKind.POST:
        post_id = ids.PostId(delivery.subject_id)
        first = TelegramId(parts[0]["message_id"]) if parts and parts[0] != UNSEEN else None
        if error is not None:
            before = MAY_BE_THERE if (delivery.error or {}).get("code") == deliveries.UNKNOWN_OUTCOME else {}
            error = {**error, "params": {**error.get("params", {}), **progress(delivery.content, parts), **before}}
        await record_delivery(
            tx, owner_id=delivery.owner_id, post_id=post_id, status=status, error=error, message_id=first
        )
        if status is DeliveryStatus.DELIVERED and first is not None:
            await request_pin(
                tx, owner_id=delivery.owner_id, post_id=post_id, chat_id=delivery.chat_id, message_id=first
            )
    elif delivery.kind == DeliveryKind.NOTICE and delivery.content["notice"] == CARD and parts:
        message_id = TelegramId(parts[-1]["message_id"])
        await bind_first_card(tx, delivery.content["data"]["post_id"], delivery.chat_id, message_id)
    elif delivery.kind == DeliveryKind.NOTICE and delivery.content["notice"] == EPISODE:
        place = Place(delivery.chat_id, TelegramId(0), delivery.content["language"])
        delivered = status is DeliveryStatus.DELIVERED
        data = delivery.content["data"]
        await record_sent(tx, owner_id=delivery.owner_id, data=data, place=place, delivered=delivered)
    elif delivery.kind == DeliveryKind.NOTICE and delivery.content["notice"] in VOICEOVER:
        await record_arrival(
            tx,
            owner_id=delivery.owner_id,
            notice=delivery.content["notice"],
            data=delivery.content["data"],
            place=Place(delivery.chat_id, TelegramId(0), delivery.content["language"]),
            there=status is DeliveryStatus.DELIVERED,
        )


def content_of(delivery: Delivery, now: datetime) -> Content:
    """The message of a delivery: as it was written down, or made of its notice."""
    if delivery.kind not in (DeliveryKind.NOTICE, DeliveryKind.DIGEST):
        return Content.from_json(delivery.content)
    content = delivery.content
    return notices.render(content["notice"], content["data"] | {"language": content["language"]}, now=now).to_content()


def _crash(code: str, reference: str) -> Json:
    """With the reference under which it was logged, for the user to quote."""
    return {"code": code, "params": {"reference": reference}}


def _error(code: str, detail: str) -> Json:
    return {"code": code, "params": {"detail": detail}}
