"""What is told of plans in the chat goes to those with an address, too."""

from datetime import timedelta

from core.billing.models import Rail
from core.billing.payments import record_payment
from core.billing.subscriptions import take_in
from core.billing.trials import advance_trial, start_trial
from core.tx import Tx
from tests.core.billing.remote import MONTH, later, paid
from tests.core.emails.people import mails_of, make_reader
from tests.factories import make_user


async def test_a_trial_is_mailed_about_as_it_is_told(tx: Tx) -> None:
    owner = await make_reader(tx)
    await start_trial(tx, owner_id=owner.id)
    for day in (2, 5, 7):
        await advance_trial(later(tx, timedelta(days=day)), owner_id=owner.id)
    mails = await mails_of(tx, owner.id)
    assert sorted(mail.kind for mail in mails) == ["trial_ended", "trial_ending", "trial_ending", "trial_started"]


async def test_a_failed_payment_is_mailed_about_once(tx: Tx) -> None:
    owner = await make_reader(tx)
    due = paid(tx, owner.id, status="past_due", grace_from=tx.now)
    for key in ("1", "2"):
        await take_in(tx, seen=due, source="test", key=key)
    row = await take_in(tx, seen=due, source="test", key="3")
    assert row is not None
    assert [mail.kind for mail in await mails_of(tx, owner.id)] == []
    assert row.grace_until == tx.now + timedelta(days=7)


async def test_a_payment_has_a_receipt_if_it_is_news(tx: Tx) -> None:
    owner, silent = await make_reader(tx), await make_user(tx)
    for number, (payer, age) in enumerate([(owner, 0), (owner, 40), (silent, 0)]):
        await record_payment(
            tx,
            owner_id=payer.id,
            rail=Rail.STRIPE,
            charge_id=f"ch_{number}",
            amount=1_900,
            currency="usd",
            source="test",
            plan_key="pro",
            paid_at=tx.now - timedelta(days=age),
            period_end=tx.now + MONTH,
        )
    (mail,) = await mails_of(tx, owner.id)
    assert (mail.kind, mail.data["amount"], mail.data["currency"]) == ("receipt", 1_900, "USD")
    assert await mails_of(tx, silent.id) == []
