"""Addresses of creators and videos, as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.providers.discovery import Network
from core.providers.discovery_links import (
    handle_in,
    network_of,
    sample_url,
    video_address,
    video_id_in,
    youtube_video_id,
)
from core.providers.webvtt import webvtt_lines

TIKTOK, INSTAGRAM, YOUTUBE = Network.TIKTOK, Network.INSTAGRAM, Network.YOUTUBE
CHANNEL = "UC" + "b" * 22


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("https://www.tiktok.com/@a", TIKTOK),
        ("vm.tiktok.com/ZM1", TIKTOK),
        ("HTTPS://INSTAGRAM.com/a", INSTAGRAM),
        ("m.youtube.com/watch?v=x", YOUTUBE),
        ("https://youtu.be/x", YOUTUBE),
        ("http://127.0.0.1:8081/sample/www.tiktok.com/@a", TIKTOK),
        ("https://nottiktok.com/@a", None),
        ("https://tiktok.com.example.com/", None),
        ("@tiktok", None),
        ("", None),
        ("https://[", None),
    ],
)
def test_the_network_is_told_by_the_host(text: str, network: Network | None) -> None:
    assert network_of(text) is network


@pytest.mark.parametrize(
    ("text", "network", "handle"),
    [
        ("@baker.1_2", TIKTOK, "baker.1_2"),
        ("https://www.tiktok.com/@baker/video/1?x=1#y", TIKTOK, "baker"),
        ("tiktok.com/@baker", TIKTOK, "baker"),
        ("https://www.instagram.com/baker/reels/", INSTAGRAM, "baker"),
        ("instagram.com/baker?igsh=1", INSTAGRAM, "baker"),
        ("baker.de", INSTAGRAM, "baker.de"),
        ("https://www.youtube.com/@B%C3%A4cker/shorts", YOUTUBE, "Bäcker"),
        (f"https://m.youtube.com/channel/{CHANNEL}", YOUTUBE, CHANNEL),
        (CHANNEL, YOUTUBE, CHANNEL),
        ("@パン屋さん", YOUTUBE, "パン屋さん"),
        ("http://127.0.0.1:8081/sample/www.instagram.com/baker/", INSTAGRAM, "baker"),
    ],
)
def test_a_handle_in_what_people_paste(text: str, network: Network, handle: str) -> None:
    assert handle_in(text, network) == handle


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("https://www.instagram.com/reel/abc/", INSTAGRAM),
        ("https://www.instagram.com/", INSTAGRAM),
        ("https://www.tiktok.com/@a", INSTAGRAM),
        ("https://www.tiktok.com/music/x-1", TIKTOK),
        ("https://www.youtube.com/watch?v=VREVC0wXPfs", YOUTUBE),
        ("a" * 31, INSTAGRAM),
        ("...", TIKTOK),
        ("bäcker", INSTAGRAM),
        ("a?b=c", YOUTUBE),
        ("../../v1/x", TIKTOK),
    ],
)
def test_what_is_no_creator_is_refused(text: str, network: Network) -> None:
    with pytest.raises(InvalidInput):
        handle_in(text, network)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.youtube.com/watch?v=VREVC0wXPf1&t=4s",
        "https://www.youtube.com/watch?t=4s&v=VREVC0wXPf1",
        "youtu.be/VREVC0wXPf1?si=x",
        "https://m.youtube.com/shorts/VREVC0wXPf1",
        "https://www.youtube.com/live/VREVC0wXPf1?feature=share",
        "https://www.youtube.com/embed/VREVC0wXPf1",
        "http://127.0.0.1:8081/sample/www.youtube.com/shorts/VREVC0wXPf1",
    ],
)
def test_all_of_youtubes_addresses_of_a_video(text: str) -> None:
    assert youtube_video_id(text) == "VREVC0wXPf1"
    assert video_address(text, YOUTUBE) == "https://www.youtube.com/watch?v=VREVC0wXPf1"


@pytest.mark.parametrize(
    ("text", "network", "address"),
    [
        ("tiktok.com/@a/video/1?x", TIKTOK, "https://www.tiktok.com/@a/video/1"),
        ("https://vm.tiktok.com/ZM1abc/", TIKTOK, "https://vm.tiktok.com/ZM1abc"),
        ("instagram.com/reel/DEiy_b-4/?igsh=1", INSTAGRAM, "https://www.instagram.com/reel/DEiy_b-4/"),
    ],
)
def test_addresses_of_videos_lose_what_tracks_people(text: str, network: Network, address: str) -> None:
    assert video_address(text, network) == address
    assert video_address(sample_url(address, "http://127.0.0.1:9"), network) == address


@given(st.text(max_size=80), st.sampled_from(Network))
def test_any_text_is_read_or_refused(text: str, network: Network) -> None:
    for read in (handle_in, video_address):
        try:
            found = read(text, network)
        except InvalidInput:
            continue
        assert found
        assert not set(found) & set(" \n<>\"'")


def test_cues_of_a_transcript() -> None:
    document = (
        "\ufeffWEBVTT - x\r\n\r\nNOTE no cue\r\n\r\n1\r\n01:02:03.500 --> 01:02:04.000 align:start\r\n<v A>one\r\ntwo"
    )
    lines = webvtt_lines(f"{document}\r\n\r\n00:01.000 --> 00:02.000\r\n\r\nbroken --> x\r\ny")
    assert [(line.text, line.starts_s, line.ends_s) for line in lines] == [("one two", 3723.5, 3724.0)]
    assert webvtt_lines("nothing") == ()


@pytest.mark.parametrize(
    ("address", "video_id"),
    [
        ("https://youtu.be/abcdefghijk?t=1", "abcdefghijk"),
        ("https://www.instagram.com/reel/Abc-1_/", "Abc-1_"),
        ("https://www.tiktok.com/@baker/video/7123?x=1", "7123"),
        ("https://m.tiktok.com/v/7123.html", "7123"),
        ("https://vm.tiktok.com/ZMabc/", ""),
    ],
)
def test_the_id_in_an_address_of_a_video(address: str, video_id: str) -> None:
    assert video_id_in(address) == video_id
