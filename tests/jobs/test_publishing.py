"""A publication from the press to the network's word, and what becomes of it when the network doesn't do as asked."""

from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.connections.models import ConnectionStatus
from core.errors import InvalidInput, LimitReached
from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import PublicationStatus, VideoPost, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, Terms, network_error
from core.publishing.scheduling import resume_connection
from core.publishing.service import NotNow, TooLate
from core.publishing.standing import PREPARE
from core.videos.models import PreparedVideo
from core.videos.profiles import PROFILES
from jobs.runtime import Bench
from tests.jobs.played_networks import PlayedNetwork
from tests.jobs.publishing import Desk, open_desk

TIKTOK, INSTAGRAM, YOUTUBE = Network.TIKTOK, Network.INSTAGRAM, Network.YOUTUBE


@pytest.fixture
def tiktok() -> PlayedNetwork:
    return PlayedNetwork(TIKTOK)


@pytest.fixture
def instagram() -> PlayedNetwork:
    return PlayedNetwork(INSTAGRAM, by_upload=False)


@pytest.fixture
async def desk(concurrent_bench: Bench, clock: FixedClock, tiktok: PlayedNetwork, instagram: PlayedNetwork) -> Desk:
    return await open_desk(concurrent_bench, clock, {TIKTOK: tiktok, INSTAGRAM: instagram})


async def test_a_video_goes_out_at_both_networks_and_the_message_says_so(
    desk: Desk, tiktok: PlayedNetwork, instagram: PlayedNetwork
) -> None:
    post = await desk.started(TIKTOK, INSTAGRAM)

    ended = await desk.finish(post)

    assert ended.status == VideoPostStatus.PUBLISHED
    assert (tiktok.published, instagram.published) == (["upload-1"], ["upload-1"])
    shown = await desk.shown(post)
    assert {one["url"] for one in shown["publications"]} == {"https://net.example/upload-1"}
    assert {one["account"] for one in shown["publications"]} == {"ann_tiktok", "ann_instagram"}
    assert await desk.used() == 2
    assert await desk.told() == [], "who pressed a moment ago looks at the message"


async def test_while_the_network_is_at_it_no_worker_waits(desk: Desk, tiktok: PlayedNetwork) -> None:
    tiktok.processing = 3
    post = await desk.started(TIKTOK)

    await desk.attempt(post)
    first = await desk.work(await desk.only(post))
    await desk.attempt(post)

    assert (await desk.only(post)).status == PublicationStatus.PROCESSING
    assert first.status == "queued"
    assert first.next_attempt_at == desk.clock.now() + timedelta(seconds=2)
    assert tiktok.asked.count("look") == 2, "nobody looks again before the pause is over"


async def test_pauses_grow_to_a_minute(desk: Desk, tiktok: PlayedNetwork) -> None:
    tiktok.processing = 1000
    post = await desk.started(TIKTOK)
    pauses = []
    for _ in range(24):
        await desk.attempt(post)
        pause = (await desk.work(await desk.only(post))).next_attempt_at - desk.clock.now()
        pauses.append(pause.total_seconds())
        desk.clock.advance(pause)

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2.0, 60.0)


async def test_what_the_network_never_ends_is_asked_about(desk: Desk, tiktok: PlayedNetwork) -> None:
    tiktok.processing, tiktok.hides = 10_000, True
    post = await desk.started(TIKTOK)

    await desk.finish(post, attempts=100)

    assert (await desk.only(post)).status == PublicationStatus.UNCONFIRMED
    assert (await desk.post(post)).status == VideoPostStatus.PUBLISHING
    assert await desk.told() == ["unconfirmed"]


