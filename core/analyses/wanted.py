"""Which channel somebody means: a handle, or a link to a channel or to one of its videos. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from core.errors import InvalidInput
from core.providers.discovery import Network
from core.providers.discovery_links import handle_in, is_channel_id, network_of, profile_in, video_address

LINK = re.compile(r"(?:https?://)?[\w.-]+\.\w+(?::\d+)?/\S*", re.IGNORECASE)
HANDLE = re.compile(r"@?[\w.·-]{1,40}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`named` is a handle or a channel's id; "" when only a video's address tells whose channel it is.

    `network` None: a handle alone, which may stand for somebody on each of them.
    """

    network: Network | None
    named: str
    video_url: str = ""


def wanted_in(text: str) -> Wanted:
    """What was typed, whatever stands around a link. Raises InvalidInput, with a code for each kind of mistake."""
    typed = text.strip()
    link = next((found[0] for found in LINK.finditer(typed) if network_of(found[0])), None)
    if link is not None:
        return _linked(link.rstrip(".,;)>"))
    if network_of(typed):
        return _linked(typed)
    if LINK.search(typed) or "://" in typed:
        raise InvalidInput("analyses.other_site")
    if not HANDLE.fullmatch(typed) or not typed.strip("@."):
        raise InvalidInput("analyses.no_channel")
    if is_channel_id(typed):
        return Wanted(Network.YOUTUBE, typed)
    return Wanted(None, typed.removeprefix("@"))


def networks_for(named: str, networks: Collection[Network]) -> list[Network]:
    """Those of them on which somebody may be called so."""
    return [network for network in networks if _may_be_called(named, network)]


def _may_be_called(named: str, network: Network) -> bool:
    try:
        handle_in(f"@{named}", network)
    except InvalidInput:
        return False
    return True


def _linked(link: str) -> Wanted:
    network = network_of(link)
    if network is None:
        raise InvalidInput("analyses.other_site")
    if profile_in(link, network):
        return Wanted(network, handle_in(link, network))
    try:
        address = video_address(link, network)
    except InvalidInput as exc:
        raise InvalidInput("analyses.no_channel_link", network=str(network)) from exc
    if not _leads_to_video(address, network):
        raise InvalidInput("analyses.no_channel_link", network=str(network))
    return Wanted(network, "", video_url=address)


_VIDEO_PATHS = {
    Network.TIKTOK: re.compile(
        r"https://(?:(?:vm|vt)\.tiktok\.com/\w+|[\w.]*tiktok\.com/(?:t/\w+|v/\d+(?:\.html)?))/?"
    ),
    Network.INSTAGRAM: re.compile(r"https://www\.instagram\.com/(?:[\w.]+/)?(?:p|reel|reels|tv)/[\w-]+/"),
    Network.YOUTUBE: re.compile(r"https://www\.youtube\.com/watch\?v=[\w-]{11}"),
}


def _leads_to_video(address: str, network: Network) -> bool:
    return _VIDEO_PATHS[network].fullmatch(address) is not None
