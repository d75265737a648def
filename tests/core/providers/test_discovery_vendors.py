"""What is particular about each vendor: the traps in its answers, and which parameters it is asked with."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.providers.discovery import (
    FoundCreator,
    FoundPage,
    Network,
    NotFound,
    OutOfCredits,
    Period,
    ProviderDown,
    Search,
    VideoFormat,
)
from core.providers.scrapecreators.tiktok import TikTok
from tests.core.providers.baker import CHANNEL, LARGE_ID, code, video_id
from tests.core.providers.discoveries import SCRAPED, MakeDiscovery, address
from tests.core.providers.fake_discovery_server import FakeDiscoveryServer
from tests.core.providers.scraped_answers import aweme, post, reel, youtube_short, youtube_video
from tests.core.providers.youtube_answers import data_video

BREAD = Search("bread", Period.WEEK, "US")
TIKTOK_SEARCH = "/v1/tiktok/search/keyword"
BAKER = FoundCreator(Network.TIKTOK, "6659752019493208069", "baker", "The Baker", "https://www.tiktok.com/@baker")
ODD: list[Any] = [None, -1, "many", 1.5, [], {}, True, 10**30, float("nan")]


# --- TikTok -----------------------------------------------------------------------------------------------------------


async def one_aweme(discover: MakeDiscovery, networks: FakeDiscoveryServer, **more: Any) -> Any:
    networks.overrides[TIKTOK_SEARCH] = {"search_item_list": [{"aweme_info": aweme(1, **more)}]}
    page = await discover("tiktok").search(BREAD)
    assert (page.malformed, len(page.videos)) == (0, 1)
    return page.videos[0]


async def test_tiktok_is_asked_as_its_catalogue_says(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    provider = discover("tiktok")
    await provider.search(BREAD)
    await provider.search(Search("", Period.DAY))
    await provider.videos_of(BAKER)
    assert networks.requests == [
        (TIKTOK_SEARCH, {"query": "bread", "date_posted": "this-week", "sort_by": "most-liked", "region": "US"}),
        ("/v1/tiktok/get-trending-feed", {"region": "US", "trim": "true"}),
        (
            "/v3/tiktok/profile/videos",
            {"handle": "baker", "user_id": BAKER.creator_id, "sort_by": "latest"},
        ),
    ]


async def test_tiktok_all_numbers_of_a_video(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    video = await one_aweme(discover, networks)
    assert (video.views, video.likes, video.comments, video.shares, video.saves) == (1000, 100, 10, 1, 2)
    assert (video.video_id, video.duration_s, video.language) == (str(LARGE_ID + 1), 15.5, "en")
    assert video.url == f"https://www.tiktok.com/@baker/video/{LARGE_ID + 1}"
    assert video.thumbnail_url == "https://cdn.test/c.webp"
    assert video.creator.avatar_url == "https://cdn.test/a.jpeg?x=1"


async def test_tiktok_zero_followers_in_a_video_are_followers_that_nobody_looked_up(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    video = await one_aweme(discover, networks)
    assert (video.creator.followers, video.creator.videos) == (None, None)


async def test_tiktok_ids_that_come_as_numbers_keep_all_their_digits(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    assert (await one_aweme(discover, networks, aweme_id=LARGE_ID)).video_id == "7470969622276164906"


async def test_tiktok_a_trimmed_carousel_takes_its_handle_from_its_address(discover: MakeDiscovery) -> None:
    video = (await discover("tiktok").search(Search("", Period.DAY))).videos[0]
    assert (video.creator.handle, video.format) == ("bre", VideoFormat.PHOTOS)
    assert video.url == f"https://www.tiktok.com/@bre/photo/{LARGE_ID + 1}"
    assert (video.language, video.duration_s) == (None, None)


@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_tiktok_an_odd_number_costs_itself_and_not_the_video(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, odd: Any
) -> None:
    video = await one_aweme(discover, networks, statistics={"play_count": odd, "digg_count": "7"}, create_time=odd)
    assert (video.views, video.likes, video.comments) == (None, 7, None)


@pytest.mark.parametrize("odd", [None, [], "x", 5])
async def test_tiktok_a_missing_part_costs_itself_and_not_the_video(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, odd: Any
) -> None:
    video = await one_aweme(discover, networks, statistics=odd, video=odd, desc=odd, image_post_info=odd)
    assert (video.views, video.thumbnail_url, video.title) == (None, None, odd if odd == "x" else "")


@pytest.mark.parametrize("item", [None, "x", 5, [], {}, {"aweme_info": None}, {"aweme_info": {"aweme_id": "1"}}])
async def test_tiktok_a_malformed_item_never_costs_the_page(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, item: Any
) -> None:
    networks.overrides[TIKTOK_SEARCH] = {"search_item_list": [item, {"aweme_info": aweme(1)}], "cursor": 12}
    page = await discover("tiktok").search(BREAD)
    assert (page.malformed, len(page.videos), page.cursor) == (1, 1, "12")


async def test_what_stands_twice_on_a_page_counts_once(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    twice = [{"aweme_info": aweme(number)} for number in (2, 1, 2, 3, 1)]
    networks.overrides[TIKTOK_SEARCH] = {"search_item_list": twice}
    page = await discover("tiktok").search(BREAD)
    assert [video.title for video in page.videos] == ["Bread 2", "Bread 1", "Bread 3"]


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (402, OutOfCredits), (500, ProviderDown)])
async def test_a_failure_within_a_200_is_one(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, status: int, error: type[Exception]
) -> None:
    networks.overrides[TIKTOK_SEARCH] = {"success": False, "errorStatus": status, "message": "no"}
    with pytest.raises(error):
        await discover("tiktok").search(BREAD)


@pytest.mark.parametrize("listed", ["x", 5, {"a": 1}, True])
async def test_a_list_that_is_none_is_told(discover: MakeDiscovery, networks: FakeDiscoveryServer, listed: Any) -> None:
    networks.overrides[TIKTOK_SEARCH] = {"search_item_list": listed}
    with pytest.raises(ProviderDown):
        await discover("tiktok").search(BREAD)


@pytest.mark.parametrize("more", [0, False, "0"])
async def test_has_more_in_any_of_its_forms_ends_paging(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, more: Any
) -> None:
    networks.overrides["/v3/tiktok/profile/videos"] = {"aweme_list": [aweme(1)], "has_more": more, "max_cursor": 5}
    assert (await discover("tiktok").videos_of(BAKER)).cursor is None


@pytest.mark.parametrize(
    ("answer", "cursor"),
    [
        ({"has_more": 1, "max_cursor": 1739470683000}, "1739470683000"),
        ({"has_more": True, "max_cursor": "1739470683000"}, "1739470683000"),
        ({"max_cursor": 1739470683000}, "1739470683000"),
        ({"has_more": 1, "max_cursor": 7}, None),
        ({"has_more": 1, "max_cursor": 0}, None),
        ({"has_more": 1, "max_cursor": None}, None),
        ({"has_more": 1, "max_cursor": {"a": 1}}, None),
        ({"has_more": 1}, None),
    ],
)
async def test_a_cursor_is_followed_once(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, answer: dict[str, Any], cursor: str | None
) -> None:
    networks.overrides["/v3/tiktok/profile/videos"] = {"aweme_list": [aweme(1)], **answer}
    assert (await discover("tiktok").videos_of(BAKER, "7")).cursor == cursor


async def test_an_empty_page_ends_paging(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    networks.overrides["/v3/tiktok/profile/videos"] = {"aweme_list": [], "has_more": 1, "max_cursor": 5}
    assert await discover("tiktok").videos_of(BAKER) == FoundPage(())


async def test_tiktok_advertisements_are_left_out_of_searches_only(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    bought = aweme(1, is_ad=True)
    networks.overrides[TIKTOK_SEARCH] = {"search_item_list": [{"aweme_info": bought}]}
    networks.overrides["/v3/tiktok/profile/videos"] = {"aweme_list": [bought]}
    provider = discover("tiktok")
    assert await provider.search(BREAD) == FoundPage(())
    assert len((await provider.videos_of(BAKER)).videos) == 1


async def test_tiktok_numbers_of_the_profile_stay_with_its_videos(discover: MakeDiscovery) -> None:
    provider = discover("tiktok")
    creator = await provider.creator("baker")
    assert (creator.followers, creator.videos, creator.verified, creator.about) == (4_100_000, 5, True, "Bread.")
    assert (await provider.videos_of(creator)).videos[0].creator.followers == 4_100_000


async def test_an_answer_of_a_year_ago_tells_no_credits(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    networks.overrides[TIKTOK_SEARCH] = {"search_item_list": [{"aweme_info": aweme(1)}]}
    await discover("tiktok").search(BREAD)
    assert discover.used == []


@pytest.mark.parametrize("scraped", SCRAPED)
async def test_not_there_is_also_said_with_a_200(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, scraped: str
) -> None:
    paths = {"tiktok": "/v1/tiktok/profile", "instagram": "/v1/instagram/profile", "youtube": "/v1/youtube/channel"}
    for body in ({"success": True}, {"success": True, "user": {}, "data": {}}, {"success": False, "message": "gone"}):
        networks.overrides[paths[scraped]] = body
        with pytest.raises(NotFound):
            await discover(scraped).creator("baker")


async def test_samples_lead_to_the_sandbox_and_back(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    provider = TikTok(discover.account(sample=True))
    page = await provider.search(BREAD)
    video = page.videos[0]
    assert page.sample
    assert video.url == f"{networks.url}/sample/www.tiktok.com/@baker/video/{LARGE_ID + 1}"
    assert (await provider.video(video.url)).url == video.url
    assert networks.requests[-1][1]["url"] == f"https://www.tiktok.com/@baker/video/{LARGE_ID + 1}"
    assert (await provider.creator(video.creator.url)).handle == "baker"


# --- Instagram --------------------------------------------------------------------------------------------------------


async def one_post(discover: MakeDiscovery, networks: FakeDiscoveryServer, item: dict[str, Any]) -> Any:
    networks.overrides["/v2/instagram/user/posts"] = {"items": [item]}
    page = await discover("instagram").videos_of(replace(BAKER, network=Network.INSTAGRAM))
    assert (page.malformed, len(page.videos)) == (0, 1)
    return page.videos[0]


async def test_instagram_a_video_is_the_same_wherever_it_is_found(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    provider = discover("instagram")
    posted = await one_post(discover, networks, post(1))
    found = (await provider.search(BREAD)).videos[0]
    trending = (await provider.search(Search("", Period.DAY))).videos[0]
    alone = await provider.video(address("instagram"))
    assert {video.video_id for video in (posted, found, trending, alone)} == {code(1)}
    assert {video.published_at for video in (posted, found, trending, alone)} == {alone.published_at}
    assert [video.views for video in (posted, found, trending, alone)] == [1000, None, 1000, 1000]
    assert {video.url for video in (posted, found, trending, alone)} == {f"https://www.instagram.com/reel/{code(1)}/"}
    assert (found.creator.followers, alone.creator.followers, trending.creator.followers) == (188_406, 25_139, None)


@pytest.mark.parametrize(("item", "title"), [(post(2), ""), (post(1), "Bread 1"), (reel(1), "Bread 1 ?")])
async def test_instagram_captions_may_be_null_objects_or_cut_within_an_emoji(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, item: dict[str, Any], title: str
) -> None:
    assert (await one_post(discover, networks, item)).title == title


@pytest.mark.parametrize("hidden", [{"like_count": -1}, {"like_count": 3, "like_and_view_counts_disabled": True}])
async def test_instagram_hidden_likes_are_not_told(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, hidden: dict[str, Any]
) -> None:
    assert (await one_post(discover, networks, post(1, **hidden))).likes is None


async def test_instagram_plays_are_taken_from_wherever_they_are(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    assert (await one_post(discover, networks, post(1, play_count=None, ig_play_count=9))).views == 9


@pytest.mark.parametrize("media_type", [1, 8])
async def test_instagram_photos_are_no_reels(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, media_type: int
) -> None:
    video = await one_post(discover, networks, post(1, media_type=media_type))
    assert (video.format, video.url) == (VideoFormat.PHOTOS, f"https://www.instagram.com/p/{code(1)}/")


async def test_instagram_somebody_elses_post_in_a_feed_stays_theirs(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    user = {"pk": "5", "username": "guest", "full_name": "Guest"}
    assert (await one_post(discover, networks, post(1, user=user))).creator.handle == "guest"


async def test_instagram_a_search_never_asks_for_a_twelfth_page(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    networks.overrides["/v2/instagram/reels/search"] = {"reels": [reel(1)]}
    provider = discover("instagram")
    page = await provider.search(BREAD)
    while page.cursor:
        page = await provider.search(BREAD, page.cursor)
    assert [query.get("page") for _, query in networks.requests] == [None, *map(str, range(2, 12))]


# --- YouTube through ScrapeCreators -----------------------------------------------------------------------------------


async def test_youtube_shorts_and_videos_make_one_list(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    provider = discover("youtube")
    creator = await provider.creator("baker")
    page = await provider.videos_of(creator)
    assert [video.video_id for video in page.videos] == [video_id(number) for number in (1, 2, 3, 4)]
    assert [video.format for video in page.videos] == [VideoFormat.SHORT, VideoFormat.LONG] * 2
    assert [video.likes for video in page.videos] == [100, None, 300, None]
    assert (creator.followers, creator.videos) == (2_750_000, 9221)
    assert creator.avatar_url == "https://cdn.test/160.jpg"


@pytest.mark.parametrize("path", ["/v1/youtube/channel-videos", "/v1/youtube/channel/shorts"])
async def test_youtube_a_channel_may_have_only_one_kind(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, path: str
) -> None:
    networks.overrides[path] = {"success": False, "errorStatus": 404, "message": "This channel has no such tab"}
    provider = discover("youtube")
    page = await provider.videos_of(await provider.creator("baker"))
    assert len(page.videos) == 2


async def test_youtube_one_list_that_ends_earlier_is_not_asked_again(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    networks.overrides["/v1/youtube/channel-videos"] = {"videos": [youtube_video(2)]}
    provider = discover("youtube")
    creator = await provider.creator("baker")
    page = await provider.videos_of(creator)
    networks.requests.clear()
    await provider.videos_of(creator, page.cursor)
    assert networks.paths() == ["/v1/youtube/channel/shorts"]


async def test_youtube_what_has_no_channel_is_left_out_of_searches(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    networks.overrides["/v1/youtube/search"] = {"videos": [youtube_video(1, channel={})], "shorts": [youtube_short(2)]}
    assert await discover("youtube").search(BREAD) == FoundPage(())


async def test_youtube_an_id_in_place_of_a_handle_is_none(discover: MakeDiscovery) -> None:
    video = (await discover("youtube").search(BREAD)).videos[0]
    assert (video.creator.handle, video.creator.url) == ("", f"https://www.youtube.com/channel/{CHANNEL}")


async def test_youtube_a_channel_is_found_by_its_id(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    for kind in ("youtube", "data", "feed"):
        creator = await discover(kind).creator(f"https://www.youtube.com/channel/{CHANNEL}/videos")
        assert creator.creator_id == CHANNEL
    assert networks.requests[0][1] == {"channelId": CHANNEL}


# --- YouTube Data API -------------------------------------------------------------------------------------------------


async def test_data_numbers_come_as_text_and_may_be_missing(discover: MakeDiscovery) -> None:
    first, second = (await discover("data").search(BREAD)).videos
    assert (first.views, first.likes, first.comments, first.duration_s) == (1000, 100, 10, 15)
    assert (second.views, second.likes, second.comments, second.duration_s) == (2000, None, 20, 254)
    assert (first.format, second.format) == (VideoFormat.SHORT, VideoFormat.LONG)
    assert (first.language, first.thumbnail_url) == ("en-GB", "https://cdn.test/480.jpg")
    assert (first.creator.handle, first.creator.followers) == ("baker", 2_750_000)


async def test_data_a_search_is_asked_alike_on_all_its_pages(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    provider = discover("data")
    page = await provider.search(BREAD)
    discover.clock.advance(timedelta(minutes=5))
    await provider.search(BREAD, page.cursor)
    first, second = [query for path, query in networks.requests if path.endswith("/search")]
    assert first == {
        "part": "snippet",
        "type": "video",
        "order": "viewCount",
        "q": "bread",
        "publishedAfter": "2026-11-14T12:00:00Z",
        "regionCode": "US",
        "maxResults": "50",
    }
    assert second == {**first, "pageToken": "CAUQAA"}


async def test_data_a_channels_videos_never_cost_a_search(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    provider = discover("data")
    page = await provider.videos_of(await provider.creator("baker"))
    while page.cursor:
        page = await provider.videos_of(BAKER, page.cursor)
    assert "/youtube/v3/search" not in networks.paths()


async def test_data_what_is_yet_to_come_is_left_out(discover: MakeDiscovery) -> None:
    provider = discover("data")
    creator = await provider.creator("baker")
    page = await provider.videos_of(creator)
    page = await provider.videos_of(creator, page.cursor)
    assert [video.video_id for video in page.videos] == [video_id(3), video_id(4)]


async def test_data_a_cover_in_a_shorts_shape_makes_a_short(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    wide = {"high": {"url": "https://cdn.test/480.jpg"}}
    tall = {**wide, "shortsAspectRatio": {"url": "https://cdn.test/720.jpg"}}
    for thumbnails, expected in ((wide, VideoFormat.LONG), (tall, VideoFormat.SHORT)):
        networks.overrides["/youtube/v3/videos"] = {"items": [data_video(2, thumbnails=thumbnails)]}
        assert (await discover("data").video(address("data", 2))).format is expected


async def test_data_a_channel_without_uploads_has_an_empty_page(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    for uploads in ("UU" + "x" * 22, ""):
        related = {"relatedPlaylists": {"uploads": uploads}}
        networks.overrides["/youtube/v3/channels"] = {"items": [{"id": CHANNEL, "contentDetails": related}]}
        assert await discover("data").videos_of(replace(BAKER, creator_id=CHANNEL)) == FoundPage(())


async def test_data_subscribers_that_are_hidden_are_not_told(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    statistics = {"subscriberCount": "0", "hiddenSubscriberCount": True, "videoCount": "5"}
    networks.overrides["/youtube/v3/channels"] = {"items": [{"id": CHANNEL, "statistics": statistics}]}
    creator = await discover("data").creator("baker")
    assert (creator.followers, creator.videos) == (None, 5)


# --- YouTube's public feed --------------------------------------------------------------------------------------------


async def test_feed_a_page_that_names_other_channels_first_gives_its_own(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    creator = await discover("feed").creator("baker")
    assert creator.creator_id == CHANNEL
    assert (creator.followers, creator.videos) == (None, None)
    assert networks.requests == [("/@baker", {}), ("/feeds/videos.xml", {"channel_id": CHANNEL})]


async def test_feed_a_page_without_a_channel_is_told(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    networks.overrides["/@baker"] = {"a": "consent page"}
    with pytest.raises(ProviderDown):
        await discover("feed").creator("baker")


async def test_feed_an_unreadable_entry_never_costs_the_feed(discover: MakeDiscovery) -> None:
    page = await discover("feed").videos_of(replace(BAKER, network=Network.YOUTUBE, creator_id=CHANNEL))
    assert (page.cursor, page.malformed, len(page.videos)) == (None, 1, 5)
    assert (page.videos[0].duration_s, page.videos[0].comments, page.videos[0].views) == (None, None, 1000)
