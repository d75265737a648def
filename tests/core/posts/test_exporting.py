"""The schedule as files. Calendars are read by another library than the one that writes them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr

from core import ids
from core.accounts.models import User
from core.posts.exporting import Repeating, Schedule, as_csv, as_ics, schedule_of
from core.posts.importing import reader_for, understand
from core.posts.models import Post
from core.posts.scheduling import cancel_schedule, schedule_post
from core.posts.tables import read_table
from core.tx import Tx
from tests.factories import make_channel, make_post, make_user

BERLIN = "Europe/Berlin"


@pytest.fixture
async def owner(tx: Tx) -> User:
    return await make_user(tx, time_zone=BERLIN)


async def planned(tx: Tx, owner: User, text: str, *, hours: float) -> Post:
    post = await make_post(tx, owner, text)
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + timedelta(hours=hours))
    return post


def unfolded(content: bytes) -> list[str]:
    """The lines of a calendar, by RFC 5545, 3.1."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def events(content: bytes) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    inside = False
    for line in unfolded(content):
        if line == "BEGIN:VEVENT":
            found.append({})
        inside = line != "END:VEVENT" and (inside or line == "BEGIN:VEVENT")
        if inside:
            name, _, value = line.partition(":")
            found[-1][name] = value
    return found


async def test_what_was_exported_can_be_imported_again(tx: Tx, owner: User) -> None:
    channel = await make_channel(tx, owner, title='Oven news; "hot", daily')
    texts = ['With "quotes", commas;\nlines and emoji 🥖', "=1+1", "Хлеб, который окупает печь"]
    for place, text in enumerate(texts):
        post = await planned(tx, owner, text, hours=place + 1.25)
        post.channel_id = channel.id if place else None
        post.media = [{"kind": "photo", "url": "https://x.org/a.png"}] if place == 1 else []
    await tx.session.flush()

    table = as_csv(await schedule_of(tx.session, owner_id=owner.id), zone=BERLIN)
    reader = await reader_for(tx.session, owner_id=owner.id, now=tx.now, zone="Asia/Tokyo", language="de")
    understood = understand(read_table(table), reader)

    assert understood.problems == []
    assert [row["text"] for row in understood.rows] == texts
    assert [datetime.fromisoformat(row["when"]) for row in understood.rows] == [
        tx.now + timedelta(hours=place + 1.25) for place in range(3)
    ]
    assert [row["channel_id"] for row in understood.rows] == [None, str(channel.id), str(channel.id)]
    assert [len(row["media"]) for row in understood.rows] == [0, 1, 0]


async def test_a_calendar_has_an_event_for_each_post_that_is_coming(tx: Tx, owner: User) -> None:
    post = await planned(tx, owner, "Bread, that pays;\nfor the oven 🥖 " + "x" * 90, hours=2)
    gone = await planned(tx, owner, "Cancelled", hours=3)
    await cancel_schedule(tx, owner_id=owner.id, post_id=gone.id)
    [event] = events(as_ics(await schedule_of(tx.session, owner_id=owner.id), now=tx.now))
    assert event["UID"] == f"{post.id}@postaify"
    assert event["DTSTART"] == (tx.now + timedelta(hours=2)).strftime("%Y%m%dT%H%M%SZ")
    assert event["DTSTAMP"] == tx.now.strftime("%Y%m%dT%H%M%SZ")
    assert event["SUMMARY"].startswith(r"Bread\, that pays\; for the oven 🥖")
    assert event["DESCRIPTION"].startswith(r"Bread\, that pays\;\nfor the oven 🥖")
    assert event["STATUS"] == "CONFIRMED"


async def test_no_line_of_a_calendar_is_too_long(tx: Tx, owner: User) -> None:
    await planned(tx, owner, "Über die Brötchen 🥖 " * 60, hours=2)
    content = as_ics(await schedule_of(tx.session, owner_id=owner.id), now=tx.now)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


async def test_media_that_only_telegram_has_are_counted(tx: Tx, owner: User) -> None:
    post = await planned(tx, owner, "With a picture", hours=2)
    post.media = [{"kind": "photo", "file_id": "abc"}]
    await tx.session.flush()
    assert (await schedule_of(tx.session, owner_id=owner.id)).without_media == 1


async def test_somebody_elses_posts_arent_exported(tx: Tx, owner: User) -> None:
    await planned(tx, owner, "Mine", hours=2)
    stranger = await make_user(tx)
    assert (await schedule_of(tx.session, owner_id=stranger.id)).entries == []


def repeating(rule: str, exceptions: dict[datetime, datetime | None]) -> Schedule:
    series = Repeating(
        series_id=ids.SeriesId(ids.new()),
        rule=rule,
        starts_on=datetime(2026, 10, 19, 9),  # noqa: DTZ001 - by the wall clock
        zone=BERLIN,
        title="",
        text="Recipe of the week",
        chat=None,
        exceptions=exceptions,
    )
    return Schedule([], [series], 0, 0)


def occurrences(event: dict[str, str]) -> Sequence[datetime]:
    """By dateutil, which knows nothing of icalendar."""
    start = datetime.strptime(event[f"DTSTART;TZID={BERLIN}"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - by the wall clock
    found: Any = rrulestr(event["RRULE"], dtstart=start)
    return list(found)


def test_a_series_is_one_event_that_repeats_by_the_wall_clock() -> None:
    content = as_ics(repeating("FREQ=WEEKLY;BYDAY=MO;COUNT=3", {}), now=datetime(2026, 10, 1, tzinfo=UTC))
    [event] = events(content)
    assert [at.strftime("%m-%d %H:%M") for at in occurrences(event)] == ["10-19 09:00", "10-26 09:00", "11-02 09:00"]
    assert "BEGIN:VTIMEZONE" in unfolded(content)
    assert f"TZID:{BERLIN}" in unfolded(content)


def test_the_end_of_a_series_is_told_in_utc() -> None:
    rule = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261130T090000"
    [event] = events(as_ics(repeating(rule, {}), now=datetime(2026, 10, 1, tzinfo=UTC)))
    assert "UNTIL=20261130T080000Z" in event["RRULE"]


def test_what_is_left_out_or_moved_is_told() -> None:
    left_out, moved = datetime(2026, 10, 26, 9), datetime(2026, 11, 2, 9)  # noqa: DTZ001 - by the wall clock
    exceptions = {left_out: None, moved: datetime(2026, 11, 3, 10, tzinfo=UTC)}
    [series, other] = events(
        as_ics(repeating("FREQ=WEEKLY;BYDAY=MO", exceptions), now=datetime(2026, 10, 1, tzinfo=UTC))
    )
    assert series[f"EXDATE;TZID={BERLIN}"] == "20261026T090000"
    assert other["UID"] == series["UID"]
    assert other[f"RECURRENCE-ID;TZID={BERLIN}"] == "20261102T090000"
    assert other["DTSTART"] == "20261103T100000Z"
