"""A publication from the press to the network's word, and what becomes of it when the network doesn't do as asked."""

from datetime import timedelta

import pytest

from core.providers.discovery import Network
from core.publishing import service
from core.publishing.models import PublicationStatus, VideoPost, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, network_error
from core.publishing.service import TooLate
from tests.jobs.networks.desk import Desk
from tests.jobs.networks.played import PlayedNetwork

TIKTOK, INSTAGRAM, YOUTUBE = Network.TIKTOK, Network.INSTAGRAM, Network.YOUTUBE


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
