"""The trial: seven days of Pro, once per Telegram account."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import user_of
from core.billing.events import lock_owner, note_event
from core.billing.mails import mail_trial_ended, mail_trial_ending, mail_trial_started
from core.billing.models import Trial, TrialStatus
from core.billing.queries import in_force_of, subscription_of, trial_of
from core.billing.standing import FREE, is_in_force
from core.billing.telling import tell
from core.billing.turning import note_turn
from core.db import ReadSession
from core.errors import Conflict
from core.tx import Tx

TRIAL_PLAN = "pro"
TRIAL = timedelta(days=7)
REMINDER_DAYS = (2, 5)
"""Days of the trial on which it is told of; and at its end."""


class TrialNotOffered(Conflict):
    """Somebody who had it already, or who pays."""

    code = "billing.no_trial"


async def start_trial(tx: Tx, *, owner_id: ids.UserId) -> Trial:
    """Begin the trial now. Pressing twice gives the same trial.

    Raises TrialNotOffered when it is over (params ended_at), or a subscription is in force.
    """
    await lock_owner(tx, owner_id)
    user = await user_of(tx.session, owner_id)
    subscription = await subscription_of(tx.session, owner_id=owner_id)
    if subscription is not None and is_in_force(subscription, now=tx.now):
        raise TrialNotOffered(plan=subscription.plan_key)
    ends_at = tx.now + TRIAL
    started: Trial | None = await tx.session.scalar(
        insert(Trial)
        .values(
            id=ids.new(),
            owner_id=owner_id,
            telegram_user_id=user.telegram_user_id,
            plan_key=TRIAL_PLAN,
            status=TrialStatus.ACTIVE,
            started_at=tx.now,
            ends_at=ends_at,
            next_step_at=tx.now + timedelta(days=REMINDER_DAYS[0]),
        )
        .on_conflict_do_nothing()
        .returning(Trial)
    )
    if started is None:
        return await _had(tx, owner_id)
    tx.entitled_anew.add(owner_id)
    data = {"plan": TRIAL_PLAN, "ends_at": ends_at.isoformat()}
    await note_event(tx, owner_id=owner_id, kind="trial.started", source="chat", key=f"trial:{started.id}", data=data)
    await _note_entitlement(tx, started, owner_id, before=FREE, after=TRIAL_PLAN, source="chat")
    await mail_trial_started(tx, started, owner_id)
    return started


async def end_trial(tx: Tx, *, owner_id: ids.UserId, status: TrialStatus, source: str, key: str) -> bool:
    """Bring a trial to an end: expired, cancelled or converted. False when none was running. Under `lock_owner`."""
    trial = await trial_of(tx.session, owner_id=owner_id)
    if trial is None or trial.status != TrialStatus.ACTIVE:
        return False
    trial.status, trial.ended_at, trial.next_step_at = status, min(tx.now, trial.ends_at), None
    tx.entitled_anew.add(owner_id)
    await tx.session.flush()
    data = {"plan": trial.plan_key, "because": key}
    await note_event(
        tx, owner_id=owner_id, kind=f"trial.{status}", source=source, key=f"trial:{trial.id}:end", data=data
    )
    return True


async def cancel_trial(tx: Tx, *, owner_id: ids.UserId) -> bool:
    """Give the rest of a trial up, at the user's wish. It doesn't come again. False when none was running."""
    await lock_owner(tx, owner_id)
    trial = await _active(tx, owner_id)
    if trial is None:
        return False
    await end_trial(tx, owner_id=owner_id, status=TrialStatus.CANCELLED, source="chat", key="chat")
    await _note_entitlement(tx, trial, owner_id, before=trial.plan_key, after=FREE, source="chat")
    return True


async def due_trials(session: ReadSession, *, now: datetime, limit: int) -> Sequence[ids.UserId]:
    """Whose trials are to be reminded of or ended by now, the longest due first."""
    due = select(Trial.owner_id).where(Trial.next_step_at <= now, Trial.owner_id.is_not(None))
    found = await session.scalars(due.order_by(Trial.next_step_at).limit(limit))
    return [owner_id for owner_id in found if owner_id is not None]


async def advance_trial(tx: Tx, *, owner_id: ids.UserId) -> bool:
    """Remind of a trial or end it. False when somebody else has done it."""
    await lock_owner(tx, owner_id)
    trial = await trial_of(tx.session, owner_id=owner_id)
    if trial is None or trial.next_step_at is None or trial.next_step_at > tx.now:
        return False
    if trial.ends_at <= tx.now:
        await _expire(tx, trial, owner_id)
    else:
        await _remind(tx, trial, owner_id)
    return True


def next_reminder_at(trial: Trial, *, now: datetime) -> datetime:
    """When something is to be said of a running trial next: a reminder, or its end."""
    reminders = (trial.started_at + timedelta(days=day) for day in REMINDER_DAYS)
    return min((at for at in reminders if at > now), default=trial.ends_at)


async def _had(tx: Tx, owner_id: ids.UserId) -> Trial:
    """The trial that keeps another from beginning: it goes on, or that is told."""
    running = await _active(tx, owner_id)
    if running is None:
        raise TrialNotOffered()
    return running


async def _active(tx: Tx, owner_id: ids.UserId) -> Trial | None:
    trial = await trial_of(tx.session, owner_id=owner_id)
    return trial if trial is not None and trial.status == TrialStatus.ACTIVE and tx.now < trial.ends_at else None


async def _expire(tx: Tx, trial: Trial, owner_id: ids.UserId) -> None:
    await end_trial(tx, owner_id=owner_id, status=TrialStatus.EXPIRED, source="clock", key="time")
    after = await in_force_of(tx.session, owner_id=owner_id, now=tx.now)
    if after.plan_key == FREE:
        await _note_entitlement(tx, trial, owner_id, before=trial.plan_key, after=FREE, source="clock")
        await _tell(tx, trial, owner_id, "billing.trial_over", "over")
        await mail_trial_ended(tx, trial, owner_id)


async def _remind(tx: Tx, trial: Trial, owner_id: ids.UserId) -> None:
    day = max(day for day in REMINDER_DAYS if trial.started_at + timedelta(days=day) <= tx.now)
    trial.next_step_at = next_reminder_at(trial, now=tx.now)
    await _tell(tx, trial, owner_id, "billing.trial_reminder", f"day{day}")
    await mail_trial_ending(tx, trial, owner_id, step=f"day{day}")


async def _tell(tx: Tx, trial: Trial, owner_id: ids.UserId, notice: str, step: str) -> None:
    await tell(
        tx,
        owner_id=owner_id,
        notice=notice,
        subject_id=trial.id,
        data={"plan": trial.plan_key, "ends_at": trial.ends_at.isoformat()},
        dedupe_key=f"trial:{trial.id}:{step}",
    )


async def _note_entitlement(
    tx: Tx, trial: Trial, owner_id: ids.UserId, *, before: str, after: str, source: str
) -> None:
    await note_turn(
        tx, owner_id=owner_id, before=before, after=after, source=source, key=f"trial:{trial.id}:{before}:{after}"
    )
