"""What came of it: stopped, tried again, not known, and published by hand."""

from typing import Any

from sqlalchemy import select

from core.clock import FixedClock
from core.publishing.models import Manner, Publication, PublicationStatus, VideoPost, VideoPostStatus
from core.publishing.showing import video_post_data
from core.work.models import Work
from tests.bot.publishing.conftest import Studio


async def begun(studio: Studio) -> None:
    """On its way."""
    await studio.to_preview()
    await studio.press("🚀 Publish now")


async def now(studio: Studio, status: PublicationStatus, **more: Any) -> str:
    """Let it stand there, as the engine would; gives the publication as buttons carry it."""
    post = await studio.post()
    async with studio.deps.tx() as tx:
        row = await tx.session.get_one(Publication, post.publications[0].id)
        row.status = status
        for name, value in more.items():
            setattr(row, name, value)
        whole = await tx.session.get_one(VideoPost, post.id)
        whole.status = VideoPostStatus.FAILED if status is PublicationStatus.FAILED else VideoPostStatus.PUBLISHING
    return studio.short(post.publications[0].id)


async def status_of(studio: Studio) -> PublicationStatus:
    return (await studio.post()).publications[0].status


async def test_what_isnt_out_is_stopped(studio: Studio) -> None:
    await begun(studio)
    post = await studio.post()
    said = await studio.press_data(f"pb.stop:{studio.short(post.id)}")
    assert said == "Cancelled."
    assert await status_of(studio) is PublicationStatus.CANCELLED
    again = await studio.press_data(f"pb.stop:{studio.short(post.id)}")
    assert "can't be done with it right now" in again


async def test_what_is_out_of_our_hands_cant_be_stopped(studio: Studio, clock: FixedClock) -> None:
    await begun(studio)
    await now(studio, PublicationStatus.PROCESSING, out_of_hands_at=clock.now())
    post = await studio.post()
    assert "TikTok has all of it" in await studio.press_data(f"pb.stop:{studio.short(post.id)}")
    assert await status_of(studio) is PublicationStatus.PROCESSING


async def test_only_what_failed_is_tried_again(studio: Studio) -> None:
    await begun(studio)
    await now(studio, PublicationStatus.FAILED, error={"code": "network.spam", "params": {}}, hold_id=None)
    post = await studio.post()
    assert await studio.press_data(f"pb.again:{studio.short(post.id)}") == "Trying again."
    assert await status_of(studio) is PublicationStatus.PREPARING
    assert "can't be done" in await studio.press_data(f"pb.again:{studio.short(post.id)}")


async def test_what_nobody_knows_is_there_by_its_owners_word(studio: Studio) -> None:
    await begun(studio)
    publication = await now(studio, PublicationStatus.UNCONFIRMED)
    assert "counts as published" in await studio.press_data(f"pb.there:{publication}")
    assert await status_of(studio) is PublicationStatus.PUBLISHED


async def test_what_nobody_knows_is_looked_for_before_it_is_sent_again(studio: Studio, clock: FixedClock) -> None:
    for action, said in (("send2", "send it if it isn't there"), ("look2", "and send nothing")):
        await begun(studio)
        publication = await now(studio, PublicationStatus.UNCONFIRMED, began_at=clock.now())
        assert said in await studio.press_data(f"pb.{action}:{publication}")
        assert await status_of(studio) in (PublicationStatus.PREPARING, PublicationStatus.PROCESSING)
        async with studio.deps.sessions() as session:
            one = (await studio.post()).publications[0].id
            work = await session.scalars(select(Work.payload).where(Work.subject_id == one).order_by(Work.id))
        assert ("anew" in work.all()[-1]) is (action == "send2")


async def test_what_was_changed_after_a_failure_is_agreed_to_before_it_goes_again(studio: Studio) -> None:
    await begun(studio)
    publication = await now(
        studio, PublicationStatus.FAILED, error={"code": "network.privacy_not_offered", "params": {}}, hold_id=None
    )
    await studio.press_data(f"pb.see2:{publication}:SELF_ONLY")
    post = await studio.post()
    assert "TikTok wants your word" in await studio.press_data(f"pb.again:{studio.short(post.id)}")
    assert "By posting, you agree" in await studio.text()
    assert await studio.press("🚀 Publish now") == "Going out now."
    [one] = (await studio.post()).publications
    assert (one.status, one.consented, one.wanted.privacy) == (PublicationStatus.PREPARING, True, "SELF_ONLY")


async def test_what_missed_its_time_goes_out_by_a_press(studio: Studio) -> None:
    await studio.to_preview()
    await studio.press("⏰ Choose a time")
    await studio.press("Tomorrow 09:00")
    await now(studio, PublicationStatus.WAITING, error={"code": "publishing.missed", "params": {}}, due_at=None)
    post = await studio.post()
    assert await studio.press_data(f"pb.miss:{studio.short(post.id)}") == "Going out now."
    assert await status_of(studio) is PublicationStatus.PREPARING


async def by_hand(studio: Studio) -> str:
    """File and words are in the chat."""
    await studio.begin()
    await studio.press("✋ Instagram")
    await studio.press("Go on ›")
    await studio.press("👁 Preview and publish")
    await studio.press("🚀 Publish now")
    post = await studio.post()
    [one] = post.publications
    assert (one.manner, one.status) == (Manner.BY_HAND, PublicationStatus.ASKED)
    return studio.short(one.id)


async def test_by_hand_it_is_posted(studio: Studio) -> None:
    publication = await by_hand(studio)
    assert await studio.press_data(f"pb.done:{publication}") == "Noted as published."
    assert (await studio.post()).status is VideoPostStatus.PUBLISHED


async def test_by_hand_it_comes_again_later(studio: Studio) -> None:
    publication = await by_hand(studio)
    assert await studio.press_data(f"pb.later:{publication}:15") == "I remind you in 15 minutes."
    assert await status_of(studio) is PublicationStatus.SCHEDULED


async def test_by_hand_it_is_skipped(studio: Studio) -> None:
    publication = await by_hand(studio)
    assert await studio.press_data(f"pb.skip:{publication}") == "Skipped."
    assert await status_of(studio) is PublicationStatus.SKIPPED


async def test_by_hand_the_file_is_downloaded(studio: Studio) -> None:
    publication = await by_hand(studio)
    await studio.press_data(f"pb.get:{publication}")
    assert "The link works for an hour" in await studio.text()
    assert "/media/" in await studio.text()


async def test_the_status_message_is_drawn_from_what_is_stored(studio: Studio) -> None:
    await begun(studio)
    post = await studio.post()
    async with studio.deps.sessions() as session:
        data = await video_post_data(session, owner_id=studio.owner.id, video_post_id=post.id)
    assert data["publications"][0]["status"] == PublicationStatus.PREPARING
    await studio.chat.say("/publish")
    await studio.press("📤 Published")
    await studio.press("📤 bread.mp4")
    assert (await studio.post()).status is VideoPostStatus.PUBLISHING
