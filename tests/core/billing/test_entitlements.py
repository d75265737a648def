"""What is kept for seconds is never older than the last commit, and what is over its limits stays readable."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from core import ids
from core.billing.entitlements import current_entitlements, forget_entitlements
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.billing.subscriptions import take_in
from core.billing.trials import cancel_trial, start_trial
from core.channels.queries import all_channels
from core.clock import FixedClock
from core.deps import Deps
from core.errors import LimitReached
from core.tx import Tx
from tests.core.billing.remote import later, paid, plan_key
from tests.factories import make_channel, make_user


async def somebody(deps: Deps) -> ids.UserId:
    async with deps.tx() as tx:
        return (await make_user(tx)).id


async def used(deps: Deps, owner_id: ids.UserId) -> int:
    return (await deps.entitlements(owner_id)).of(Feature.POSTS).used


async def test_each_step_of_a_hold_is_seen_at_once(deps: Deps) -> None:
    owner_id, seen = await somebody(deps), []
    for amount in (3, 5):
        async with deps.tx() as tx:
            hold_id = await hold_quota(tx, owner_id=owner_id, feature=Feature.POSTS, amount=amount, reason="test")
        seen.append(await used(deps, owner_id))
        async with deps.tx() as tx:
            await (settle_hold(tx, hold_id, used=1) if amount == 3 else release_hold(tx, hold_id))
        seen.append(await used(deps, owner_id))
    assert seen == [3, 1, 6, 1]


async def test_each_change_of_plan_is_seen_at_once(deps: Deps) -> None:
    owner_id = await somebody(deps)
    seen = [(await deps.entitlements(owner_id)).plan]
    async with deps.tx() as tx:
        await start_trial(tx, owner_id=owner_id)
    seen.append((await deps.entitlements(owner_id)).plan)
    async with deps.tx() as tx:
        await cancel_trial(tx, owner_id=owner_id)
    seen.append((await deps.entitlements(owner_id)).plan)
    async with deps.tx() as tx:
        await take_in(tx, seen=paid(tx, owner_id, plan_key="starter"), source="test", key="1")
    current = await deps.entitlements(owner_id)
    assert [*seen, current.plan] == ["free", "pro", "free", "starter"]
    assert current.has("csv_export")
    assert not current.has("api")


async def test_what_is_kept_asks_no_database(deps: Deps, engine: AsyncEngine) -> None:
    owner_id = await somebody(deps)
    asked: list[int] = []
    first = await deps.entitlements(owner_id)

    def note(*_: object) -> None:
        asked.append(1)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        assert await deps.entitlements(owner_id) == first
        assert asked == []
        await forget_entitlements(deps.redis, [owner_id])
        await deps.entitlements(owner_id)
        assert asked
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_what_time_ends_is_seen_when_it_ends(deps: Deps, clock: FixedClock) -> None:
    owner_id = await somebody(deps)
    async with deps.tx() as tx:
        trial = await start_trial(tx, owner_id=owner_id)
    clock.at = trial.ends_at - timedelta(seconds=1)
    assert (await deps.entitlements(owner_id)).plan == "pro"
    clock.at = trial.ends_at
    assert (await deps.entitlements(owner_id)).plan == "free"


async def test_an_answer_that_was_worked_out_before_a_change_does_not_count(deps: Deps) -> None:
    owner_id = await somebody(deps)

    class Meddling:
        """Readers that somebody commits beside, after they have looked."""

        def __call__(self) -> object:
            return self

        async def __aenter__(self) -> object:
            self.inner = deps.readers()
            return await self.inner.__aenter__()

        async def __aexit__(self, *error: object) -> None:
            await self.inner.__aexit__(*error)
            await forget_entitlements(deps.redis, [owner_id])

    await current_entitlements(deps.redis, Meddling(), owner_id=owner_id, clock=deps.clock)  # type: ignore[arg-type]
    async with deps.tx() as tx:
        await tx.session.execute(text("UPDATE plans SET limits = limits || '{\"posts\": 21}' WHERE key = 'free'"))
    assert (await deps.entitlements(owner_id)).of(Feature.POSTS).limit == 21


async def test_over_the_limits_everything_stays_and_nothing_new_begins(tx: Tx) -> None:
    owner = await make_user(tx)
    await start_trial(tx, owner_id=owner.id)
    for _ in range(3):
        await make_channel(tx, owner)
    after = later(tx, timedelta(days=8))
    assert await plan_key(after, owner.id) == "free"
    assert len(await all_channels(tx.session, owner_id=owner.id)) == 3
    with pytest.raises(LimitReached) as refused:
        await make_channel(after, owner)
    assert (refused.value.params["used"], refused.value.params["limit"]) == (3, 1)


async def test_the_balance_is_read_from_the_index_alone(tx: Tx) -> None:
    owner = await make_user(tx)
    await hold_quota(tx, owner_id=owner.id, feature=Feature.POSTS, amount=1, reason="test")
    await tx.session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = await tx.session.scalars(
        text(
            "EXPLAIN SELECT feature, sum(amount) FROM quota_entries WHERE owner_id = :owner"
            " AND feature IN ('posts', 'images') AND period_start = :start GROUP BY feature"
        ),
        {"owner": owner.id, "start": tx.now.replace(day=1, hour=0)},
    )
    assert "Index Only Scan using ix_quota_entries_balance" in "\n".join(plan)
