"""What keeps a publication from going out: limits, lost accounts, refusals, cancels, plans."""

from datetime import timedelta

import pytest

from core.connections.models import ConnectionStatus
from core.errors import InvalidInput, LimitReached
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import PublicationStatus, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, Terms, network_error
from core.publishing.scheduling import resume_connection
from core.publishing.service import NotNow, TooLate
from core.publishing.standing import PREPARE
from core.videos.models import PreparedVideo
from core.videos.profiles import PROFILES
from tests.jobs.networks.desk import Desk
from tests.jobs.networks.played import PlayedNetwork

LIMITED = {"network": "instagram", "days": 3}
TIKTOK, INSTAGRAM, YOUTUBE = Network.TIKTOK, Network.INSTAGRAM, Network.YOUTUBE


async def test_only_what_failed_is_tried_again(desk: Desk, tiktok: PlayedNetwork, instagram: PlayedNetwork) -> None:
    instagram.errors["begin"] = [network_error(INSTAGRAM, NetworkErrorCode.VIDEO_REFUSED, what="length")]
    post = await desk.started(TIKTOK, INSTAGRAM)
    assert (await desk.finish(post)).status == VideoPostStatus.PARTIALLY_PUBLISHED
    assert await desk.told() == ["ended"]
    assert await desk.used() == 1, "what failed is given back"

    async with desk.deps.tx() as tx:
        await service.retry_failed(tx, owner_id=desk.owner.id, video_post_id=post.id)

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert (tiktok.published, instagram.published) == (["upload-1"], ["upload-1"])
    async with desk.deps.tx() as tx:
        with pytest.raises(NotNow):
            await service.retry_failed(tx, owner_id=desk.owner.id, video_post_id=post.id)


async def test_a_limit_of_the_account_is_waited_for_and_told_once(desk: Desk, instagram: PlayedNetwork) -> None:
    resets_at = desk.clock.now() + timedelta(hours=5)
    instagram.errors["begin"] = [
        network_error(INSTAGRAM, NetworkErrorCode.DAILY_LIMIT, resets_at=resets_at),
        network_error(INSTAGRAM, NetworkErrorCode.DAILY_LIMIT),
    ]
    post = await desk.started(INSTAGRAM)
    await desk.attempt(post)
    waiting = await desk.only(post)
    assert (waiting.status, waiting.due_at) == (PublicationStatus.WAITING, resets_at)

    for pause in (timedelta(hours=5), timedelta(hours=1)):
        desk.clock.advance(pause)
        await desk.tend()
        await desk.attempt(post)
        desk.clock.advance(timedelta(seconds=3))

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert await desk.told() == ["waiting"]


@pytest.mark.parametrize("tells_its_end", [True, False])
async def test_a_limit_that_never_ends_is_waited_for_three_days_and_then_said(
    desk: Desk, instagram: PlayedNetwork, tells_its_end: bool
) -> None:
    day = timedelta(days=1)

    def refuses() -> None:
        error = network_error(INSTAGRAM, NetworkErrorCode.DAILY_LIMIT)
        error.params |= {"resets_at": desk.clock.now() + day} if tells_its_end else {}
        instagram.errors["begin"] = [error]

    post = await desk.started(INSTAGRAM)
    began_at = desk.clock.now()
    refuses()
    await desk.attempt(post)
    if not tells_its_end:
        await desk.let_pass(post, 3 * day - timedelta(hours=3))  # hour by hour it would be long
        began_at -= 3 * day - timedelta(hours=3)
    while (one := await desk.only(post)).status == PublicationStatus.WAITING:
        assert one.due_at is not None
        desk.clock.advance(one.due_at - desk.clock.now())
        refuses()
        await desk.tend()
        await desk.attempt(post)

    assert one.status == PublicationStatus.FAILED
    assert one.error == {"code": "network.daily_limit", "params": {"provider": "instagram", **LIMITED}}
    assert 2 * day <= desk.clock.now() - began_at <= 3 * day
    assert await desk.told() == ["waiting", "ended"]
    assert await desk.used() == 0
    assert instagram.published == []

    async with desk.deps.tx() as tx:
        await service.retry_failed(tx, owner_id=desk.owner.id, video_post_id=post.id)
    refuses()
    await desk.attempt(post)
    assert (await desk.only(post)).status == PublicationStatus.WAITING, "another attempt waits anew"


