"""What finding videos costs, by day, for whoever runs the bot; and the one message when nothing is left.

Written after each call that took credits: such a call takes seconds, so a small transaction more isn't felt.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import admins
from core.db import DATABASE_TROUBLE, ReadSession
from core.deliveries.service import send_notice
from core.providers.discovery import CreditsUsed, OnCredits
from core.tx import Tx
from core.viral.models import CreditShortage, CreditUse

log = structlog.get_logger()

OUT, BACK = "viral.credits_out", "viral.credits_back"
SHOWN = timedelta(days=7)


def noted(open_tx: Callable[[], AbstractAsyncContextManager[Tx]], admin_ids: Sequence[int]) -> OnCredits:
    """Writes down each call's credits. What a call has brought isn't lost because that failed."""

    async def on_credits(used: CreditsUsed) -> None:
        try:
            async with open_tx() as tx:
                await note_credits(tx, used, admin_ids=admin_ids)
        except DATABASE_TROUBLE as error:
            log.warning("viral.credits_not_noted", provider=used.provider, error=type(error).__name__)

    return on_credits


async def note_credits(tx: Tx, used: CreditsUsed, *, admin_ids: Sequence[int] = ()) -> None:
    """Count them; tell the admins once that they are spent, and once that they are back."""
    await _count(tx, used)
    if used.out:
        shortage = insert(CreditShortage).values(provider=used.provider, since=tx.now)
        begun = await tx.session.scalar(shortage.on_conflict_do_nothing().returning(CreditShortage.since))
        if begun is not None:
            await _tell(tx, OUT, used.provider, begun, admin_ids)
    elif used.charged:
        since = await tx.session.scalar(
            delete(CreditShortage).where(CreditShortage.provider == used.provider).returning(CreditShortage.since)
        )
        if since is not None:
            await _tell(tx, BACK, used.provider, since, admin_ids)


async def credits_by_day(session: ReadSession, *, now: datetime) -> Sequence[CreditUse]:
    """Of the last days, the newest first."""
    found = await session.scalars(
        select(CreditUse).where(CreditUse.day > (now - SHOWN).date()).order_by(CreditUse.day.desc(), CreditUse.provider)
    )
    return found.all()


async def _count(tx: Tx, used: CreditsUsed) -> None:
    upsert = insert(CreditUse).values(
        provider=used.provider,
        day=tx.now.date(),
        calls=1,
        credits=used.charged or 0,
        remaining=0 if used.out else used.remaining,
    )
    new = upsert.excluded
    await tx.session.execute(
        upsert.on_conflict_do_update(
            index_elements=["provider", "day"],
            set_={
                "calls": CreditUse.calls + 1,
                "credits": CreditUse.credits + new.credits,
                "remaining": new.remaining,
            },
        )
    )


async def _tell(tx: Tx, notice: str, provider: str, since: datetime, admin_ids: Sequence[int]) -> None:
    for admin_id, chat_id, language in await admins(tx.session, admin_ids):
        await send_notice(
            tx,
            owner_id=admin_id,
            chat_id=chat_id,
            subject_id=ids.new(),
            notice=notice,
            data={"provider": provider, "since": since.isoformat(), "language": language},
            language=language,
            dedupe_key=f"{notice}:{provider}:{since.isoformat()}:{admin_id}",
        )
