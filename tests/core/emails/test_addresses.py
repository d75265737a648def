"""An address is given, verified, changed, refused and removed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from core import ids
from core.clock import FixedClock
from core.db import Json
from core.deliveries.models import Delivery
from core.deps import Deps
from core.emails.addresses import (
    LINK_LIFE,
    LINKS_MOST,
    LinkUsed,
    NoPendingAddress,
    choose_mail,
    confirm_address,
    give_address,
    keep_present_address,
    note_refused,
    remove_address,
    send_link_again,
)
from core.emails.kinds import Category
from core.emails.models import EmailAddress
from core.emails.queries import email_address_of, wanted_address
from core.errors import InvalidInput, LimitReached
from core.tx import Tx
from tests.core.emails.people import ADDRESS, links_of, make_reader
from tests.factories import make_user

REFUSED: Json = {"code": "email.address_refused", "params": {"detail": "550 5.1.1 No such user"}}


def later(tx: Tx, by: timedelta) -> Tx:
    return replace(tx, now=tx.now + by)


def link_in(row: EmailAddress) -> UUID:
    assert row.link_id is not None
    return row.link_id


async def wanted(tx: Tx, owner_id: ids.UserId) -> str | None:
    return await wanted_address(tx.session, owner_id=owner_id, category=Category.RECEIPTS)


async def told(tx: Tx, owner_id: ids.UserId) -> list[str]:
    found = await tx.session.scalars(
        select(Delivery).where(Delivery.owner_id == owner_id).order_by(Delivery.created_at, Delivery.id)
    )
    return [delivery.content["notice"] for delivery in found]


async def test_an_address_counts_once_its_link_was_opened(tx: Tx) -> None:
    owner = await make_user(tx)
    row = await give_address(tx, owner_id=owner.id, typed=f" {ADDRESS} ")
    assert (row.address, row.pending) == (None, ADDRESS)
    assert await wanted(tx, owner.id) is None
    [link] = await links_of(tx, owner.id)
    assert (link.address, link.data["link_id"]) == (ADDRESS, str(row.link_id))

    await confirm_address(tx, owner_id=owner.id, link_id=link_in(row))
    assert await wanted(tx, owner.id) == ADDRESS
    assert await told(tx, owner.id) == ["emails.verified"]


async def test_a_link_opened_twice_changes_nothing_the_second_time(tx: Tx) -> None:
    owner = await make_user(tx)
    row = await give_address(tx, owner_id=owner.id, typed=ADDRESS)
    for at in (tx, later(tx, timedelta(days=3))):
        row = await confirm_address(at, owner_id=owner.id, link_id=link_in(row))
    assert row.verified_at == tx.now
    assert await told(tx, owner.id) == ["emails.verified"]


async def test_a_link_expires(tx: Tx) -> None:
    owner = await make_user(tx)
    row = await give_address(tx, owner_id=owner.id, typed=ADDRESS)
    with pytest.raises(LinkUsed):
        await confirm_address(later(tx, LINK_LIFE), owner_id=owner.id, link_id=link_in(row))
    await confirm_address(later(tx, LINK_LIFE - timedelta(seconds=1)), owner_id=owner.id, link_id=link_in(row))


async def test_a_link_is_only_for_who_asked_for_it(tx: Tx) -> None:
    owner, other = await make_user(tx), await make_user(tx)
    row = await give_address(tx, owner_id=owner.id, typed=ADDRESS)
    await give_address(later(tx, timedelta(hours=1)), owner_id=other.id, typed="other@example.com")
    for owner_id in (other.id, (await make_user(tx)).id, ids.UserId(ids.new())):
        with pytest.raises(LinkUsed):
            await confirm_address(tx, owner_id=owner_id, link_id=link_in(row))


async def test_only_the_newest_link_works(tx: Tx) -> None:
    owner = await make_user(tx)
    first = link_in(await give_address(tx, owner_id=owner.id, typed=ADDRESS))
    after = later(tx, timedelta(minutes=2))
    second = link_in(await send_link_again(after, owner_id=owner.id))
    with pytest.raises(LinkUsed):
        await confirm_address(after, owner_id=owner.id, link_id=first)
    await confirm_address(after, owner_id=owner.id, link_id=second)


async def test_the_present_address_stays_until_the_new_one_is_verified(tx: Tx) -> None:
    owner = await make_reader(tx)
    row = await give_address(tx, owner_id=owner.id, typed="new@example.com")
    assert await wanted(tx, owner.id) == ADDRESS
    await confirm_address(tx, owner_id=owner.id, link_id=link_in(row))
    assert await wanted(tx, owner.id) == "new@example.com"


async def test_a_change_can_be_given_up_and_its_link_with_it(tx: Tx) -> None:
    owner = await make_reader(tx)
    link = link_in(await give_address(tx, owner_id=owner.id, typed="new@example.com"))
    await keep_present_address(tx, owner_id=owner.id)
    with pytest.raises(LinkUsed):
        await confirm_address(tx, owner_id=owner.id, link_id=link)
    with pytest.raises(NoPendingAddress):
        await send_link_again(tx, owner_id=owner.id)
    assert await wanted(tx, owner.id) == ADDRESS


async def test_a_removed_address_gets_nothing_and_its_link_opens_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    link = link_in(await give_address(tx, owner_id=owner.id, typed=ADDRESS))
    await remove_address(tx, owner_id=owner.id)
    with pytest.raises(LinkUsed):
        await confirm_address(tx, owner_id=owner.id, link_id=link)
    assert await email_address_of(tx.session, owner_id=owner.id) is None


async def test_links_to_one_mailbox_are_few_whoever_asks(tx: Tx) -> None:
    for number in range(LINKS_MOST):
        await give_address(later(tx, timedelta(minutes=2 * number)), owner_id=(await make_user(tx)).id, typed=ADDRESS)
    owner = await make_user(tx)
    with pytest.raises(LimitReached) as caught:
        await give_address(later(tx, timedelta(minutes=20)), owner_id=owner.id, typed=ADDRESS)
    assert caught.value.error_code == "emails.too_many_links"
    assert 23 * 3600 < caught.value.params["retry_after_s"] <= 24 * 3600
    await give_address(later(tx, timedelta(days=1, minutes=1)), owner_id=owner.id, typed=ADDRESS)


async def test_links_of_a_minute_are_one(tx: Tx) -> None:
    owner = await make_user(tx)
    await give_address(tx, owner_id=owner.id, typed=ADDRESS)
    with pytest.raises(LimitReached) as caught:
        await send_link_again(later(tx, timedelta(seconds=30)), owner_id=owner.id)
    assert caught.value.params["retry_after_s"] == 30
    await send_link_again(later(tx, timedelta(seconds=61)), owner_id=owner.id)
    assert len(await links_of(tx, owner.id)) == 2


async def test_a_refused_address_is_written_to_no_more_and_its_owner_is_told(tx: Tx) -> None:
    owner = await make_reader(tx)
    await note_refused(tx, owner_id=owner.id, address=ADDRESS, problem=REFUSED)
    row = await email_address_of(tx.session, owner_id=owner.id)
    assert row is not None
    assert (row.address, row.pending, row.problem) == (None, ADDRESS, {**REFUSED, "address": ADDRESS})
    assert await wanted(tx, owner.id) is None
    assert await told(tx, owner.id) == ["emails.verified", "emails.refused"]
    again = await send_link_again(later(tx, timedelta(hours=1)), owner_id=owner.id)
    assert again.problem is None
    await confirm_address(later(tx, timedelta(hours=1)), owner_id=owner.id, link_id=link_in(again))
    assert await wanted(tx, owner.id) == ADDRESS


async def test_a_refusal_of_an_address_that_was_changed_meanwhile_is_no_news(tx: Tx) -> None:
    owner = await make_reader(tx)
    await note_refused(tx, owner_id=owner.id, address="former@example.com", problem=REFUSED)
    assert await wanted(tx, owner.id) == ADDRESS
    assert await told(tx, owner.id) == ["emails.verified"]


async def test_categories_are_switched_one_by_one_and_receipts_never(tx: Tx) -> None:
    owner = await make_reader(tx)

    async def on() -> set[Category]:
        return {c for c in Category if await wanted_address(tx.session, owner_id=owner.id, category=c)}

    assert await on() == {Category.SECURITY, Category.RECEIPTS, Category.PLAN}
    await choose_mail(tx, owner_id=owner.id, category=Category.POSTS, wanted=True)
    await choose_mail(tx, owner_id=owner.id, category=Category.PLAN, wanted=False)
    assert await on() == {Category.SECURITY, Category.RECEIPTS, Category.POSTS}
    for category in (Category.RECEIPTS, Category.SECURITY):
        with pytest.raises(InvalidInput):
            await choose_mail(tx, owner_id=owner.id, category=category, wanted=False)


async def test_two_presses_at_once_send_one_link(concurrent_deps: Deps, clock: FixedClock) -> None:
    async with concurrent_deps.tx() as tx:
        owner = await make_user(tx)

    async def give() -> None:
        async with concurrent_deps.tx() as tx:
            await give_address(tx, owner_id=owner.id, typed=ADDRESS)

    results = await asyncio.gather(give(), give(), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["LimitReached", "NoneType"]
    async with concurrent_deps.tx() as tx:
        assert len(await links_of(tx, owner.id)) == 1
