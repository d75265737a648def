"""The trial: once, seven days, reminded of, and over by itself."""

from datetime import timedelta

import pytest

from core.billing.models import Rail, TrialStatus
from core.billing.payments import record_payment
from core.billing.queries import trial_of
from core.billing.subscriptions import take_in
from core.billing.trials import TRIAL, TrialNotOffered, advance_trial, cancel_trial, due_trials, start_trial
from core.tx import Tx
from tests.core.billing.remote import later, paid, plan_key
from tests.core.billing.told import told, trail
from tests.factories import make_user

DAY = timedelta(days=1)


async def test_the_trial_is_seven_days_of_pro_and_then_free(tx: Tx) -> None:
    owner = await make_user(tx)
    await start_trial(tx, owner_id=owner.id)
    assert await plan_key(tx, owner.id) == "pro"
    assert await plan_key(later(tx, TRIAL - timedelta(seconds=1)), owner.id) == "pro"
    assert await plan_key(later(tx, TRIAL), owner.id) == "free"


async def test_pressing_twice_gives_one_trial(tx: Tx) -> None:
    owner = await make_user(tx)
    first = await start_trial(tx, owner_id=owner.id)
    again = await start_trial(later(tx, DAY), owner_id=owner.id)
    assert (again.id, again.ends_at) == (first.id, first.ends_at)
    assert (await trail(tx, owner.id)).count("trial.started") == 1


@pytest.mark.parametrize("ended_early", [True, False])
async def test_there_is_no_second_one(tx: Tx, ended_early: bool) -> None:
    owner = await make_user(tx)
    await start_trial(tx, owner_id=owner.id)
    if ended_early:
        await cancel_trial(tx, owner_id=owner.id)
        assert await plan_key(tx, owner.id) == "free"
    with pytest.raises(TrialNotOffered):
        await start_trial(later(tx, timedelta(days=400)), owner_id=owner.id)


async def test_who_comes_back_as_a_new_user_has_had_it(tx: Tx) -> None:
    owner = await make_user(tx)
    await start_trial(tx, owner_id=owner.id)
    number = owner.telegram_user_id
    await tx.session.delete(owner)
    await tx.session.flush()
    back = await make_user(tx, telegram_user_id=number)
    assert back.id != owner.id
    with pytest.raises(TrialNotOffered):
        await start_trial(tx, owner_id=back.id)


async def test_who_pays_is_not_offered_one(tx: Tx) -> None:
    owner = await make_user(tx)
    await take_in(tx, seen=paid(tx, owner.id, plan_key="starter"), source="test", key="1")
    with pytest.raises(TrialNotOffered) as refused:
        await start_trial(tx, owner_id=owner.id)
    assert refused.value.params == {"plan": "starter"}


async def test_it_is_reminded_of_on_days_two_and_five_and_told_at_the_end(tx: Tx) -> None:
    owner = await make_user(tx)
    await start_trial(tx, owner_id=owner.id)
    spoken = []
    for hour in range(24 * 9):
        then = later(tx, timedelta(hours=hour))
        if owner.id in await due_trials(tx.session, now=then.now, limit=10):
            await advance_trial(then, owner_id=owner.id)
            spoken.append(hour // 24)
    assert spoken == [2, 5, 7]
    assert await told(tx, owner.id) == ["trial_reminder", "trial_reminder", "trial_over"]
    trial = await trial_of(tx.session, owner_id=owner.id)
    assert trial is not None
    assert (trial.status, trial.ended_at) == (TrialStatus.EXPIRED, trial.ends_at)


async def test_after_an_outage_it_is_told_once_how_things_are(tx: Tx) -> None:
    owner = await make_user(tx)
    await start_trial(tx, owner_id=owner.id)
    for _ in range(3):
        await advance_trial(later(tx, 6 * DAY), owner_id=owner.id)
    assert await told(tx, owner.id) == ["trial_reminder"]


async def test_a_payment_converts_it_and_nothing_is_said_of_its_end(tx: Tx) -> None:
    owner = await make_user(tx)
    await start_trial(tx, owner_id=owner.id)
    payment = {"rail": Rail.STRIPE, "charge_id": "ch_1", "amount": 1_900, "currency": "usd", "source": "test"}
    assert await record_payment(tx, owner_id=owner.id, **payment)  # type: ignore[arg-type]
    assert not await record_payment(tx, owner_id=owner.id, **payment)  # type: ignore[arg-type]
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    assert not await advance_trial(later(tx, TRIAL), owner_id=owner.id)
    trial = await trial_of(tx.session, owner_id=owner.id)
    assert trial is not None
    assert trial.status == TrialStatus.CONVERTED
    assert await told(tx, owner.id) == ["started"]
    assert (await trail(tx, owner.id))[2:5] == ["payment.received", "trial.converted", "subscription.started"]
