"""Addresses of creators and videos on the networks: which network, whose, and in which form they are kept. Pure."""

import re
from urllib.parse import quote, unquote, urlsplit

from core.errors import InvalidInput
from core.providers.discovery import DiscoveryErrorCode, Network

SAMPLE_PATH = "/sample/"
"""The sandbox shows its made-up pages at <sandbox>/sample/<address without https://>."""

_HOSTS = {
    "tiktok.com": Network.TIKTOK,
    "instagram.com": Network.INSTAGRAM,
    "youtube.com": Network.YOUTUBE,
    "youtu.be": Network.YOUTUBE,
}
_HANDLES = {
    Network.TIKTOK: re.compile(r"[\w.]{1,24}"),
    Network.INSTAGRAM: re.compile(r"[A-Za-z0-9_.]{1,30}"),
    Network.YOUTUBE: re.compile(r"[\w.·-]{3,30}"),
}
_CHANNEL_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
_VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)
_NO_PROFILES = frozenset(
    {"p", "reel", "reels", "tv", "explore", "stories", "accounts", "watch", "shorts", "feed", "share", "direct"}
)


def network_of(address: str) -> Network | None:
    """Which network an address belongs to, by its host; None for any other text."""
    host = _parts(address)[0]
    return next((network for name, network in _HOSTS.items() if host == name or host.endswith(f".{name}")), None)


def handle_in(text: str, network: Network) -> str:
    """The handle, without @, in "@handle", "handle", or the address of a profile or of one of its videos.

    For YouTube it may be a channel's id (UC...) instead. Raises InvalidInput.
    """
    host, segments, _ = _parts(text)
    if network_of(text) is network:
        named = _profile(segments, network)
    elif host and ("/" in text or network_of(text)):
        named = ""
    else:
        named = text.strip().removeprefix("@")
    if not _HANDLES[network].fullmatch(named) or not named.strip("."):
        raise InvalidInput(DiscoveryErrorCode.BAD_ADDRESS, network=network.value)
    return named


def profile_in(address: str, network: Network) -> str:
    """Whose page an address of the network leads to, or into: a handle or a channel's id; "" when it doesn't tell."""
    return _profile(_parts(address)[1], network)


def video_id_in(address: str) -> str:
    """The id in the address of a video, as videos are known by it; "" in one that is shortened."""
    network, (_, segments, _) = network_of(address), _parts(address)
    if network is Network.YOUTUBE:
        return youtube_video_id(address)
    if network is Network.INSTAGRAM:
        return segments[-1] if segments else ""
    return segments[-1].removesuffix(".html") if segments and segments[-1].removesuffix(".html").isdecimal() else ""


def video_address(text: str, network: Network) -> str:
    """The address of a video as it is asked for, without what was added for tracking. Raises InvalidInput."""
    host, segments, _ = _parts(text)
    if network_of(text) is not network or not segments:
        raise InvalidInput(DiscoveryErrorCode.BAD_ADDRESS, network=network.value)
    if network is Network.YOUTUBE:
        return youtube_url(youtube_video_id(text))
    if network is Network.TIKTOK and host == "tiktok.com":
        host = "www.tiktok.com"
    if network is Network.INSTAGRAM:
        host, segments = "www.instagram.com", [*segments, ""]
    return f"https://{host}/{'/'.join(quote(part, safe='@') for part in segments)}"


def youtube_video_id(text: str) -> str:
    """The id in any of YouTube's addresses of videos. Raises InvalidInput."""
    host, segments, query = _parts(text)
    if host.endswith("youtu.be"):
        found = segments[0] if segments else ""
    elif segments[:1] in (["shorts"], ["embed"], ["live"], ["v"]):
        found = segments[1] if len(segments) > 1 else ""
    else:
        found = query.get("v", "")
    if network_of(text) is not Network.YOUTUBE or not _VIDEO_ID.fullmatch(found):
        raise InvalidInput(DiscoveryErrorCode.BAD_ADDRESS, network=Network.YOUTUBE.value)
    return found


def is_channel_id(text: str) -> bool:
    return _CHANNEL_ID.fullmatch(text) is not None


def tiktok_url(handle: str, video_id: str = "", *, photos: bool = False) -> str:
    profile = f"https://www.tiktok.com/@{quote(handle)}"
    return f"{profile}/{'photo' if photos else 'video'}/{video_id}" if video_id else profile


def instagram_url(shortcode: str, *, reel: bool) -> str:
    return f"https://www.instagram.com/{'reel' if reel else 'p'}/{shortcode}/"


def instagram_profile_url(handle: str) -> str:
    return f"https://www.instagram.com/{handle}/"


def youtube_url(video_id: str, *, short: bool = False) -> str:
    return f"https://www.youtube.com/{'shorts/' if short else 'watch?v='}{video_id}"


def channel_url(channel_id: str, handle: str = "") -> str:
    return f"https://www.youtube.com/{f'@{quote(handle)}' if handle else f'channel/{channel_id}'}"


def sample_url(address: str, sandbox_url: str) -> str:
    """Where the sandbox shows what it made up, for the address that it would have on its network."""
    return f"{sandbox_url}{SAMPLE_PATH}{address.partition('://')[2]}"


def _parts(text: str) -> tuple[str, list[str], dict[str, str]]:
    """Host, path and query. The sandbox's own addresses stand for those that they begin with."""
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        split = urlsplit(text)
        host = (split.hostname or "").lower()
    except ValueError:
        return "", [], {}
    if split.path.startswith(SAMPLE_PATH):
        return _parts(text.partition(SAMPLE_PATH)[2])
    query = dict(pair.partition("=")[::2] for pair in split.query.split("&"))
    return host if "." in host else "", [unquote(part) for part in split.path.split("/") if part], query


def _profile(segments: list[str], network: Network) -> str:
    if not segments:
        return ""
    first = segments[0]
    if network is Network.INSTAGRAM:
        return "" if first in _NO_PROFILES else first
    if first.startswith("@"):
        return first[1:]
    if network is Network.YOUTUBE and first == "channel" and len(segments) > 1:
        return segments[1]
    return ""
