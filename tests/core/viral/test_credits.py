"""Credits: counted by day, and their end told once to those who can mend it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import select

from core.accounts.models import User
from core.db import TelegramId
from core.deliveries.models import Delivery
from core.deps import Deps
from core.providers.discovery import CreditsUsed
from core.tx import Tx
from core.viral.credits import BACK, OUT, credits_by_day, note_credits, noted
from tests.factories import make_user

CALLED = CreditsUsed("scraper", "/v1/search", charged=2, remaining=40)
REFUSED = CreditsUsed("scraper", "/v1/search", charged=None, remaining=None, out=True)


async def notices(tx: Tx) -> list[tuple[str, int]]:
    rows = await tx.session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.chat_id))
    return [(row.content["notice"], row.chat_id) for row in rows]


async def people(tx: Tx) -> tuple[User, User]:
    """An admin by promotion and one by the settings, beside others and one who has blocked the bot."""
    promoted, named = await make_user(tx, telegram_user_id=501), await make_user(tx, telegram_user_id=502)
    promoted.is_admin = True
    await make_user(tx, telegram_user_id=503)
    gone = await make_user(tx, telegram_user_id=504)
    gone.is_admin, gone.blocked_at = True, tx.now
    await tx.session.flush()
    return promoted, named


async def test_their_end_is_told_once_until_they_are_back(tx: Tx) -> None:
    await people(tx)
    for used in (CALLED, REFUSED, REFUSED, REFUSED):
        await note_credits(tx, used, admin_ids=[502, 999])
    assert await notices(tx) == [(OUT, 501), (OUT, 502)]
    for used in (CALLED, CALLED):
        await note_credits(tx, used, admin_ids=[502])
    assert sorted(await notices(tx)) == [(BACK, 501), (BACK, 502), (OUT, 501), (OUT, 502)]
    later = Tx(session=tx.session, now=tx.now + timedelta(hours=5))
    await note_credits(later, REFUSED, admin_ids=[502])
    assert [notice for notice, _ in await notices(tx)].count(OUT) == 4


async def test_each_provider_has_its_own_end(tx: Tx) -> None:
    await people(tx)
    other = CreditsUsed("youtube", "/search", charged=1, remaining=None)
    await note_credits(tx, REFUSED)
    await note_credits(tx, other)
    assert await notices(tx) == [(OUT, 501)]


async def test_a_cached_answer_is_no_sign_that_they_are_back(tx: Tx) -> None:
    await people(tx)
    await note_credits(tx, REFUSED)
    await note_credits(tx, CreditsUsed("scraper", "/v1/search", charged=0, remaining=0))
    assert await notices(tx) == [(OUT, 501)]


async def test_they_are_counted_by_day(tx: Tx) -> None:
    for used in (CALLED, CALLED, REFUSED):
        await note_credits(tx, used)
    await note_credits(Tx(session=tx.session, now=tx.now + timedelta(days=1)), CALLED)
    found = await credits_by_day(tx.session, now=tx.now + timedelta(days=1))
    assert [(use.calls, use.credits, use.remaining) for use in found] == [(1, 2, 40), (3, 4, 0)]
    assert await credits_by_day(tx.session, now=tx.now + timedelta(days=9)) == []


async def test_what_was_found_is_not_lost_with_the_database(deps: Deps) -> None:
    @asynccontextmanager
    async def away() -> AsyncIterator[Tx]:
        raise OSError("no database")
        yield

    await noted(away, [])(CALLED)
    await noted(deps.tx, [TelegramId(502)])(CALLED)
    async with deps.tx() as tx:
        assert [use.calls for use in await credits_by_day(tx.session, now=tx.now)] == [1]
