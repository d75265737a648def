"""Stored files for people's browsers and players, under signed links or for handlers that have checked who asks."""

import re
from datetime import datetime, timedelta
from typing import Final

from aiohttp import hdrs, web

from core.errors import NotAllowed
from core.storage import Storage, Stored, StoredFileNotFound, content_disposition, content_type_of
from core.storage.links import ROUTE
from web.context import DEPS, LINKS

routes = web.RouteTableDef()
CHUNK_BYTES: Final = 256 * 1024
NOTHING: Final = re.compile(r"bytes=-0+")
REDIRECTED_FOR: Final = timedelta(hours=6)
"""How long the bucket's address opens the file: a player may stay on it for as long as somebody listens."""


class LinkExpired(NotAllowed):
    """Only who holds a link that was right finds out."""

    code = "media.link_expired"


@routes.get(f"{ROUTE}/{{key:.+}}")
async def media(request: web.Request) -> web.StreamResponse:
    """The file behind a signed link, or a part of it. A link that was never made here leads nowhere."""
    key, query = request.match_info["key"], request.query
    until, name = query.get("until", ""), query.get("name", "")
    if not request.app[LINKS].vouches(key, until=until, name=name, sign=query.get("sign", "")):
        raise StoredFileNotFound
    deps = request.app[DEPS]
    if deps.clock.now().timestamp() >= int(until):
        raise LinkExpired
    return await stored_file(request, deps.storage, key, filename=name or None)


async def stored_file(
    request: web.Request, storage: Storage, key: str, *, filename: str | None = None
) -> web.StreamResponse:
    """A file, or the range that the request wants, with what caches and players need; the bucket serves its own.

    Raises StoredFileNotFound.
    """
    stored, path = await storage.stat(key), storage.path(key)
    headers = _headers(stored, filename)
    if path is not None and not _has_another(request, stored) and not _asks_unlike_us(request):
        if NOTHING.fullmatch(request.headers.get("Range", "")):
            return _no_range(stored, headers)
        return web.FileResponse(path, chunk_size=CHUNK_BYTES, headers=headers)
    if path is not None:
        return await _whole(request, storage, stored, headers)
    if request.method == hdrs.METH_HEAD:
        return _described(stored, headers)
    address = await storage.url(key, expires_in=REDIRECTED_FOR, filename=filename)
    raise web.HTTPFound(address, headers={"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"})


def _headers(stored: Stored, filename: str | None) -> dict[str, str]:
    return {
        "Content-Type": content_type_of(stored.key),
        "Content-Disposition": content_disposition(filename),
        "Cache-Control": "private, max-age=3600",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


def _has_another(request: web.Request, stored: Stored) -> bool:
    """Whether the client wants to go on with a file that was replaced: then it gets the whole new one.

    Dates are looked at by FileResponse, which doesn't know tags here. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
    """
    tag = request.headers.get("If-Range", "")
    return tag.endswith('"') and tag != f'"{stored.etag}"'


def _asks_unlike_us(request: web.Request) -> bool:
    """For several ranges at once, or in another unit: both may be passed over, and the second has to be.

    https://www.rfc-editor.org/rfc/rfc9110#section-14.2
    """
    asked = request.headers.get("Range")
    return asked is not None and (not asked.startswith("bytes=") or "," in asked)


def _no_range(stored: Stored, headers: dict[str, str]) -> web.Response:
    """What FileResponse answers to ranges that aren't in the file; it takes "the last 0 bytes" for all of it."""
    return web.Response(status=416, headers=headers | {"Content-Range": f"bytes */{stored.size_bytes}"})


async def _whole(request: web.Request, storage: Storage, stored: Stored, headers: dict[str, str]) -> web.StreamResponse:
    response = _described(stored, headers)
    await response.prepare(request)
    if request.method != hdrs.METH_HEAD:
        async for chunk in storage.read(stored.key):
            await response.write(chunk)
    await response.write_eof()
    return response


def _described(stored: Stored, headers: dict[str, str]) -> web.StreamResponse:
    """Everything but the contents."""
    response = web.StreamResponse(headers=headers | {"Accept-Ranges": "bytes"})
    response.content_length = stored.size_bytes
    response.etag = stored.etag
    response.last_modified = datetime.fromtimestamp(int(stored.stored_at.timestamp()), stored.stored_at.tzinfo)
    return response
