"""A smaller plan lets what it has no room for wait; a bigger one lets it go on. Nothing is lost, and all is told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.billing.dunning import advance_subscription
from core.billing.subscriptions import take_in
from core.billing.turning import FIT
from core.deliveries.models import Delivery
from core.digests.alerts import listeners_to
from core.digests.composing import due_digests
from core.digests.fitting import fit_to_plan, that_fit
from core.digests.models import Digest, DigestStatus, Watch
from core.digests.queries import RunningRoom, digest_of, digests_of, running_room
from core.digests.service import (
    NoRoomToRun,
    Wanted,
    change_digest,
    delete_digest,
    make_digest,
    pause_digest,
    restore_digest,
    resume_digest,
)
from core.digests.subscribing import forget_unwanted
from core.digests.watching import NoRoomToWatch, let_wait, unwatch, watch_creator
from core.errors import LimitReached
from core.providers.discovery import Network
from core.tx import Tx
from core.viral.keeping import creator_key, keep_creators
from core.work.models import Work
from tests.core.billing.remote import later, paid
from tests.core.viral.worlds import creator
from tests.factories import make_user

KEYWORDS = (("bread",), ("rye", "oat"), ("yeast", "flour"))


@pytest.fixture
async def ann(tx: Tx) -> User:
    """On Pro, with three digests and five watched creators: on Free it is one, of three keywords, and three."""
    user = await make_user(tx, time_zone="UTC")
    await take_in(tx, seen=paid(tx, user.id), source="test", key="started")
    for n, keywords in enumerate(KEYWORDS):
        wanted = Wanted(keywords=keywords, networks=(Network.TIKTOK,), alert_times=3)
        await make_digest(later(tx, timedelta(seconds=n)), owner_id=user.id, wanted=wanted)
    for n in range(5):
        who = creator(f"baker{n}")
        creator_id = (await keep_creators(tx, [who]))[creator_key(who)]
        await watch_creator(later(tx, timedelta(seconds=n)), owner_id=user.id, creator_id=creator_id)
    return user


async def over(tx: Tx, user: User) -> Tx:
    """Their plan has ended, as time ends it, and what follows is done. Gives the time of that."""
    then = later(tx, timedelta(days=40))
    assert await advance_subscription(then, owner_id=user.id)
    await fit_to_plan(then, owner_id=user.id)
    return then


async def statuses(tx: Tx, user: User) -> list[str]:
    return [each.status for each in await digests_of(tx.session, owner_id=user.id)]


async def watches(tx: Tx, user: User) -> Sequence[Watch]:
    mine = select(Watch).where(Watch.owner_id == user.id).order_by(Watch.watched_at)
    return (await tx.session.scalars(mine.execution_options(populate_existing=True))).all()


async def running(tx: Tx, user: User) -> list[bool]:
    return [each.refresh_id is not None for each in await watches(tx, user)]


async def told(tx: Tx, user: User) -> list[dict[str, Any]]:
    rows = await tx.session.scalars(select(Delivery).where(Delivery.owner_id == user.id).order_by(Delivery.id))
    return [row.content for row in rows if str(row.content.get("notice")).startswith("digests.")]


async def nth(tx: Tx, user: User, n: int) -> ids.DigestId:
    return (await digests_of(tx.session, owner_id=user.id))[n].id


async def test_what_a_smaller_plan_has_no_room_for_waits_and_its_owner_is_told_which(tx: Tx, ann: User) -> None:
    then = await over(tx, ann)
    assert await statuses(then, ann) == ["active", "waiting", "waiting"]
    assert await running(then, ann) == [True, True, True, False, False]
    (notice,) = await told(then, ann)
    assert notice["notice"] == "digests.wait"
    assert notice["data"]["digests"] == ["rye, oat", "yeast, flour"]
    assert notice["data"]["creators"] == ["baker3", "baker4"]
    assert notice["data"]["room"] == {"digests": 1, "keywords": 3, "watches": 3}
    await fit_to_plan(then, owner_id=ann.id)
    assert len(await told(then, ann)) == 1


async def test_what_waits_is_neither_asked_for_nor_told_of(tx: Tx, ann: User) -> None:
    before = [each.refresh_id for each in await watches(tx, ann)]
    then = await over(tx, ann)
    assert await due_digests(later(then, timedelta(days=2))) == [await nth(then, ann, 0)]
    assert before[3] is not None
    assert before[4] is not None
    assert await listeners_to(then, before[3], after=None) == []
    assert await forget_unwanted(then) == 6
    assert len(await watches(then, ann)) == 5


async def test_a_bigger_plan_lets_everything_go_on_by_itself(tx: Tx, ann: User) -> None:
    then = await over(tx, ann)
    await forget_unwanted(then)
    again = paid(then, ann.id, id="sub_2")
    await take_in(then, seen=again, source="test", key="again")
    await fit_to_plan(then, owner_id=ann.id)
    assert await statuses(then, ann) == ["active"] * 3
    assert await running(then, ann) == [True] * 5
    notice = (await told(then, ann))[-1]
    assert (notice["notice"], len(notice["data"]["digests"]), len(notice["data"]["creators"])) == (
        "digests.go_on",
        2,
        2,
    )
    digest = await digest_of(then.session, owner_id=ann.id, digest_id=await nth(then, ann, 2))
    assert (digest.keywords, digest.alert_times) == (["yeast", "flour"], 3)
    assert digest.next_run_at is not None


async def test_each_turn_of_the_plan_asks_for_the_look(tx: Tx, ann: User) -> None:
    asked = select(Work.id).where(Work.owner_id == ann.id, Work.kind == FIT.target)
    assert len((await tx.session.scalars(asked)).all()) == 1
    await over(tx, ann)
    assert len((await tx.session.scalars(asked)).all()) == 2


async def test_new_ones_are_refused_and_old_ones_can_be_changed(tx: Tx, ann: User) -> None:
    then = await over(tx, ann)
    with pytest.raises(LimitReached):
        await make_digest(then, owner_id=ann.id, wanted=Wanted(("new",), (Network.TIKTOK,)))
    waiting = await nth(then, ann, 1)
    changed = await change_digest(then, owner_id=ann.id, digest_id=waiting, keywords=("rye",), hour=7)
    assert (changed.keywords, changed.status, changed.next_run_at) == (["rye"], DigestStatus.WAITING, None)
    with pytest.raises(LimitReached):
        await change_digest(then, owner_id=ann.id, digest_id=waiting, keywords=("rye", "oat", "spelt"))


async def test_its_owner_chooses_which_goes_on_and_keeps_that_choice(tx: Tx, ann: User) -> None:
    then = await over(tx, ann)
    first, second = await nth(then, ann, 0), await nth(then, ann, 1)
    with pytest.raises(NoRoomToRun):
        await resume_digest(then, owner_id=ann.id, digest_id=second)
    await pause_digest(then, owner_id=ann.id, digest_id=first)
    await resume_digest(then, owner_id=ann.id, digest_id=second)
    await fit_to_plan(then, owner_id=ann.id)
    assert await statuses(then, ann) == ["paused", "active", "waiting"]
    with pytest.raises(NoRoomToRun):
        await resume_digest(then, owner_id=ann.id, digest_id=first)


async def test_watched_creators_are_chosen_likewise(tx: Tx, ann: User) -> None:
    then = await over(tx, ann)
    there = [each.creator_id for each in await watches(then, ann)]
    with pytest.raises(NoRoomToWatch):
        await watch_creator(then, owner_id=ann.id, creator_id=there[4])
    await let_wait(then, owner_id=ann.id, creator_id=there[0])
    await watch_creator(then, owner_id=ann.id, creator_id=there[4], times=10)
    await fit_to_plan(then, owner_id=ann.id)
    assert await running(then, ann) == [False, True, True, False, True]
    await unwatch(then, owner_id=ann.id, creator_id=there[1])
    await watch_creator(then, owner_id=ann.id, creator_id=there[0])
    assert await running(then, ann) == [True, True, False, True]


async def test_a_digest_with_too_many_keywords_leaves_its_place_to_the_next(tx: Tx, ann: User) -> None:
    first = await nth(tx, ann, 0)
    await change_digest(tx, owner_id=ann.id, digest_id=first, keywords=("a1", "b2", "c3", "d4"))
    then = await over(tx, ann)
    assert await statuses(then, ann) == ["waiting", "active", "waiting"]


async def test_a_deletion_can_be_taken_back_and_waits_where_there_is_no_room(tx: Tx, ann: User) -> None:
    then = await over(tx, ann)
    first, second = await nth(then, ann, 0), await nth(then, ann, 1)
    await delete_digest(then, owner_id=ann.id, digest_id=first)
    await resume_digest(then, owner_id=ann.id, digest_id=second)
    back = await restore_digest(then, owner_id=ann.id, digest_id=first)
    assert (back.status, back.next_run_at) == (DigestStatus.WAITING, None)
    await delete_digest(then, owner_id=ann.id, digest_id=second)
    await delete_digest(then, owner_id=ann.id, digest_id=first)
    assert (await restore_digest(then, owner_id=ann.id, digest_id=first)).status == DigestStatus.ACTIVE


async def test_a_plan_without_limits_lets_all_go_on(tx: Tx, ann: User) -> None:
    then = await over(tx, ann)
    await take_in(then, seen=paid(then, ann.id, id="sub_3", plan_key="business"), source="test", key="business")
    await fit_to_plan(then, owner_id=ann.id)
    room = await running_room(then.session, owner_id=ann.id, now=then.now)
    assert (room.digests, room.watches) == (None, None)
    assert await statuses(then, ann) == ["active"] * 3


async def test_who_has_nothing_is_told_nothing(tx: Tx) -> None:
    user = await make_user(tx)
    await fit_to_plan(tx, owner_id=user.id)
    assert await told(tx, user) == []


def test_what_fits_is_the_longest_way_through_in_order() -> None:
    many = [Digest(keywords=["k"] * n) for n in (4, 1, 2, 3)]
    fit = that_fit(many, RunningRoom(digests=2, keywords=3, watches=None))
    assert [len(each.keywords) for each in fit] == [1, 2]