async def test_what_its_owner_saw_counts_as_published(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await _unconfirmed(desk, tiktok)
    async with desk.deps.tx() as tx:
        await service.confirm_there(tx, owner_id=desk.owner.id, publication_id=(await desk.only(post)).id)

    assert (await desk.post(post)).status == VideoPostStatus.PUBLISHED
    assert await desk.used() == 1


async def test_sending_again_looks_first_and_finds_it(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await _unconfirmed(desk, tiktok)
    tiktok.hides = False
    await _send_again(desk, post)

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert tiktok.published == ["upload-1"]


async def test_what_its_owner_says_isnt_there_is_sent_again_once(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await _unconfirmed(desk, tiktok)
    tiktok.published.clear()
    await _send_again(desk, post)

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert tiktok.published == ["upload-2"]


async def test_its_owners_word_is_about_what_was_begun_before(desk: Desk, tiktok: PlayedNetwork) -> None:
    """What is begun on it may get lost, too, and nobody has said of that one that it isn't there."""
    post = await _unconfirmed(desk, tiktok)
    tiktok.published.clear()
    tiktok.processing = 1
    await _send_again(desk, post)
    await desk.attempt(post)
    tiktok.forgotten.add("upload-2")

    await desk.finish(post)

    assert tiktok.published == ["upload-2"]
    assert (await desk.only(post)).status == PublicationStatus.UNCONFIRMED


async def test_a_lost_answer_to_release_is_looked_up_and_nothing_is_published_twice(
    desk: Desk, instagram: PlayedNetwork
) -> None:
    instagram.lost = {"release"}
    post = await desk.started(INSTAGRAM)

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert instagram.published == ["upload-1"]


async def test_once_the_last_piece_may_be_there_nothing_is_begun_anew(desk: Desk, tiktok: PlayedNetwork) -> None:
    """Nobody has said that it is there, and the network knows nothing of it: it may be out all the same."""
    tiktok.lost, tiktok.hides = {"upload"}, True
    post = await desk.started(TIKTOK)
    await desk.attempt(post)
    async with desk.deps.tx() as tx:
        with pytest.raises(TooLate):
            await service.cancel(tx, owner_id=desk.owner.id, video_post_id=post.id)
    tiktok.forgotten.add("upload-1")

    await desk.finish(post)

    assert tiktok.published == ["upload-1"]
    assert (await desk.only(post)).status == PublicationStatus.UNCONFIRMED


async def test_a_lost_answer_to_begin_leaves_nothing_that_anybody_sees(desk: Desk, tiktok: PlayedNetwork) -> None:
    tiktok.lost = {"begin"}
    post = await desk.started(TIKTOK)

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert tiktok.published == ["upload-2"]


async def test_a_forgotten_upload_that_was_never_whole_is_begun_anew(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await desk.started(TIKTOK)
    tiktok.errors["upload"] = [network_error(TIKTOK, NetworkErrorCode.UNAVAILABLE)]
    await desk.attempt(post)
    tiktok.forgotten.add("upload-1")

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert tiktok.published == ["upload-2"]


async def test_an_expired_upload_address_begins_anew_after_a_look(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await desk.started(TIKTOK)
    tiktok.errors["upload"] = [network_error(TIKTOK, NetworkErrorCode.UPLOAD_EXPIRED)]

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert tiktok.published == ["upload-2"]


async def test_a_network_that_knows_no_upload_at_all_ends_in_a_failure(desk: Desk, tiktok: PlayedNetwork) -> None:
    tiktok.errors["upload"] = [network_error(TIKTOK, NetworkErrorCode.UPLOAD_EXPIRED)] * 9
    post = await desk.started(TIKTOK)

    assert (await desk.finish(post)).status == VideoPostStatus.FAILED
    assert tiktok.asked.count("begin") == 2


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


async def _unconfirmed(desk: Desk, network: PlayedNetwork) -> VideoPost:
    """It is there, and nobody says so."""
    network.hides = True
    post = await desk.started(network.network)
    await desk.attempt(post)
    network.forgotten.add("upload-1")
    await desk.finish(post)
    assert (await desk.only(post)).status == PublicationStatus.UNCONFIRMED
    assert network.published == ["upload-1"]
    return post


async def _send_again(desk: Desk, post: VideoPost) -> None:
    async with desk.deps.tx() as tx:
        await service.send_again(tx, owner_id=desk.owner.id, publication_id=(await desk.only(post)).id)


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
