"""`source_info`: where the video comes from, and in which chunks.

Whether TikTok's MB has 10**6 or 2**20 bytes its documentation doesn't say; here it is the latter, as live clients have
it. An address can't be pulled from: none is verified for the sandbox's app.
"""

from typing import Final

from web.sandbox.model import Json
from web.sandbox.networks.network import Refused
from web.sandbox.networks.tiktok.answers import invalid_param

MB: Final = 1024 * 1024
CHUNK_MIN: Final = 5 * MB
CHUNK_MAX: Final = 64 * MB
LAST_CHUNK_MAX: Final = 128 * MB
CHUNKS_MAX: Final = 1_000
SIZE_MAX: Final = 4 * 1024 * MB
_NUMBERS: Final = ("video_size", "chunk_size", "total_chunk_count")


def checked_source(source: object) -> Json:
    """Raises Refused for everything that TikTok's guide to media transfer excludes."""
    if not isinstance(source, dict):
        raise invalid_param("source_info is missing")
    match source.get("source"):
        case "FILE_UPLOAD":
            return _checked_file(source)
        case "PULL_FROM_URL":
            if not str(source.get("video_url", "")).startswith("https://"):
                raise invalid_param("video_url must be https")
            raise Refused(403, "url_ownership_unverified", "The ownership of the URL prefix or domain is not verified.")
    raise invalid_param("source must be FILE_UPLOAD or PULL_FROM_URL")


def _checked_file(source: Json) -> Json:
    if unknown := sorted(set(source) - {"source", *_NUMBERS}):
        raise invalid_param(f"Unknown field: {', '.join(unknown)}")
    for name in _NUMBERS:
        if type(source.get(name)) is not int or source[name] < 1:
            raise invalid_param(f"{name} must be a positive integer")
    size, chunk, count = (source[name] for name in _NUMBERS)
    if size > SIZE_MAX:
        raise invalid_param("video_size: at most 4 GB")
    if chunk != size and not CHUNK_MIN <= chunk <= CHUNK_MAX:
        raise invalid_param("chunk_size: at least 5 MB and at most 64 MB, or the whole video")
    if chunk == size and size > CHUNK_MAX:
        raise invalid_param("chunk_size: a video of more than 64 MB is sent in multiple chunks")
    if count != size // chunk:
        raise invalid_param("The total chunk count is invalid")
    if count > CHUNKS_MAX:
        raise invalid_param("total_chunk_count: at most 1000")
    if count == 1 and size > CHUNK_MAX:
        raise invalid_param("total_chunk_count: a video of more than 64 MB is sent in multiple chunks")
    return source


def next_chunk(size: int, chunk: int, received: int) -> tuple[int, int]:
    """(first, last) byte of what is to be sent behind `received`: the last chunk takes the rest along."""
    is_last = received // chunk >= size // chunk - 1
    return received, (size if is_last else received + chunk) - 1