async def test_an_account_without_posts_left_waits_before_anything_is_begun(
    desk: Desk, instagram: PlayedNetwork
) -> None:
    instagram.terms_now = Terms("Ann", posts_left=0)
    post = await desk.started(INSTAGRAM)
    await desk.attempt(post)

    assert (await desk.only(post)).status == PublicationStatus.WAITING
    assert "begin" not in instagram.asked


async def test_a_lost_account_is_waited_for_until_it_is_connected_again(desk: Desk, tiktok: PlayedNetwork) -> None:
    tiktok.errors["begin"] = [network_error(TIKTOK, NetworkErrorCode.RECONNECT)]
    post = await desk.started(TIKTOK)
    await desk.attempt(post)
    waiting = await desk.only(post)
    assert (waiting.status, waiting.due_at) == (PublicationStatus.WAITING, None)

    desk.clock.advance(timedelta(days=2))
    await desk.tend()
    assert (await desk.only(post)).status == PublicationStatus.WAITING
    async with desk.deps.tx() as tx:
        connection = await tx.session.merge(desk.connections[TIKTOK])
        connection.status, connection.connected_at = ConnectionStatus.ACTIVE, tx.now
        await resume_connection(tx, connection.id)
    await desk.tend()

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert tiktok.published == ["upload-1"]


async def test_a_privacy_that_isnt_offered_any_more_is_told_before_anything_is_sent(
    desk: Desk, tiktok: PlayedNetwork
) -> None:
    tiktok.terms_now = Terms("Ann", privacy_options=("SELF_ONLY",))
    post = await desk.started(TIKTOK)

    assert (await desk.finish(post)).status == VideoPostStatus.FAILED
    assert (await desk.only(post)).error == {"code": "publishing.privacy_gone", "params": {}}
    assert "begin" not in tiktok.asked


