"""Media that a bot names by address. The sandbox reads from this machine only; of everything else it says what Telegram
says when it can't reach a page."""

import ipaddress
from urllib.parse import urlsplit

import aiohttp

from web.sandbox.errors import ApiError, bad_request
from web.sandbox.files import FileStore, Upload

PHOTO_LIMIT = 5 * 1024 * 1024
LIMIT = 20 * 1024 * 1024
TIMEOUT_S = 10
CHUNK = 256 * 1024
FAILED = "failed to get HTTP URL content"


async def fetch(store: FileStore, url: str, kind: str) -> Upload:
    """Download a file. Raises the Bot API's refusals."""
    full = url if "://" in url else f"http://{url}"
    if urlsplit(full).scheme not in {"http", "https"}:
        raise bad_request("wrong HTTP URL specified")
    if not is_loopback(full):
        raise bad_request(FAILED)
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
            return await _download(session, store, full, PHOTO_LIMIT if kind == "photo" else LIMIT, kind)
    except (aiohttp.ClientError, TimeoutError):
        raise bad_request(FAILED) from None


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _download(session: aiohttp.ClientSession, store: FileStore, url: str, limit: int, kind: str) -> Upload:
    async with session.get(url, allow_redirects=False) as response:
        if response.status != 200:
            raise bad_request(FAILED)
        if kind == "photo" and not response.content_type.startswith("image/"):
            raise bad_request("wrong type of the web page content")
        path, size = store.incoming(), 0
        try:
            with path.open("wb") as target:
                async for chunk in response.content.iter_chunked(CHUNK):
                    target.write(chunk)
                    if (size := size + len(chunk)) > limit:
                        raise bad_request(FAILED)
        except (ApiError, aiohttp.ClientError, TimeoutError):
            path.unlink()
            raise
        return Upload(urlsplit(url).path.rpartition("/")[2] or "file", response.content_type, path, size)
