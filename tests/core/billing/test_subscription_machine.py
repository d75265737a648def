"""Whatever a rail goes through, and in whatever order it is heard of: what stands in the end is what it says last."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import ids
from core.billing.dunning import advance_subscription, due_subscriptions
from core.billing.models import Subscription, SubscriptionStatus
from core.billing.queries import subscription_of, trial_of
from core.billing.remote import RemoteSubscription
from core.billing.subscriptions import take_in
from core.billing.trials import TrialNotOffered, advance_trial, cancel_trial, due_trials, start_trial
from core.deps import Deps
from core.tx import Tx
from tests.core.billing.remote import MONTH, at, paid, plan_key
from tests.factories import make_user

HOUR = timedelta(hours=1)
GRACE = timedelta(days=7)
COMPARED = ("status", "plan_key", "period_start", "period_end", "cancel_at", "grace_until", "pending_plan_key")


@dataclass
class MadeUpRail:
    """A subscription at its rail, and each word that it has said of it."""

    now: datetime
    state: RemoteSubscription
    said: list[RemoteSubscription] = field(default_factory=list)

    def act(self, move: str) -> None:
        """Something happens there, an hour later. What can't happen now doesn't."""
        self.now += HOUR
        state = self.state
        if state.status == "cancelled":
            return
        end = state.period_end
        moves: dict[str, dict[str, Any]] = {
            "renew": {"period_start": end, "period_end": end + MONTH} if state.status == "active" else {},
            "fail": {"status": "past_due", "grace_from": state.grace_from or self.now},
            "pay": {"status": "active", "grace_from": None},
            "cancel": {"cancel_at": end} if state.status == "active" else {},
            "resume": {"cancel_at": None},
            "upgrade": {"plan_key": "business"},
            "plan": {"pending_plan_key": "starter", "pending_from": end},
            "end": {"status": "cancelled", "ended_at": self.now},
        }
        self.state = replace(state, **moves[move])
        self.say()

    def say(self) -> None:
        self.said.append(replace(self.state, seen_at=self.now))

    def plan_at(self, now: datetime) -> str:
        """By the rules as people read them; the slack after a period's end isn't reached here."""
        state = self.state
        over = state.status == "cancelled" or (state.cancel_at is not None and now >= state.cancel_at)
        unpaid = state.status == "past_due" and state.grace_from is not None and now >= state.grace_from + GRACE
        if over or unpaid:
            return "free"
        planned = state.pending_from is not None and now >= state.pending_from
        return (state.pending_plan_key if planned else state.plan_key) or "free"


MOVES = st.lists(
    st.sampled_from(["renew", "fail", "pay", "cancel", "resume", "upgrade", "plan", "end"]), min_size=1, max_size=8
)
IN_ANY_ORDER = st.randoms(use_true_random=False)


def row_values(row: Subscription) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COMPARED}


async def tick(tx: Tx, owner_id: ids.UserId) -> None:
    """Let time do what is due."""
    if owner_id in await due_subscriptions(tx.session, now=tx.now, limit=100):
        await advance_subscription(tx, owner_id=owner_id)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moves=MOVES, order=IN_ANY_ORDER)
async def test_the_order_in_which_it_is_heard_of_does_not_matter(deps: Deps, moves: list[str], order: Any) -> None:
    async with deps.tx() as tx:
        owner, other = await make_user(tx), await make_user(tx)
        rail = MadeUpRail(tx.now, paid(tx, owner.id, id=f"sub_{owner.id}"))
        rail.say()
        for move in moves:
            rail.act(move)
        heard = [word for word in rail.said * 2 if order.random() < 0.7]
        order.shuffle(heard)
        then = at(tx, rail.now)
        for number, word in enumerate([*heard, rail.said[-1]]):
            await take_in(then, seen=word, source="test", key=f"{owner.id}:{number}")
        assert await plan_key(then, owner.id) == rail.plan_at(rail.now)
        last = replace(rail.said[-1], id=f"sub_{other.id}", owner_id=other.id, customer_id=f"cus_{other.id}")
        await take_in(then, seen=last, source="test", key=f"{other.id}")
        mine = await subscription_of(tx.session, owner_id=owner.id)
        theirs = await subscription_of(tx.session, owner_id=other.id)
        assert mine is not None
        assert theirs is not None
        assert row_values(mine) == row_values(theirs)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moves=MOVES, hours=st.lists(st.integers(1, 24 * 12), max_size=6))
async def test_time_ends_what_is_to_end_whether_or_not_anybody_looks(
    deps: Deps, moves: list[str], hours: list[int]
) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        rail = MadeUpRail(tx.now, paid(tx, owner.id, id=f"sub_{owner.id}"))
        for number, move in enumerate(moves):
            rail.act(move)
            await take_in(at(tx, rail.now), seen=rail.said[-1], source="test", key=f"{owner.id}:{number}")
        then, heard_until = at(tx, rail.now), rail.state.period_end
        for passed in hours:
            then = at(tx, then.now + passed * HOUR)
            if then.now >= heard_until and rail.plan_at(then.now) != "free" and rail.state.status == "active":
                break  # the rail would have told of a renewal
            assert await plan_key(then, owner.id) == rail.plan_at(then.now)
            await tick(then, owner.id)
            assert await plan_key(then, owner.id) == rail.plan_at(then.now)
            row = await subscription_of(tx.session, owner_id=owner.id)
            if row is not None:
                assert (row.status == SubscriptionStatus.EXPIRED) == (rail.plan_at(then.now) == "free")
                assert row.next_step_at is None or row.next_step_at > then.now


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moves=st.lists(st.sampled_from(["start", "cancel", "pay", "end", "day", "day", "day"]), max_size=14))
async def test_a_trial_is_had_once_and_never_for_longer(deps: Deps, moves: list[str]) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        begun: datetime | None = None
        over = is_paid = False
        for number, move in enumerate(moves):
            tx = at(tx, tx.now + (timedelta(days=1) if move == "day" else HOUR))
            seen = paid(tx, owner.id, id=f"sub_{owner.id}", plan_key="starter", period_end=tx.now + 12 * MONTH)
            if move == "start":
                try:
                    trial = await start_trial(tx, owner_id=owner.id)
                except TrialNotOffered:
                    assert is_paid or over or (begun is not None and tx.now >= begun + GRACE)
                else:
                    begun = begun or tx.now
                    assert not over
                    assert trial.ends_at == begun + GRACE
            elif move == "cancel":
                over |= await cancel_trial(tx, owner_id=owner.id)
            elif move in {"pay", "end"}:
                is_paid = move == "pay"
                status = {"status": "active"} if is_paid else {"status": "cancelled", "ended_at": tx.now}
                await take_in(tx, seen=replace(seen, **status), source="test", key=f"{owner.id}:{number}")
                over |= is_paid and begun is not None
            if owner.id in await due_trials(tx.session, now=tx.now, limit=100):
                await advance_trial(tx, owner_id=owner.id)
            on_trial = begun is not None and not over and tx.now < begun + GRACE
            assert await plan_key(tx, owner.id) == ("starter" if is_paid else "pro" if on_trial else "free")
        trial_row = await trial_of(tx.session, owner_id=owner.id)
        assert (trial_row is None) == (begun is None)
