"""Many posts from one file: what is understood, what is wrong, and all or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import ids
from core.accounts.models import User
from core.channels.models import Channel, ChannelState
from core.clock import FixedClock
from core.deliveries.models import Delivery, DeliveryStatus, StatusMessage
from core.deps import Deps
from core.errors import Conflict, InvalidInput
from core.posts.imported import cancel_imported, import_posts, restore_imported
from core.posts.importing import (
    ImportHasProblems,
    ImportNotFound,
    Reader,
    import_of,
    keep_import,
    reader_for,
    understand,
)
from core.posts.models import Import, Post, PostStatus
from core.posts.scheduling import cancel_schedule, schedule_post
from core.posts.tables import read_table, write_table
from core.posts.targets import Chat, NotReady
from core.queues.service import add_slots, pause_queue
from core.queues.slots import WeekTime
from core.tx import Tx
from tests.factories import make_channel, make_user

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEWS = Chat(ids.ChannelId(ids.new()), "Oven news", "ovennews", ChannelState.READY, True, "https://t.me/ovennews")
READER = Reader(NOW, BERLIN, "en", [NEWS], frozenset({None}))

Row = tuple[str, str, str, str]
MAY_BE = [("A", "2026-12-01 09:00", "", ""), ("B", "tomorrow 18:30", "me", "https://x.org/b.jpg")]


def read(rows: Sequence[Row], reader: Reader = READER) -> list[dict[str, object]]:
    understood = understand(read_table(write_table(rows)), reader)
    assert understood.problems == []
    return understood.rows


def problems(*rows: Row, reader: Reader = READER) -> list[tuple[int, str]]:
    found = understand(read_table(write_table(rows)), reader).problems
    return [(each["line"], each["code"]) for each in found]


async def kept(tx: Tx, owner: User, rows: Sequence[Row]) -> Import:
    reader = await reader_for(tx.session, owner_id=owner.id, now=tx.now, zone=BERLIN, language="en")
    understood = understand(read_table(write_table(rows)), reader)
    return await keep_import(tx, owner_id=owner.id, filename="posts.csv", understood=understood)


async def posts_of(tx: Tx, owner: User) -> list[Post]:
    found = await tx.session.scalars(select(Post).where(Post.owner_id == owner.id).order_by(Post.due_at, Post.id))
    return list(found.all())


@pytest.fixture
async def owner(tx: Tx) -> User:
    return await make_user(tx, time_zone=BERLIN)


@pytest.mark.parametrize(
    ("when", "at"),
    [
        ("2026-12-01 09:00", "2026-12-01T08:00:00+00:00"),
        ("2026-12-01T09:00", "2026-12-01T08:00:00+00:00"),
        ("2026-12-01 09:00+09:00", "2026-12-01T00:00:00+00:00"),
        ("tomorrow 18:30", "2026-11-22T17:30:00+00:00"),
        ("morgen um 18:30", "2026-11-22T17:30:00+00:00"),
        ("Next Slot", None),
        ("queue", None),
    ],
)
def test_times_are_by_the_users_clock(when: str, at: str | None) -> None:
    assert read([("Bread", when, "", "")])[0]["when"] == at


@pytest.mark.parametrize("target", ["@ovennews", "OvenNews", "https://t.me/ovennews", "oven NEWS"])
def test_a_chat_is_found_by_its_name_or_title(target: str) -> None:
    assert read([("Bread", "tomorrow 9:00", target, "")])[0]["channel_id"] == str(NEWS.id)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://x.org/a.PNG", "photo"),
        ("https://x.org/a", "photo"),
        ("https://x.org/a.mp4?b=c", "video"),
        ("https://x.org/a.mp3", "audio"),
        ("https://x.org/a.pdf", "document"),
    ],
)
def test_the_address_tells_the_kind_of_medium(url: str, kind: str) -> None:
    assert read([("Bread", "tomorrow 9:00", "", url)])[0]["media"] == [{"kind": kind, "url": url}]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("", "tomorrow 9:00", "", ""), "post.empty"),
        (("a" * 60_000, "tomorrow 9:00", "", ""), "post.too_long"),
        (("Bread", "", "", ""), "import.when_missing"),
        (("Bread", "whenever", "", ""), "when.not_understood"),
        (("Bread", "2020-01-01 09:00", "", ""), "when.in_past"),
        (("Bread", "2030-01-01 09:00", "", ""), "when.too_far"),
        (("Bread", "every monday 9:00", "", ""), "when.recurring"),
        (("Bread", "3/4 at 18:00", "", ""), "import.when_ambiguous"),
        (("Bread", "queue", "@ovennews", ""), "import.no_queue"),
        (("Bread", "tomorrow 9:00", "@elsewhere", ""), "import.target_unknown"),
        (("Bread", "tomorrow 9:00", "", "ftp://x.org/a.png"), "import.media_invalid"),
        (("Bread", "tomorrow 9:00", "", "a.png"), "import.media_invalid"),
        (("Bread", "tomorrow 9:00", "", "https://user:pass@x.org/a.png"), "media.bad_address"),
        (("Bread", "tomorrow 9:00", "", "https://x.org:22/a.png"), "media.bad_address"),
        (("Bread", "tomorrow 9:00", "", "http://localhost/a.png"), "media.private"),
        (("Bread", "tomorrow 9:00", "", "http://192.168.1.4/a.png"), "media.private"),
        (("Bread", "tomorrow 9:00", "", "http://[::1]/a.png"), "media.private"),
    ],
)
def test_what_is_wrong_with_a_row_is_named_by_its_line(row: Row, code: str) -> None:
    assert problems(MAY_BE[0], row) == [(3, code)]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    assert problems(("", "whenever", "@elsewhere", "nowhere")) == [
        (2, "when.not_understood"),
        (2, "import.target_unknown"),
        (2, "import.media_invalid"),
    ]


def test_a_picture_needs_no_text() -> None:
    assert read([("", "tomorrow 9:00", "", "https://x.org/a.png")])[0]["text"] == ""


def test_two_chats_of_one_title_are_told_apart_by_name_only() -> None:
    twin = replace(NEWS, id=ids.ChannelId(ids.new()), username=None)
    both = replace(READER, chats=[NEWS, twin])
    assert problems(("Bread", "tomorrow 9:00", "Oven news", ""), reader=both) == [(2, "import.target_twice")]
    assert problems(("Bread", "tomorrow 9:00", "@ovennews", ""), reader=both) == []


def test_a_file_of_another_kind_isnt_read_to_its_end() -> None:
    rows: list[Row] = [("Bread", "whenever", "", "")] * 400
    found = problems(*rows)
    assert len(found) == 101
    assert found[-1][1] == "import.and_more"


@settings(max_examples=60, deadline=None)
@given(row=st.tuples(*[st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)] * 4))
def test_any_row_is_understood_or_has_a_problem(row: Row) -> None:
    understood = understand(read_table(write_table([MAY_BE[0], row])), READER)
    assert len(understood.rows) + bool(understood.problems) in (1, 2)


async def test_all_posts_are_scheduled_once(tx: Tx, owner: User) -> None:
    waiting = await kept(tx, owner, MAY_BE)
    first = await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    again = await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    assert (first.posts, first.changed, again.posts, again.changed) == (2, True, 2, False)
    assert [(post.text, post.status) for post in await posts_of(tx, owner)] == [
        ("B", PostStatus.SCHEDULED),
        ("A", PostStatus.SCHEDULED),
    ]
    deliveries = await tx.session.scalars(select(Delivery).where(Delivery.owner_id == owner.id))
    assert {(each.chat_id, each.status) for each in deliveries.all()} == {
        (owner.telegram_user_id, DeliveryStatus.SCHEDULED)
    }


async def test_nothing_is_imported_of_a_file_with_problems(tx: Tx, owner: User) -> None:
    waiting = await kept(tx, owner, [*MAY_BE, ("C", "whenever", "", "")])
    with pytest.raises(ImportHasProblems):
        await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    assert await posts_of(tx, owner) == []


@pytest.mark.parametrize("late", [0, 1, 2])
async def test_when_one_time_has_passed_meanwhile_none_is_there(deps: Deps, clock: FixedClock, late: int) -> None:
    rows: list[Row] = [(f"Post {place}", "in 10 hours", "", "") for place in range(3)]
    rows[late] = ("Late", "in 10 minutes", "", "")
    async with deps.tx() as tx:
        owner = await make_user(tx, time_zone=BERLIN)
        waiting = await kept(tx, owner, rows)
    clock.advance(timedelta(hours=1))
    with pytest.raises(InvalidInput) as refused:
        async with deps.tx() as tx:
            await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    assert refused.value.params == {"line": late + 2}
    async with deps.tx() as tx:
        assert await posts_of(tx, owner) == []
        assert (await import_of(tx.session, owner_id=owner.id, import_id=waiting.id)).imported_at is None


async def test_when_a_chat_takes_nothing_any_more_none_is_there(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx, time_zone=BERLIN)
        channel = await make_channel(tx, owner, title="Oven news")
        waiting = await kept(tx, owner, [*MAY_BE, ("C", "tomorrow 9:00", "Oven news", "")])
    async with deps.tx() as tx:
        (await tx.session.get_one(Channel, channel.id)).state = ChannelState.NO_RIGHTS
    with pytest.raises(NotReady):
        async with deps.tx() as tx:
            await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    async with deps.tx() as tx:
        assert await tx.session.scalar(select(func.count()).select_from(Post).where(Post.owner_id == owner.id)) == 0


async def test_somebody_elses_import_is_not_found(tx: Tx, owner: User) -> None:
    waiting = await kept(tx, owner, MAY_BE)
    with pytest.raises(ImportNotFound):
        await import_posts(tx, owner_id=(await make_user(tx)).id, import_id=waiting.id)


async def test_rows_without_a_time_take_the_free_slots_in_their_order(tx: Tx, owner: User) -> None:
    await add_slots(tx, owner_id=owner.id, channel_id=None, slots=[WeekTime(0, 9 * 60), WeekTime(2, 9 * 60)])
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    rows: list[Row] = [("A", "queue", "", ""), ("Fixed", "2026-11-25 09:00", "", ""), ("B", "queue", "", "")]
    waiting = await kept(tx, owner, rows)
    await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    found = {post.text: (post.due_at, post.queue_id is not None) for post in await posts_of(tx, owner)}
    assert found == {
        "A": (monday, True),
        "Fixed": (monday + timedelta(days=2), False),
        "B": (monday + timedelta(days=7), True),
    }


async def test_in_a_paused_queue_they_wait_with_the_others(tx: Tx, owner: User) -> None:
    await add_slots(tx, owner_id=owner.id, channel_id=None, slots=[WeekTime(0, 9 * 60)])
    waiting = await kept(tx, owner, [("A", "queue", "", "")])
    await pause_queue(tx, owner_id=owner.id, channel_id=None)
    await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    assert [post.status for post in await posts_of(tx, owner)] == [PostStatus.ON_HOLD]


async def test_a_queue_without_slots_takes_nothing(tx: Tx, owner: User) -> None:
    waiting = await kept(tx, owner, MAY_BE)
    waiting.rows = [{**waiting.rows[0], "when": None}]
    with pytest.raises(Conflict):
        await import_posts(tx, owner_id=owner.id, import_id=waiting.id)


async def test_all_of_them_are_cancelled_and_brought_back(tx: Tx, owner: User) -> None:
    waiting = await kept(tx, owner, [*MAY_BE, ("C", "in 3 days", "", "")])
    await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    by_text = {post.text: post for post in await posts_of(tx, owner)}
    await cancel_schedule(tx, owner_id=owner.id, post_id=by_text["C"].id)

    done = await cancel_imported(tx, owner_id=owner.id, import_id=waiting.id)
    assert (done.posts, done.changed) == (2, True)
    assert {post.status for post in await posts_of(tx, owner)} == {PostStatus.CANCELLED}
    assert not (await cancel_imported(tx, owner_id=owner.id, import_id=waiting.id)).changed

    done = await restore_imported(tx, owner_id=owner.id, import_id=waiting.id)
    assert done.posts == 2
    assert {post.text: post.status for post in await posts_of(tx, owner)} == {
        "A": PostStatus.SCHEDULED,
        "B": PostStatus.SCHEDULED,
        "C": PostStatus.CANCELLED,
    }
    scheduled = await tx.session.scalars(
        select(Delivery).where(Delivery.owner_id == owner.id, Delivery.status == DeliveryStatus.SCHEDULED)
    )
    assert len(scheduled.all()) == 2


async def test_what_is_being_sent_isnt_taken_back(tx: Tx, owner: User) -> None:
    waiting = await kept(tx, owner, MAY_BE)
    await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    [under_way, other] = await posts_of(tx, owner)
    delivery = await tx.session.scalar(select(Delivery).where(Delivery.subject_id == under_way.id))
    assert delivery is not None
    delivery.status = DeliveryStatus.SENDING
    await tx.session.flush()
    assert (await cancel_imported(tx, owner_id=owner.id, import_id=waiting.id)).posts == 1
    assert (under_way.status, other.status) == (PostStatus.SCHEDULED, PostStatus.CANCELLED)


async def test_only_posts_with_a_status_message_are_told(tx: Tx, owner: User) -> None:
    waiting = await kept(tx, owner, MAY_BE)
    await import_posts(tx, owner_id=owner.id, import_id=waiting.id)
    [moved, _] = await posts_of(tx, owner)
    await schedule_post(tx, owner_id=owner.id, post_id=moved.id, due_at=tx.now + timedelta(days=2))
    await cancel_imported(tx, owner_id=owner.id, import_id=waiting.id)
    found = await tx.session.scalars(select(StatusMessage).where(StatusMessage.owner_id == owner.id))
    assert [(each.subject_id, each.data["status"]) for each in found.all()] == [(moved.id, PostStatus.CANCELLED)]
