"""Mail to users: queued in the transaction of what it tells, sent by a job, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import user_of
from core.db import Json
from core.emails.kinds import CATEGORIES, EmailKind, checked_data
from core.emails.models import Email, EmailAddress, EmailStatus
from core.emails.queries import wanted_address
from core.queue import EVENTS, JobSpec
from core.tx import Tx
from core.work.service import request_work

SEND = JobSpec("jobs.emails.send", queue=EVENTS, attempts=9, lease_s=60, timeout_s=90, backoff_s=20)
"""The waits between its attempts sum up to an hour and a half: servers that put strangers off for a while do so for
less, and Resend remembers what it has taken on for a day."""
KEPT = timedelta(days=90)
FORGET_BATCH = 1000
UNDER_WAY = (EmailStatus.QUEUED, EmailStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail that is about to be sent, and to where."""

    id: ids.EmailId
    owner_id: ids.UserId
    kind: EmailKind
    data: Json
    address: str
    language: str
    time_zone: str | None
    created_at: datetime


async def queue_email(
    tx: Tx, *, owner_id: ids.UserId, kind: EmailKind, data: Mapping[str, Any], dedupe_key: str
) -> ids.EmailId | None:
    """Have a mail sent after the commit, if its owner has a verified address and wants mail of this kind.

    None when they don't, or when they have been sent one with this `dedupe_key` (unique per owner) before. `data` is
    what the kind's class in core/emails/kinds.py lists, as JSON. Raises ValueError for other data.
    """
    checked = checked_data(kind, data)
    if await wanted_address(tx.session, owner_id=owner_id, category=CATEGORIES[kind]) is None:
        return None
    return await add_email(
        tx, owner_id=owner_id, kind=kind, data=checked.model_dump(mode="json"), dedupe_key=dedupe_key, address=None
    )


async def add_email(
    tx: Tx, *, owner_id: ids.UserId, kind: EmailKind, data: Json, dedupe_key: str, address: str | None
) -> ids.EmailId | None:
    """Write a mail down, whoever wants it. `address`: where it goes if not to the verified address."""
    user = await user_of(tx.session, owner_id)
    email_id = await tx.session.scalar(
        insert(Email)
        .values(
            id=ids.new(),
            owner_id=owner_id,
            kind=kind,
            data=data,
            language=user.language,
            time_zone=user.time_zone,
            dedupe_key=dedupe_key,
            status=EmailStatus.QUEUED,
            address=address,
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["owner_id", "dedupe_key"])
        .returning(Email.id)
    )
    if email_id is not None:
        await request_work(tx, SEND, owner_id=owner_id, subject_id=email_id)
    return email_id


async def begin_sending(tx: Tx, *, owner_id: ids.UserId, email_id: ids.EmailId) -> Outgoing | None:
    """Note that the call is about to be made. None when there is none to make: it has ended, or ends here, because
    nobody wants it any more or its address has gone."""
    email = await _locked(tx, owner_id, email_id)
    if email is None or email.status not in UNDER_WAY:
        return None
    kind = EmailKind(email.kind)
    address = await _address_for(tx, email, kind)
    if address is None:
        await skip_email(tx, owner_id=owner_id, email_id=email_id)
        return None
    email.status, email.address = EmailStatus.SENDING, address
    return Outgoing(
        id=email.id,
        owner_id=owner_id,
        kind=kind,
        data=email.data,
        address=address,
        language=email.language,
        time_zone=email.time_zone,
        created_at=email.created_at,
    )


async def _address_for(tx: Tx, email: Email, kind: EmailKind) -> str | None:
    """A link goes only to the address that it verifies, and only while it does."""
    if kind is not EmailKind.VERIFY:
        return await wanted_address(tx.session, owner_id=email.owner_id, category=CATEGORIES[kind])
    return await tx.session.scalar(
        select(EmailAddress.pending).where(
            EmailAddress.owner_id == email.owner_id,
            EmailAddress.pending == email.address,
            EmailAddress.link_id == UUID(email.data["link_id"]),
        )
    )


async def skip_email(tx: Tx, *, owner_id: ids.UserId, email_id: ids.EmailId) -> None:
    """It isn't sent, and nothing has gone wrong."""
    await _update(tx, owner_id, email_id, status=EmailStatus.SKIPPED, ended_at=tx.now)


async def record_sent(tx: Tx, *, owner_id: ids.UserId, email_id: ids.EmailId, engine: str, remote_id: str) -> None:
    """The mail service has taken it on."""
    await _update(
        tx,
        owner_id,
        email_id,
        status=EmailStatus.SENT,
        engine=engine,
        remote_id=remote_id,
        error=None,
        ended_at=tx.now,
    )


async def record_attempt(tx: Tx, *, owner_id: ids.UserId, email_id: ids.EmailId, error: Json, unknown: bool) -> None:
    """An attempt failed. `unknown`: it may have gone out all the same."""
    status = EmailStatus.SENDING if unknown else EmailStatus.QUEUED
    await _update(tx, owner_id, email_id, status=status, error=error)


async def end_unsent(tx: Tx, *, owner_id: ids.UserId, email_id: ids.EmailId, error: Json) -> Email | None:
    """No attempt follows: it has failed, or, when the last call's outcome is unknown, it is unconfirmed.

    None when it had ended before.
    """
    email = await _locked(tx, owner_id, email_id)
    if email is None or email.status not in UNDER_WAY:
        return None
    email.status = EmailStatus.UNCONFIRMED if email.status == EmailStatus.SENDING else EmailStatus.FAILED
    email.error, email.ended_at = error, tx.now
    return email


async def record_fate(tx: Tx, *, engine: str, remote_id: str, status: EmailStatus) -> Email | None:
    """Note what became of a mail after it was taken on, once. None when it was noted before, or no mail of ours is
    known by that id."""
    return await tx.session.scalar(
        update(Email)
        .where(Email.remote_id == remote_id, Email.engine == engine, Email.status == EmailStatus.SENT)
        .values(status=status)
        .returning(Email)
        .execution_options(populate_existing=True)
    )


async def forget_old_emails(tx: Tx) -> int:
    """Remove a batch of what is over 90 days old. Returns how many there were."""
    old = select(Email.id).where(Email.created_at < tx.now - KEPT).limit(FORGET_BATCH)
    gone = await tx.session.scalars(delete(Email).where(Email.id.in_(old)).returning(Email.id))
    return len(gone.all())


async def _locked(tx: Tx, owner_id: ids.UserId, email_id: ids.EmailId) -> Email | None:
    return await tx.session.scalar(
        select(Email)
        .where(Email.id == email_id, Email.owner_id == owner_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _update(tx: Tx, owner_id: ids.UserId, email_id: ids.EmailId, **values: Any) -> None:
    await tx.session.execute(
        update(Email)
        .where(Email.id == email_id, Email.owner_id == owner_id, Email.status.in_(UNDER_WAY))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
