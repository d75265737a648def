"""What the sandbox's YouTube tells of videos and channels, to whom, and at which cost."""

from typing import Any

import httpx
import pytest

from tests.web.sandbox.networks.youtube_side import SCOPE, YouTubeSide, refusal

DAY_S = 86_400


async def channel(youtube: YouTubeSide, token: str, part: str = "snippet,contentDetails,statistics") -> dict[str, Any]:
    (mine,) = await youtube.listed(token, "channels", part=part, mine="true")
    return mine


async def test_a_channel_is_told_about(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    mine = await channel(youtube, token)
    assert mine["id"].startswith("UC")
    assert len(mine["id"]) == 24
    assert (mine["snippet"]["title"], mine["snippet"]["customUrl"]) == ("Ann", "@ann")
    assert mine["contentDetails"]["relatedPlaylists"]["uploads"] == f"UU{mine['id'][2:]}"
    assert mine["statistics"] == {
        "viewCount": "0",
        "subscriberCount": "3140",
        "hiddenSubscriberCount": False,
        "videoCount": "0",
    }
    picture = await youtube.http.get(mine["snippet"]["thumbnails"]["default"]["url"])
    assert picture.headers["Content-Type"] == "image/jpeg"
    for query in ({"id": mine["id"]}, {"forHandle": "@ann"}):
        (found,) = await youtube.listed(None, "channels", part="id", key="any", **query)
        assert found["id"] == mine["id"]


async def test_without_a_channel_none_is_listed_or_it_is_refused(youtube: YouTubeSide) -> None:
    await youtube.control("accounts", username="ann", has_channel=False)
    token = await youtube.access()
    answer = (await youtube.get(token, "channels", part="id", mine="true")).json()
    assert "items" not in answer
    assert answer["pageInfo"]["totalResults"] == 0
    await youtube.control("rules", signup_required=True)
    assert refusal(await youtube.get(token, "channels", part="id", mine="true")) == (401, "youtubeSignupRequired")


async def test_numbers_are_strings_and_grow(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    video_id = await youtube.uploaded(token)
    early = (await youtube.video(token, video_id, "statistics"))["statistics"]
    await youtube.advance(DAY_S)
    token = await youtube.access()
    late = (await youtube.video(token, video_id, "statistics"))["statistics"]
    assert set(late) == {"viewCount", "likeCount", "favoriteCount", "commentCount"}
    assert all(isinstance(value, str) for value in late.values())
    assert int(late["viewCount"]) > int(early["viewCount"])
    (batch,) = await youtube.listed(
        token, "videos:batchGetStats", part="statistics,snippet,contentDetails", id=video_id
    )
    assert batch["statistics"] == {name: late[name] for name in ("viewCount", "likeCount", "commentCount")}
    assert (batch["kind"], batch["contentDetails"]["duration"]) == ("youtube#videoStats", "PT2S")


async def test_lengths_are_told_once_a_video_is_processed(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    video_id = await youtube.uploaded(token)
    assert (await youtube.video(token, video_id, "contentDetails"))["contentDetails"]["duration"] == "P0D"
    await youtube.advance(2)
    assert (await youtube.video(token, video_id, "contentDetails"))["contentDetails"]["duration"] == "PT2S"


async def test_what_is_private_only_its_owner_sees(youtube: YouTubeSide) -> None:
    ann, bob = await youtube.access("ann"), await youtube.access("bob")
    ids = {privacy: await youtube.uploaded(ann, privacyStatus=privacy) for privacy in ("public", "unlisted", "private")}
    asked = {"id": ",".join(ids.values()), "part": "id"}
    playlist = {"playlistId": (await channel(youtube, ann))["contentDetails"]["relatedPlaylists"]["uploads"]}

    async def seen(token: str | None, path: str, **params: str) -> int:
        return len(await youtube.listed(token, path, **params, **({} if token else {"key": "any"})))

    for path in ("videos", "videos:batchGetStats"):
        assert [await seen(token, path, **asked) for token in (ann, bob, None)] == [3, 2, 2]
    assert [await seen(token, "playlistItems", part="id", **playlist) for token in (ann, bob, None)] == [3, 1, 1]
    refused = await youtube.get(bob, "videos", part="processingDetails", id=ids["public"])
    assert refusal(refused) == (403, "forbidden")


async def test_uploads_are_listed_newest_first_in_pages(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    playlist = (await channel(youtube, token))["contentDetails"]["relatedPlaylists"]["uploads"]
    assert refusal(await youtube.get(token, "playlistItems", part="id", playlistId=playlist)) == (
        404,
        "playlistNotFound",
    )
    for title in ("One", "Two", "Three"):
        await youtube.uploaded(token, title=title)
    asked = {"part": "snippet,contentDetails,status", "playlistId": playlist, "maxResults": "2"}
    first = (await youtube.get(token, "playlistItems", **asked)).json()
    assert [item["snippet"]["title"] for item in first["items"]] == ["Three", "Two"]
    assert first["pageInfo"] == {"totalResults": 3, "resultsPerPage": 2}
    second = (await youtube.get(token, "playlistItems", **asked, pageToken=first["nextPageToken"])).json()
    (item,) = second["items"]
    assert "nextPageToken" not in second
    assert item["snippet"]["resourceId"] == {"kind": "youtube#video", "videoId": item["contentDetails"]["videoId"]}
    broken = await youtube.get(token, "playlistItems", **asked, pageToken="nonsense")
    assert refusal(broken) == (400, "invalidPageToken")
    unknown = await youtube.get(token, "playlistItems", part="id", playlistId="UUnothing")
    assert refusal(unknown) == (404, "playlistNotFound")


async def test_searches_find_words_and_what_is_ones_own(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    mine = await youtube.uploaded(token, title="Baking bread", privacyStatus="private")
    public = await youtube.uploaded(token, title="Baking cakes")
    found = await youtube.listed(token, "search", part="snippet", q="baking", type="video")
    assert [item["id"]["videoId"] for item in found] == [public]
    own = await youtube.listed(token, "search", part="snippet", q="bread", type="video", forMine="true")
    assert [item["id"]["videoId"] for item in own] == [mine]
    refused = await youtube.get(token, "search", part="snippet", forMine="true")
    assert refusal(refused) == (400, "invalidSearchFilter")


async def test_what_is_deleted_is_gone(youtube: YouTubeSide) -> None:
    token = await youtube.access(scope=f"{SCOPE}youtube")
    video_id = await youtube.uploaded(token)
    other = await youtube.access("bob", scope=f"{SCOPE}youtube")

    async def deleted(by: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {by}"}
        return await youtube.http.delete("/youtube/youtube/v3/videos", params={"id": video_id}, headers=headers)

    assert refusal(await deleted(other)) == (403, "forbidden")
    assert (await deleted(token)).status_code == 204
    assert await youtube.listed(token, "videos", part="id", id=video_id) == []
    assert refusal(await deleted(token)) == (404, "videoNotFound")


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("videos", {"id": "a"}, (400, "missingRequiredParameter")),
        ("videos", {"id": "a", "part": "everything"}, (400, "unknownPart")),
        ("videos", {"part": "id"}, (400, "missingRequiredParameter")),
        ("videos", {"part": "id", "id": ",".join("abcdefghij" * 5 + "k")}, (400, "invalidFilters")),
        ("videos", {"part": "id", "ids": "a"}, (400, "badRequest")),
        ("videos:batchGetStats", {"part": "status", "id": "a"}, (400, "unknownPart")),
        ("channels", {"part": "id"}, (400, "missingRequiredParameter")),
        ("playlistItems", {"part": "id"}, (400, "missingRequiredParameter")),
        ("search", {"part": "snippet", "order": "luck"}, (400, "invalidValue")),
        ("search", {"part": "snippet", "maxResults": "51"}, (400, "invalidValue")),
    ],
)
async def test_what_is_not_listed(
    youtube: YouTubeSide, path: str, params: dict[str, str], expected: tuple[int, str]
) -> None:
    assert refusal(await youtube.get(await youtube.access(), path, **params)) == expected


async def test_somebody_has_to_say_who_they_are(youtube: YouTubeSide) -> None:
    assert refusal(await youtube.get(None, "videos", part="id", id="a")) == (403, "forbidden")
    assert refusal(await youtube.get(None, "channels", part="id", mine="true", key="any")) == (401, "required")
    assert refusal(await youtube.get("made up", "videos", part="id", id="a")) == (401, "authError")


async def test_each_kind_of_call_has_its_bucket(youtube: YouTubeSide) -> None:
    await youtube.control("rules", quota_units=2, quota_searches=1, quota_stats=1)
    token = await youtube.access()
    video_id = await youtube.uploaded(token)
    asked = {"part": "id", "id": video_id}
    for path, params in (("search", {"part": "snippet"}), ("videos:batchGetStats", asked)):
        assert (await youtube.get(token, path, **params)).status_code == 200
        assert refusal(await youtube.get(token, path, **params)) == (403, "quotaExceeded")
    assert (await youtube.get(token, "videos", **asked)).status_code == 200
    assert refusal(await youtube.get(token, "videos", id=video_id)) == (400, "missingRequiredParameter")
    assert refusal(await youtube.get(token, "videos", **asked)) == (403, "quotaExceeded"), "invalid calls cost, too"


async def test_the_page_shows_it_where_its_address_leads(youtube: YouTubeSide) -> None:
    video_id = await youtube.uploaded(await youtube.access(), title="On the page")
    for path in (f"/youtube/watch?v={video_id}", f"/youtube/shorts/{video_id}"):
        assert "On the page" in (await youtube.http.get(path, follow_redirects=True)).text
    assert (await youtube.http.get("/youtube/watch?v=nothing")).status_code == 404
