"""What the month's picture shows, before it is drawn."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from bot.deliveries.month_picture import picture_of, rendered
from bot.texts import Texts
from core import ids
from core.channels.models import Channel
from core.pictures.colors import CHATS, PLATFORMS, VIDEOS
from core.pictures.month import Month
from core.posts.calendar import Planned
from core.posts.platforms import Platform
from core.publishing.coming import ComingVideo

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEWS = Channel(id=ids.ChannelId(UUID(int=1)), title="Oven news")
RECIPES = Channel(id=ids.ChannelId(UUID(int=2)), title="Recipes")


def planned(hours: float, channel: Channel | None = None, *, platform: Platform = Platform.TELEGRAM) -> Planned:
    channel_id = channel.id if channel is not None else None
    return Planned(NOW + timedelta(hours=hours), ids.PostId(UUID(int=9)), platform, "", "Bread that pays", channel_id)


def month(
    *posts: Planned, zone: str = "Europe/Berlin", language: str = "en", videos: Sequence[ComingVideo] = ()
) -> Month:
    first, channels = date(2026, 11, 1), [NEWS, RECIPES]
    return picture_of(first, posts, channels, videos, dark=False, zone=zone, t=Texts(language), now=NOW)


def test_posts_stand_in_their_local_day_and_the_rest_is_counted() -> None:
    shown = month(*(planned(hours) for hours in (1, 2, 3, 4, 5, 11.5)))
    assert [entry.time for entry in shown.entries[date(2026, 11, 21)]] == ["14:00", "15:00", "16:00"]
    assert shown.more == {date(2026, 11, 21): "+2 more"}
    assert [entry.time for entry in shown.entries[date(2026, 11, 22)]] == ["00:30"]


def test_videos_stand_among_posts_by_the_owners_clock() -> None:
    film = ComingVideo(NOW + timedelta(hours=11, minutes=30), ids.VideoPostId(UUID(int=3)), "bread.mp4")
    shown = month(planned(1), planned(13), videos=[film])
    tomorrow = shown.entries[date(2026, 11, 22)]
    assert [(entry.time, entry.words) for entry in tomorrow] == [("00:30", "bread.mp4"), ("02:00", "Bread that pays")]
    assert shown.subtitle == "2 posts · 1 video"
    assert shown.legend[-1] == ("Videos", VIDEOS)
    assert VIDEOS not in (*CHATS, *PLATFORMS.values())
    assert month(videos=[film]).subtitle == "1 video"
    assert month().subtitle == "0 posts"


def test_each_target_has_a_colour_of_its_own_that_the_legend_explains() -> None:
    shown = month(planned(1), planned(2, RECIPES), planned(3, NEWS), planned(30, platform=Platform.LINKEDIN))
    assert shown.legend == [
        ("Telegram", PLATFORMS[Platform.TELEGRAM]),
        ("Recipes", CHATS[1]),
        ("Oven news", CHATS[0]),
        ("LinkedIn", PLATFORMS[Platform.LINKEDIN]),
    ]


def test_weeks_begin_as_in_the_place() -> None:
    assert month(zone="Europe/Berlin").weekdays[0] == "Mo"
    assert month(zone="America/New_York").weekdays[0] == "Su"


def test_arabic_runs_from_the_right_with_its_own_names() -> None:
    shown = month(zone="Africa/Cairo", language="ar")
    assert shown.right_to_left
    assert "نوفمبر" in shown.title


async def test_what_cant_be_drawn_is_left_to_the_words() -> None:
    def broken() -> Month:
        raise OSError("no font")

    assert await rendered(broken) is None
    assert (await rendered(month) or b"").startswith(b"\x89PNG")
