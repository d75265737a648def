"""What speaks against a post before it goes out, one finding at a time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.accounts.models import User
from core.channels.models import Channel, ChannelState
from core.posts.checks import APART, REPEATED_WITHIN, Finding, FindingCode, Fix, free_from, problems_before
from core.posts.makeup import copied_values
from core.posts.models import Batch, Layout, Post, PostStatus
from core.posts.options import WritingOptions
from core.posts.platforms import Platform
from core.posts.scheduling import choose_target, schedule_post
from core.posts.writing import open_batch
from core.queues.queries import queue_of
from core.queues.service import add_slots, add_to_queue, set_quiet_hours
from core.queues.slots import QuietHours, WeekTime
from core.scripts.service import keep_video_script
from core.sources.reading import read_text
from core.sources.service import keep_source
from core.tx import Tx
from core.viral.keeping import keep_page
from tests.core.viral.worlds import video
from tests.factories import make_channel, make_post, make_posts, make_user

HOUR = timedelta(hours=1)
PHOTO = {"kind": "photo", "file_id": "AgAC"}


@pytest.fixture
async def owner(tx: Tx) -> User:
    return await make_user(tx)


@pytest.fixture
async def channel(tx: Tx, owner: User) -> Channel:
    return await make_channel(tx, owner)


async def post_to(tx: Tx, owner: User, channel: Channel | None, words: str = "Bread pays.", **more: Any) -> Post:
    """A draft for a place."""
    post = await make_post(tx, owner, words)
    if channel is not None:
        await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    for name, value in more.items():
        setattr(post, name, value)
    await tx.session.flush()
    return post


async def taken(tx: Tx, post: Post, due_at: datetime, status: PostStatus = PostStatus.PUBLISHED) -> Post:
    """A post that has a time already."""
    post.due_at, post.status = due_at, status
    await tx.session.flush()
    return post


async def found(tx: Tx, post: Post, after: timedelta = HOUR) -> list[Finding]:
    return list(await problems_before(tx.session, post, due_at=tx.now + after, now=tx.now))


def codes(findings: list[Finding]) -> list[FindingCode]:
    return [finding.code for finding in findings]


async def test_nothing_speaks_against_a_plain_post(tx: Tx, owner: User, channel: Channel) -> None:
    assert await found(tx, await post_to(tx, owner, channel)) == []


async def test_a_post_without_words_or_media_is_stopped(tx: Tx, owner: User) -> None:
    [finding] = await found(tx, await post_to(tx, owner, None, text="\u200b \n"))
    assert (finding.code, finding.stops, finding.fixes) == (FindingCode.EMPTY, True, (Fix.EDIT,))
    assert await found(tx, await post_to(tx, owner, None, text="", media=[PHOTO])) == []


@pytest.mark.parametrize(
    ("length", "media", "expected"),
    [
        (4096, [], None),
        (4097, [], ({"length": 4097, "limit": 4096, "media": 0, "messages": 2}, (Fix.SPLIT, Fix.SHORTER))),
        (1024, [PHOTO], None),
        (
            1025,
            [PHOTO, PHOTO],
            (
                {"length": 1025, "limit": 1024, "media": 2, "messages": 3},
                (Fix.SPLIT, Fix.TEXT_FIRST, Fix.SHORTER),
            ),
        ),
    ],
)
async def test_what_is_too_long_for_one_message_is_told(
    tx: Tx, owner: User, channel: Channel, length: int, media: list[Any], expected: Any
) -> None:
    words = "bread " * 1000
    post = await post_to(tx, owner, channel, text=words[: length - 1] + "!", media=media)
    findings = await found(tx, post)
    assert [(finding.params, finding.fixes) for finding in findings] == ([expected] if expected else [])
    post.layout = Layout.SPLIT
    assert await found(tx, post) == [], "its owner has decided"


async def test_more_formatting_than_one_message_keeps_is_told(tx: Tx, owner: User, channel: Channel) -> None:
    post = await post_to(tx, owner, channel, text="b " * 101)
    post.entities = [{"type": "bold", "offset": 2 * place, "length": 1} for place in range(101)]
    [finding] = await found(tx, post)
    assert (finding.code, finding.fixes) == (FindingCode.TOO_FORMATTED, (Fix.SPLIT,))
    assert finding.params == {"pieces": 101, "limit": 100, "messages": 2}
    post.layout = Layout.SPLIT
    assert await found(tx, post) == []
    post.layout, post.entities = None, post.entities[:100]
    assert await found(tx, post) == []
    channel.footer, channel.footer_entities = "Daily", [{"type": "bold", "offset": 0, "length": 5}]
    assert codes(await found(tx, post)) == [FindingCode.TOO_FORMATTED]


async def test_the_footer_counts(tx: Tx, owner: User, channel: Channel) -> None:
    channel.footer = "Bakers of Porto"
    post = await post_to(tx, owner, channel, text="b" * 4090)
    assert codes(await found(tx, post)) == [FindingCode.TOO_LONG]
    post.footer = False
    assert await found(tx, post) == []


async def test_other_platforms_limits_are_told(tx: Tx, owner: User) -> None:
    [post] = await make_posts(tx, owner, ["Bread"], platform=Platform.INSTAGRAM)
    post.text = " ".join(f"#bread{number}" for number in range(31))
    no_media, too_many = sorted(await found(tx, post), key=lambda finding: finding.code)
    assert (no_media.code, no_media.fixes) == (FindingCode.NO_MEDIA, (Fix.ADD_MEDIA,))
    assert too_many.code == FindingCode.PLATFORM
    assert too_many.params["problem"] == "post.too_many_hashtags"
    assert not too_many.stops, "it goes to the private chat, to be copied"


@pytest.mark.parametrize("platform", [Platform.INSTAGRAM, Platform.TIKTOK])
async def test_a_post_that_needs_a_picture_has_one_or_is_told(tx: Tx, owner: User, platform: Platform) -> None:
    [post] = await make_posts(tx, owner, ["Bread"], platform=platform)
    assert codes(await found(tx, post)) == [FindingCode.NO_MEDIA]
    post.media = [PHOTO]
    assert await found(tx, post) == []


@pytest.mark.parametrize("state", [ChannelState.NO_RIGHTS, ChannelState.REMOVED, ChannelState.NOT_ADMIN])
async def test_a_chat_that_takes_nothing_stops_it(tx: Tx, owner: User, channel: Channel, state: ChannelState) -> None:
    post = await post_to(tx, owner, channel)
    channel.state = state
    await tx.session.flush()
    [finding] = await found(tx, post)
    assert (finding.code, finding.stops) == (FindingCode.NOT_READY, True)
    assert (finding.params["state"], finding.fixes) == (state, (Fix.ELSEWHERE, Fix.TO_ME))


async def test_a_disconnected_chat_stops_it(tx: Tx, owner: User, channel: Channel) -> None:
    post = await post_to(tx, owner, channel)
    channel.disconnected_at = tx.now
    await tx.session.flush()
    [finding] = await found(tx, post)
    assert (finding.code, finding.params["connected"]) == (FindingCode.NOT_READY, False)


@pytest.mark.parametrize("words", ["Bread pays.", "  bread\n PAYS. "])
@pytest.mark.parametrize("before", [timedelta(days=59), timedelta(days=-30)])
async def test_the_same_words_in_the_same_place_are_told(
    tx: Tx, owner: User, channel: Channel, words: str, before: timedelta
) -> None:
    other = await taken(tx, await post_to(tx, owner, channel, words), tx.now + HOUR - before)
    [finding] = await found(tx, await post_to(tx, owner, channel))
    assert (finding.code, finding.fixes) == (FindingCode.DUPLICATE, (Fix.OPEN_OTHER,))
    assert finding.params["post_id"] == str(other.id)


async def test_other_words_places_people_and_long_ago_are_no_duplicate(tx: Tx, owner: User, channel: Channel) -> None:
    a_while_ago, long_ago = tx.now - timedelta(days=3), tx.now - REPEATED_WITHIN
    stranger = await make_user(tx)
    await taken(tx, await post_to(tx, owner, channel, "Bread pays again."), a_while_ago)
    await taken(tx, await post_to(tx, owner, None), a_while_ago)
    await taken(tx, await post_to(tx, stranger, None), a_while_ago)
    await taken(tx, await post_to(tx, owner, channel), long_ago)
    await taken(tx, await post_to(tx, owner, channel), a_while_ago, PostStatus.CANCELLED)
    await taken(tx, await post_to(tx, owner, channel, deleted_at=tx.now), a_while_ago)
    assert await found(tx, await post_to(tx, owner, channel)) == []


async def test_copies_that_are_made_on_purpose_are_no_duplicates(tx: Tx, owner: User, channel: Channel) -> None:
    template = await post_to(tx, owner, channel)
    copies = [await post_to(tx, owner, channel, template_id=template.id) for _ in range(2)]
    await taken(tx, copies[0], tx.now + timedelta(days=2), PostStatus.SCHEDULED)
    assert await found(tx, copies[1]) == []
    assert await found(tx, template) == []


async def test_a_post_is_no_duplicate_or_neighbour_of_itself(tx: Tx, owner: User, channel: Channel) -> None:
    post = await post_to(tx, owner, channel)
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + HOUR)
    assert await found(tx, post, HOUR / 2) == []


@pytest.mark.parametrize(("minutes", "told"), [(-59, True), (0, True), (59, True), (-60, False), (60, False)])
async def test_another_post_within_the_hour_is_told(
    tx: Tx, owner: User, channel: Channel, minutes: int, told: bool
) -> None:
    other = await post_to(tx, owner, channel, "Something else.")
    await taken(tx, other, tx.now + 2 * HOUR + timedelta(minutes=minutes), PostStatus.SCHEDULED)
    findings = await found(tx, await post_to(tx, owner, channel), 2 * HOUR)
    assert codes(findings) == ([FindingCode.CROWDED] if told else [])
    if told:
        assert findings[0].params == {
            "post_id": str(other.id),
            "at": (tx.now + 2 * HOUR + timedelta(minutes=minutes)).isoformat(),
            "free_at": (tx.now + 3 * HOUR + timedelta(minutes=minutes)).isoformat(),
            "next_slot": None,
        }
        assert findings[0].fixes == (Fix.LATER, Fix.OPEN_OTHER)


async def test_the_free_hour_is_behind_all_neighbours(tx: Tx, owner: User, channel: Channel) -> None:
    for minutes in (90, 150, 200, 290):
        other = await post_to(tx, owner, channel, f"Post {minutes}.")
        await taken(tx, other, tx.now + timedelta(minutes=minutes), PostStatus.SCHEDULED)
    [finding] = await found(tx, await post_to(tx, owner, channel), timedelta(minutes=100))
    assert finding.params["free_at"] == (tx.now + timedelta(minutes=350)).isoformat()


def test_a_gap_of_two_hours_is_taken() -> None:
    noon = datetime(2026, 11, 21, 12, 0)  # noqa: DTZ001 - only distances count
    assert free_from(noon, [noon, noon + 3 * APART]) == noon + APART
    assert free_from(noon, []) == noon


async def test_a_post_that_isnt_stored_yet_can_be_looked_at(tx: Tx, owner: User, channel: Channel) -> None:
    await taken(tx, await post_to(tx, owner, channel), tx.now + HOUR, PostStatus.SCHEDULED)
    imported = Post(
        owner_id=owner.id,
        platform=Platform.TELEGRAM,
        title="",
        text="Bread pays.",
        channel_id=channel.id,
        **copied_values(await make_post(tx, owner)),
    )
    assert set(codes(await found(tx, imported))) == {FindingCode.DUPLICATE, FindingCode.CROWDED}


async def test_what_stops_it_stands_first(tx: Tx, owner: User, channel: Channel) -> None:
    await taken(tx, await post_to(tx, owner, channel), tx.now + HOUR, PostStatus.SCHEDULED)
    post = await post_to(tx, owner, channel)
    channel.state = ChannelState.GONE
    await tx.session.flush()
    assert codes(await found(tx, post))[0] == FindingCode.NOT_READY


async def test_quiet_hours_are_told_with_their_end_and_the_next_slot(tx: Tx, owner: User, channel: Channel) -> None:
    """It is Saturday noon; from 22 to 7 nothing should go there."""
    await set_quiet_hours(tx, owner_id=owner.id, channel_id=channel.id, quiet=QuietHours(22 * 60, 7 * 60))
    await add_slots(tx, owner_id=owner.id, channel_id=channel.id, slots={WeekTime(6, 9 * 60)})
    post = await post_to(tx, owner, channel)
    for hours, ends in ((10, 19), (14, 19), (18.9, 19)):
        [finding] = await found(tx, post, hours * HOUR)
        assert finding.code == FindingCode.QUIET
        assert finding.fixes == (Fix.LATER, Fix.NEXT_SLOT)
        assert finding.params == {
            "free_at": (tx.now + ends * HOUR).isoformat(),
            "next_slot": (tx.now + 21 * HOUR).isoformat(),
        }
    assert await found(tx, post, 9 * HOUR) == await found(tx, post, 19 * HOUR) == []


async def test_neighbours_in_the_queue_are_as_near_as_its_owner_wants(tx: Tx, owner: User, channel: Channel) -> None:
    times = {WeekTime(6, 9 * 60), WeekTime(6, 9 * 60 + 30)}
    await add_slots(tx, owner_id=owner.id, channel_id=channel.id, slots=times)
    other = await post_to(tx, owner, channel, "Something else.")
    await add_to_queue(tx, owner_id=owner.id, post_id=other.id)
    post, at = await post_to(tx, owner, channel), tx.now + 21.5 * HOUR
    assert await problems_before(tx.session, post, due_at=at, now=tx.now, in_slot=True) == []
    [finding] = await problems_before(tx.session, post, due_at=at, now=tx.now)
    assert finding.fixes == (Fix.LATER, Fix.NEXT_SLOT, Fix.OPEN_OTHER)


async def test_a_filler_in_its_slot_makes_room(tx: Tx, owner: User, channel: Channel) -> None:
    await add_slots(tx, owner_id=owner.id, channel_id=channel.id, slots={WeekTime(6, 9 * 60)})
    queue = await queue_of(tx.session, owner_id=owner.id, channel_id=channel.id)
    assert queue is not None
    template = await post_to(tx, owner, channel, "Evergreen.")
    filler = await post_to(tx, owner, channel, "Evergreen.", template_id=template.id, queue_id=queue.id)
    await taken(tx, filler, tx.now + 21 * HOUR, PostStatus.SCHEDULED)
    post = await post_to(tx, owner, channel)
    assert await found(tx, post, 21 * HOUR) == []
    assert codes(await found(tx, post, 20.5 * HOUR)) == [FindingCode.CROWDED]


SAID = "Put the dough into the fridge and leave it alone until the next morning."


@pytest.mark.parametrize(
    ("words", "borrowed"),
    [
        (f"Listen. {SAID} That is all there is to it.", [SAID.rstrip(".")]),
        ("Why your bread is flat and mine is high.", ["Why your bread is flat and"]),
        ("We let our rye rest overnight, and nobody here has touched a mixer since March.", None),
    ],
)
async def test_ones_own_version_of_a_video_says_it_in_other_words(
    tx: Tx, owner: User, words: str, borrowed: list[str] | None
) -> None:
    (video_id,) = await keep_page(tx, [video(title="Why your bread is flat and what helps #bread")], sample=False)
    script = await keep_video_script(tx, owner_id=owner.id, video_id=video_id)
    script.text = f"Everybody kneads. {SAID} The cold does the work."
    post = await make_post(tx, owner, words)
    assert codes(await found(tx, post)) == []
    post.batch_id = (await follows(tx, owner, str(video_id))).id
    await tx.session.flush()
    if borrowed is None:
        assert codes(await found(tx, post)) == []
    else:
        (finding,) = await found(tx, post)
        assert (finding.code, finding.stops) == (FindingCode.UNORIGINAL, False)
        assert finding.params["passages"] == borrowed
        assert finding.fixes == (Fix.OWN_WORDS, Fix.EDIT)


async def follows(tx: Tx, owner: User, video_id: str) -> Batch:
    source = await keep_source(tx, owner_id=owner.id, reading=read_text("Notes about bread, flour and time."))
    options = WritingOptions((Platform.TELEGRAM,), video_id=video_id)
    return await open_batch(tx, owner_id=owner.id, source_id=source.id, options=options)