async def test_cancelling_while_it_is_uploaded_stops_it(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await desk.started(TIKTOK)

    async def press() -> None:
        tiktok.sending = None
        async with desk.deps.tx() as tx:
            stopped = await service.cancel(tx, owner_id=desk.owner.id, video_post_id=post.id)
        assert stopped.stopped == [TIKTOK]

    tiktok.sending = press
    await desk.finish(post)

    assert tiktok.published == []
    assert (await desk.post(post)).status == VideoPostStatus.CANCELLED
    assert await desk.used() == 0


async def test_what_is_out_of_our_hands_cant_be_taken_back_and_goes_on(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await desk.started(TIKTOK)
    await desk.attempt(post)
    async with desk.deps.tx() as tx:
        with pytest.raises(TooLate):
            await service.cancel(tx, owner_id=desk.owner.id, video_post_id=post.id)

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED


async def test_between_two_looks_what_isnt_released_can_be_taken_back(desk: Desk, instagram: PlayedNetwork) -> None:
    post = await desk.started(INSTAGRAM)
    await desk.attempt(post)
    async with desk.deps.tx() as tx:
        await service.cancel(tx, owner_id=desk.owner.id, video_post_id=post.id)

    assert (await desk.finish(post)).status == VideoPostStatus.CANCELLED
    assert instagram.published == []


async def test_scheduled_it_goes_out_at_its_time_and_that_is_told(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await desk.drafted(TIKTOK)
    async with desk.deps.tx() as tx:
        due_at = tx.now + timedelta(hours=2)
        await service.schedule(tx, owner_id=desk.owner.id, video_post_id=post.id, due_at=due_at)
    await desk.tend()
    assert (await desk.post(post)).status == VideoPostStatus.SCHEDULED

    desk.clock.advance(timedelta(hours=2))
    await desk.tend()

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert await desk.told() == ["ended"]


async def test_without_a_choice_of_privacy_nothing_is_scheduled(desk: Desk) -> None:
    post = await desk.drafted(TIKTOK, privacy=None)
    async with desk.deps.tx() as tx:
        with pytest.raises(InvalidInput) as caught:
            await service.publish_now(tx, owner_id=desk.owner.id, video_post_id=post.id)

    assert [lack["code"] for lack in caught.value.params["lacks"]] == ["publishing.privacy_missing"]


async def test_the_free_plan_publishes_nothing(desk: Desk) -> None:
    post = await desk.drafted(TIKTOK)
    desk.clock.advance(timedelta(days=8))  # the trial is over
    async with desk.deps.tx() as tx:
        with pytest.raises(LimitReached):
            await service.publish_now(tx, owner_id=desk.owner.id, video_post_id=post.id)


async def test_a_copy_that_is_lost_in_the_middle_is_another_file(desk: Desk, tiktok: PlayedNetwork) -> None:
    """What was sent of the first isn't gone on with."""
    post = await desk.started(TIKTOK)
    tiktok.errors["upload"] = [network_error(TIKTOK, NetworkErrorCode.UNAVAILABLE)]
    await desk.attempt(post)
    await desk.deps.storage.delete(desk.video.storage_key)
    desk.clock.advance(timedelta(seconds=3))
    await desk.attempt(post)

    one = await desk.only(post)
    assert (one.status, one.handle) == (PublicationStatus.PREPARING, None)
    assert (await desk.work(one)).kind == PREPARE.target


async def test_a_video_without_a_copy_for_the_network_is_prepared_first(desk: Desk, tiktok: PlayedNetwork) -> None:
    async with desk.deps.tx() as tx:
        copy = await tx.session.get_one(PreparedVideo, (desk.video.id, PROFILES[TIKTOK].key))
        await tx.session.delete(copy)
    post = await desk.started(TIKTOK)
    await desk.attempt(post)

    one = await desk.only(post)
    assert (await desk.work(one)).kind == PREPARE.target
    assert tiktok.asked == []
    async with desk.deps.tx() as tx:
        await service.cancel(tx, owner_id=desk.owner.id, video_post_id=post.id)
    assert (await desk.post(post)).status == VideoPostStatus.CANCELLED


async def test_a_cancel_in_the_last_moment_beats_a_limit_that_is_waited_for(desk: Desk, tiktok: PlayedNetwork) -> None:
    """Else it would go out tomorrow, although its owner has said no."""
    post = await desk.started(TIKTOK)
    tiktok.errors["upload"] = [network_error(TIKTOK, NetworkErrorCode.UNAVAILABLE)]
    await desk.attempt(post)
    desk.clock.advance(timedelta(seconds=3))

    async def press() -> None:
        tiktok.sending = None
        async with desk.deps.tx() as tx:
            await service.cancel(tx, owner_id=desk.owner.id, video_post_id=post.id)
        raise network_error(TIKTOK, NetworkErrorCode.DAILY_LIMIT)

    tiktok.sending = press
    await desk.finish(post)
    assert (await desk.post(post)).status == VideoPostStatus.CANCELLED


async def test_a_token_that_is_refused_before_its_time_is_renewed_and_all_goes_on(
    desk: Desk, tiktok: PlayedNetwork
) -> None:
    """Without a way to renew it, that passes as whatever else may pass."""
    tiktok.errors["look"] = [network_error(TIKTOK, NetworkErrorCode.TOKEN_EXPIRED)]
    post = await desk.started(TIKTOK)
    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert tiktok.published == ["upload-1"]


async def test_an_account_that_was_disconnected_is_told_and_may_come_back(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await desk.drafted(TIKTOK)
    async with desk.deps.tx() as tx:
        due_at = tx.now + timedelta(hours=1)
        await service.schedule(tx, owner_id=desk.owner.id, video_post_id=post.id, due_at=due_at)
        connection = await tx.session.merge(desk.connections[TIKTOK])
        kept, connection.access_token = connection.access_token, ""
    desk.clock.advance(timedelta(hours=1))
    await desk.tend()
    await desk.finish(post)
    failed = await desk.only(post)
    assert failed.error == {"code": "publishing.no_connection", "params": {"network": "tiktok"}}
    assert await desk.told() == ["ended"]

    async with desk.deps.tx() as tx:
        (await tx.session.merge(connection)).access_token = kept
        await service.retry_failed(tx, owner_id=desk.owner.id, video_post_id=post.id)
    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
