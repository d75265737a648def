"""The quota ledger: a balance is the sum of its rows, and the last unit goes to one."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import ids
from core.billing.models import QuotaEntry
from core.billing.queries import METERED, Entitlement, Feature, entitlement_of, entitlements_of, plans
from core.billing.service import hold_quota, release_hold, settle_hold
from core.billing.standing import calendar_month
from core.clock import FixedClock
from core.deps import Deps
from core.errors import LimitReached
from core.tx import Tx
from tests.factories import make_user

FREE_POSTS = 20


async def hold(tx: Tx, owner_id: ids.UserId, amount: int = 1, feature: Feature = Feature.POSTS) -> ids.HoldId:
    return await hold_quota(tx, owner_id=owner_id, feature=feature, amount=amount, reason="test")


async def posts_left(tx: Tx, owner_id: ids.UserId) -> Entitlement:
    return await entitlement_of(tx.session, owner_id=owner_id, feature=Feature.POSTS, now=tx.now)


async def rows_of(tx: Tx, owner_id: ids.UserId) -> int:
    counted = select(func.count()).select_from(QuotaEntry).where(QuotaEntry.owner_id == owner_id)
    return await tx.session.scalar(counted) or 0


async def test_a_hold_counts_at_once(tx: Tx) -> None:
    owner = await make_user(tx)
    await hold(tx, owner.id, 6)
    found = await posts_left(tx, owner.id)
    assert (found.used, found.left, found.limit, found.plan) == (6, FREE_POSTS - 6, FREE_POSTS, "free")


async def test_a_settled_hold_costs_what_was_used(tx: Tx) -> None:
    owner = await make_user(tx)
    assert await settle_hold(tx, await hold(tx, owner.id, 6), used=4)
    assert (await posts_left(tx, owner.id)).used == 4


async def test_more_may_be_settled_than_was_held(tx: Tx) -> None:
    owner = await make_user(tx)
    await settle_hold(tx, await hold(tx, owner.id, 5, Feature.PODCAST_MINUTES), used=7)
    found = await entitlement_of(tx.session, owner_id=owner.id, feature=Feature.PODCAST_MINUTES, now=tx.now)
    assert found.used == 7


async def test_a_released_hold_costs_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    assert await release_hold(tx, await hold(tx, owner.id, 20))
    assert (await posts_left(tx, owner.id)).used == 0


async def test_a_hold_ends_once(tx: Tx) -> None:
    owner = await make_user(tx)
    hold_id = await hold(tx, owner.id, 3)
    assert await settle_hold(tx, hold_id, used=2)
    assert not await release_hold(tx, hold_id)
    assert not await settle_hold(tx, hold_id, used=3)
    assert (await posts_left(tx, owner.id)).used == 2
    assert await rows_of(tx, owner.id) == 2


async def test_an_unknown_hold_cannot_be_ended(tx: Tx) -> None:
    assert not await settle_hold(tx, ids.HoldId(ids.new()), used=1)
    assert not await release_hold(tx, ids.HoldId(ids.new()))


async def test_a_hold_of_less_than_one_unit_is_a_mistake_of_ours(tx: Tx) -> None:
    owner = await make_user(tx)
    with pytest.raises(ValueError, match="at least 1"):
        await hold(tx, owner.id, -5)


async def test_above_the_limit_nothing_is_held_and_the_error_says_all(tx: Tx) -> None:
    owner = await make_user(tx)
    await hold(tx, owner.id, 19)
    with pytest.raises(LimitReached) as caught:
        await hold(tx, owner.id, 2)
    assert caught.value.error_code == "plan_limit_reached"
    assert caught.value.params == {
        "feature": "posts",
        "limit": FREE_POSTS,
        "used": 19,
        "asked": 2,
        "plan": "free",
        "resets_at": "2026-12-01T00:00:00+00:00",
    }
    assert (await posts_left(tx, owner.id)).used == 19
    await hold(tx, owner.id, 1)


async def test_a_limit_of_zero_admits_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    with pytest.raises(LimitReached):
        await hold(tx, owner.id, 1, Feature.PUBLICATIONS)


async def test_features_and_owners_are_counted_apart(tx: Tx) -> None:
    one, other = await make_user(tx), await make_user(tx)
    await hold(tx, one.id, 20)
    await hold(tx, one.id, 5, Feature.PODCASTS)
    await hold(tx, other.id, 20)
    found = await entitlements_of(tx.session, owner_id=one.id, now=tx.now)
    used = {entitlement.feature: entitlement.used for entitlement in found if entitlement.used}
    assert used == {Feature.POSTS: 20, Feature.PODCASTS: 5}
    assert [entitlement.feature for entitlement in found] == list(METERED)


async def test_a_new_month_begins_at_zero_and_a_late_settlement_counts_for_the_old_one(
    deps: Deps, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        hold_id = await hold(tx, owner.id, 20)
    clock.advance(timedelta(days=12))
    async with deps.tx() as tx:
        assert (await posts_left(tx, owner.id)).used == 0
        await settle_hold(tx, hold_id, used=20)
        assert (await posts_left(tx, owner.id)).used == 0


@given(moment=st.floats(0, 4e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_every_moment_lies_in_its_calendar_month(moment: datetime) -> None:
    start, end = calendar_month(moment)
    assert start <= moment < end
    assert (start.day, end.day, start.hour, end.hour) == (1, 1, 0, 0)
    assert calendar_month(end)[0] == end


async def test_the_plans_stand_in_the_table_as_they_are_sold(tx: Tx) -> None:
    found = {plan.key: plan for plan in await plans(tx.session)}
    assert [(plan.key, plan.price_cents) for plan in found.values()] == [
        ("free", 0),
        ("starter", 900),
        ("pro", 1_900),
        ("business", 9_900),
    ]
    assert all(set(plan.limits) == set(Feature) for plan in found.values())
    assert found["free"].limits["posts"] == FREE_POSTS
    assert found["pro"].limits["viral_queries"] is None


async def test_of_a_hundred_requests_at_once_exactly_one_gets_the_last_unit(concurrent_deps: Deps) -> None:
    async with concurrent_deps.tx() as tx:
        owner = await make_user(tx)
        await hold(tx, owner.id, FREE_POSTS - 1)

    async def request() -> bool:
        try:
            async with concurrent_deps.tx() as tx:
                await hold(tx, owner.id)
        except LimitReached:
            return False
        return True

    won = await asyncio.gather(*(request() for _ in range(100)))
    assert sum(won) == 1
    async with concurrent_deps.tx() as tx:
        assert (await posts_left(tx, owner.id)).used == FREE_POSTS


async def test_settled_and_released_at_once_a_hold_ends_one_way(concurrent_deps: Deps) -> None:
    async with concurrent_deps.tx() as tx:
        owner = await make_user(tx)
        hold_id = await hold(tx, owner.id, 5)

    async def end(settle: bool) -> bool:
        async with concurrent_deps.tx() as tx:
            return await (settle_hold(tx, hold_id, used=4) if settle else release_hold(tx, hold_id))

    ended = await asyncio.gather(*(end(number % 2 == 0) for number in range(20)))
    assert sum(ended) == 1
    async with concurrent_deps.tx() as tx:
        assert (await posts_left(tx, owner.id)).used == (4 if any(ended[::2]) else 0)


@dataclass
class Book:
    """What the ledger should say: the units of each hold, and which holds are still open."""

    counted: dict[ids.HoldId, int] = field(default_factory=dict)
    open: list[ids.HoldId] = field(default_factory=list)
    ended: int = 0

    @property
    def used(self) -> int:
        return sum(self.counted.values())


async def play(tx: Tx, owner_id: ids.UserId, book: Book, move: str, number: int) -> None:
    """One move on the ledger and in the book."""
    if move == "hold":
        fits = book.used + number <= FREE_POSTS
        try:
            hold_id = await hold(tx, owner_id, number)
        except LimitReached:
            assert not fits
        else:
            assert fits
            book.counted[hold_id] = number
            book.open.append(hold_id)
    elif book.open:
        hold_id = book.open.pop(number % len(book.open))
        used = number if move == "settle" else 0
        book.counted[hold_id], book.ended = used, book.ended + 1
        assert await (settle_hold(tx, hold_id, used=used) if move == "settle" else release_hold(tx, hold_id))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    moves=st.lists(st.tuples(st.sampled_from(["hold", "hold", "settle", "release"]), st.integers(1, 9)), max_size=25)
)
async def test_whatever_happens_the_sums_match(deps: Deps, moves: list[tuple[str, int]]) -> None:
    book = Book()
    async with deps.tx() as tx:
        owner = await make_user(tx)
        for move, number in moves:
            await play(tx, owner.id, book, move, number)
            assert (await posts_left(tx, owner.id)).used == book.used
        assert await rows_of(tx, owner.id) == len(book.counted) + book.ended
