"""Which channel is meant by what people paste."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analyses.wanted import Wanted, networks_for, wanted_in
from core.errors import InvalidInput
from core.providers.discovery import Network

TIKTOK, INSTAGRAM, YOUTUBE = Network.TIKTOK, Network.INSTAGRAM, Network.YOUTUBE
CHANNEL = "UC" + "b" * 22
WATCH = "https://www.youtube.com/watch?v=abcdefghijk"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("@baker.1", Wanted(None, "baker.1")),
        ("  baker_1 ", Wanted(None, "baker_1")),
        ("@Bäcker", Wanted(None, "Bäcker")),
        (CHANNEL, Wanted(YOUTUBE, CHANNEL)),
        ("https://www.youtube.com/@baker", Wanted(YOUTUBE, "baker")),
        ("youtube.com/@baker/videos?view=0", Wanted(YOUTUBE, "baker")),
        ("https://m.youtube.com/@B%C3%A4cker/shorts", Wanted(YOUTUBE, "Bäcker")),
        (f"https://www.youtube.com/channel/{CHANNEL}?si=x", Wanted(YOUTUBE, CHANNEL)),
        ("https://youtu.be/abcdefghijk?si=tracking&t=3", Wanted(YOUTUBE, "", WATCH)),
        ("https://music.youtube.com/watch?v=abcdefghijk&list=RD", Wanted(YOUTUBE, "", WATCH)),
        ("https://youtube.com/shorts/abcdefghijk?feature=share", Wanted(YOUTUBE, "", WATCH)),
        ("https://www.youtube.com/live/abcdefghijk", Wanted(YOUTUBE, "", WATCH)),
        ("https://www.tiktok.com/@baker?_t=8x&_r=1", Wanted(TIKTOK, "baker")),
        ("m.tiktok.com/@baker/video/7123456789012345678?is_from_webapp=1", Wanted(TIKTOK, "baker")),
        ("https://vm.tiktok.com/ZMabc/", Wanted(TIKTOK, "", "https://vm.tiktok.com/ZMabc")),
        ("https://www.tiktok.com/t/ZTabc/", Wanted(TIKTOK, "", "https://www.tiktok.com/t/ZTabc")),
        ("https://instagram.com/baker?igsh=abc==", Wanted(INSTAGRAM, "baker")),
        ("https://www.instagram.com/baker/reels/", Wanted(INSTAGRAM, "baker")),
        ("https://www.instagram.com/baker/p/Abc-1_/", Wanted(INSTAGRAM, "baker")),
        (
            "https://www.instagram.com/reel/Abc-1_/?igsh=x",
            Wanted(INSTAGRAM, "", "https://www.instagram.com/reel/Abc-1_/"),
        ),
        ("Look: https://www.tiktok.com/@baker.", Wanted(TIKTOK, "baker")),
        ("http://127.0.0.1:8081/sample/www.tiktok.com/@baker", Wanted(TIKTOK, "baker")),
    ],
)
def test_what_people_paste(text: str, wanted: Wanted) -> None:
    assert wanted_in(text) == wanted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "analyses.no_channel"),
        ("@", "analyses.no_channel"),
        ("the baker from next door", "analyses.no_channel"),
        ("https://example.com/@baker", "analyses.other_site"),
        ("https://nottiktok.com/@baker", "analyses.other_site"),
        ("https://tiktok.com.example.com/@baker", "analyses.other_site"),
        ("https://x.com/baker", "analyses.other_site"),
        ("file:///etc/passwd", "analyses.other_site"),
        ("https://www.tiktok.com/", "analyses.no_channel_link"),
        ("https://www.tiktok.com/tag/bread", "analyses.no_channel_link"),
        ("https://www.instagram.com/explore/", "analyses.no_channel_link"),
        ("https://www.instagram.com/stories/baker/1", "analyses.no_channel_link"),
        ("https://www.instagram.com/share/abc", "analyses.no_channel_link"),
        ("https://www.youtube.com/c/OldName", "analyses.no_channel_link"),
        ("https://www.youtube.com/user/OldName", "analyses.no_channel_link"),
        ("https://www.youtube.com/playlist?list=PL1", "analyses.no_channel_link"),
        ("tiktok.com", "analyses.no_channel_link"),
    ],
)
def test_what_is_no_channel_is_refused_for_its_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        wanted_in(text)
    assert refused.value.error_code == code


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        wanted = wanted_in(text)
        assert wanted.named or wanted.video_url


def test_a_handle_is_offered_on_the_networks_that_may_have_it() -> None:
    assert networks_for("baker.1", list(Network)) == list(Network)
    assert networks_for("Bäcker", list(Network)) == [TIKTOK, YOUTUBE]
    assert networks_for("a" * 28, list(Network)) == [INSTAGRAM, YOUTUBE]
    assert networks_for("ba", [YOUTUBE]) == []
