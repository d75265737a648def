"""How little has to be done to a file for each network."""

from dataclasses import replace

import pytest

from core.providers.discovery import Network
from core.videos.containers import Container
from core.videos.probing import Probe
from core.videos.profiles import PROFILES, Plan, bit_rate_for, frame_rate_for, plan_for, size_for

FITS = Probe(
    container=Container.MP4,
    video_codec="h264",
    audio_codec="aac",
    duration_s=60.0,
    width=1080,
    height=1920,
    frame_rate=30.0,
    bit_rate=4_500_000,
    pixel_format="yuv420p",
    audio_stream=1,
    sample_rate_hz=48_000,
    channels=2,
    index_first=True,
)
TIKTOK, INSTAGRAM, YOUTUBE = (PROFILES[network] for network in Network)


@pytest.mark.parametrize("network", list(Network))
def test_what_fits_goes_as_it_is(network: Network) -> None:
    assert plan_for(FITS, PROFILES[network]) == Plan(as_it_is=True, new_pictures=False, new_sound=False)


@pytest.mark.parametrize(
    ("changed", "pictures", "sound"),
    [
        ({"container": Container.MOV}, False, False),
        ({"index_first": False}, False, False),
        ({"video_codec": "hevc"}, True, False),
        ({"pixel_format": "yuv420p10le"}, True, False),
        ({"hdr": "arib-std-b67"}, True, False),
        ({"width": 2160, "height": 3840}, True, False),
        ({"frame_rate": 60.0}, True, False),
        ({"frame_rate": 15.0}, True, False),
        ({"bit_rate": 12_000_000}, True, False),
        ({"audio_codec": "mp3"}, False, True),
        ({"channels": 6}, False, True),
        ({"sample_rate_hz": 96_000}, False, True),
    ],
)
def test_only_what_does_not_fit_is_made_anew(changed: dict[str, object], pictures: bool, sound: bool) -> None:
    plan = plan_for(Probe.from_json({**FITS.to_json(), **changed}), TIKTOK)
    assert plan == Plan(as_it_is=False, new_pictures=pictures, new_sound=sound)


def test_networks_differ_in_what_they_take() -> None:
    quick, heavy, edited = (
        replace(FITS, frame_rate=60.0),
        replace(FITS, bit_rate=7_500_000),
        replace(FITS, edit_list=True),
    )
    assert plan_for(quick, YOUTUBE).as_it_is
    assert plan_for(heavy, TIKTOK).as_it_is
    assert plan_for(heavy, INSTAGRAM).new_pictures
    assert plan_for(edited, TIKTOK).as_it_is
    assert plan_for(edited, INSTAGRAM) == Plan(as_it_is=False, new_pictures=False, new_sound=False)


def test_new_pictures_keep_their_shape_and_are_never_enlarged() -> None:
    assert size_for(replace(FITS, width=2160, height=3840), TIKTOK) == (1080, 1920)
    assert size_for(replace(FITS, width=3840, height=2160), TIKTOK) == (1920, 1080)
    assert size_for(replace(FITS, width=1600, height=1600), TIKTOK) == (1080, 1080)
    assert size_for(replace(FITS, width=720, height=1280), TIKTOK) == (720, 1280)
    assert size_for(replace(FITS, width=405, height=721), TIKTOK) == (404, 720)


def test_slow_films_are_filled_up_and_fast_ones_thinned_out() -> None:
    assert frame_rate_for(replace(FITS, frame_rate=60.0), INSTAGRAM) == 30
    assert frame_rate_for(replace(FITS, frame_rate=12.0), INSTAGRAM) == 30
    assert frame_rate_for(replace(FITS, frame_rate=12.0), YOUTUBE) is None
    assert frame_rate_for(replace(FITS, frame_rate=25.0), INSTAGRAM) is None


def test_ten_minutes_stay_below_what_instagram_takes() -> None:
    long = replace(FITS, duration_s=600.0, bit_rate=4_500_000)
    assert plan_for(long, INSTAGRAM).new_pictures
    assert (bit_rate_for(long, INSTAGRAM) + 128_000) * 600 / 8 < 300_000_000
    assert bit_rate_for(FITS, INSTAGRAM) == 5_000_000
