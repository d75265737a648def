"""What goes out only when others have agreed: nothing before, nothing lost, and a trail of who said what."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.approvals.models import ApprovalStatus, EventKind, Verdict
from core.approvals.queries import NotNamed, approval_about, approval_of, events_of
from core.approvals.service import NotAsked, ask, choose_anew, open_approval, remind, send_without, withdraw
from core.approvals.showing import groups_subject, owners_subject
from core.approvals.telling import add_comment, tell_overdue
from core.channels.models import ChannelState
from core.channels.standing import note_bot_standing
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus, StatusMessage
from core.deps import Deps
from core.errors import AppError, Conflict, InvalidInput
from core.posts import details, missed
from core.posts.awaiting import AWAITING, TOO_LATE, AwaitsApproval, waiting_error
from core.posts.details import Detail
from core.posts.models import Approval, Post, PostStatus
from core.posts.platforms import Draft
from core.posts.queries import PostNotFound, post_of
from core.posts.queued import is_held_by_queue
from core.posts.recurring import begin_recurring
from core.posts.scheduling import cancel_schedule, choose_target, post_now, reschedule, schedule_post
from core.posts.service import delete_post, replace_text, undo
from core.queues.service import add_slots, add_to_queue, pause_queue, resume_queue
from core.queues.slots import WeekTime
from core.tx import Tx
from tests.core.approvals.asking import SOON, Asked, asked
from tests.factories import make_channel, make_post, make_user


async def delivery_of(tx: Tx, post: Post) -> Delivery:
    found = await tx.session.scalars(
        select(Delivery)
        .where(Delivery.subject_id == post.id, Delivery.kind == DeliveryKind.POST)
        .order_by(Delivery.id.desc())
        .execution_options(populate_existing=True)
    )
    return found.all()[0]


async def shown(tx: Tx, subject_id: object) -> StatusMessage:
    await tx.session.flush()
    found = await tx.session.get(StatusMessage, subject_id, populate_existing=True)
    assert found is not None
    return found


async def told(tx: Tx, notice: str) -> list[Delivery]:
    rows = await tx.session.scalars(select(Delivery).where(Delivery.kind == DeliveryKind.NOTICE))
    return [row for row in rows if row.content["notice"] == notice]


async def rewrite(tx: Tx, here: Asked, text: str = "Other bread.") -> None:
    await replace_text(tx, owner_id=here.owner.id, post_id=here.post.id, draft=Draft(text))


async def test_what_is_asked_about_is_held_until_enough_have_agreed(tx: Tx) -> None:
    here = await asked(tx, people=3, needed=2)
    assert (here.post.status, here.post.approval) == (PostStatus.ON_HOLD, Approval.WAITING)
    assert (await delivery_of(tx, here.post)).status == DeliveryStatus.ON_HOLD
    await here.say(tx, 0)
    assert here.post.status == PostStatus.ON_HOLD
    said = await here.say(tx, 2)
    assert (said.settled, here.approval.status) == (True, ApprovalStatus.APPROVED)
    assert (here.post.status, here.post.approval, here.post.error) == (PostStatus.SCHEDULED, Approval.APPROVED, None)
    delivery = await delivery_of(tx, here.post)
    assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.SCHEDULED, tx.now + SOON)
    assert len(await told(tx, "approvals.decided")) == 1


async def test_the_same_word_twice_counts_once(tx: Tx) -> None:
    here = await asked(tx, people=2, needed=2)
    assert (await here.say(tx, 0)).changed
    assert not (await here.say(tx, 0)).changed
    assert here.approval.status == ApprovalStatus.OPEN
    kinds = [event.kind for event in await events_of(tx.session, here.approval.id)]
    assert kinds == [EventKind.ASKED, EventKind.APPROVED]


async def test_who_is_not_asked_is_told_so_and_nothing_counts(tx: Tx) -> None:
    here = await asked(tx)
    stranger = await make_user(tx)
    with pytest.raises(NotNamed) as refused:
        await here.__class__(here.owner, [stranger], here.post, here.approval, None).say(tx, 0)
    assert sorted(refused.value.params["names"]) == sorted(person.first_name for person in here.people)
    assert here.post.status == PostStatus.ON_HOLD


async def test_the_owner_has_no_word_in_it(tx: Tx) -> None:
    here = await asked(tx)
    with pytest.raises(NotNamed):
        await Asked(here.owner, [here.owner], here.post, here.approval, None).say(tx, 0)


async def test_one_who_wants_changes_outweighs_those_who_agree(tx: Tx) -> None:
    here = await asked(tx)
    await here.say(tx, 0)
    assert here.post.status == PostStatus.SCHEDULED
    await here.say(tx, 1, Verdict.CHANGES)
    assert (here.approval.status, here.post.status) == (ApprovalStatus.CHANGES, PostStatus.ON_HOLD)
    assert (await delivery_of(tx, here.post)).status == DeliveryStatus.ON_HOLD
    await here.say(tx, 1)
    assert (here.approval.status, here.post.status) == (ApprovalStatus.APPROVED, PostStatus.SCHEDULED)


@pytest.mark.parametrize("edit", ["text", "undo", "media", "buttons"])
async def test_an_edit_voids_what_was_said(tx: Tx, edit: str) -> None:
    here = await asked(tx)
    await rewrite(tx, here)
    here.approval.revision = 1
    await here.say(tx, 0)
    where: dict[str, Any] = {"owner_id": here.owner.id, "post_id": here.post.id}
    match edit:
        case "text":
            await rewrite(tx, here, "Again other bread.")
        case "undo":
            await undo(tx, **where, from_version=here.post.version)
        case "media":
            await details.set_detail(tx, **where, detail=Detail.FOOTER, on=False)
        case "buttons":
            await details.set_buttons(tx, **where, rows=())
    assert (here.approval.status, here.approval.revision) == (ApprovalStatus.OPEN, 2)
    assert (here.post.status, here.post.approval) == (PostStatus.ON_HOLD, Approval.WAITING)
    assert (await delivery_of(tx, here.post)).status == DeliveryStatus.ON_HOLD
    with pytest.raises(Conflict) as late:
        await here.say(tx, 1, revision=1)
    assert late.value.error_code == "approvals.changed_since"


async def test_after_an_edit_everybody_is_needed_again(tx: Tx) -> None:
    here = await asked(tx, needed=2)
    await here.say(tx, 0)
    await rewrite(tx, here)
    await here.say(tx, 1)
    assert here.post.status == PostStatus.ON_HOLD
    await here.say(tx, 0)
    assert here.post.status == PostStatus.SCHEDULED


async def test_what_nobody_sees_voids_nothing(tx: Tx) -> None:
    here = await asked(tx)
    await here.say(tx, 0)
    await details.set_detail(tx, owner_id=here.owner.id, post_id=here.post.id, detail=Detail.SILENT, on=True)
    assert (here.approval.status, here.post.status) == (ApprovalStatus.APPROVED, PostStatus.SCHEDULED)


async def test_a_draft_that_waits_is_held_when_it_gets_a_time(tx: Tx) -> None:
    here = await asked(tx, due_in=None)
    assert here.post.status == PostStatus.DRAFT
    await schedule_post(tx, owner_id=here.owner.id, post_id=here.post.id, due_at=tx.now + SOON)
    assert (await delivery_of(tx, here.post)).status == DeliveryStatus.ON_HOLD
    await schedule_post(tx, owner_id=here.owner.id, post_id=here.post.id, due_at=tx.now + 2 * SOON)
    delivery = await delivery_of(tx, here.post)
    assert (delivery.status, delivery.due_at) == (DeliveryStatus.ON_HOLD, tx.now + 2 * SOON)
    await here.say(tx, 0)
    delivery = await delivery_of(tx, here.post)
    assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.SCHEDULED, tx.now + 2 * SOON)


async def test_nothing_that_waits_can_be_sent_at_once_or_repeated(tx: Tx) -> None:
    here = await asked(tx)
    with pytest.raises(AwaitsApproval):
        await post_now(tx, owner_id=here.owner.id, post_id=here.post.id)
    with pytest.raises(AwaitsApproval):
        await begin_recurring(tx, owner_id=here.owner.id, post_id=here.post.id)


async def test_its_time_passes_its_owner_is_told_once_and_nothing_goes_out(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        here = await asked(tx)
        channel = await make_channel(tx, here.owner)
        await choose_target(tx, owner_id=here.owner.id, post_id=here.post.id, channel_id=channel.id)
    clock.advance(SOON)
    async with deps.tx() as tx:
        assert await tell_overdue(tx) == 1
        assert await tell_overdue(tx) == 0
        assert len(await told(tx, "approvals.overdue")) == 1
        post = await post_of(tx.session, owner_id=here.owner.id, post_id=here.post.id)
        assert (post.status, post.error) == (PostStatus.ON_HOLD, {"code": AWAITING, "params": {"told": True}})
        assert await missed.send_all_missed(tx, owner_id=here.owner.id, channel_id=channel.id) == 0
        assert await missed.skip_all_missed(tx, owner_id=here.owner.id, channel_id=channel.id) == 0
        assert (await delivery_of(tx, post)).status == DeliveryStatus.ON_HOLD


async def test_agreed_too_late_it_waits_for_its_owners_word(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        here = await asked(tx)
    clock.advance(SOON + timedelta(minutes=1))
    async with deps.tx() as tx:
        await here.say(tx, 0)
        post = await post_of(tx.session, owner_id=here.owner.id, post_id=here.post.id)
        assert (post.status, post.error) == (PostStatus.ON_HOLD, {"code": TOO_LATE, "params": {}})
        await post_now(tx, owner_id=here.owner.id, post_id=post.id)
        assert post.status == PostStatus.SCHEDULED


async def test_another_time_is_told_of_anew_when_it_passes(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        here = await asked(tx)
    clock.advance(SOON)
    async with deps.tx() as tx:
        await tell_overdue(tx)
        await schedule_post(tx, owner_id=here.owner.id, post_id=here.post.id, due_at=tx.now + SOON)
    clock.advance(SOON)
    async with deps.tx() as tx:
        assert await tell_overdue(tx) == 1


async def test_sent_without_them_it_goes_out_and_they_are_shown_so(tx: Tx) -> None:
    here = await asked(tx)
    await send_without(tx, owner_id=here.owner.id, approval_id=here.approval.id)
    assert (here.approval.status, here.post.status) == (ApprovalStatus.WITHDRAWN, PostStatus.SCHEDULED)
    assert (await delivery_of(tx, here.post)).due_at == tx.now
    with pytest.raises(NotAsked):
        await here.say(tx, 0)


async def test_withdrawn_it_goes_out_at_its_time(tx: Tx) -> None:
    here = await asked(tx)
    await withdraw(tx, owner_id=here.owner.id, approval_id=here.approval.id)
    await withdraw(tx, owner_id=here.owner.id, approval_id=here.approval.id)
    assert (here.post.status, here.post.approval) == (PostStatus.SCHEDULED, None)
    trail = [event.kind for event in await events_of(tx.session, here.approval.id)]
    assert trail == [EventKind.ASKED, EventKind.WITHDRAWN]


async def test_cancelled_and_taken_back_it_still_waits(tx: Tx) -> None:
    here = await asked(tx)
    await cancel_schedule(tx, owner_id=here.owner.id, post_id=here.post.id)
    await reschedule(tx, owner_id=here.owner.id, post_id=here.post.id)
    assert here.post.status == PostStatus.ON_HOLD
    assert (await delivery_of(tx, here.post)).status == DeliveryStatus.ON_HOLD


async def test_a_chat_that_takes_posts_again_releases_nothing_that_waits(tx: Tx) -> None:
    here = await asked(tx)
    channel = await make_channel(tx, here.owner)
    await choose_target(tx, owner_id=here.owner.id, post_id=here.post.id, channel_id=channel.id)
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.NO_RIGHTS)
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.READY)
    assert (here.post.status, here.post.approval) == (PostStatus.ON_HOLD, Approval.WAITING)
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.NO_RIGHTS)
    await here.say(tx, 0)
    assert (here.post.status, here.post.error) == (PostStatus.ON_HOLD, None)
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.READY)
    assert here.post.status == PostStatus.SCHEDULED


async def test_a_queue_that_goes_on_releases_nothing_that_waits(tx: Tx) -> None:
    owner = await make_user(tx, time_zone="Europe/Berlin")
    await add_slots(tx, owner_id=owner.id, channel_id=None, slots=[WeekTime(day, 540) for day in range(7)])
    here = await asked(tx, owner=owner, due_in=None)
    await add_to_queue(tx, owner_id=owner.id, post_id=here.post.id)
    assert (here.post.status, here.post.error) == (PostStatus.ON_HOLD, waiting_error())
    await pause_queue(tx, owner_id=owner.id, channel_id=None)
    assert is_held_by_queue(here.post)
    await resume_queue(tx, owner_id=owner.id, channel_id=None)
    assert (here.post.status, here.post.error) == (PostStatus.ON_HOLD, waiting_error())
    assert (await delivery_of(tx, here.post)).status == DeliveryStatus.ON_HOLD
    await pause_queue(tx, owner_id=owner.id, channel_id=None)
    await here.say(tx, 0)
    assert here.post.status == PostStatus.ON_HOLD
    await resume_queue(tx, owner_id=owner.id, channel_id=None)
    assert here.post.status == PostStatus.SCHEDULED


async def test_in_a_group_one_message_changes_in_place_and_ends_in_a_truth(tx: Tx) -> None:
    here = await asked(tx, in_group=True)
    assert here.group is not None
    message = await shown(tx, groups_subject(here.approval))
    assert (message.chat_id, message.data["approved"]) == (here.group.chat_id, 0)
    await here.say(tx, 0)
    message = await shown(tx, groups_subject(here.approval))
    assert (message.data["approved"], message.data["post"]["status"]) == (1, PostStatus.SCHEDULED)
    await cancel_schedule(tx, owner_id=here.owner.id, post_id=here.post.id)
    await delete_post(tx, owner_id=here.owner.id, post_id=here.post.id)
    message = await shown(tx, groups_subject(here.approval))
    assert message.data["deleted"] is True
    assert (await shown(tx, owners_subject(here.approval.id))).chat_id == here.owner.telegram_user_id


async def test_comments_are_kept_with_the_name_and_passed_on(tx: Tx) -> None:
    here = await asked(tx)
    await add_comment(tx, user_id=here.people[1].id, approval_id=here.approval.id, text="More crumbs, please.")
    event = (await events_of(tx.session, here.approval.id, kinds=[EventKind.COMMENT]))[0]
    assert (event.name, event.text, event.version) == (here.people[1].first_name, "More crumbs, please.", 1)
    notice = (await told(tx, "approvals.comment"))[0]
    assert (notice.content["data"]["by"], notice.chat_id) == (event.name, here.owner.telegram_user_id)
    with pytest.raises(NotNamed):
        await add_comment(tx, user_id=(await make_user(tx)).id, approval_id=here.approval.id, text="Me too.")
    with pytest.raises(InvalidInput):
        await add_comment(tx, user_id=here.people[1].id, approval_id=here.approval.id, text="x" * 1_001)


async def test_in_the_group_that_is_asked_everybody_may_comment(tx: Tx) -> None:
    here = await asked(tx, in_group=True)
    assert here.group is not None
    passer_by = await make_user(tx)
    where: dict[str, Any] = {"user_id": passer_by.id, "approval_id": here.approval.id, "text": "Nice."}
    await add_comment(tx, **where, chat_id=here.group.chat_id)
    with pytest.raises(NotNamed):
        await add_comment(tx, **where, chat_id=TelegramId(here.group.chat_id - 1))


async def test_they_are_reminded_and_not_again_at_once(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        here = await asked(tx, people=3, needed=3)
        await here.say(tx, 1)
        where: dict[str, Any] = {"owner_id": here.owner.id, "approval_id": here.approval.id}
        assert await remind(tx, **where) == 2
        chats = {row.chat_id for row in await told(tx, "approvals.reminder")}
        assert chats == {here.people[0].telegram_user_id, here.people[2].telegram_user_id}
        with pytest.raises(Conflict) as soon:
            await remind(tx, **where)
        assert soon.value.params == {"minutes": 30}
    clock.advance(timedelta(minutes=30))
    async with deps.tx() as tx:
        assert await remind(tx, **where) == 2


async def test_somebody_elses_approval_is_not_found(tx: Tx) -> None:
    here, stranger = await asked(tx), await make_user(tx)
    with pytest.raises(AppError) as missing:
        await approval_of(tx.session, owner_id=stranger.id, approval_id=here.approval.id)
    assert missing.value.error_code == "approvals.not_found"
    with pytest.raises(PostNotFound):
        await open_approval(tx, owner_id=stranger.id, post_id=here.post.id)


async def test_nobody_can_be_asked_without_being_named(tx: Tx) -> None:
    owner = await make_user(tx)
    post = await make_post(tx, owner)
    approval = await open_approval(tx, owner_id=owner.id, post_id=post.id)
    with pytest.raises(InvalidInput) as nobody:
        await ask(tx, owner_id=owner.id, approval_id=approval.id)
    assert nobody.value.error_code == "approvals.nobody"
    assert post.approval is None


async def test_asked_anew_it_begins_from_nothing_with_the_same_people(tx: Tx) -> None:
    here = await asked(tx, needed=2)
    await here.say(tx, 0)
    again = await choose_anew(tx, owner_id=here.owner.id, approval_id=here.approval.id)
    assert (again.status, here.post.status, here.post.approval) == (
        ApprovalStatus.CHOOSING,
        PostStatus.SCHEDULED,
        None,
    )
    await ask(tx, owner_id=here.owner.id, approval_id=again.id)
    await here.say(tx, 0)
    assert here.post.status == PostStatus.ON_HOLD
    await here.say(tx, 1)
    assert here.post.status == PostStatus.SCHEDULED


async def test_the_next_asking_begins_with_the_choices_of_the_last(tx: Tx) -> None:
    here = await asked(tx, people=3, needed=2, in_group=True)
    assert here.group is not None
    post = await make_post(tx, here.owner, "Another one.")
    opened = await open_approval(tx, owner_id=here.owner.id, post_id=post.id)
    assert (opened.needed, opened.channel_id) == (2, here.group.id)
    assert await approval_about(tx.session, post_id=post.id) is opened
