"""Video posts before and after the network: drafts, times, late ones, those by hand, numbers, a day's quota."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.publishing.status_screens import by_hand
from bot.texts import Texts
from core import ids
from core.accounts.models import LatePolicy
from core.accounts.service import choose_late_policy
from core.clock import FixedClock
from core.connections.models import Connection, ConnectionStatus
from core.connections.queries import ConnectionNotFound
from core.deliveries.models import Delivery
from core.errors import InvalidInput, ProviderError
from core.posts.comments import set_first_comment
from core.providers.discovery import Network
from core.providers.youtube_quota import Bucket, YouTubeQuota, next_reset
from core.publishing import service
from core.publishing.models import PublicationNumbers, PublicationStatus, VideoPost, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, Wanted, network_error
from core.publishing.numbers import READ, STEPS, next_reading
from core.publishing.queries import VideoPostNotFound, is_video_in_use, video_post_of, video_post_view
from core.publishing.quota import counted
from core.publishing.service import NotNow
from core.publishing.showing import BY_HAND
from core.publishing.standing import PUBLISH
from core.work.models import Work
from jobs.numbers import read_numbers, tend_numbers
from jobs.publishing_due import LOOKS_AT_ONCE
from jobs.runtime import Bench
from tests.factories import make_post, make_user
from tests.jobs.networks.desk import Desk, open_desk
from tests.jobs.networks.played import PlayedNetwork
from tests.recording_queue import RecordingQueue

TIKTOK, YOUTUBE = Network.TIKTOK, Network.YOUTUBE


@pytest.fixture
def youtube() -> PlayedNetwork:
    return PlayedNetwork(YOUTUBE)


@pytest.fixture
async def desk(concurrent_bench: Bench, clock: FixedClock, tiktok: PlayedNetwork, youtube: PlayedNetwork) -> Desk:
    return await open_desk(concurrent_bench, clock, {TIKTOK: tiktok, YOUTUBE: youtube})


async def _scheduled(desk: Desk) -> VideoPost:
    post = await desk.drafted(TIKTOK)
    async with desk.deps.tx() as tx:
        due_at = tx.now + timedelta(hours=1)
        await service.schedule(tx, owner_id=desk.owner.id, video_post_id=post.id, due_at=due_at)
    return post


async def _back_after(desk: Desk, outage: timedelta, policy: LatePolicy) -> VideoPost:
    """Nothing ran at its time."""
    post = await _scheduled(desk)
    async with desk.deps.tx() as tx:
        await choose_late_policy(tx, user_id=desk.owner.id, policy=policy)
    desk.clock.advance(timedelta(hours=1) + outage)
    await desk.tend()
    return post


async def test_after_an_outage_it_goes_out_late_when_its_owner_wants_that(desk: Desk) -> None:
    post = await _back_after(desk, timedelta(hours=3), LatePolicy.SEND)
    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED


async def test_after_an_outage_its_owner_is_asked_and_says_now(desk: Desk) -> None:
    post = await _back_after(desk, timedelta(hours=3), LatePolicy.ASK)
    assert (await desk.only(post)).status == PublicationStatus.WAITING
    assert await desk.told() == ["missed"]

    async with desk.deps.tx() as tx:
        await service.publish_now(tx, owner_id=desk.owner.id, video_post_id=post.id)

    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED


async def test_after_an_outage_it_is_left_out_when_its_owner_wants_that(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await _back_after(desk, timedelta(hours=3), LatePolicy.SKIP)

    assert (await desk.only(post)).status == PublicationStatus.SKIPPED
    assert (await desk.post(post)).status == VideoPostStatus.CANCELLED
    assert tiktok.published == []
    assert await desk.used() == 0


async def test_a_few_minutes_late_is_no_outage(desk: Desk) -> None:
    post = await _back_after(desk, timedelta(minutes=5), LatePolicy.ASK)
    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED


async def test_another_time_can_be_chosen_before_it_is_due(desk: Desk, tiktok: PlayedNetwork) -> None:
    post = await _scheduled(desk)
    async with desk.deps.tx() as tx:
        await service.schedule(tx, owner_id=desk.owner.id, video_post_id=post.id, due_at=tx.now + timedelta(days=1))
    desk.clock.advance(timedelta(hours=2))
    await desk.tend()

    assert (await desk.post(post)).status == VideoPostStatus.SCHEDULED
    assert await desk.used() == 1, "it is held once"
    async with desk.deps.tx() as tx:
        with pytest.raises(InvalidInput):
            await service.schedule(
                tx, owner_id=desk.owner.id, video_post_id=post.id, due_at=tx.now - timedelta(hours=1)
            )


async def _by_hand(desk: Desk) -> VideoPost:
    post = await desk.drafted(by_hand=[TIKTOK])
    async with desk.deps.tx() as tx:
        await service.publish_now(tx, owner_id=desk.owner.id, video_post_id=post.id)
    return post


async def _handed_over(desk: Desk) -> int:
    async with desk.deps.read() as session:
        contents = await session.scalars(select(Delivery.content))
        return sum(content.get("notice") == BY_HAND for content in contents)


async def test_by_hand_file_and_caption_come_and_posted_ends_it(desk: Desk) -> None:
    post = await _by_hand(desk)
    assert await _handed_over(desk) == 1
    publication_id = (await desk.only(post)).id
    async with desk.deps.tx() as tx:
        await service.mark_posted(tx, owner_id=desk.owner.id, publication_id=publication_id)

    assert (await desk.post(post)).status == VideoPostStatus.PUBLISHED
    assert await desk.used() == 0, "what people publish themselves is none of the plan's"
    async with desk.deps.tx() as tx:
        with pytest.raises(NotNow):
            await service.mark_posted(tx, owner_id=desk.owner.id, publication_id=publication_id)


async def test_by_hand_the_first_comment_of_the_draft_comes_along(desk: Desk) -> None:
    async with desk.deps.tx() as tx:
        draft = await make_post(tx, desk.owner)
        await set_first_comment(tx, owner_id=desk.owner.id, post_id=draft.id, text="Which bread is yours?")
    post = await desk.drafted(by_hand=[TIKTOK])
    async with desk.deps.tx() as tx:
        kept = await video_post_of(tx.session, owner_id=desk.owner.id, video_post_id=post.id)
        kept.post_id = draft.id
        await service.publish_now(tx, owner_id=desk.owner.id, video_post_id=post.id)
        contents = (await tx.session.scalars(select(Delivery.content))).all()
    [handed] = [content["data"] for content in contents if content.get("notice") == BY_HAND]
    assert "First comment:\n<code>Which bread is yours?</code>" in by_hand(handed, Texts("en")).text


async def test_by_hand_it_comes_again_after_a_snooze_and_can_be_skipped(desk: Desk) -> None:
    post = await _by_hand(desk)
    publication_id = (await desk.only(post)).id
    async with desk.deps.tx() as tx:
        until = tx.now + timedelta(minutes=15)
        await service.snooze(tx, owner_id=desk.owner.id, publication_id=publication_id, until=until)
    desk.clock.advance(timedelta(minutes=15))
    await desk.tend()
    assert await _handed_over(desk) == 2

    async with desk.deps.tx() as tx:
        await service.skip(tx, owner_id=desk.owner.id, publication_id=publication_id)
    assert (await desk.post(post)).status == VideoPostStatus.CANCELLED


async def test_nothing_of_somebody_elses_is_found(desk: Desk) -> None:
    post = await desk.started(TIKTOK)
    publication_id = (await desk.only(post)).id
    async with desk.deps.tx() as tx:
        other = (await make_user(tx)).id
        with pytest.raises(VideoPostNotFound):
            await video_post_view(tx.session, owner_id=other, video_post_id=post.id)
        for verb in (service.confirm_there, service.send_again, service.look_again, service.mark_posted, service.skip):
            with pytest.raises(VideoPostNotFound):
                await verb(tx, owner_id=other, publication_id=publication_id)
        for whole in (service.publish_now, service.cancel, service.retry_failed, service.delete_video_post):
            with pytest.raises((VideoPostNotFound, NotNow)):
                await whole(tx, owner_id=other, video_post_id=post.id)
    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED


async def test_a_video_that_is_still_to_go_out_is_in_use(desk: Desk) -> None:
    post = await _scheduled(desk)
    async with desk.deps.read() as session:
        assert await is_video_in_use(session, owner_id=desk.owner.id, video_id=desk.video.id)
    desk.clock.advance(timedelta(hours=1))
    await desk.tend()
    await desk.finish(post)
    async with desk.deps.read() as session:
        assert not await is_video_in_use(session, owner_id=desk.owner.id, video_id=desk.video.id)


def test_numbers_are_read_often_at_first_and_daily_for_a_month(clock: FixedClock) -> None:
    published_at = clock.now()
    readings, now = [], published_at
    while (at := next_reading(published_at, now=now)) is not None:
        readings.append(at - published_at)
        now = at

    assert tuple(readings) == STEPS
    assert [each / timedelta(hours=1) for each in readings[:4]] == [1, 6, 24, 48]
    assert readings[-1] == timedelta(days=30)


async def test_numbers_of_an_account_are_read_together(
    desk: Desk, tiktok: PlayedNetwork, queue: RecordingQueue
) -> None:
    posts = [await desk.started(TIKTOK) for _ in range(3)]
    for post in posts:
        await desk.finish(post)
    desk.clock.advance(timedelta(hours=2))
    await tend_numbers(desk.deps)

    ((*asked,),) = queue.pushed(READ)
    await read_numbers.run(desk.bench, *asked)

    assert len(asked) == 3
    assert tiktok.asked.count("numbers") == 1
    async with desk.deps.read() as session:
        rows = (await session.scalars(select(PublicationNumbers))).all()
        view = await video_post_view(session, owner_id=desk.owner.id, video_post_id=posts[0].id)
    assert [(row.views, row.likes, row.comments) for row in rows] == [(100, 7, None)] * 3
    assert view.publications[0].numbers is not None
    first = await desk.only(posts[0])
    assert first.published_at is not None
    assert first.numbers_at == first.published_at + timedelta(hours=6)


async def test_who_reads_numbers_notices_a_lost_account(
    desk: Desk, tiktok: PlayedNetwork, queue: RecordingQueue
) -> None:
    await desk.finish(await desk.started(TIKTOK))
    tiktok.errors["numbers"] = [network_error(TIKTOK, NetworkErrorCode.RECONNECT)]
    desk.clock.advance(timedelta(hours=2))
    await tend_numbers(desk.deps)
    await read_numbers.run(desk.bench, *queue.pushed(READ)[0])

    async with desk.deps.read() as session:
        connection = await session.get_one(Connection, desk.connections[TIKTOK].id)
    assert connection.status == ConnectionStatus.REVOKED


async def test_what_youtubes_day_has_no_room_for_waits_for_the_next(
    desk: Desk, clock: FixedClock, youtube: PlayedNetwork
) -> None:
    quota = YouTubeQuota(desk.deps.redis, clock, daily={Bucket.SHARED: 100, Bucket.UPLOADS: 1, Bucket.SEARCH: 1})
    deps = replace(desk.deps, publishers=counted(desk.deps.publishers, quota))
    desk = replace(desk, bench=replace(desk.bench, deps=deps))
    first, second = await desk.started(YOUTUBE), await desk.started(YOUTUBE)
    await desk.finish(first)
    await desk.attempt(second)

    waiting = await desk.only(second)
    assert (waiting.status, waiting.due_at) == (PublicationStatus.WAITING, next_reset(clock.now()))
    assert len(youtube.published) == 1
    assert await desk.told() == ["waiting"]

    assert waiting.due_at is not None
    clock.advance(waiting.due_at - clock.now())
    await desk.tend()
    assert (await desk.finish(second)).status == VideoPostStatus.PUBLISHED


async def test_once_google_says_that_nothing_is_left_nobody_asks_again_today(
    desk: Desk, clock: FixedClock, youtube: PlayedNetwork
) -> None:
    quota = YouTubeQuota(desk.deps.redis, clock)
    publisher = counted({YOUTUBE: youtube}, quota)[YOUTUBE]
    youtube.errors["look"] = [network_error(YOUTUBE, NetworkErrorCode.APP_LIMIT)]
    access = object()
    for _ in range(2):
        with pytest.raises(ProviderError) as caught:
            await publisher.look(access, {"key": "any"})  # type: ignore[arg-type]
        assert caught.value.error_code == NetworkErrorCode.APP_LIMIT

    assert youtube.asked == ["look"]
    assert await quota.left(Bucket.SHARED) == 0


async def test_a_job_that_crashes_ends_in_a_truth(desk: Desk, tiktok: PlayedNetwork) -> None:
    """Before anything was out of our hands it failed; behind that, its owner is asked."""
    before = await desk.started(TIKTOK)
    tiktok.errors["begin"] = [ValueError("a mistake")] * 3  # type: ignore[list-item]
    await desk.finish(before)
    behind = await desk.started(TIKTOK)
    await desk.attempt(behind)
    tiktok.errors["look"] = [ValueError("a mistake")] * 3  # type: ignore[list-item]
    await desk.finish(behind)

    assert (await desk.only(before)).status == PublicationStatus.FAILED
    assert (await desk.only(behind)).status == PublicationStatus.UNCONFIRMED


async def test_a_deleted_post_is_gone_and_what_is_under_way_cant_be_deleted(desk: Desk) -> None:
    post = await desk.started(TIKTOK)
    async with desk.deps.tx() as tx:
        with pytest.raises(NotNow):
            await service.delete_video_post(tx, owner_id=desk.owner.id, video_post_id=post.id)
    await desk.finish(post)
    async with desk.deps.tx() as tx:
        await service.delete_video_post(tx, owner_id=desk.owner.id, video_post_id=post.id)
        with pytest.raises(VideoPostNotFound):
            await video_post_view(tx.session, owner_id=desk.owner.id, video_post_id=post.id)


async def test_what_stays_chosen_keeps_its_words(desk: Desk) -> None:
    async with desk.deps.tx() as tx:
        owner_id = desk.owner.id
        post = await service.draft_video_post(tx, owner_id=owner_id, video_id=desk.video.id, caption="Of the draft")
        tiktok, youtube = (desk.connections[each].id for each in (TIKTOK, YOUTUBE))
        (one,) = await service.choose_networks(tx, owner_id=owner_id, video_post_id=post.id, connection_ids=[tiktok])
        await service.set_wanted(tx, owner_id=owner_id, publication_id=one.id, wanted=Wanted(caption="Own words"))
        await service.choose_networks(
            tx, owner_id=owner_id, video_post_id=post.id, connection_ids=[tiktok, youtube], by_hand=[Network.INSTAGRAM]
        )
        view = await video_post_view(tx.session, owner_id=owner_id, video_post_id=post.id)

    words = {each.network: each.wanted.caption for each in view.publications}
    assert words == {TIKTOK: "Own words", YOUTUBE: "Of the draft", Network.INSTAGRAM: "Of the draft"}


async def test_only_own_accounts_can_be_chosen_and_only_own_videos(desk: Desk) -> None:
    async with desk.deps.tx() as tx:
        post = await service.draft_video_post(tx, owner_id=desk.owner.id, video_id=desk.video.id)
        with pytest.raises(ConnectionNotFound):
            await service.choose_networks(
                tx,
                owner_id=desk.owner.id,
                video_post_id=post.id,
                connection_ids=[ids.ConnectionId(ids.new())],
            )
        with pytest.raises(InvalidInput, match="no_networks"):
            await service.publish_now(tx, owner_id=desk.owner.id, video_post_id=post.id)


async def test_looks_that_fall_due_together_are_spread(desk: Desk, queue: RecordingQueue) -> None:
    """Deliveries go out between them."""
    async with desk.deps.tx() as tx:
        times = dict.fromkeys(("next_attempt_at", "stands_since", "created_at"), tx.now)
        due = {"kind": PUBLISH.target, "owner_id": desk.owner.id, **times}
        tx.session.add_all(Work(id=ids.new(), subject_id=ids.new(), **due) for _ in range(LOOKS_AT_ONCE + 5))
    await desk.tend()
    first = len(queue.pushed(PUBLISH))
    await desk.tend()

    assert (first, len(queue.pushed(PUBLISH))) == (LOOKS_AT_ONCE, LOOKS_AT_ONCE + 5)


@pytest.mark.parametrize("how", ["nameless", "inbox"])
async def test_what_a_video_is_called_there_is_found_out_later(
    desk: Desk, tiktok: PlayedNetwork, queue: RecordingQueue, how: str
) -> None:
    """TikTok names it once it was looked through; a draft, once its owner has posted it in the app."""
    setattr(tiktok, how, True)
    post = await desk.started(TIKTOK)
    assert (await desk.finish(post)).status == VideoPostStatus.PUBLISHED
    assert (await desk.only(post)).url is None
    setattr(tiktok, how, False)
    desk.clock.advance(timedelta(minutes=3))
    await tend_numbers(desk.deps)
    await read_numbers.run(desk.bench, *queue.pushed(READ)[0])

    one = await desk.only(post)
    assert (one.status, one.network_id, one.handle) == (PublicationStatus.PUBLISHED, "v-upload-1", None)
    assert (await desk.shown(post))["publications"][0]["url"] == "https://net.example/upload-1"
    assert one.published_at is not None
    assert one.numbers_at == one.published_at + STEPS[0]
