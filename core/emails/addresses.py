"""The address of a user: given, verified by a link, changed, removed; and what they want to be written about."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import user_of
from core.db import Json
from core.deliveries.service import send_notice
from core.emails.kinds import OPTIONAL, Category, EmailKind
from core.emails.models import EmailAddress
from core.emails.queries import links_sent_to
from core.emails.service import add_email
from core.emails.spelling import read_address
from core.errors import Conflict, InvalidInput, LimitReached, NotFound
from core.tx import Tx

LINK_LIFE = timedelta(hours=24)
LINKS_MOST = 5
"""For one address in a day, whoever asks: strangers' mailboxes aren't to be filled through us."""
LINKS_WINDOW = timedelta(days=1)
LINKS_PAUSE = timedelta(minutes=1)
VERIFIED, REFUSED = "emails.verified", "emails.refused"


class NoPendingAddress(Conflict):
    """Nothing waits to be verified."""

    code = "emails.nothing_pending"


class LinkUsed(NotFound):
    """The link is out of date, or another one was sent since."""

    code = "emails.link_used"


async def give_address(tx: Tx, *, owner_id: ids.UserId, typed: str) -> EmailAddress:
    """Note an address and send it a link; one that was verified before stays in use until that link is opened.

    The verified address given once more only ends what was pending. Raises AddressInvalid (core/emails/spelling.py),
    LimitReached ("emails.too_many_links"; param retry_after_s).
    """
    address = read_address(typed)
    row = await _row(tx, owner_id)
    row.problem = None
    if address == row.address:
        _forget_pending(row)
        return row
    await _send_link(tx, row, address)
    return row


async def send_link_again(tx: Tx, *, owner_id: ids.UserId) -> EmailAddress:
    """Another link for the address that waits; the earlier one is of no use any more.

    Raises NoPendingAddress, LimitReached ("emails.too_many_links").
    """
    row = await _row(tx, owner_id)
    if row.pending is None:
        raise NoPendingAddress
    row.problem = None
    await _send_link(tx, row, row.pending)
    return row


async def confirm_address(tx: Tx, *, owner_id: ids.UserId, link_id: UUID) -> EmailAddress:
    """The link was opened: from now on mail goes there, which is told in the chat. Again, it changes nothing.

    Raises LinkUsed.
    """
    row = await tx.session.get(EmailAddress, owner_id, with_for_update=True, populate_existing=True)
    if row is not None and has_verified(row, link_id):
        return row
    if row is None or not is_open(row, link_id, now=tx.now):
        raise LinkUsed
    row.address, row.verified_at, row.problem, row.updated_at = row.pending, tx.now, None, tx.now
    row.pending, row.link_expires_at = None, None
    await _tell(tx, row, VERIFIED, {"address": row.address})
    return row


def is_open(row: EmailAddress, link_id: UUID, *, now: datetime) -> bool:
    """Whether this link still verifies something."""
    expires_at = row.link_expires_at
    return row.pending is not None and row.link_id == link_id and expires_at is not None and now < expires_at


def has_verified(row: EmailAddress, link_id: UUID) -> bool:
    """Whether the present address was verified by this link."""
    return row.link_id == link_id and row.pending is None and row.address is not None


async def keep_present_address(tx: Tx, *, owner_id: ids.UserId) -> EmailAddress:
    """Give up a change that waits for its link."""
    row = await _row(tx, owner_id)
    row.problem = None
    _forget_pending(row)
    return row


async def remove_address(tx: Tx, *, owner_id: ids.UserId) -> None:
    """Forget the address and what was said about it. Mail that is queued isn't sent."""
    await tx.session.execute(delete(EmailAddress).where(EmailAddress.owner_id == owner_id))


async def choose_mail(tx: Tx, *, owner_id: ids.UserId, category: Category, wanted: bool) -> EmailAddress | None:
    """Switch mail of a category on or off. None when there is no address (any more): then nothing is sent anyway.

    Raises InvalidInput for a category that can't be refused.
    """
    if category not in OPTIONAL:
        raise InvalidInput("emails.always_sent", category=category)
    row = await tx.session.get(EmailAddress, owner_id, with_for_update=True, populate_existing=True)
    if row is None:
        return None
    if category is Category.PLAN:
        row.wants_plan = wanted
    else:
        row.wants_posts = wanted
    row.updated_at = tx.now
    return row


async def note_refused(tx: Tx, *, owner_id: ids.UserId, address: str, problem: Json) -> None:
    """Nothing is to be written to this address any more, as `problem` says: a mail server takes nothing for it, mail
    came back, or was marked as spam. Tell its owner, and write there no more before a new link has been opened."""
    row = await tx.session.get(EmailAddress, owner_id, with_for_update=True, populate_existing=True)
    if row is None or address not in (row.address, row.pending):
        return
    if address == row.address:
        row.address, row.verified_at, row.link_id = None, None, None
        row.pending = row.pending or address
    if address == row.pending:
        row.link_id, row.link_expires_at = None, None
    row.problem, row.updated_at = {**problem, "address": address}, tx.now
    await _tell(tx, row, REFUSED, row.problem)


async def _send_link(tx: Tx, row: EmailAddress, address: str) -> None:
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"email:{address}", 0))))
    _check_room(await links_sent_to(tx.session, address=address, since=tx.now - LINKS_WINDOW), tx.now)
    row.pending, row.link_id, row.link_expires_at = address, ids.new(), tx.now + LINK_LIFE
    row.updated_at = tx.now
    await tx.session.flush()
    data = {"link_id": str(row.link_id), "expires_at": row.link_expires_at.isoformat()}
    await add_email(
        tx,
        owner_id=row.owner_id,
        kind=EmailKind.VERIFY,
        data=data,
        dedupe_key=f"verify:{row.link_id}",
        address=address,
    )


def _check_room(sent: Sequence[datetime], now: datetime) -> None:
    """`sent`: the latest first."""
    free_at = []
    if len(sent) >= LINKS_MOST:
        free_at.append(sent[LINKS_MOST - 1] + LINKS_WINDOW)
    if sent:
        free_at.append(sent[0] + LINKS_PAUSE)
    wait_s = max(((at - now).total_seconds() for at in free_at), default=0.0)
    if wait_s > 0:
        raise LimitReached("emails.too_many_links", feature="emails", retry_after_s=math.ceil(wait_s))


def _forget_pending(row: EmailAddress) -> None:
    row.pending, row.link_id, row.link_expires_at = None, None, None


async def _row(tx: Tx, owner_id: ids.UserId) -> EmailAddress:
    """The user's row, locked; made if new."""
    made = insert(EmailAddress).values(owner_id=owner_id, created_at=tx.now, updated_at=tx.now)
    await tx.session.execute(made.on_conflict_do_nothing())
    return await tx.session.get_one(EmailAddress, owner_id, with_for_update=True, populate_existing=True)


async def _tell(tx: Tx, row: EmailAddress, notice: str, data: Json) -> None:
    user = await user_of(tx.session, row.owner_id)
    await send_notice(
        tx,
        owner_id=row.owner_id,
        chat_id=user.telegram_user_id,
        subject_id=row.owner_id,
        notice=notice,
        data=data,
        language=user.language,
    )
