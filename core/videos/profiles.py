"""How each network wants its copy of a video, and how little has to be done to a file for that. Pure.

Sources: PRODUCT.md section 7; Instagram's limits for reels (no edit list, index first, 300 MB):
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
TikTok's: https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide
"""

from dataclasses import dataclass
from typing import Final

from core.providers.discovery import Network
from core.videos.containers import Container
from core.videos.probing import Probe

AUDIO_BIT_RATE: Final = 128_000
SAMPLE_RATE_HZ: Final = 48_000
TOLERANCE: Final = 1.1
"""By how much the whole file's bit rate may be over what is wanted without its being made anew."""
RATE_TOLERANCE: Final = 0.5
PLAIN_FORMATS: Final = frozenset({"yuv420p", "yuvj420p"})


@dataclass(frozen=True, slots=True)
class Profile:
    """What a copy is at most. `version` changes with the settings, so that copies of an earlier one are made anew."""

    network: Network
    version: int
    frame_rate_most: float
    bit_rate: int
    """Of the pictures, bits per second."""
    frame_rate_least: float = 0.0
    long_side: int = 1920
    short_side: int = 1080
    size_bytes_most: int | None = None
    edit_list: bool = True
    """Whether the network takes files with one."""

    @property
    def key(self) -> str:
        """Names it in the database and in stored files."""
        return f"{self.network}-{self.version}"


PROFILES: Final = {
    profile.network: profile
    for profile in (
        Profile(Network.TIKTOK, 1, frame_rate_most=30, bit_rate=8_000_000, frame_rate_least=23),
        Profile(
            Network.INSTAGRAM,
            1,
            frame_rate_most=30,
            bit_rate=5_000_000,
            frame_rate_least=23,
            size_bytes_most=300_000_000,
            edit_list=False,
        ),
        Profile(Network.YOUTUBE, 1, frame_rate_most=60, bit_rate=8_000_000),
    )
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to a file. Nothing at all: `as_it_is`. Pictures and sound are copied unless they are made anew."""

    as_it_is: bool
    new_pictures: bool
    new_sound: bool


def plan_for(probe: Probe, profile: Profile) -> Plan:
    """The least that makes it fit."""
    new_pictures, new_sound = not pictures_fit(probe, profile), not sound_fits(probe)
    wrapped_well = probe.container is Container.MP4 and probe.index_first and (profile.edit_list or not probe.edit_list)
    return Plan(wrapped_well and not new_pictures and not new_sound, new_pictures, new_sound)


def pictures_fit(probe: Probe, profile: Profile) -> bool:
    most = profile.bit_rate + (AUDIO_BIT_RATE if probe.audio_codec else 0)
    return (
        probe.video_codec == "h264"
        and probe.pixel_format in PLAIN_FORMATS
        and probe.hdr is None
        and probe.square_pixels
        and max(probe.width, probe.height) <= profile.long_side
        and min(probe.width, probe.height) <= profile.short_side
        and profile.frame_rate_least <= probe.frame_rate <= profile.frame_rate_most + RATE_TOLERANCE
        and probe.bit_rate <= most * TOLERANCE
        and probe.size_bytes <= (profile.size_bytes_most or probe.size_bytes)
    )


def sound_fits(probe: Probe) -> bool:
    return probe.audio_codec is None or (
        probe.audio_codec == "aac" and (probe.channels or 0) <= 2 and (probe.sample_rate_hz or 0) <= SAMPLE_RATE_HZ
    )


def size_for(probe: Probe, profile: Profile) -> tuple[int, int]:
    """Width and height of new pictures: whole, in their own shape, never enlarged, and even as H.264 wants them."""
    long, short = max(probe.width, probe.height), min(probe.width, probe.height)
    scale = min(1.0, profile.long_side / long, profile.short_side / short)
    return max(2, round(probe.width * scale / 2) * 2), max(2, round(probe.height * scale / 2) * 2)


def bit_rate_for(probe: Probe, profile: Profile) -> int:
    """Of new pictures: less than the profile's where the whole would become too large."""
    if profile.size_bytes_most is None:
        return profile.bit_rate
    room = profile.size_bytes_most * 8 * 0.95 / probe.duration_s - AUDIO_BIT_RATE
    return min(profile.bit_rate, int(room))


def frame_rate_for(probe: Probe, profile: Profile) -> float | None:
    """Of new pictures; None when it stays as it is."""
    if not profile.frame_rate_least <= probe.frame_rate <= profile.frame_rate_most + RATE_TOLERANCE:
        return profile.frame_rate_most
    return None if probe.frame_rate else profile.frame_rate_most
