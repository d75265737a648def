"""thumbnails.set: a picture instead of a frame. https://developers.google.com/youtube/v3/docs/thumbnails/set"""

import asyncio
import io
from typing import Final

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from web.sandbox.networks.api import Call
from web.sandbox.networks.media import PIECE, THUMBNAIL_HEIGHT
from web.sandbox.networks.youtube.access import UPLOADERS, asked, caller
from web.sandbox.networks.youtube.errors import of_video, refused
from web.sandbox.networks.youtube.quota import WRITE_COST, Bucket, spend
from web.sandbox.networks.youtube.reading import own_video
from web.sandbox.networks.youtube.resources import etag_of, thumbnails

SIZE_LIMIT: Final = 50 * 1024 * 1024
TYPES: Final = ("application/octet-stream", "image/jpeg", "image/png")
FORMATS: Final = ("JPEG", "PNG")


async def set_thumbnail(call: Call) -> web.Response:
    """POST /upload/youtube/v3/thumbnails/set, with the picture as body."""
    found = caller(call, *UPLOADERS)
    spend(call, Bucket.UNITS, WRITE_COST)
    given = asked(call, "videoId")
    video = own_video(call, found, given.get("videoId", ""))
    if not found.account.settings["phone_verified"]:
        raise refused(
            403,
            "forbidden",
            "The authenticated user doesn't have permissions to upload and set custom video thumbnails.",
        )
    if given.get("uploadType", "media") != "media":
        raise of_video("mediaBodyRequired")
    if call.request.content_type not in TYPES:
        raise refused(400, "badRequest", f"Media type '{call.request.content_type}' is not supported.")
    picture = await _body(call)
    small = await asyncio.to_thread(_small, picture)
    if small is None:
        raise refused(400, "invalidImage", "The provided image content is invalid.")
    call.networks.thumbnail_of(video.upload_id).write_bytes(small)
    origin = f"{call.request.scheme}://{call.request.host}"
    shown = [thumbnails(video, origin)]
    return web.json_response({"kind": "youtube#thumbnailSetResponse", "etag": etag_of(shown), "items": shown})


async def _body(call: Call) -> bytes:
    picture = bytearray()
    async for piece in call.request.content.iter_chunked(PIECE):
        picture += piece
        if len(picture) > SIZE_LIMIT:
            raise refused(413, "uploadTooLarge", "Media larger than 52428800 bytes is not supported")
    if not picture:
        raise of_video("mediaBodyRequired")
    return bytes(picture)


def _small(picture: bytes) -> bytes | None:
    try:
        with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
            image.thumbnail((THUMBNAIL_HEIGHT, THUMBNAIL_HEIGHT))
            target = io.BytesIO()
            image.convert("RGB").save(target, "JPEG")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    return target.getvalue()
