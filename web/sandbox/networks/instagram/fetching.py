"""Videos that Instagram fetches by their address. The sandbox reaches this machine only."""

from typing import Final
from urllib.parse import urlsplit

import aiohttp

from web.sandbox.fetching import is_loopback
from web.sandbox.networks.api import Call
from web.sandbox.networks.instagram.errors import known
from web.sandbox.networks.media import PIECE
from web.sandbox.networks.records import Upload

TIMEOUT_S: Final = 60.0
VIDEO_TYPES: Final = ("video/mp4", "video/quicktime")


async def fetch(call: Call, container: Upload, url: str, *, at_most: int) -> None:
    """Raises Refused when there is no video behind the address itself: no redirect is followed, and no other type than
    a video's is taken. What is longer than `at_most` is cut there."""
    if urlsplit(url).scheme not in ("http", "https") or not is_loopback(url):
        raise known(2207052, uri=url)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200 or response.content_type not in VIDEO_TYPES:
                raise known(2207052, uri=url)
            container.received_bytes = await _written(call, container, response, at_most=at_most)
    except TimeoutError:
        raise known(2207003) from None
    except (aiohttp.ClientError, ValueError):
        raise known(2207052, uri=url) from None
    container.size_bytes = container.received_bytes


async def _written(call: Call, container: Upload, response: aiohttp.ClientResponse, *, at_most: int) -> int:
    came = 0
    with call.networks.file_of(container.id).open("wb") as target:
        async for piece in response.content.iter_chunked(PIECE):
            target.write(piece[: at_most - came])
            came = min(came + len(piece), at_most)
            if came == at_most:
                break
    return came
